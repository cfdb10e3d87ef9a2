// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Placement: which device each rank of a job runs on.
 *
 *     PlacementRequest request{"spread", 128, 8, freeDevices};
 *     std::vector<DeviceId> devices = Place(topology, request);     // devices[rank]
 *
 * Ranks come in blocks of `block` consecutive ranks (a tensor-parallel group). Every policy gives
 * out whole hosts, as clusters do, so that no job tears hosts apart that a later one needs whole.
 * A job gets as many free hosts as its ranks fill. The remaining ranks share one host, if possible
 * one in which another job has left room. A block straddles hosts only if no host has room for a
 * whole block.
 * - packed: the first free hosts, in the order of the devices
 * - spread: free hosts round-robin over the leaves
 * - random: free hosts in random order; stream "placement/<job>" of the seed
 * - explicit: the list of devices as given
 *
 * Errors: ParameterError ("placement"): too few free devices, an unknown policy, a device that is
 * taken, repeated or absent. O(devices log devices).
 */
#pragma once

#include "network/topology.h"

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

/// How many of the blocks of consecutive ranks have devices in several hosts.
std::size_t StraddlingBlocks(const Topology& topology,
                             const std::vector<DeviceId>& devices,
                             std::uint32_t block);

} // namespace echelon
