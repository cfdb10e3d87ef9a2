// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * An all-to-all carried out as planned: transmissions become flows with start conditions, and the
 * plan's stages an EchelonFlow.
 *
 *     PlannedAllToAll planned = PlanAllToAll("aurora", topology, ranks, matrix);
 *     std::vector<TaskId> done = AddPlannedAllToAll(graph, ranks, planned, g, ready);  // per rank
 *
 * A flow's position in the group is its stage. Start conditions, as tasks and dependencies:
 * - EXCLUSIVE: stages run in order at every port. A transmission between servers may start once its
 *   sender's and its receiver's transmissions of all earlier stages have left their sources, except
 *   the most recent `lookahead` stages of the port, which may overlap with it. So at most
 *   lookahead + 1 stages are sent at a time. If all paths have one delay, the next sender's first
 *   segment reaches the receiver's port just behind the last one of the sender before, so the port
 *   neither idles nor queues. Paths that differ by d overlap, or leave a gap, by d × rate; this
 * does not add up over the stages. It is assumed that the next sender knows without delay that the
 * one before is done. In practice the receiver grants turns one delay ahead, or clocks follow the
 * plan. With lookahead 1 a stage whose rank is late does not hold up the port: the next one goes
 * ahead. The flow scheduler then chooses which of the two goes first: `edf` and `least-slack` serve
 * the earlier stage and give the rest to the next one, `echelon` does so inside a group as far as
 * its ideal finish times require, and `fair` shares. Transmissions with a spine of their own also
 * wait, in the same way, for those before them on the links to it and from it, if such a link has
 * the rate of a port.
 * - SENDER_ORDER: a transmission starts when all but `lookahead` of its sender's before it have
 *   arrived (PlannedAllToAll::senderAwaits).
 * - UNORDERED: a transmission starts when both ranks are ready.
 * Inside a server a transmission only waits for both ranks and for what it forwards. A rank that
 * forwards sends its own bytes first, and waits until as much has arrived for the same target as
 * the rest takes.
 *
 * Memory: at most three tasks and eight dependencies a transmission besides SENDER_ORDER's and
 * UNORDERED's one per receiver. O(transmissions log n) time.
 * Errors: ParameterError ("kind") when the plan has more transmissions than an iteration may have
 * tasks.
 */
#pragma once

#include "alltoall/order-registry.h"
#include "flow/arrangement.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echelon
{

/// One sender per receiver, whatever the flow scheduler.
inline constexpr std::uint32_t DEFAULT_LOOKAHEAD = 0;

/// A plan, and what carrying it out takes besides.
struct PlannedAllToAll
{
    TransmissionPlan plan;
    std::vector<std::uint32_t> servers; ///< by rank (PlanningFabric::server)
    /// SENDER_ORDER: DONE, the sender hears of the arrival; SENT: its pacing of the last segment
    /// has ended. Where k senders share a receiver a pace's slot is k segments long, and the others
    /// have the sender's share by then: crowds catch up with those who leave them.
    Milestone senderAwaits = Milestone::DONE;
    /// When each stage would be done if ports were all that counts, from the end of the first on:
    /// max over ports of the time for the port's bytes of this and earlier stages; strictly
    /// ascending.
    Arrangement arrangement = Arrangement::Coflow();
    /// By rank, where every link between leaf and spine has the rate of a port; else empty.
    std::vector<std::uint32_t> racks{};
};

/// A plan for a fabric. @pre plan.ranks == fabric.Ranks().
PlannedAllToAll PlannedOn(TransmissionPlan plan, const PlanningFabric& fabric);

/// The plan of an order (alltoall/order-registry.h) on the part of the topology that the ranks use.
/// @throws ParameterError ("order").
PlannedAllToAll PlanAllToAll(const std::string& order,
                             const Topology& topology,
                             const std::vector<DeviceId>& ranks,
                             const TrafficMatrix& traffic,
                             const OrderOptions& options = {});

/**
 * @param ranks the devices, by rank of the plan. @pre distinct, as many as the plan has ranks.
 * @param group gets the plan's arrangement; holds nothing else.
 * @param ready per rank, the task after which it may take part; or empty: at once.
 * @returns per rank, the task after which all that it sends and receives has arrived; `ready`
 * itself when the plan is empty.
 */
std::vector<TaskId> AddPlannedAllToAll(TaskGraph& graph,
                                       const std::vector<DeviceId>& ranks,
                                       const PlannedAllToAll& planned,
                                       GroupIndex group,
                                       const std::vector<TaskId>& ready,
                                       std::uint32_t lookahead = DEFAULT_LOOKAHEAD);

} // namespace echelon
