// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * No order: every pair sends at once, and the network shares.
 *
 *     TransmissionPlan plan = PlanAtOnce(matrix, fabric, {});
 *
 * Under max-min fair rates the model of a collective library that posts all its sends; under MADD
 * (scheduler `sebf`) each pair sends at d_ij / T, T the fluid lower bound, and all end together.
 * O(n²).
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
