// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Computes quickly what a colocation costs, for the colocation heuristics and the exact solver.
 *
 *     ColocationObjective objective(a, b, cluster, options);
 *     ColocationCost cost = objective.Of(tenants);        // the layer's seconds, and a tie-breaker
 *     std::int64_t w = objective.Alone(i, j, gpu);        // ps, if this GPU were the only one
 *
 * An evaluation takes O(n) in the fluid reading, and O(n²) with one sender per receiver. Up to 128
 * GPUs, what each pair takes alone on each GPU is computed once, in O(n³) time and 8 n³ bytes, 17
 * MB at most. Beyond that it is computed whenever it is asked for, and memory is O(n²).
 */
#pragma once

#include "experts/gpu-work.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Who shares a GPU: an expert of either model. By GPU a colocation is a list of these.
struct Tenants
{
    std::uint32_t first;
    std::uint32_t second;
};

std::vector<Tenants> TenantsOf(const Colocation& colocation);
Colocation ColocationOf(const std::vector<Tenants>& tenants);

struct ColocationCost
{
    double seconds = 0; ///< duration of the layer
    double spread = 0;  ///< sum of squares of what GPUs take alone; breaks ties

    /// Less by more than rounding, first in seconds and then in spread.
    bool BetterThan(const ColocationCost& other) const;
};

/// The layer's time if the pair's GPU were the only one and the others as fast, in picoseconds.
std::int64_t AloneTime(const FluidWorks& works,
                       const Tenants& tenants,
                       std::uint32_t gpu,
                       AllToAllStart start,
                       LayerRecursion& recursion);

class ColocationObjective
{
  public:
    /// The layers must outlive the objective.
    ColocationObjective(const MoeLayer& first,
                        const MoeLayer& second,
                        const GpuCluster& cluster,
                        const TimelineOptions& options);

    std::uint32_t Size() const
    {
        return m_size;
    }

    /// @param tenants by GPU.
    ColocationCost Of(const std::vector<Tenants>& tenants);

    /// AloneTime of this objective's layers.
    std::int64_t Alone(std::uint32_t first, std::uint32_t second, std::uint32_t gpu)
    {
        return m_alone.empty()
                   ? AloneTime(m_works, {first, second}, gpu, m_options.start, m_recursion)
                   : m_alone[(std::size_t{first} * m_size + second) * m_size + gpu];
    }

    /// In the fluid reading, whatever the options; with one sender per receiver it is no less.
    const FluidWorks& Works() const
    {
        return m_works;
    }

    AllToAllStart Start() const
    {
        return m_options.start;
    }

  private:
    const MoeLayer& m_first;
    const MoeLayer& m_second;
    const GpuCluster& m_cluster;
    TimelineOptions m_options;
    std::uint32_t m_size;
    FluidWorks m_works;
    std::vector<std::int64_t> m_alone; ///< by first, second, GPU; none beyond 128 GPUs
    LayerRecursion m_recursion;
    std::vector<Tenants> m_lastTenants; ///< fluid: whose works are at hand
    std::vector<GpuWork> m_lastWorks;
};

} // namespace echelon
