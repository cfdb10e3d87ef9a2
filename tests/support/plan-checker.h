// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Whether a plan does what its matrix asks and keeps its rule; independent of every order.
 *
 *     std::vector<std::string> faults = CheckPlan(plan, matrix, fabric);   // empty: a right plan
 *
 * Checked: ranks exist, bytes > 0, stages sorted; what a rank sends it has, its own or brought by
 * earlier stages; in the end every byte is where it is wanted, once; EXCLUSIVE: in a stage a rank
 * sends to at most one rank and receives from at most one between servers, and, where the fabric
 * has spines and the plan names them, no uplink carries more than its rate. One line per fault, at
 * most ten. O(transmissions + n²).
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

#include <string>
#include <vector>

namespace echelon
{

std::vector<std::string> CheckPlan(const TransmissionPlan& plan,
                                   const TrafficMatrix& traffic,
                                   const PlanningFabric& fabric);

} // namespace echelon
