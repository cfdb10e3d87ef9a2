// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Placement: which device each rank of a job runs on.
 *
 *     PlacementRequest request{"spread", 128, 8, freeDevices};
 *     std::vector<DeviceId> devices = Place(topology, request);     // devices[rank]
 *
 * Ranks come in blocks of `block` consecutive ranks (a tensor-parallel group). While enough hosts
 * have room for whole blocks, no block straddles hosts under any policy; otherwise ranks are placed
 * one by one.
 * - packed: blocks fill host after host, in the order of the devices
 * - spread: blocks go round-robin over the leaves, and inside a leaf over its hosts
 * - random: blocks go to random places for a block; stream "placement/<job>" of the seed
 * - explicit: the list of devices as given
 *
 * Errors: ParameterError ("placement"): too few free devices, an unknown policy, a device that is
 * taken, repeated or absent. O(devices log devices).
 */
#pragma once

#include "topology/topology.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echelon
{

/// One line of `echelon list placements`.
struct PlacementEntry
{
    std::string name;
    std::string help;
};

/// All policies.
const std::vector<PlacementEntry>& PlacementEntries();

/// What is to be placed where.
struct PlacementRequest
{
    std::string policy;
    std::uint32_t ranks = 1;
    std::uint32_t block = 1;         ///< divides ranks
    std::vector<DeviceId> free;      ///< not taken by other jobs
    std::uint64_t seed = 1;          ///< random
    std::string job{};               ///< random: names the stream
    std::vector<DeviceId> devices{}; ///< explicit: one per rank
};

/// @returns the device of each rank.
std::vector<DeviceId> Place(const Topology& topology, const PlacementRequest& request);

} // namespace echelon
