// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The sender at an interface whose link is shared by queues: serves its flows queue by queue, each
 * within its window.
 *
 *     agent->SetWeight(0, 3e9);  agent->SetWeight(1, 1e9);
 *     agent->SetRate(slot, 0, 1, now);     // the flow belongs to queue 1 from now on
 *
 * Whenever the interface is free, the queue that is furthest behind its share (queue-shares.h)
 * sends one segment; the flows of a queue take turns, a bundle with as many segments per turn as it
 * has flows. Rates play no part. A flow has at most a window of bytes on their way: what has left
 * the interface and is neither acknowledged nor known to be lost; one segment always may be. The
 * destination acknowledges each segment as it arrives; the acknowledgement takes the propagation
 * delay of the way back and loads no link. So at any port wait at most the windows of its flows. A
 * flow that SetRate never named sends nothing.
 *
 * Cost: O(queues) per segment, and O(log segments on their way) for its acknowledgement. An agent
 * wakes for an acknowledgement only when none of its flows may send.
 */
#ifndef QUEUE_AGENT_H
#define QUEUE_AGENT_H

#include "host-agent.h"
#include "queue-shares.h"
#include "segment.h"

#include <array>
#include <vector>

namespace ns3
{

/// Serves the flows that leave by one port from weighted queues.
class QueueAgent : public HostAgent
{
  public:
    static TypeId GetTypeId();

    QueueAgent();
    ~QueueAgent() override;

    /// Put the flow into a queue. @param rate of no account.
    void SetRate(uint32_t slot, double rate, uint8_t priority, int64_t now) override;

    void SetWeight(uint32_t queue, double weight);

    void Resend(uint32_t slot, uint32_t payload, int64_t now) override;

    /// A segment will be at its destination at `arrival`.
    void Acknowledge(const FabricSegment& segment, int64_t arrival, int64_t now);

    void Pace(int64_t now, bool mayTell) override;

  private:
    static constexpr uint32_t NONE = 0xffffffff;

    /// Bytes of a flow that are known to have arrived from `time` on.
    struct Acknowledgement
    {
        int64_t time;
        uint32_t flow; ///< the id: by then the slot may be another flow's
        uint32_t slot;
        uint32_t payload;

        /// The earliest comes first out of a heap; ties by id.
        bool operator<(const Acknowledgement& other) const
        {
            return time > other.time || (time == other.time && flow > other.flow);
        }
    };

    /// Put a flow into its queue if it may send.
    void Admit(uint32_t slot, int64_t now);
    void List(uint32_t slot, int64_t now);
    void Unlist(uint32_t slot);
    void TakeAcknowledgements(int64_t now);
    void Wake(int64_t now, bool bySimulator);

    QueueShares m_shares;
    std::array<uint32_t, FABRIC_PRIORITIES> m_first; ///< slot of the flow whose turn it is
    std::vector<Acknowledgement> m_acknowledgements; ///< heap
    uint32_t m_blocked{0};                           ///< flows that wait for their window
    bool m_serving{false};                           ///< inside Pace()
};

} // namespace ns3

#endif /* QUEUE_AGENT_H */
