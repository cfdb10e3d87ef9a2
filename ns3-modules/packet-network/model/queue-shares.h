// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Chooses which of up to eight queues is served next, so that each sends bytes in proportion to its
 * weight.
 *
 *     shares.SetWeight(0, 3e9);  shares.SetWeight(1, 1e9);
 *     shares.Activate(0);  shares.Activate(1);               // they have something to send
 *     uint32_t queue = shares.First();  shares.Serve(queue, 4178, true);
 *
 * Source: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996). The segment at the head of a
 * queue has a start tag. The one with the smallest tag is served, and the tag of the next segment
 * in that queue is larger by bytes / weight. Over any interval in which two queues have something
 * to send, their bytes over weight differ by at most one segment of each over its weight. Ties go
 * to the smaller number. When a weight changes, what a queue has been served ahead of its share
 * stays the same in bytes.
 *
 * Every operation takes O(queues), at most eight, and allocates nothing. Weights are positive and
 * in any unit.
 */
#ifndef QUEUE_SHARES_H
#define QUEUE_SHARES_H

#include "segment.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ns3
{

/// The tags of the queues of one link.
class QueueShares
{
  public:
    QueueShares()
    {
        m_byteTime.fill(1);
    }

    /// @pre weight > 0.
    void SetWeight(uint32_t queue, double weight)
    {
        const double byteTime = 1 / weight;
        const double ahead = m_tag[queue] - m_virtual;
        if (ahead > 0)
        {
            m_tag[queue] = m_virtual + ahead * (byteTime / m_byteTime[queue]);
        }
        m_byteTime[queue] = byteTime;
    }

    /// The link was idle: nobody is ahead. @pre no queue is active.
    void Reset()
    {
        m_tag.fill(0);
        m_virtual = 0;
    }

    /// A queue that had nothing to send has something. @pre it is not active.
    void Activate(uint32_t queue)
    {
        m_active |= 1U << queue;
        m_tag[queue] = std::max(m_tag[queue], m_virtual);
    }

    /// A queue has nothing left that may be sent, without service. @pre it is active.
    void Deactivate(uint32_t queue)
    {
        m_active &= ~(1U << queue);
    }

    bool IsActive(uint32_t queue) const
    {
        return (m_active >> queue & 1U) != 0;
    }

    bool AnyActive() const
    {
        return m_active != 0;
    }

    /// The queue to be served. @pre one is active.
    uint32_t First() const
    {
        uint32_t first = static_cast<uint32_t>(__builtin_ctz(m_active));
        for (uint32_t rest = m_active & (m_active - 1); rest != 0; rest &= rest - 1)
        {
            const auto queue = static_cast<uint32_t>(__builtin_ctz(rest));
            first = m_tag[queue] < m_tag[first] ? queue : first;
        }
        return first;
    }

    /// The queue has sent bytes. @param more whether it has more to send.
    void Serve(uint32_t queue, uint64_t bytes, bool more)
    {
        m_virtual = m_tag[queue];
        m_tag[queue] += static_cast<double>(bytes) * m_byteTime[queue];
        if (!more)
        {
            Deactivate(queue);
        }
    }

  private:
    /// Of an active queue: the head's start tag; else the finish tag of what it sent last.
    std::array<double, FABRIC_PRIORITIES> m_tag{};
    std::array<double, FABRIC_PRIORITIES> m_byteTime{}; ///< 1 / weight
    double m_virtual{0};                                ///< start tag of what was served last
    uint32_t m_active{0};                               ///< a bit per queue
};

} // namespace ns3

#endif /* QUEUE_SHARES_H */
