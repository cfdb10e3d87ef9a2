// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A fluid big switch on which all flows share max-min fairly without a scheduler's doing: `fair` at
 * the cost of ports, not of flows.
 *
 *     FairSwitchFabric fabric(topology);          // @pre FairSwitchFabric::Fits(topology)
 *     RunEmulation({topology, jobs}, fair, fabric);   // the scheduler is not asked
 *
 * Same results as the scheduler `fair` on a FluidFabric without control delay, up to rounding
 * (tests/property/fair-switch-test.cc). On a big switch every path is an egress and an ingress
 * port, of a host or, inside a host, of a GPU; so each is a switch of its own
 * (sharing/shared-switch.h). Flows start in order of their ids. A flow has its rate from its start
 * on; SetRates is refused (ContractViolation).
 *
 * Complexity: O(ports²) per instant at which flows come or go, O(log flows) per flow. Memory: about
 * 80 bytes per pair of ports and 150 per flow that has not ended.
 */
#pragma once

#include "base/id-window.h"
#include "base/indexed-heap.h"
#include "fabric/fluid-engine.h"
#include "sharing/shared-switch.h"

#include <vector>

namespace echelon
{

class FairSwitchFabric : public FluidEngine
{
  public:
    /// Whether the topology is a big switch small enough for matrices of its ports.
    static bool Fits(const Topology& topology);

    explicit FairSwitchFabric(const Topology& topology, double goodput = 1);

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
    struct Transfer
    {
        Time delay;
        std::uint32_t owner = 0; ///< index of its switch
        std::uint32_t multiplicity = 0;
        bool isActive = false;
    };

    Time NextTime() override;
    bool RunDue() override;

    /// The flow's transfer while it sends; else null.
    const Transfer* Sending(FlowId flow) const;
    std::vector<BitRate> Capacities(std::size_t first, std::size_t links) const;
    PortPair PairOf(const Flow& flow) const;
    void Stale(std::uint32_t owner);
    /// Rates after the changes of the present instant.
    void Share();
    /// Flows of one pair of ports are a lane.
    std::uint32_t LaneOf(std::uint32_t owner, PortPair pair) const;
    /// Of the pairs of a switch that has just been shared.
    void ReportLaneRates(std::uint32_t owner);
    void ReportRates(const PortShares& shares);

    std::vector<SharedSwitch> m_switches; ///< of the network, then one for each host's GPUs
    IdWindow<Transfer> m_transfers;       ///< by FlowId, until they are sent
    IndexedHeap<std::int64_t> m_finishes; ///< switches with flows, by their next finish in ps
    std::vector<char> m_isStale;          ///< by switch: in m_staleSwitches
    std::vector<std::uint32_t> m_staleSwitches;
    std::vector<std::uint32_t> m_finished;
    std::vector<std::vector<PortPair>> m_changed; ///< by switch: with flows that have just come
    std::vector<BitRate> m_toldRates;             ///< by lane: by OnLaneRate
    std::vector<BitRate> m_recordedRates;         ///< by LinkId of the network
};

} // namespace echelon
