// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What all transmission orders of an all-to-all have in common: their type and their choices.
 *
 *     Order PlanAurora;                                              // declares an order
 *     TransmissionPlan plan = PlanAurora(matrix, fabric, {1, 0.01}); // seed 1, gap 1 %
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

#include <cstdint>

namespace echelon
{

/// The choices that orders share.
struct OrderOptions
{
    std::uint64_t seed = 1; ///< of random orders
    /// Orders by Birkhoff decomposition may exceed the bound by this part of it, in favour of fewer
    /// stages and less planning time; 0: exact.
    double gap = 0;
};

/// An order is a pure function: the same traffic, fabric and options give the same plan.
using Order = TransmissionPlan(const TrafficMatrix& traffic,
                               const PlanningFabric& fabric,
                               const OrderOptions& options);

} // namespace echelon
