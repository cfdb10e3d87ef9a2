// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fabric as the planner of an all-to-all sees it: port rates, servers, racks, uplinks.
 *
 *     PlanningFabric f = PlanningFabric::BigSwitch(std::vector<BitRate>(64, 100e9));
 *     PlanningFabric g = PlanningFabric::Of(topology, devices);    // devices[rank]
 *     double bound = LowerBound(matrix, f);                        // seconds
 *
 * Rank i sends and receives at portRate[i] over the network between servers. Ranks of one server
 * exchange over its scale-up switch, each at scaleUpRate, both ways at once. Ranks of one rack
 * (leaf) share its uplinks: `spines` links of the rack's uplinkRate each way; with spines == 0 the
 * network does not block. Rates are what payload gets: link rates times `goodput`.
 *
 * Lower bound, every constraint alone: a port's bytes over its rate; a rack's bytes to (from) other
 * racks over spines × uplinkRate; a rank's bytes inside its server over scaleUpRate. With relays
 * over the scale-up switch (order `fast`) a server's ranks may share their ports, and the port term
 * becomes the server's bytes over the sum of its ports' rates: LowerBound(…, relays = true).
 * O(n²).
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/ids.h"
#include "base/units.h"
#include "network/topology.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct PlanningFabric
{
    std::vector<BitRate> portRate;     ///< by rank, > 0
    std::vector<std::uint32_t> server; ///< by rank; ranks of one server are consecutive
    std::vector<std::uint32_t> rack;   ///< by rank
    BitRate scaleUpRate = 0;           ///< 0 when every server holds one rank
    std::uint32_t spines = 0;          ///< 0: non-blocking between servers
    /// By rank: of one link between its rack's leaf and a spine. Empty when spines == 0.
    std::vector<BitRate> uplinkRate;

    std::uint32_t Ranks() const
    {
        return static_cast<std::uint32_t>(portRate.size());
    }

    /// The rate of the slowest uplinks among racks that take part; 0 without uplinks.
    BitRate SlowestUplink() const;

    bool SameServer(std::uint32_t a, std::uint32_t b) const
    {
        return server[a] == server[b];
    }

    /// Whether all ports have one rate.
    bool Homogeneous() const;

    /// One rank per server, all on one switch.
    static PlanningFabric BigSwitch(std::vector<BitRate> portRates);

    /// The part of a topology that the ranks use. Where ranks share a host's interface each gets an
    /// equal part of its rate. @param goodput payload bits per bit on a link, in (0, 1].
    static PlanningFabric Of(const Topology& topology,
                             const std::vector<DeviceId>& ranks,
                             double goodput = 1.0);
};

/// Seconds that no schedule of the all-to-all can beat.
double LowerBound(const TrafficMatrix& traffic, const PlanningFabric& fabric, bool relays = false);

} // namespace echelon
