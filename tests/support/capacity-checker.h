// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Stands between a driver and a fabric, and holds both to the physics of links.
 *
 *     FluidFabric fluid(topology);
 *     CheckedFabric checked(fluid, topology);            // packets: (fabric, topology, segment)
 *     RunEmulation({topology, jobs}, *scheduler, checked);
 *
 * Keeps books of its own: which flows send at what rate, summed anew for every link that a change
 * touches. Errors: ContractViolation when
 * - the rates in force on a link exceed its payload capacity at the time (CAPACITY_EXCESS), also
 *   when an instant is over in which the capacity fell;
 * - a flow is sent although the integral of its rate is not its bits (SAME_VOLUME, and
 *   COMPLETION_COALESCE_PS of its rate), finishes before it is sent, or finishes sooner after it
 *   than light could travel (the path's propagation delay).
 *
 * A packet fabric hands over whole segments: its last bit may leave ahead of the integral by one.
 * Made for tests: O(flows of the path's links × log) per change.
 */
#pragma once

#include "fabric/fabric.h"
#include "network/topology.h"

#include <map>
#include <set>

namespace echelon
{

/// A fabric under observation; to its driver, the fabric itself.
class CheckedFabric : public Fabric, private FabricObserver
{
  public:
    /// @param ahead payload of the largest segment, in bytes; 0 for a fluid.
    CheckedFabric(Fabric& fabric, const Topology& topology, Bytes ahead = 0);

    void SetObserver(FabricObserver* observer) override;
    void StartFlow(const Flow& flow) override;
    void SetRates(const std::vector<RateChange>& changes) override;

    double RemainingBits(FlowId flow) const override
    {
        return m_fabric.RemainingBits(flow);
    }

    BitRate RateOf(FlowId flow) const override
    {
        return m_fabric.RateOf(flow);
    }

    Time LeavesAt(FlowId flow) const override
    {
        return m_fabric.LeavesAt(flow);
    }

    void SetCapacity(LinkId link, BitRate rate) override;
    void Reroute(FlowId flow, Route route) override;

    SoloTimes UncontendedTimes(const Flow& flow) const override
    {
        return m_fabric.UncontendedTimes(flow);
    }

    FabricCounts Counts() const override
    {
        return m_fabric.Counts();
    }

    std::vector<LinkLoad> MeasuredLoads(Time width) const override
    {
        return m_fabric.MeasuredLoads(width);
    }

  private:
    /// A flow from its start to its finish. The rate has been constant since `since`.
    struct Transfer
    {
        Flow flow;
        double integral = 0; ///< of the rate up to `since`, in bits
        BitRate rate = 0;
        Time since;
        bool sent = false;
    };

    void OnFlowSent(FlowId flow) override;
    void OnFlowFinished(FlowId flow) override;
    Transfer& At(FlowId flow);
    void Integrate(Transfer& transfer) const;
    void CheckLink(LinkId link) const;

    Fabric& m_fabric;
    double m_aheadBits;
    FabricObserver* m_observer = nullptr;
    std::map<FlowId, Transfer> m_transfers;     ///< started, not finished
    std::vector<std::set<FlowId>> m_sendersVia; ///< by LinkId: started, not sent
};

} // namespace echelon
