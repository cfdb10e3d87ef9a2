// SPDX-License-Identifier: GPL-2.0-only
#include "experts/colocation-objective.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "matching/bipartite-matching.h"

#include <initializer_list>
#include <utility>

namespace echelon
{

namespace
{

/// What a move rotates: experts of the first model, of the second, or pairs.
enum class Moved : std::uint8_t
{
    FIRST,
    SECOND,
    PAIRS,
};

/// Beyond, what O(n³) and O(n⁴) moves of O(n) gain is not worth their time.
constexpr std::uint32_t MOST_GPUS_FOR_ROTATIONS = 32;
constexpr std::uint32_t MOST_GPUS_FOR_TWO_EXCHANGES = 16;

constexpr Moved ALL_MOVED[] = {Moved::FIRST, Moved::SECOND, Moved::PAIRS};

/// Local search from one start: exchanges between two GPUs, rotations of three.
class Descent
{
  public:
    explicit Descent(ColocationObjective& objective)
        : m_objective(objective)
    {
    }

    /// Improves until nothing in reach is better.
    const std::vector<Tenants>& From(std::vector<Tenants> tenants)
    {
        m_tenants = std::move(tenants);
        m_cost = m_objective.Of(m_tenants);
        const bool rotates = m_objective.Size() <= MOST_GPUS_FOR_ROTATIONS;
        while (Rematch() || ExchangeTwo() || (rotates && RotateThree()))
        {
        }
        return m_tenants;
    }

    /// The same, where two exchanges at once that help are in reach too: O(n⁴) of them.
    const std::vector<Tenants>& FromFurther(std::vector<Tenants> tenants)
    {
        From(std::move(tenants));
        while (ExchangeTwice())
        {
            From(m_tenants);
        }
        return m_tenants;
    }

    const ColocationCost& Cost() const
    {
        return m_cost;
    }

  private:
    struct Exchange
    {
        Moved moved;
        std::uint32_t a; ///< GPUs
        std::uint32_t b;
    };

    void Apply(const Exchange& exchange)
    {
        Tenants& a = m_tenants[exchange.a];
        Tenants& b = m_tenants[exchange.b];
        if (exchange.moved != Moved::SECOND)
        {
            std::swap(a.first, b.first);
        }
        if (exchange.moved != Moved::FIRST)
        {
            std::swap(a.second, b.second);
        }
    }

    /// Whether a GPU alone already takes longer than all do now.
    bool TooLong(std::uint32_t gpu)
    {
        const std::int64_t alone =
            m_objective.Alone(m_tenants[gpu].first, m_tenants[gpu].second, gpu);
        return static_cast<double>(alone) > m_cost.seconds * 1e12 + 1;
    }

    /// Makes the exchanges, one after the other, if that is better.
    bool Try(std::initializer_list<Exchange> exchanges)
    {
        bool hopeful = true;
        for (const Exchange& exchange : exchanges)
        {
            Apply(exchange);
        }
        for (const Exchange& exchange : exchanges)
        {
            hopeful = hopeful && !TooLong(exchange.a) && !TooLong(exchange.b);
        }
        if (hopeful && Improved())
        {
            return true;
        }
        for (auto exchange = exchanges.end(); exchange != exchanges.begin();)
        {
            Apply(*--exchange);
        }
        return false;
    }

    /// Whether the tenants as they are now are better than before.
    bool Improved()
    {
        const ColocationCost cost = m_objective.Of(m_tenants);
        if (!cost.BetterThan(m_cost))
        {
            return false;
        }
        m_cost = cost;
        return true;
    }

    /// Matches one of GPUs, first and second experts anew with what the other two make together.
    bool Rematch()
    {
        const std::uint32_t n = m_objective.Size();
        for (const Moved moved : ALL_MOVED)
        {
            std::vector<std::int64_t> weights;
            for (std::uint32_t from = 0; from < n; ++from)
            {
                for (std::uint32_t gpu = 0; gpu < n; ++gpu)
                {
                    const Tenants& mover = m_tenants[from];
                    const Tenants& host = m_tenants[gpu];
                    weights.push_back(
                        m_objective.Alone(moved == Moved::SECOND ? host.first : mover.first,
                                          moved == Moved::FIRST ? host.second : mover.second,
                                          gpu));
                }
            }
            const std::vector<std::uint32_t> to = MinimiseLargestWeight(n, weights).columnOf;
            std::vector<Tenants> candidate = m_tenants;
            for (std::uint32_t from = 0; from < n; ++from)
            {
                if (moved != Moved::SECOND)
                {
                    candidate[to[from]].first = m_tenants[from].first;
                }
                if (moved != Moved::FIRST)
                {
                    candidate[to[from]].second = m_tenants[from].second;
                }
            }
            m_tenants.swap(candidate);
            if (Improved())
            {
                return true;
            }
            m_tenants.swap(candidate);
        }
        return false;
    }

    bool ExchangeTwo()
    {
        bool improved = false;
        for (const Moved moved : ALL_MOVED)
        {
            for (std::uint32_t g = 0; g < m_objective.Size(); ++g)
            {
                for (std::uint32_t h = 0; h < g; ++h)
                {
                    improved = Try({{moved, g, h}}) || improved;
                }
            }
        }
        return improved;
    }

    bool RotateThree()
    {
        const std::uint32_t n = m_objective.Size();
        bool improved = false;
        for (const Moved moved : ALL_MOVED)
        {
            for (std::uint32_t g = 0; g < n; ++g)
            {
                // Each rotation once: its highest GPU is g.
                for (std::uint32_t h = 0; h < g; ++h)
                {
                    for (std::uint32_t k = 0; k < g; ++k)
                    {
                        improved = (h != k && Try({{moved, g, h}, {moved, g, k}})) || improved;
                    }
                }
            }
        }
        return improved;
    }

    /// One exchange of first experts and one of second experts or pairs, on up to four GPUs.
    bool ExchangeTwice()
    {
        const std::uint32_t n = m_objective.Size();
        bool improved = false;
        for (const Moved other : {Moved::SECOND, Moved::PAIRS})
        {
            for (std::uint32_t g = 0; g < n; ++g)
            {
                for (std::uint32_t h = 0; h < g; ++h)
                {
                    for (std::uint32_t k = 0; k < n; ++k)
                    {
                        for (std::uint32_t l = 0; l < k; ++l)
                        {
                            improved = Try({{Moved::FIRST, g, h}, {other, k, l}}) || improved;
                        }
                    }
                }
            }
        }
        return improved;
    }

    ColocationObjective& m_objective;
    std::vector<Tenants> m_tenants;
    ColocationCost m_cost;
};

/// Experts of both models by bytes onto GPUs by performance, the second's ascending or descending.
Colocation
Sorted(const MoeLayer& first, const MoeLayer& second, const GpuCluster& cluster, bool opposed)
{
    Colocation colocation{PlaceSorted(first, cluster), PlaceSorted(second, cluster)};
    if (opposed)
    {
        const std::vector<std::uint32_t> gpus = GpusByPerformance(cluster);
        const std::vector<std::uint32_t> experts = DescendingOrder(BusierPorts(second.dispatch));
        for (std::size_t rank = 0; rank < experts.size(); ++rank)
        {
            colocation.second[experts[rank]] = gpus[experts.size() - 1 - rank];
        }
    }
    return colocation;
}

} // namespace

Colocation
ColocateBySearch(const MoeLayer& first,
                 const MoeLayer& second,
                 const GpuCluster& cluster,
                 const TimelineOptions& options)
{
    ColocationObjective objective(first, second, cluster, options);
    Descent descent(objective);
    std::vector<Tenants> best =
        descent.From(TenantsOf(ColocateDecoupled(first, second, cluster, options)));
    ColocationCost least = descent.Cost();
    for (const bool opposed : {false, true})
    {
        const auto& tenants = descent.From(TenantsOf(Sorted(first, second, cluster, opposed)));
        if (descent.Cost().BetterThan(least))
        {
            best = tenants;
            least = descent.Cost();
        }
    }
    if (cluster.Size() <= MOST_GPUS_FOR_TWO_EXCHANGES)
    {
        best = descent.FromFurther(best);
    }
    return ColocationOf(best);
}

} // namespace echelon
