// SPDX-License-Identifier: GPL-2.0-only
#include "sim/event-wheel.h"

#include <algorithm>

namespace echelon
{

std::uint32_t
EventWheel::AddNode(std::int64_t lookAhead)
{
    m_nodes.emplace_back();
    m_lookAhead = std::max(m_lookAhead, lookAhead);
    m_resize = true;
    return static_cast<std::uint32_t>(m_nodes.size() - 1);
}

void
EventWheel::Resize()
{
    std::uint64_t buckets = 256;
    while (buckets < m_nodes.size() && buckets < 65536)
    {
        buckets *= 2;
    }
    m_shift = 0;
    while (static_cast<std::int64_t>(buckets << m_shift) < 2 * m_lookAhead)
    {
        ++m_shift;
    }
    m_mask = buckets - 1;
    m_buckets.assign(buckets, NONE);
    m_occupied.assign(buckets / 64, 0);
    m_resize = false;
}

bool
EventWheel::Schedule(std::uint32_t node, std::int64_t time, std::int64_t now)
{
    if (m_resize && m_pending == 0)
    {
        Resize();
    }
    const std::uint64_t slice = static_cast<std::uint64_t>(time) >> m_shift;
    if (slice - (static_cast<std::uint64_t>(now) >> m_shift) > m_mask)
    {
        return false;
    }
    const std::uint64_t bucket = slice & m_mask;
    std::uint32_t* place = &m_buckets[bucket];
    while (*place != NONE && m_nodes[*place].time < time)
    {
        place = &m_nodes[*place].next;
    }
    if (*place != NONE && m_nodes[*place].time == time)
    {
        Node& head = m_nodes[*place];
        m_nodes[node] = {time, NONE, NONE, NONE};
        m_nodes[head.last].same = node;
        head.last = node;
    }
    else
    {
        m_nodes[node] = {time, *place, NONE, node};
        *place = node;
    }
    m_occupied[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
    ++m_pending;
    if (m_top == NONE || time < m_nodes[m_top].time)
    {
        m_top = node;
    }
    return true;
}

void
EventWheel::Remove(std::uint32_t node)
{
    const std::int64_t time = m_nodes[node].time;
    const std::uint64_t bucket = (static_cast<std::uint64_t>(time) >> m_shift) & m_mask;
    std::uint32_t* place = &m_buckets[bucket];
    while (m_nodes[*place].time < time)
    {
        place = &m_nodes[*place].next;
    }
    const Node head = m_nodes[*place];
    if (*place == node && head.same != NONE)
    {
        Node& second = m_nodes[head.same];
        second.next = head.next;
        second.last = head.last;
        *place = head.same;
    }
    else if (*place == node)
    {
        *place = head.next;
    }
    else
    {
        std::uint32_t before = *place;
        while (m_nodes[before].same != node)
        {
            before = m_nodes[before].same;
        }
        m_nodes[before].same = m_nodes[node].same;
        if (head.last == node)
        {
            m_nodes[*place].last = before;
        }
    }
    m_nodes[node].time = NEVER;
    --m_pending;
    if (m_buckets[bucket] == NONE)
    {
        m_occupied[bucket / 64] &= ~(std::uint64_t{1} << (bucket % 64));
    }
    if (node == m_top)
    {
        FindTop(time);
    }
}

std::uint32_t
EventWheel::Pop()
{
    const std::uint32_t node = m_top;
    Remove(node);
    return node;
}

void
EventWheel::FindTop(std::int64_t from)
{
    if (m_pending == 0)
    {
        m_top = NONE;
        return;
    }
    // All that is pending lies within one turn of the wheel after `from`.
    const std::uint64_t bucket = (static_cast<std::uint64_t>(from) >> m_shift) & m_mask;
    std::uint64_t word = bucket / 64;
    std::uint64_t bits = m_occupied[word] & (~std::uint64_t{0} << (bucket % 64));
    while (bits == 0)
    {
        word = word + 1 == m_occupied.size() ? 0 : word + 1;
        bits = m_occupied[word];
    }
    m_top = m_buckets[word * 64 + static_cast<std::uint64_t>(__builtin_ctzll(bits))];
}

} // namespace echelon
