// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A calendar of the near future: a fixed set of nodes, each of which acts next at some time.
 *
 *     std::uint32_t node = wheel.AddNode(delay + transmissionTime);
 *     wheel.Schedule(node, 834240, now);              // false: the time is too far away
 *     while (wheel.NextTime() <= t) { Run(wheel.Pop()); }
 *
 * Every node has at most one pending time. Nodes with equal times come out in the order in which
 * they were scheduled. Times are picoseconds; they hash into buckets about as wide as the mean gap
 * between events. A bucket is a list sorted by time with a queue for equal times, and a bitmap
 * tells which bucket is used next. Schedule and Pop therefore take O(1) while times are spread out;
 * Remove is linear in the number of nodes that have the same time.
 *
 * Source: R. Brown, "Calendar Queues" (CACM 1988), without resizing during the run, because the
 * number of nodes and how far ahead they look are known from the start.
 */
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace echelon
{

/// The calendar.
class EventWheel
{
  public:
    static constexpr std::int64_t NEVER = std::numeric_limits<std::int64_t>::max();

    /// @param lookAhead how far in the future the node's events usually lie.
    std::uint32_t AddNode(std::int64_t lookAhead);

    /// NEVER when nothing is pending.
    std::int64_t NextTime() const
    {
        return m_top == NONE ? NEVER : m_nodes[m_top].time;
    }

    bool IsPending(std::uint32_t node) const
    {
        return m_nodes[node].time != NEVER;
    }

    std::int64_t TimeOf(std::uint32_t node) const
    {
        return m_nodes[node].time;
    }

    /// @pre the node is not pending; neither `time` nor anything pending lies before `now`.
    /// @return false, and nothing is scheduled, when the time is too far away.
    bool Schedule(std::uint32_t node, std::int64_t time, std::int64_t now);

    /// @pre the node is pending.
    void Remove(std::uint32_t node);

    /// Take the next node out. @pre something is pending.
    std::uint32_t Pop();

  private:
    static constexpr std::uint32_t NONE = 0xffffffff;

    /// Nodes of one time form a queue; the heads of the queues of a bucket form a list sorted by
    /// time.
    struct Node
    {
        std::int64_t time = NEVER;
        std::uint32_t next = NONE; ///< of a head: the next head
        std::uint32_t same = NONE; ///< the next node of the same time
        std::uint32_t last = NONE; ///< of a head: the last node of the same time
    };

    void Resize();
    void FindTop(std::int64_t from);

    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_buckets;  ///< first node of each
    std::vector<std::uint64_t> m_occupied; ///< a bit per bucket
    std::uint64_t m_mask = 0;
    std::uint32_t m_shift = 0;
    std::uint32_t m_pending = 0;
    std::uint32_t m_top = NONE;
    std::int64_t m_lookAhead = 0;
    bool m_resize = true;
};

} // namespace echelon
