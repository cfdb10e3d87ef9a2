// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The parts of an all-to-all inside servers and between them.
 *
 *     TrafficMatrix outside = BetweenServers(matrix, fabric);
 *     …                                          // an order for what crosses the network
 *     AddInsideServers(plan, matrix, fabric);    // the rest, in the first stage
 *
 * What stays in a server uses the scale-up ports alone, which orders do not arrange: it starts at
 * once. O(n²).
 */
#pragma once

#include "moe/planning-fabric.h"
#include "moe/traffic-matrix.h"
#include "moe/transmission-plan.h"

namespace echelon
{

/// The traffic without what stays inside a server.
TrafficMatrix BetweenServers(const TrafficMatrix& traffic, const PlanningFabric& fabric);

/// Adds the traffic that stays inside servers to the plan's first stage.
void AddInsideServers(TransmissionPlan& plan,
                      const TrafficMatrix& traffic,
                      const PlanningFabric& fabric);

/// The order in which a stage lists its transmissions.
void SortStage(Stage& stage);

} // namespace echelon
