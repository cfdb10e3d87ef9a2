// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A collective as one flow per pair of devices that talk: how many bytes each carries in all.
 *
 *     Channels channels = ChannelsOf(topology, ranks);
 *     CollectiveFlows c = FlowsOf(topology, ranks, channels, kind, algorithm, bytes);
 *     c.flows[3].bytes;      // from c.flows[3].source to c.flows[3].destination
 *
 * The sums of what collective/collective-schedule.h sends step by step, to the byte, in the order
 * in which the pairs first talk. A ring's are made without its steps: O(channels × ranks) time and
 * memory; halving-doubling O(channels × ranks × log ranks), all-to-all O(ranks²).
 */
#pragma once

#include "collective/collective-channels.h"
#include "collective/collective-schedule.h"

#include <vector>

namespace echelon
{

/// All that one device sends to another.
struct PairFlow
{
    DeviceId source;
    DeviceId destination;
    Bytes bytes; ///< > 0
};

/// One collective.
struct CollectiveFlows
{
    std::vector<PairFlow> flows;
    std::uint32_t steps = 0; ///< of the schedule behind it
    bool forwards = true;    ///< CollectiveSchedule::forwards
};

CollectiveFlows FlowsOf(const Topology& topology,
                        const std::vector<DeviceId>& ranks,
                        const Channels& channels,
                        CollectiveKind kind,
                        CollectiveAlgorithm algorithm,
                        Bytes bytes);

/// The sums of a schedule.
CollectiveFlows FlowsOf(const Topology& topology,
                        const std::vector<DeviceId>& ranks,
                        const Channels& channels,
                        const CollectiveSchedule& schedule);

/// What follows the flows as a delay: the latencies of all steps but one, each the longest
/// propagation delay among the flows. 0 where nothing is forwarded.
Time LaterLatencies(const Topology& topology, const CollectiveFlows& collective);

} // namespace echelon
