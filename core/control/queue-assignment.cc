// SPDX-License-Identifier: GPL-2.0-only
#include "control/queue-assignment.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echelon
{

QueueAssignment::QueueAssignment(const std::vector<BitRate>& capacity, std::uint32_t queues)
    : m_capacity(capacity),
      m_queues(queues),
      m_parent(capacity.size()),
      m_sets(capacity.size()),
      m_sums(capacity.size() * queues, 0.0),
      m_weights(capacity.size() * queues, 0.0)
{
    ECHELON_REQUIRE(queues >= 1 && queues <= 8, "there are 1 to 8 queues");
}

std::uint32_t
QueueAssignment::Root(std::uint32_t link)
{
    while (m_parent[link] != link)
    {
        m_parent[link] = m_parent[m_parent[link]];
        link = m_parent[link];
    }
    return link;
}

void
QueueAssignment::JoinByLinks(const std::vector<Entry>& flows)
{
    for (std::uint32_t link = 0; link < m_parent.size(); ++link)
    {
        m_parent[link] = link;
    }
    for (const Entry& entry : flows)
    {
        const std::uint32_t first = Root(entry.route[0].link.Value());
        for (const LinkId link : entry.route)
        {
            m_parent[Root(link.Value())] = first;
        }
    }
}

void
QueueAssignment::Assign(std::vector<Entry>& flows)
{
    JoinByLinks(flows);
    std::vector<std::uint32_t> roots;
    for (std::size_t i = 0; i < flows.size(); ++i)
    {
        const std::uint32_t root = Root(flows[i].route[0].link.Value());
        if (m_sets[root].empty())
        {
            roots.push_back(root);
        }
        m_sets[root].push_back(i);
    }
    for (const std::uint32_t root : roots)
    {
        std::vector<std::size_t>& set = m_sets[root];
        std::sort(set.begin(), set.end(), [&flows](std::size_t a, std::size_t b) {
            const double rateA = flows[a].rate / flows[a].multiplicity;
            const double rateB = flows[b].rate / flows[b].multiplicity;
            return rateA > rateB || (rateA == rateB && a < b);
        });
        Part(flows, set);
        set.clear();
    }
    Weigh(flows);
}

void
QueueAssignment::Part(std::vector<Entry>& flows, const std::vector<std::size_t>& set)
{
    const auto logRate = [&flows](std::size_t i) {
        return std::log2(flows[i].rate / flows[i].multiplicity);
    };
    const auto isIdle = [&flows](std::size_t i) { return flows[i].rate == 0; };
    const std::size_t sending =
        static_cast<std::size_t>(std::find_if(set.begin(), set.end(), isIdle) - set.begin());
    const bool keepsLast = sending < set.size() && m_queues > 1;
    for (std::size_t i = sending; i < set.size(); ++i)
    {
        flows[set[i]].queue = static_cast<std::uint8_t>(m_queues - 1);
    }
    if (sending == 0)
    {
        return;
    }
    const double step =
        std::max((logRate(set[0]) - logRate(set[sending - 1])) / MAX_LEVELS, SAME_RATE);
    m_levels.clear();
    std::vector<std::size_t> levelOf(sending);
    double top = 0;
    for (std::size_t i = 0; i < sending; ++i)
    {
        const double x = logRate(set[i]);
        if (m_levels.empty() || top - x > step)
        {
            m_levels.push_back({x, 0});
            top = x;
        }
        m_levels.back().flows += flows[set[i]].multiplicity;
        levelOf[i] = m_levels.size() - 1;
    }
    const std::vector<std::size_t> firsts = Classes(keepsLast ? m_queues - 1 : m_queues);
    for (std::size_t i = 0; i < sending; ++i)
    {
        const auto after = std::upper_bound(firsts.begin(), firsts.end(), levelOf[i]);
        flows[set[i]].queue = static_cast<std::uint8_t>(after - firsts.begin() - 1);
    }
}

std::vector<std::size_t>
QueueAssignment::Classes(std::size_t classes) const
{
    const std::size_t levels = m_levels.size();
    classes = std::min(classes, levels);
    // Prefix sums, so that the spread of levels [a, b) is O(1). Logarithms are taken from the first
    // level, which keeps the squares small.
    std::vector<double> count(levels + 1, 0.0);
    std::vector<double> sum(levels + 1, 0.0);
    std::vector<double> squares(levels + 1, 0.0);
    for (std::size_t i = 0; i < levels; ++i)
    {
        const double x = m_levels[0].logRate - m_levels[i].logRate;
        count[i + 1] = count[i] + m_levels[i].flows;
        sum[i + 1] = sum[i] + m_levels[i].flows * x;
        squares[i + 1] = squares[i] + m_levels[i].flows * x * x;
    }
    const auto spread = [&](std::size_t a, std::size_t b) {
        const double n = count[b] - count[a];
        const double s = sum[b] - sum[a];
        return squares[b] - squares[a] - s * s / n;
    };
    // best[c][j]: least spread of levels [0, j) in c + 1 classes; cut[c][j]: the last one's start.
    std::vector<std::vector<double>> best(classes, std::vector<double>(levels + 1, 0.0));
    std::vector<std::vector<std::size_t>> cut(classes, std::vector<std::size_t>(levels + 1, 0));
    for (std::size_t j = 1; j <= levels; ++j)
    {
        best[0][j] = spread(0, j);
    }
    for (std::size_t c = 1; c < classes; ++c)
    {
        for (std::size_t j = c + 1; j <= levels; ++j)
        {
            best[c][j] = std::numeric_limits<double>::infinity();
            for (std::size_t a = c; a < j; ++a)
            {
                const double cost = best[c - 1][a] + spread(a, j);
                if (cost < best[c][j])
                {
                    best[c][j] = cost;
                    cut[c][j] = a;
                }
            }
        }
    }
    std::vector<std::size_t> firsts(classes);
    std::size_t end = levels;
    for (std::size_t c = classes; c-- > 0;)
    {
        firsts[c] = cut[c][end];
        end = cut[c][end];
    }
    return firsts;
}

void
QueueAssignment::Weigh(const std::vector<Entry>& flows)
{
    std::vector<std::uint32_t> links;
    std::fill(m_sums.begin(), m_sums.end(), 0.0);
    for (const Entry& entry : flows)
    {
        for (const auto& [link, share] : entry.route)
        {
            m_sums[link.Value() * m_queues + entry.queue] += entry.rate * share;
            links.push_back(link.Value());
        }
    }
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
    m_changed.clear();
    for (const std::uint32_t link : links)
    {
        for (std::uint32_t queue = 0; queue < m_queues; ++queue)
        {
            const std::size_t place = std::size_t{link} * m_queues + queue;
            const double weight = std::max(m_sums[place], m_capacity[link] * MIN_SHARE);
            if (weight != m_weights[place])
            {
                m_weights[place] = weight;
                m_changed.push_back({LinkId(link), static_cast<std::uint8_t>(queue), weight});
            }
        }
    }
}

} // namespace echelon
