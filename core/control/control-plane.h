// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What stands between the agents at the hosts and the coordinator: delays, losses, an outage; and
 * the part of each link that the coordinator leaves to everybody, whatever its scheduler decides.
 *
 *     ControlPlane control;
 *     control.reportDelay = Time::FromSeconds(50e-6);
 *     control.lostAt = Time::FromSeconds(2);          // agents keep the last decision
 *
 * Source: Pan et al., HotNets 2022, Section 4 (agents report flows, a coordinator reruns the
 * heuristic "on arrivals and departures, or per interval"). The
 * paper gives no numbers; everything here is off by default.
 *
 * Reports. An agent reports the arrival and the departure of each flow. A report takes reportDelay;
 * with probability reportLoss it is lost and sent again reportTimeout later, and so on. The
 * coordinator decides on what it has heard of. What is left of those flows it reads at the
 * decision; a flow that has left without its report counts with one bit.
 *
 * Outage, from lostAt until backAt: what is on its way between agents and coordinator is lost.
 * Flows with a rate in force keep it until they end. All others (without a decision, or told to
 * wait) share what those leave of each link max-min fairly, as congestion-controlled flows do; they
 * are shared anew, without delay, at each arrival and departure. So every flow ends. From backAt on
 * agents report again, and the first decision takes all flows.
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
    double fairShare =
        0; ///< of each link, in [0, 1): all flows share it fairly (starvation-guard.h)
    Time minimumInterval;  ///< between decisions; changes meanwhile are decided together
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
