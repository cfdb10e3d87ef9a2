// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long a plan takes between ports alone, in exact fluid times without propagation or racks.
 *
 *     PlanTiming timing = TimePlan(plan, fabric);
 *     timing.makespan;                           // Time
 *     timing.transmissions[k];                   // start and end, in the plan's order
 *
 * What shares a port depends on the plan's rule (alltoall/transmission-plan.h):
 * - EXCLUSIVE: a transmission gets the lower of its two ports' rates from the moment when both are
 *   free of earlier stages: O(transmissions log n); those of one stage that share a port (pieces
 *   over several spines) get parts of its rate in proportion to their bytes.
 * - SENDER_ORDER: each sender has one transmission under way; those to one receiver share its port
 *   max-min fairly: head-of-line blocking. O(transmissions × fan-in).
 * - UNORDERED: max-min fair over all ports. O(distinct ending times × (n² + transmissions)): beyond
 *   some 200 ranks, rather run it on the fluid fabric under `fair`.
 * Inside a server transmissions share the scale-up ports max-min fairly; EXCLUSIVE: those of one
 * stage, when both ports are free of earlier stages; SENDER_ORDER: the heads of queues of their
 * own. What a relay forwards has arrived: it sends its own bytes for a target first. On racks that
 * block, run the plan on a fabric instead (collective/planned-all-to-all.h).
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/transmission-plan.h"
#include "base/time.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// When a transmission is under way.
struct TransmissionSpan
{
    Time start;
    Time end;
};

struct PlanTiming
{
    Time makespan;
    std::vector<TransmissionSpan> transmissions; ///< stage by stage, in the stage's order
    /// The largest number of senders that one receiver's port hears at a time.
    std::uint32_t fanIn = 0;
};

/// @pre the plan is for the fabric's ranks.
PlanTiming TimePlan(const TransmissionPlan& plan, const PlanningFabric& fabric);

} // namespace echelon
