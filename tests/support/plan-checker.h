// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Checks whether a plan does what its matrix asks and keeps its rule. It knows no order.
 *
 *     std::vector<std::string> faults = CheckPlan(plan, matrix, fabric);   // empty: a right plan
 *
 * In a right plan ranks exist, bytes are positive, and stages are sorted. A rank only sends bytes
 * that are its own or that earlier stages have brought. In the end every byte is where it is
 * wanted, once. If the rule is EXCLUSIVE, a rank sends to at most one rank between servers in a
 * stage and receives from at most one; and if the fabric has spines and the plan names them, no
 * uplink carries more than its rate. There is one line per fault, and at most ten. O(transmissions
 * + n²).
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
