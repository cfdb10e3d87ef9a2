// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A calendar of the near future: which port or agent acts next.
 *
 *     uint32_t node = wheel.AddNode(delay + transmissionTime);
 *     wheel.Schedule(node, 834240, now);              // false: too far away, use the simulator
 *     while (wheel.NextTime() <= t) { Run(wheel.Pop()); }
 *
 * Every node has at most one pending time. Equal times come out in the order they were scheduled.
 * Times hash into buckets about as wide as the mean gap between events; a bucket is a list sorted
 * by time, with a queue for equal times, and a bitmap tells the next bucket in use. So Schedule and
 * Pop are O(1) while distinct times are spread; Remove is linear in the nodes of the same time.
 * After R. Brown, "Calendar Queues" (CACM 1988), but without resizing: the fabric knows how many
 * nodes there are and how far ahead they look.
 */
#ifndef EVENT_WHEEL_H
#define EVENT_WHEEL_H

#include <cstdint>
#include <limits>
#include <vector>

namespace ns3
{

/// Times in picoseconds.
class EventWheel
{
  public:
    static constexpr int64_t NEVER = std::numeric_limits<int64_t>::max();

    /// @param lookAhead how far in the future the node's events usually lie.
    uint32_t AddNode(int64_t lookAhead);

    /// NEVER when nothing is pending.
    int64_t NextTime() const
    {
        return m_top == NONE ? NEVER : m_nodes[m_top].time;
    }

    bool IsPending(uint32_t node) const
    {
        return m_nodes[node].time != NEVER;
    }

    int64_t TimeOf(uint32_t node) const
    {
        return m_nodes[node].time;
    }

    /// @pre the node is not pending; nothing pending lies before `now`, nor does `time`. @return
    /// false when it is too far away.
    bool Schedule(uint32_t node, int64_t time, int64_t now);

    /// @pre the node is pending.
    void Remove(uint32_t node);

    /// Take the next node out. @pre something is pending.
    uint32_t Pop();

  private:
    static constexpr uint32_t NONE = 0xffffffff;

    /// Nodes of one time form a queue; the heads of the queues of a bucket form a list sorted by
    /// time.
    struct Node
    {
        int64_t time{NEVER};
        uint32_t next{NONE}; ///< of a head: the next head
        uint32_t same{NONE}; ///< the next node of the same time
        uint32_t last{NONE}; ///< of a head: the last node of the same time
    };

    void Resize();
    void FindTop(int64_t from);

    std::vector<Node> m_nodes;
    std::vector<uint32_t> m_buckets;  ///< first node of each
    std::vector<uint64_t> m_occupied; ///< a bit per bucket
    uint64_t m_mask{0};
    uint32_t m_shift{0};
    uint32_t m_pending{0};
    uint32_t m_top{NONE};
    int64_t m_lookAhead{0};
    bool m_resize{true};
};

} // namespace ns3

#endif /* EVENT_WHEEL_H */
