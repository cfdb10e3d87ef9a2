// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Two more ways in which unordered senders may contend, besides those of alltoall/plan-time.h:
 * receivers that serve one sender at a time.
 *
 *     TransmissionPlan plan = MakePlan("sjf", matrix, fabric, {});
 *     double seconds = TimeOneAtATime(plan, fabric, Waiting::AT_HEAD);
 *
 * AT_HEAD: a sender offers the head of its list and waits until the receiver has taken it;
 * receivers serve offers first come, first served. SKIPPING: whenever two ports are free, the first
 * transmission of all lists that fits them starts. Nobody waits for a busy receiver, so this needs
 * a central scheduler. A transmission gets the lower of its ports' rates in full. Ties by sender.
 * In the times of alltoall/plan-time.h receivers share their port instead.
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
