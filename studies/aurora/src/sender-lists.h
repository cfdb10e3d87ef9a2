// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two more ways in which unordered senders may contend, besides those of alltoall/plan-time.h:
 * receivers that serve one sender at a time.
 *
 *     TransmissionPlan plan = MakePlan("sjf", matrix, fabric, {});
 *     double seconds = TimeOneAtATime(plan, fabric, Waiting::AT_HEAD);
 *
 * AT_HEAD: a sender offers the head of its list and waits until the receiver, which serves the
 * offers first come first served, has taken it. SKIPPING: whenever two ports are free, the first
 * transmission of all lists that fits them starts; nobody waits for a busy receiver, which needs a
 * central scheduler. A transmission gets the lower of its ports' rates, whole. Ties by sender.
 * The times of alltoall/plan-time.h have receivers that share their port instead.
 * O(transmissions²) for SKIPPING, O(transmissions × ranks) for AT_HEAD.
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/transmission-plan.h"

#include <cstdint>

namespace study
{

enum class Waiting : std::uint8_t
{
    AT_HEAD,
    SKIPPING,
};

/// @returns the makespan in seconds. @pre the plan's rule is SENDER_ORDER; a rank per server.
double TimeOneAtATime(const echelon::TransmissionPlan& plan,
                      const echelon::PlanningFabric& fabric,
                      Waiting waiting);

} // namespace study
