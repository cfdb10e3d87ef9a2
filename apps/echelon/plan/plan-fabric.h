// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric of `echelon plan`, from its options, and how long a plan takes on it.
 *
 *     PlanningFabric f = FabricOfBandwidth("8x100Gbps,8x40Gbps", 16);
 *     Topology t = TopologyOfFile("topologies/leaf-spine-16.json");
 *
 * A bandwidth is a list of rates, each with or without a count. It has one rate for all GPUs, or as
 * many as there are GPUs.
 * Errors: UsageError; InputError for the topology's file.
 */
#pragma once

#include "alltoall/plan-time.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/transmission-plan.h"
#include "network/topology.h"

#include <cstdint>
#include <string>

namespace echelon
{

PlanningFabric FabricOfBandwidth(const std::string& list, std::uint32_t gpus);

Topology TopologyOfFile(const std::string& file);

/**
 * How long a plan takes on a whole topology. It is run on the fluid fabric, with racks that may
 * block, propagation delays, and hashed or pinned spines.
 *
 *     PlanTiming timing = ExecutePlan(plan, PlanningFabric::Of(topology, ranks), topology, seed);
 *
 * Rank r is device r. Transmissions become flows with the plan's start conditions
 * (collective/planned-all-to-all.h, no lookahead) and share links max-min fairly. On a big switch
 * without delays the times are those of alltoall/plan-time.h.
 * Errors: ParameterError when there are more transmissions than an iteration may have tasks.
 * @param seed of the hash that chooses a spine if the plan names none.
 */
PlanTiming ExecutePlan(const TransmissionPlan& plan,
                       const PlanningFabric& fabric,
                       const Topology& topology,
                       std::uint64_t seed);

} // namespace echelon
