// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * When the gate, dispatch, feed-forward (FFN), combine and aggregation of mixture-of-experts layers
 * run, with one model on the GPUs or two.
 *
 *     Timeline one = ExclusiveTimeline({layer}, cluster, {placement}, {});
 *     Timeline two = ColocatedTimeline({a}, {b}, cluster, {colocation}, {});
 *     two.total;  two.layers[0].models[1].combine.span.end;  two.MeanUtilisation();
 *
 * Layers run one after the other; a layer starts with the gates of the first model and ends with
 * the last aggregation, so in a long row its duration is the time per layer. Both follow the start
 * conditions by events (experts/gpu-work.h):
 * - exclusive: max_i (|G_i| + |N_i|) + max_j (|F_j| + |C_j|) + max_k |A_k|, Equation 1;
 * - colocated: Fᵃ when Nᵃ and Gᵇ are over, Nᵇ after Gᵇ, Fᵇ when Nᵇ and Fᵃ are, Cᵃ after Fᵃ, Aᵃ when
 *   Cᵃ and Fᵇ are, Cᵇ after Fᵇ, Aᵇ when Cᵇ and Aᵃ are, and the next Gᵃ after Aᵇ, Table 2.
 * Computations wait for the whole all-to-all, and for their GPU. O(layers × GPUs).
 *
 * GPU utilisation: the time for which a GPU computes over the whole time.
 *
 * Source: Li et al., arXiv 2410.17043, Equations 1, 3, 4 and Table 2. Deviations:
 * 1. Table 2 gives ends of communication as sums of transfer times from time 0. A port that waits
 *    for a computation idles meanwhile. Here it does; tests/support/table-two.h has the closed
 *    formula.
 * 2. Gᵃ is put at the start of its layer instead of the end of the layer before: the same sum.
 * 3. Computations differ by GPU, and exclude each other on each GPU; Table 2 has one |F| per model.
 * 4. As in Equation 1 and in Table 2 a port is busy whenever it has bytes and is never held up by
 *    the other end. One all-to-all whose GPUs start together reaches that (Theorem 4.2). Two that
 *    overlap, or one with staggered starts, need not: docs/algorithms/expert-placement.md has an
 *    instance. So these times bound from below what serves the all-to-alls in this order, and
 *    tests/support/priority-run.h has what strict priority attains.
 */
#pragma once

#include "experts/gpu-work.h"
#include "experts/moe-layer.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// A stretch of time.
struct Span
{
    Time start;
    Time end;
};

/// One phase of one model in one layer.
struct PhaseTimes
{
    Span span;             ///< from the first start to the last end
    std::vector<Span> gpu; ///< by GPU; of an all-to-all: while one of the GPU's ports works for it
};

struct ModelTimes
{
    PhaseTimes gate;
    PhaseTimes dispatch;
    PhaseTimes feedForward;
    PhaseTimes combine;
    PhaseTimes aggregation;
};

/// Layers of all models with the same index.
struct LayerTimes
{
    Span span;
    std::vector<ModelTimes> models; ///< one or two
};

struct Timeline
{
    Time total;
    std::vector<LayerTimes> layers;
    std::vector<Time> compute; ///< by GPU, over all layers and models

    /// Part of the total for which a GPU computes, in [0, 1]; 0 when nothing takes time.
    double Utilisation(std::uint32_t gpu) const;
    /// Mean over GPUs.
    double MeanUtilisation() const;
};

/// How long all-to-alls take that were timed elsewhere: in another order, on a fabric.
struct AllToAllTimes
{
    Time dispatch;
    Time combine;
};

/// @pre one placement per layer; as many experts as GPUs.
Timeline ExclusiveTimeline(const std::vector<MoeLayer>& layers,
                           const GpuCluster& cluster,
                           const std::vector<Placement>& placements,
                           const TimelineOptions& options);

/// With all-to-alls that start together and last as given. @pre also one entry per layer.
Timeline ExclusiveTimelineWith(const std::vector<MoeLayer>& layers,
                               const GpuCluster& cluster,
                               const std::vector<Placement>& placements,
                               const std::vector<AllToAllTimes>& allToAlls);

/// @pre equally many layers of both models, one colocation per layer; as many experts as GPUs.
Timeline ColocatedTimeline(const std::vector<MoeLayer>& first,
                           const std::vector<MoeLayer>& second,
                           const GpuCluster& cluster,
                           const std::vector<Colocation>& colocations,
                           const TimelineOptions& options);

/// How long one all-to-all takes when all GPUs start together: over ports the largest time.
Time AllToAllTime(const TrafficMatrix& dispatch,
                  const GpuCluster& cluster,
                  const Placement& placement,
                  RateReading reading);

/// The whole duration of one layer of two models, without rounding.
double ColocatedSeconds(const MoeLayer& first,
                        const MoeLayer& second,
                        const GpuCluster& cluster,
                        const Colocation& colocation,
                        const TimelineOptions& options);

} // namespace echelon
