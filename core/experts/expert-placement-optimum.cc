// SPDX-License-Identifier: GPL-2.0-only
#include "base/contracts.h"
#include "base/tolerances.h"
#include "experts/expert-placement.h"
#include "matching/bipartite-matching.h"

#include <limits>
#include <utility>

namespace echelon
{

namespace
{

double
SecondsOf(LayerRecursion& recursion,
          const MoeLayer& layer,
          const GpuCluster& cluster,
          const Placement& placement,
          const TimelineOptions& options)
{
    return recursion.Run(WorksOf({{&layer, &placement}}, cluster, options.reading), options.start);
}

/// Of all permutations, the first of the best.
Placement
BestOfAll(const MoeLayer& layer, const GpuCluster& cluster, const TimelineOptions& options)
{
    ECHELON_REQUIRE(cluster.Size() <= MOST_GPUS_TO_ENUMERATE, "few enough placements to try all");
    LayerRecursion recursion;
    Placement placement = PlaceInOrder(cluster.Size());
    Placement best = placement;
    double least = SecondsOf(recursion, layer, cluster, placement, options);
    while (std::next_permutation(placement.begin(), placement.end()))
    {
        const double seconds = SecondsOf(recursion, layer, cluster, placement, options);
        if (seconds < least)
        {
            least = seconds;
            best = placement;
        }
    }
    return best;
}

/// Beyond, O(n³) moves cost more time than they gain.
constexpr std::uint32_t MOST_GPUS_FOR_ROTATIONS = 16;

/// Exchanges two experts, or rotates three, while the duration falls. @returns the duration.
double
Descend(LayerRecursion& recursion,
        const MoeLayer& layer,
        const GpuCluster& cluster,
        Placement& placement,
        const TimelineOptions& options)
{
    const std::uint32_t n = cluster.Size();
    double least = SecondsOf(recursion, layer, cluster, placement, options);
    bool improved = true;
    const auto better = [&] {
        const double seconds = SecondsOf(recursion, layer, cluster, placement, options);
        const bool less = seconds < least * (1 - ROUNDING);
        least = less ? seconds : least;
        improved = improved || less;
        return less;
    };
    while (improved)
    {
        improved = false;
        for (std::uint32_t a = 0; a < n; ++a)
        {
            for (std::uint32_t b = 0; b < a; ++b)
            {
                std::swap(placement[a], placement[b]);
                if (!better())
                {
                    std::swap(placement[a], placement[b]);
                }
            }
        }
        // Each rotation once, with its highest expert first.
        for (std::uint32_t a = 0; !improved && n <= MOST_GPUS_FOR_ROTATIONS && a < n; ++a)
        {
            for (std::uint32_t b = 0; b < a; ++b)
            {
                for (std::uint32_t c = 0; c < a; ++c)
                {
                    std::swap(placement[a], placement[b]);
                    std::swap(placement[a], placement[c]);
                    if (b == c || !better())
                    {
                        std::swap(placement[a], placement[c]);
                        std::swap(placement[a], placement[b]);
                    }
                }
            }
        }
    }
    return least;
}

/// A cell that must not be taken: above all times.
constexpr std::int64_t FORBIDDEN = std::numeric_limits<std::int64_t>::max();

/**
 * The least sum of maxima: each term is an n × n matrix, a placement takes one cell per row and per
 * column, and costs the sum over the terms of the largest cell taken. Depth first over the values
 * of the terms but the last, ascending; a value forbids the larger cells of its term.
 */
class SumOfMaxima
{
  public:
    SumOfMaxima(std::uint32_t n, std::vector<std::vector<std::int64_t>> terms)
        : m_size(n),
          m_terms(std::move(terms)),
          m_tail(m_terms.size() + 1, 0)
    {
        for (std::size_t k = m_terms.size(); k-- > 0;)
        {
            m_tail[k] = m_tail[k + 1] + MinimiseLargestWeight(n, m_terms[k]).largest;
        }
    }

    Placement Solve(const Placement& start)
    {
        m_best = start;
        m_least = CostOf(start);
        Descend(0, 0, std::vector<bool>(m_terms.front().size(), true));
        return m_best;
    }

  private:
    std::int64_t CostOf(const Placement& placement) const
    {
        std::int64_t cost = 0;
        for (const std::vector<std::int64_t>& term : m_terms)
        {
            std::int64_t largest = 0;
            for (std::uint32_t i = 0; i < m_size; ++i)
            {
                largest = std::max(largest, term[std::size_t{i} * m_size + placement[i]]);
            }
            cost += largest;
        }
        return cost;
    }

    void Descend(std::size_t k, std::int64_t cost, const std::vector<bool>& allowed)
    {
        std::vector<std::int64_t> weights = m_terms[k];
        for (std::size_t cell = 0; cell < weights.size(); ++cell)
        {
            weights[cell] = allowed[cell] ? weights[cell] : FORBIDDEN;
        }
        // Below this value of the term no placement is left.
        const BottleneckMatching least = MinimiseLargestWeight(m_size, weights);
        if (least.largest == FORBIDDEN || cost + least.largest + m_tail[k + 1] >= m_least)
        {
            return;
        }
        const std::int64_t upper = CostOf(least.columnOf);
        if (upper < m_least)
        {
            m_least = upper;
            m_best = least.columnOf;
        }
        if (k + 1 == m_terms.size())
        {
            return;
        }
        std::vector<std::int64_t> values;
        for (const std::int64_t weight : weights)
        {
            if (weight >= least.largest && weight != FORBIDDEN)
            {
                values.push_back(weight);
            }
        }
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        for (const std::int64_t value : values)
        {
            if (cost + value + m_tail[k + 1] >= m_least)
            {
                return;
            }
            std::vector<bool> below = allowed;
            for (std::size_t cell = 0; cell < weights.size(); ++cell)
            {
                below[cell] = below[cell] && weights[cell] <= value;
            }
            Descend(k + 1, cost + value, below);
        }
    }

    std::uint32_t m_size;
    std::vector<std::vector<std::int64_t>> m_terms;
    std::vector<std::int64_t> m_tail; ///< by term: what it and those after it cost at least
    Placement m_best;
    std::int64_t m_least = 0;
};

} // namespace

Placement
PlaceOptimally(const MoeLayer& layer, const GpuCluster& cluster, const TimelineOptions& options)
{
    if (options.reading != RateReading::FLUID)
    {
        return BestOfAll(layer, cluster, options);
    }
    const std::uint32_t n = cluster.Size();
    const FluidWorks works({&layer}, cluster);
    const bool together = options.start == AllToAllStart::TOGETHER;
    // Each GPU: |G| + |N|, |F| + |C|, |A|; all together: |G|, |N| + |C|, |F|, |A|.
    std::vector<std::vector<std::int64_t>> terms(together ? 4 : 3);
    for (std::uint32_t expert = 0; expert < n; ++expert)
    {
        for (std::uint32_t gpu = 0; gpu < n; ++gpu)
        {
            const GpuWork work = works.OfExpert(0, expert, gpu);
            const double port = std::max(work.egress[0], work.ingress[0]);
            const double gate = work.computation[0];
            const double feedForward = work.computation[2];
            const double aggregation = work.computation[4];
            const std::vector<double> parts =
                together ? std::vector<double>{2 * port, feedForward, gate, aggregation}
                         : std::vector<double>{gate + port, feedForward + port, aggregation};
            for (std::size_t k = 0; k < parts.size(); ++k)
            {
                terms[k].push_back(Time::FromSeconds(parts[k]).Picoseconds());
            }
        }
    }
    return SumOfMaxima(n, std::move(terms)).Solve(PlaceSorted(layer, cluster));
}

Placement
PlaceBySearch(const MoeLayer& layer, const GpuCluster& cluster, const TimelineOptions& options)
{
    const Placement fluid = PlaceOptimally(layer, cluster, {RateReading::FLUID, options.start});
    if (options.reading == RateReading::FLUID)
    {
        return fluid;
    }
    Placement best = PlaceSorted(layer, cluster);
    LayerRecursion recursion;
    double least = SecondsOf(recursion, layer, cluster, best, options);
    for (const Placement& start : {best, fluid})
    {
        Placement candidate = start;
        const double seconds = Descend(recursion, layer, cluster, candidate, options);
        if (seconds < least)
        {
            least = seconds;
            best = candidate;
        }
    }
    return best;
}

} // namespace echelon
