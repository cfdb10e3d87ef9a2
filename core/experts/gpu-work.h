// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What one GPU has to do in one layer of the models that it holds, in seconds, and how long the
 * layer then takes: the recursion beneath the timelines and the search for placements.
 *
 *     std::vector<GpuWork> works = WorksOf({{&a, &placementA}, {&b, &placementB}},
 *                                          cluster, RateReading::FLUID);
 *     LayerRecursion recursion;
 *     double seconds = recursion.Run(works, AllToAllStart::EACH_GPU);
 *
 * There are two models, or one and nothing of the second. A GPU computes Gᵃ Gᵇ Fᵃ Fᵇ Aᵃ Aᵇ, and
 * each of its two ports carries Nᵃ Nᵇ Cᵃ Cᵇ in this order (N dispatch, C combine), each part from
 * the moment when what it waits for is done: the start conditions of Li et al.
 * (arXiv 2410.17043), Table 2. On a GPU these moments come in the order of the parts, so first come
 * first served and strict priority of the earlier part are the same. Ports are independent: see
 * docs/algorithms/expert-placement.md for what that leaves out. O(GPUs).
 *
 * The time is monotone: it gets no shorter if a number of a GpuWork grows, and no longer if GPUs
 * are left out. The bounds of ColocateExactly (colocation.h) rest on this.
 */
#pragma once

#include "experts/moe-layer.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echelon
{

/// When the transmissions of an all-to-all may start.
enum class AllToAllStart : std::uint8_t
{
    EACH_GPU, ///< on a GPU when its own computation is done: the sums |G_i| + |N_i| of Equation 1
    TOGETHER, ///< on all GPUs when the last computation is done: a collective call
};

struct TimelineOptions
{
    RateReading reading = RateReading::FLUID;
    AllToAllStart start = AllToAllStart::EACH_GPU;
};

/// Seconds.
struct GpuWork
{
    static constexpr std::size_t COMPUTATIONS = 6; ///< Gᵃ Gᵇ Fᵃ Fᵇ Aᵃ Aᵇ
    static constexpr std::size_t ALL_TO_ALLS = 4;  ///< Nᵃ Nᵇ Cᵃ Cᵇ

    std::array<double, COMPUTATIONS> computation{};
    std::array<double, ALL_TO_ALLS> egress{};
    std::array<double, ALL_TO_ALLS> ingress{};
};

/// One or two layers that run side by side, and the GPU of each of their experts.
struct PlacedLayer
{
    const MoeLayer* layer;
    const Placement* placement;
};

/// By GPU. @pre one or two; as many experts as GPUs, and placements are permutations.
std::vector<GpuWork> WorksOf(const std::vector<PlacedLayer>& placed,
                             const GpuCluster& cluster,
                             RateReading reading);

/// The same in the fluid reading, where what an expert adds to a GPU does not depend on where the
/// others are. O(n²) to build.
class FluidWorks
{
  public:
    /// @pre one or two layers, as many experts as GPUs.
    FluidWorks(const std::vector<const MoeLayer*>& layers, const GpuCluster& cluster);

    /// Expert `first` of the first model and `second` of the second on one GPU.
    /// @pre two layers. O(1).
    GpuWork OfPair(std::uint32_t first, std::uint32_t second, std::uint32_t gpu) const;

    /// An expert of one of the models alone. O(1).
    GpuWork OfExpert(std::size_t model, std::uint32_t expert, std::uint32_t gpu) const;

    /// An expert of one of the models on top of what the GPU already has. O(1).
    void Add(GpuWork& work, std::size_t model, std::uint32_t expert, std::uint32_t gpu) const;

  private:
    /// What one expert brings to one GPU.
    struct Share
    {
        std::array<double, 3> computation; ///< gate, FFN, aggregation
        double sends;                      ///< dispatch
        double receives;
    };

    std::uint32_t m_size;
    std::vector<std::vector<Share>> m_shares; ///< by model; expert by expert, then by GPU
};

/// The start conditions as a recursion; keeps its arrays from run to run.
class LayerRecursion
{
  public:
    /// When a part starts and ends on one GPU.
    struct Interval
    {
        double start = 0;
        double end = 0;
    };

    /// Parts of one GPU.
    struct GpuIntervals
    {
        std::array<Interval, GpuWork::COMPUTATIONS> computation;
        std::array<Interval, GpuWork::ALL_TO_ALLS>
            allToAll; ///< from the first byte to the last of the GPU
    };

    /// @returns seconds from the start of Gᵃ until the end of the last aggregation.
    double Run(const std::vector<GpuWork>& works, AllToAllStart start);

    /// Of the last run, by GPU.
    const std::vector<GpuIntervals>& Intervals() const
    {
        return m_intervals;
    }

    /// When all-to-all k (0…3) of the last run was over on all GPUs.
    double EndOf(std::size_t allToAll) const
    {
        return m_ends[allToAll];
    }

  private:
    void Compute(const std::vector<GpuWork>& works, std::size_t computation, double notBefore);
    void Exchange(const std::vector<GpuWork>& works, std::size_t allToAll, AllToAllStart start);

    std::vector<GpuIntervals> m_intervals;
    std::vector<double> m_egressFree;
    std::vector<double> m_ingressFree;
    std::array<double, GpuWork::ALL_TO_ALLS> m_ends{};
};

/// The backward pass of a layer as a layer: the gradients of the combined outputs travel like the
/// dispatch, those of the experts' inputs like the combine; computations take `factor` times their
/// forward time, the aggregation's first and the gate's last.
MoeLayer BackwardOf(const MoeLayer& layer, double factor = 2);

} // namespace echelon
