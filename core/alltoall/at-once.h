// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The plan without an order: every pair sends at once and shares the network.
 *
 *     TransmissionPlan plan = PlanAtOnce(matrix, fabric, {});
 *
 * Under max-min fair rates this models a collective library that posts all its sends. Under MADD
 * (scheduler `sebf`) each pair sends at d_ij / T, where T is the fluid lower bound, and all end
 * together. O(n²).
 */
#pragma once

#include "alltoall/order-options.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

TransmissionPlan PlanAtOnce(const TrafficMatrix& traffic,
                            const PlanningFabric& fabric,
                            const OrderOptions& options);

} // namespace echelon
