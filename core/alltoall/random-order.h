// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A random order: every sender's transmissions shuffled.
 *
 *     TransmissionPlan plan = PlanRandomOrder(matrix, fabric, {7});    // seed 7
 *
 * Baseline RCS (random communication scheduling) of Li et al., arXiv 2410.17043, Section 8. Stream
 * "order/random/<sender>" of options.seed for each sender. O(n²).
 */
#pragma once

#include "alltoall/order-options.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

TransmissionPlan PlanRandomOrder(const TrafficMatrix& traffic,
                                 const PlanningFabric& fabric,
                                 const OrderOptions& options);

} // namespace echelon
