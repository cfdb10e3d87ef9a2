// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Options of the control plane between the agents at the hosts and the coordinator: delays, losses
 * and an outage, and the part of each link that all flows share whatever the scheduler decides.
 *
 *     ControlPlane control;
 *     control.reportDelay = Time::FromSeconds(50e-6);
 *     control.lostAt = Time::FromSeconds(2);          // agents keep the last decision
 *
 * Source: Pan et al., HotNets 2022, Section 4 (agents report flows, a coordinator reruns the
 * heuristic "on arrivals and departures, or per interval"). The paper gives no numbers, so
 * everything here is off by default.
 *
 * Reports. An agent reports the arrival and the departure of each flow. A report takes reportDelay.
 * It is lost with probability reportLoss; then it is sent again after reportTimeout, and may be
 * lost again. The coordinator decides on the flows that it has heard of. It reads at the time of
 * the decision how much of them is left; a flow that has left while its report is still on the way
 * counts as one bit.
 *
 * Outage. Between lostAt and backAt everything on its way between agents and coordinator is lost.
 * Flows that have a rate keep it until they end. All others have no decision yet or were told to
 * wait. They share what is left of each link max-min fairly, as congestion-controlled flows do, and
 * are shared anew, without delay, at each arrival and departure; so every flow ends. From backAt on
 * agents report again, and the first decision is on all flows.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "fabric/fabric.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

struct ControlPlane
{
    Time controlDelay; ///< from a decision until its rates are in force
    /// The part of each link, in [0, 1), that all flows share fairly (starvation-guard.h).
    double fairShare = 0;
    Time minimumInterval;  ///< between decisions; the changes in it are decided together
    Time reportDelay;      ///< from an arrival or departure until the coordinator knows
    double reportLoss = 0; ///< probability, in [0, 1)
    Time reportTimeout = Time::FromPicoseconds(1000000000); ///< 1 ms
    std::optional<Time> lostAt;
    std::optional<Time> backAt; ///< later than lostAt
    std::uint64_t seed = 1;     ///< of lost reports
};

/// Hears what passes between agents and coordinator.
class ControlObserver
{
  public:
    virtual ~ControlObserver() = default;

    enum class Report
    {
        ARRIVAL,
        DEPARTURE,
    };

    /// A report on a flow has reached the coordinator.
    virtual void OnReport(FlowId flow, Report report) = 0;
    /// A decision was made. @param flows whose rates it changes.
    virtual void OnDecision(std::size_t flows) = 0;
    /// Rates are in force at the agents from now on.
    virtual void OnRates(const std::vector<RateChange>& changes) = 0;
    /// The coordinator is lost, or back.
    virtual void OnOutage(bool lost) = 0;
};

} // namespace echelon
