// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware-gaps.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace echelon
{

GapFiller::GapFiller(std::uint32_t n,
                     const std::vector<std::uint32_t>& rackOf,
                     std::vector<std::int64_t> inside,
                     const std::vector<WeightedMatching>& stages)
    : m_n(n),
      m_inside(std::move(inside)),
      m_senders(n),
      m_receivers(n)
{
    std::int64_t total = 0;
    for (const WeightedMatching& stage : stages)
    {
        total += stage.duration;
        for (const MatchedCell& cell : stage.cells)
        {
            m_senders[cell.row].idle -= stage.duration;
            m_receivers[cell.column].idle -= stage.duration;
        }
    }
    std::vector<std::vector<std::uint32_t>> members(
        1 + *std::max_element(rackOf.begin(), rackOf.end()));
    std::vector<char> needed(members.size(), 0);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        m_senders[i].idle += total;
        m_receivers[i].idle += total;
        members[rackOf[i]].push_back(i);
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const std::int64_t work = m_inside[std::size_t{i} * n + j];
            m_senders[i].work += work;
            m_receivers[j].work += work;
            if (work > 0)
            {
                needed[rackOf[i]] = 1;
            }
        }
    }
    for (std::size_t rack = 0; rack < members.size(); ++rack)
    {
        if (needed[rack] != 0)
        {
            m_members.push_back(std::move(members[rack]));
        }
    }
}

void
GapFiller::Fill(WeightedMatching& stage)
{
    for (std::uint32_t i = 0; i < m_n; ++i)
    {
        m_senders[i].busy = false;
        m_receivers[i].busy = false;
    }
    for (const MatchedCell& cell : stage.cells)
    {
        m_senders[cell.row].busy = true;
        m_receivers[cell.column].busy = true;
    }
    for (const std::vector<std::uint32_t>& ranks : m_members)
    {
        FillRack(ranks, stage);
    }
    for (std::uint32_t i = 0; i < m_n; ++i)
    {
        m_senders[i].idle -= m_senders[i].busy ? 0 : stage.duration;
        m_receivers[i].idle -= m_receivers[i].busy ? 0 : stage.duration;
    }
    std::sort(stage.cells.begin(),
              stage.cells.end(),
              [](const MatchedCell& a, const MatchedCell& b) { return a.row < b.row; });
}

void
GapFiller::FillRack(const std::vector<std::uint32_t>& ranks, WeightedMatching& stage)
{
    struct Candidate
    {
        double need;
        bool sends;
        std::uint32_t index;
    };

    m_ranks = &ranks;
    std::vector<Candidate> candidates;
    for (const bool sends : {true, false})
    {
        for (std::uint32_t k = 0; k < ranks.size(); ++k)
        {
            Port& port = sends ? m_senders[ranks[k]] : m_receivers[ranks[k]];
            port.partner = 0;
            if (!port.busy && port.work > 0)
            {
                candidates.push_back(
                    {static_cast<double>(port.work) / static_cast<double>(port.idle), sends, k});
            }
        }
    }
    std::stable_sort(candidates.begin(),
                     candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.need > b.need; });
    m_sendersByNeed.clear();
    m_receiversByNeed.clear();
    for (const Candidate& candidate : candidates)
    {
        (candidate.sends ? m_sendersByNeed : m_receiversByNeed).push_back(candidate.index);
    }
    for (const Candidate& candidate : candidates)
    {
        const Port& port = candidate.sends ? m_senders[ranks[candidate.index]]
                                           : m_receivers[ranks[candidate.index]];
        if (port.partner == 0)
        {
            m_visited.assign(ranks.size(), 0);
            Augment(candidate.index, candidate.sends);
        }
    }
    for (const std::uint32_t k : m_sendersByNeed)
    {
        const std::uint32_t source = ranks[k];
        if (m_senders[source].partner == 0)
        {
            continue;
        }
        const std::uint32_t destination = ranks[m_senders[source].partner - 1];
        std::int64_t& left = m_inside[std::size_t{source} * m_n + destination];
        const std::int64_t amount = std::min(left, stage.duration);
        left -= amount;
        m_senders[source].work -= amount;
        m_receivers[destination].work -= amount;
        stage.cells.push_back({source, destination, amount});
    }
}

bool
GapFiller::Augment(std::size_t start, bool sends)
{
    const std::vector<std::uint32_t>& ranks = *m_ranks;
    std::vector<Port>& own = sends ? m_senders : m_receivers;
    std::vector<Port>& other = sends ? m_receivers : m_senders;
    for (const std::uint32_t k : sends ? m_receiversByNeed : m_sendersByNeed)
    {
        const std::size_t cell = sends ? std::size_t{ranks[start]} * m_n + ranks[k]
                                       : std::size_t{ranks[k]} * m_n + ranks[start];
        if (m_inside[cell] == 0 || m_visited[k] != 0)
        {
            continue;
        }
        m_visited[k] = 1;
        if (other[ranks[k]].partner == 0 || Augment(other[ranks[k]].partner - 1, sends))
        {
            own[ranks[start]].partner = k + 1;
            other[ranks[k]].partner = static_cast<std::uint32_t>(start) + 1;
            return true;
        }
    }
    return false;
}

} // namespace echelon
