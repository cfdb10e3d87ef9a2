// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The closed formulas for one layer: Equations 1, 3 and 4, and Table 2.
 *
 *     Time t = TableTwoTime(TableTwoOf(a, b, cluster, colocation, RateReading::FLUID));
 *     Time u = EquationOneTime(a, cluster, placement, RateReading::FLUID);
 *
 * Table 2 takes the ends of communication as sums of transfer times from time 0, as if no port
 * waited for a computation; layer-timeline.h follows the start conditions instead. Both agree if a
 * phase computes equally long on all GPUs and communication never waits. A field of TableTwo may
 * also hold a time from elsewhere, such as that of another order. O(n²).
 *
 * Source: Li et al., arXiv 2410.17043.
 */
#pragma once

#include "experts/moe-layer.h"

namespace echelon
{

/// What Table 2 computes with. A sum of all-to-alls is one all-to-all with their added traffic.
struct TableTwo
{
    Time gateFirst; ///< computations: of the slowest GPU
    Time gateSecond;
    Time feedForwardFirst;
    Time feedForwardSecond;
    Time aggregationFirst;
    Time aggregationSecond;
    Time dispatchFirst;     ///< |Nᵃ|
    Time dispatches;        ///< |Nᵃ + Nᵇ|
    Time upToCombineFirst;  ///< |Nᵃ + Nᵇ + Cᵃ|
    Time upToCombineSecond; ///< |Nᵃ + Nᵇ + Cᵃ + Cᵇ|
};

TableTwo TableTwoOf(const MoeLayer& first,
                    const MoeLayer& second,
                    const GpuCluster& cluster,
                    const Colocation& colocation,
                    RateReading reading);

/// E of Aᵇ plus |Gᵃ|.
Time TableTwoTime(const TableTwo& table);

/// max_i (|G_i| + |N_i|) + max_j (|F_j| + |C_j|) + max_k |A_k|; with GPUs and computations alike
/// also Equations 3 and 4.
Time EquationOneTime(const MoeLayer& layer,
                     const GpuCluster& cluster,
                     const Placement& placement,
                     RateReading reading);

} // namespace echelon
