// SPDX-License-Identifier: GPL-2.0-only
#include "base/tolerances.h"
#include "experts/colocation-objective.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

namespace
{

/// Depth first: a pair for one GPU after the other, slowest GPU first, most promising pair first.
class BranchAndBound
{
  public:
    BranchAndBound(ColocationObjective& objective,
                   const GpuCluster& cluster,
                   std::vector<Tenants> start)
        : m_objective(objective),
          m_cluster(cluster),
          m_best(std::move(start)),
          m_least(objective.Of(m_best).seconds),
          m_order(GpusByPerformance(cluster)),
          m_firstFree(objective.Size(), true),
          m_secondFree(objective.Size(), true),
          m_tenants(objective.Size())
    {
        std::reverse(m_order.begin(), m_order.end());
        for (std::size_t depth = 0; depth < m_order.size(); ++depth)
        {
            for (std::size_t model = 0; model < 2; ++model)
            {
                for (std::uint32_t expert = 0; expert < objective.Size(); ++expert)
                {
                    m_leastOf.push_back(LeastOverGpus(model, expert, depth));
                }
            }
        }
    }

    std::vector<Tenants> Solve()
    {
        Descend(0);
        return m_best;
    }

  private:
    /// Whether two GPUs that follow each other in the order can change places.
    bool LikeTheOneBefore(std::size_t depth) const
    {
        if (depth == 0)
        {
            return false;
        }
        const std::uint32_t a = m_order[depth - 1];
        const std::uint32_t b = m_order[depth];
        return m_cluster.rate[a] == m_cluster.rate[b] && m_cluster.speed[a] == m_cluster.speed[b];
    }

    static void Lower(GpuWork& least, const GpuWork& work)
    {
        for (std::size_t k = 0; k < GpuWork::COMPUTATIONS; ++k)
        {
            least.computation[k] = std::min(least.computation[k], work.computation[k]);
        }
        for (std::size_t k = 0; k < GpuWork::ALL_TO_ALLS; ++k)
        {
            least.egress[k] = std::min(least.egress[k], work.egress[k]);
            least.ingress[k] = std::min(least.ingress[k], work.ingress[k]);
        }
    }

    /**
     * The layer's time at least, with GPUs up to `depth` filled. The time is monotone, so GPUs that
     * are lower bounds of the real ones bound it: those filled, and for every expert left, on
     * whichever of the GPUs left is best for it, the best of partners in every number.
     */
    double BoundAt(std::size_t depth)
    {
        const std::uint32_t n = m_objective.Size();
        const FluidWorks& works = m_objective.Works();
        m_works.clear();
        for (std::size_t d = 0; d < depth; ++d)
        {
            const std::uint32_t gpu = m_order[d];
            m_works.push_back(works.OfPair(m_tenants[gpu].first, m_tenants[gpu].second, gpu));
        }
        if (depth < n)
        {
            for (std::size_t model = 0; model < 2; ++model)
            {
                const std::vector<bool>& mine = model == 0 ? m_firstFree : m_secondFree;
                const std::vector<bool>& others = model == 0 ? m_secondFree : m_firstFree;
                const GpuWork partner = LeastOf(1 - model, others, depth);
                for (std::uint32_t expert = 0; expert < n; ++expert)
                {
                    if (mine[expert])
                    {
                        m_works.push_back(Sum(LeastOf(model, expert, depth), partner));
                    }
                }
            }
        }
        return m_recursion.Run(m_works, m_objective.Start());
    }

    /// The least of one expert over the GPUs from `depth` on, number by number.
    GpuWork LeastOverGpus(std::size_t model, std::uint32_t expert, std::size_t depth) const
    {
        const FluidWorks& works = m_objective.Works();
        GpuWork least = works.OfExpert(model, expert, m_order[depth]);
        for (std::size_t d = depth + 1; d < m_order.size(); ++d)
        {
            Lower(least, works.OfExpert(model, expert, m_order[d]));
        }
        return least;
    }

    const GpuWork& LeastOf(std::size_t model, std::uint32_t expert, std::size_t depth) const
    {
        return m_leastOf[(2 * depth + model) * m_objective.Size() + expert];
    }

    /// The least over the experts left, number by number.
    GpuWork LeastOf(std::size_t model, const std::vector<bool>& free, std::size_t depth) const
    {
        GpuWork least;
        bool any = false;
        for (std::uint32_t expert = 0; expert < free.size(); ++expert)
        {
            if (free[expert])
            {
                const GpuWork& work = LeastOf(model, expert, depth);
                any ? Lower(least, work) : void(least = work);
                any = true;
            }
        }
        return least;
    }

    static GpuWork Sum(GpuWork a, const GpuWork& b)
    {
        for (std::size_t k = 0; k < GpuWork::COMPUTATIONS; ++k)
        {
            a.computation[k] += b.computation[k];
        }
        for (std::size_t k = 0; k < GpuWork::ALL_TO_ALLS; ++k)
        {
            a.egress[k] += b.egress[k];
            a.ingress[k] += b.ingress[k];
        }
        return a;
    }

    void Descend(std::size_t depth)
    {
        const std::uint32_t n = m_objective.Size();
        if (depth == n)
        {
            const double seconds = m_objective.Of(m_tenants).seconds;
            if (seconds < m_least)
            {
                m_least = seconds;
                m_best = m_tenants;
            }
            return;
        }
        const std::uint32_t gpu = m_order[depth];
        const bool like = LikeTheOneBefore(depth);
        std::vector<std::tuple<double, std::uint32_t, std::uint32_t>> children;
        for (std::uint32_t i = 0; i < n; ++i)
        {
            // GPUs that are alike take their experts of the first model in ascending order.
            if (!m_firstFree[i] || (like && i < m_tenants[m_order[depth - 1]].first))
            {
                continue;
            }
            m_firstFree[i] = false;
            for (std::uint32_t j = 0; j < n; ++j)
            {
                const double alone = static_cast<double>(m_objective.Alone(i, j, gpu)) / 1e12;
                if (!m_secondFree[j] || alone > m_least)
                {
                    continue;
                }
                m_secondFree[j] = false;
                m_tenants[gpu] = {i, j};
                const double bound = BoundAt(depth + 1);
                if (bound < m_least * (1 - ROUNDING))
                {
                    children.emplace_back(bound, i, j);
                }
                m_secondFree[j] = true;
            }
            m_firstFree[i] = true;
        }
        std::sort(children.begin(), children.end());
        for (const auto& [bound, i, j] : children)
        {
            if (bound >= m_least * (1 - ROUNDING))
            {
                return;
            }
            m_firstFree[i] = m_secondFree[j] = false;
            m_tenants[gpu] = {i, j};
            Descend(depth + 1);
            m_firstFree[i] = m_secondFree[j] = true;
        }
    }

    ColocationObjective& m_objective;
    const GpuCluster& m_cluster;
    std::vector<Tenants> m_best;
    double m_least;
    std::vector<std::uint32_t> m_order; ///< GPUs, slowest first
    std::vector<bool> m_firstFree;      ///< experts that have no GPU yet
    std::vector<bool> m_secondFree;
    std::vector<Tenants> m_tenants; ///< by GPU; of those filled
    std::vector<GpuWork> m_leastOf; ///< by depth, model, expert
    std::vector<GpuWork> m_works;
    LayerRecursion m_recursion;
};

} // namespace

Colocation
ColocateExactly(const MoeLayer& first,
                const MoeLayer& second,
                const GpuCluster& cluster,
                const TimelineOptions& options)
{
    ColocationObjective objective(first, second, cluster, options);
    const Colocation start = ColocateBySearch(first, second, cluster, options);
    return ColocationOf(BranchAndBound(objective, cluster, TenantsOf(start)).Solve());
}

} // namespace echelon
