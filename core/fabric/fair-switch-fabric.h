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

#include "fabric/fabric.h"
#include "fabric/fluid-fabric.h"
#include "network/topology.h"

#include <memory>

namespace echelon
{

class FairSwitchFabric : public Fabric
{
  public:
    /// Whether the topology is a big switch small enough for matrices of its ports.
    static bool Fits(const Topology& topology);

    explicit FairSwitchFabric(const Topology& topology, Framing framing = {});
    ~FairSwitchFabric() override;

    void SetObserver(FabricObserver* observer) override;
    Time Now() const override;
    void StartFlow(const Flow& flow) override;
    double RemainingBits(FlowId flow) const override;
    BitRate RateOf(FlowId flow) const override;
    void SetRates(const std::vector<RateChange>& changes) override;
    bool SharesByItself() const override;
    void CallAt(Time time, std::function<void()> callback) override;
    void CallWhenSettled(std::function<void()> callback) override;
    void Run() override;
    double GoodputFactor() const override;
    SoloTimes Alone(const Flow& flow) const override;
    FabricCounts Counts() const override;

  private:
    class Engine;
    std::unique_ptr<Engine> m_engine;
};

} // namespace echelon
