// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One mixture-of-experts layer as the placement planner sees it, the cluster that it runs on, and
 * which expert is where.
 *
 *     MoeLayer layer{dispatch, gate, ffn, aggregation};   // by expert; times at speed 1
 *     GpuCluster cluster{{100e9, 50e9}, {1.0, 0.5}};      // rate and speed of each GPU
 *     Placement placement{1, 0};                          // expert 0 on GPU 1
 *
 * Gate → dispatch → feed-forward (FFN) → combine → aggregation. Expert e stands for the tokens that
 * start where it lives (row e of the dispatch) and for its parameters (column e), as in Li et al.,
 * "Optimizing Mixture-of-Experts Inference Time Combining Model Deployment and Communication
 * Scheduling" (arXiv 2410.17043): both move with it. The combine is the transposed dispatch.
 * Times are those of a GPU of speed 1; a GPU of speed v takes 1/v of them.
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/time.h"
#include "base/units.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct MoeLayer
{
    TrafficMatrix dispatch;
    std::vector<Time> gate; ///< by expert
    std::vector<Time> feedForward;
    std::vector<Time> aggregation;

    std::uint32_t Experts() const
    {
        return dispatch.Size();
    }
};

/// GPUs on one non-blocking switch.
struct GpuCluster
{
    std::vector<BitRate> rate; ///< by GPU, each way
    std::vector<double> speed; ///< by GPU, > 0; 1 is the speed at which layers' times are given

    std::uint32_t Size() const
    {
        return static_cast<std::uint32_t>(rate.size());
    }
};

/// GPU of each expert; exclusive: a permutation.
using Placement = std::vector<std::uint32_t>;

/// Two models on one cluster: expert e of the first on GPU first[e], and likewise the second. Each
/// GPU holds one expert of each.
struct Colocation
{
    Placement first;
    Placement second;
};

/// How long an all-to-all takes between ports of unequal rates (alltoall/planning-fabric.h says
/// more).
enum class RateReading : std::uint8_t
{
    ONE_SENDER, ///< one sender per receiver: entry d_ij lasts d_ij / min(B_i, B_j)
    FLUID,      ///< rates add up at a receiver: max over ports of bytes / rate
};

} // namespace echelon
