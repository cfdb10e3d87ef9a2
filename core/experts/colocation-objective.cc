// SPDX-License-Identifier: GPL-2.0-only
#include "experts/colocation-objective.h"

#include "base/contracts.h"
#include "base/tolerances.h"

namespace echelon
{

/// Beyond, the times of all pairs alone take more memory than they save time.
constexpr std::uint32_t MOST_GPUS_TO_REMEMBER = 128;

std::vector<Tenants>
TenantsOf(const Colocation& colocation)
{
    ECHELON_REQUIRE(colocation.first.size() == colocation.second.size(),
                    "each GPU holds one expert of each model");
    std::vector<Tenants> tenants(colocation.first.size());
    for (std::uint32_t expert = 0; expert < tenants.size(); ++expert)
    {
        tenants[colocation.first[expert]].first = expert;
        tenants[colocation.second[expert]].second = expert;
    }
    return tenants;
}

Colocation
ColocationOf(const std::vector<Tenants>& tenants)
{
    Colocation colocation{Placement(tenants.size()), Placement(tenants.size())};
    for (std::uint32_t gpu = 0; gpu < tenants.size(); ++gpu)
    {
        colocation.first[tenants[gpu].first] = gpu;
        colocation.second[tenants[gpu].second] = gpu;
    }
    return colocation;
}

bool
ColocationCost::BetterThan(const ColocationCost& other) const
{
    if (seconds < other.seconds * (1 - ROUNDING))
    {
        return true;
    }
    return seconds <= other.seconds && spread < other.spread * (1 - ROUNDING);
}

std::int64_t
AloneTime(const FluidWorks& works,
          const Tenants& tenants,
          std::uint32_t gpu,
          AllToAllStart start,
          LayerRecursion& recursion)
{
    const GpuWork work = works.OfPair(tenants.first, tenants.second, gpu);
    return Time::FromSeconds(recursion.Run({work}, start)).Picoseconds();
}

ColocationObjective::ColocationObjective(const MoeLayer& first,
                                         const MoeLayer& second,
                                         const GpuCluster& cluster,
                                         const TimelineOptions& options)
    : m_first(first),
      m_second(second),
      m_cluster(cluster),
      m_options(options),
      m_size(cluster.Size()),
      m_works({&first, &second}, cluster),
      m_lastTenants(m_size, Tenants{0, 0})
{
    for (std::uint32_t i = 0; i < m_size && m_size <= MOST_GPUS_TO_REMEMBER; ++i)
    {
        for (std::uint32_t j = 0; j < m_size; ++j)
        {
            for (std::uint32_t gpu = 0; gpu < m_size; ++gpu)
            {
                m_alone.push_back(AloneTime(m_works, {i, j}, gpu, options.start, m_recursion));
            }
        }
    }
    for (std::uint32_t gpu = 0; gpu < m_size; ++gpu)
    {
        m_lastWorks.push_back(m_works.OfPair(0, 0, gpu));
    }
}

ColocationCost
ColocationObjective::Of(const std::vector<Tenants>& tenants)
{
    ColocationCost cost;
    for (std::uint32_t gpu = 0; gpu < m_size; ++gpu)
    {
        const double alone =
            static_cast<double>(Alone(tenants[gpu].first, tenants[gpu].second, gpu)) / 1e12;
        cost.spread += alone * alone;
    }
    if (m_options.reading == RateReading::FLUID)
    {
        for (std::uint32_t gpu = 0; gpu < m_size; ++gpu)
        {
            const Tenants& now = tenants[gpu];
            Tenants& last = m_lastTenants[gpu];
            if (now.first != last.first || now.second != last.second)
            {
                m_lastWorks[gpu] = m_works.OfPair(now.first, now.second, gpu);
                last = now;
            }
        }
        cost.seconds = m_recursion.Run(m_lastWorks, m_options.start);
        return cost;
    }
    const Colocation colocation = ColocationOf(tenants);
    cost.seconds =
        m_recursion.Run(WorksOf({{&m_first, &colocation.first}, {&m_second, &colocation.second}},
                                m_cluster,
                                m_options.reading),
                        m_options.start);
    return cost;
}

} // namespace echelon
