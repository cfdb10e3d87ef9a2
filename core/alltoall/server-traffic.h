// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The part of an all-to-all that stays inside servers.
 *
 *     TransmissionPlan plan = …;                 // of what crosses the network
 *     AddInsideServers(plan, matrix, fabric);    // the rest, in the first stage
 *     SortStage(plan.stages.front());            // has been done
 *
 * What stays in a server uses only the scale-up ports. Orders do not arrange these, so it starts at
 * once. O(n²).
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

/// Adds the traffic that stays inside servers to the plan's first stage.
void AddInsideServers(TransmissionPlan& plan,
                      const TrafficMatrix& traffic,
                      const PlanningFabric& fabric);

/// The order in which a stage lists its transmissions.
void SortStage(Stage& stage);

} // namespace echelon
