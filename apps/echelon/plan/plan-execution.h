// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long a plan takes on a whole topology. It is run on the fluid fabric, with racks that may
 * block, propagation delays, and hashed or pinned spines.
 *
 *     PlanTiming timing = ExecutePlan(plan, PlanningFabric::Of(topology, ranks), topology, seed);
 *
 * Rank r is device r. Transmissions become flows with the plan's start conditions
 * (collective/planned-all-to-all.h, no lookahead) and share links max-min fairly. On a big switch
 * without delays the times are those of alltoall/plan-time.h.
 * Errors: ParameterError when there are more transmissions than an iteration may have tasks.
 */
#pragma once

#include "alltoall/plan-time.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/transmission-plan.h"
#include "network/topology.h"

#include <cstdint>

namespace echelon
{

/// @param seed of the hash that chooses a spine if the plan names none.
PlanTiming ExecutePlan(const TransmissionPlan& plan,
                       const PlanningFabric& fabric,
                       const Topology& topology,
                       std::uint64_t seed);

} // namespace echelon
