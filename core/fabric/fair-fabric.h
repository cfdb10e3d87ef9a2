// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A fluid fabric on which all flows share the links max-min fairly without a scheduler's doing:
 * `fair` at the cost of the links whose levels change, not of flows.
 *
 *     FairFabric fabric(topology);                     // any topology
 *     RunEmulation({topology, jobs}, fair, fabric);    // the scheduler is not asked
 *
 * Same results as the scheduler `fair` on a FluidFabric without control delay, up to rounding
 * (tests/property/fair-fabric-test.cc). Flows inside a host share its scale-up ports in the same
 * way. Flows start in order of their ids. A flow has its rate from its start on; SetRates is
 * refused (ContractViolation). Complexity and memory: sharing/fair-levels.h.
 */
#pragma once

#include "fabric/fluid-engine.h"
#include "sharing/fair-levels.h"

#include <vector>

namespace echelon
{

class FairFabric : public FluidEngine
{
  public:
    explicit FairFabric(const Topology& topology, double goodput = 1);

    void StartFlow(const Flow& flow) override;
    double RemainingBits(FlowId flow) const override;
    BitRate RateOf(FlowId flow) const override;
    void SetRates(const std::vector<RateChange>& changes) override;
    void SetCapacity(LinkId link, BitRate rate) override;

    Enforcement EnforcedBy() const override
    {
        return Enforcement::NONE;
    }

  private:
    Time NextTime() override;
    bool RunDue() override;

    /// Rates after the changes of the present instant.
    void Share();
    void ReportLinkRates();
    void ReportLaneRates();

    FairLevels m_network;
    std::vector<FairLevels::Departure> m_finished;
    std::vector<FairLevels::Lane> m_changed; ///< since the last Share: lanes with new flows
    std::vector<BitRate> m_toldRates;        ///< by lane: by OnLaneRate
    std::vector<BitRate> m_recordedRates;    ///< by LinkId of links between hosts
};

} // namespace echelon
