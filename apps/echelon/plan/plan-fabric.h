// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric of `echelon plan`, from its options.
 *
 *     PlanningFabric f = FabricOfBandwidth("8x100Gbps,8x40Gbps", 16);
 *     Topology t = TopologyOfFile("topologies/leaf-spine-16.json");
 *
 * A bandwidth is a list of rates, each with or without a count. It has one rate for all GPUs, or as
 * many as there are GPUs.
 * Errors: UsageError; InputError for the topology's file.
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "network/topology.h"

#include <cstdint>
#include <string>

namespace echelon
{

PlanningFabric FabricOfBandwidth(const std::string& list, std::uint32_t gpus);

Topology TopologyOfFile(const std::string& file);

} // namespace echelon
