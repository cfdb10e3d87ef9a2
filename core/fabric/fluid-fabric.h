// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fluid fabric: flows are volumes that drain at exactly their allocated rates.
 *
 *     FluidFabric fabric(topology);      // FluidFabric(topology, {4096, 82}): goodput of packets
 *     fabric.StartFlow(flow);
 *     fabric.SetRates({{flow.id, 1e9}});
 *
 * A flow's last bit leaves when the integral of its rate reaches its volume, and arrives the path's
 * propagation delay later. Event driven: O(log n) per start, finish, rate change or callback; the
 * remaining volume of a flow is brought up to date only when its own rate changes. Times are
 * rounded up to whole picoseconds; finishes closer than COMPLETION_COALESCE_PS share an event.
 */
#pragma once

#include "fabric/fabric.h"
#include "network/topology.h"

#include <memory>

namespace echelon
{

/// Header overhead as a packet fabric would add it; none by default.
struct Framing
{
    Bytes segment = 4096; ///< payload bytes of a full segment
    Bytes header = 0;     ///< bytes on the wire besides the payload
};

/// Bits over the path's smallest payload rate, and the propagation delay on top.
SoloTimes FluidSoloTimes(const Topology& topology, double goodputFactor, const Flow& flow);

/// The pure C++ fabric.
class FluidFabric : public Fabric
{
  public:
    explicit FluidFabric(const Topology& topology, Framing framing = {});
    ~FluidFabric() override;

    void SetObserver(FabricObserver* observer) override;
    Time Now() const override;
    void StartFlow(const Flow& flow) override;
    double RemainingBits(FlowId flow) const override;
    BitRate RateOf(FlowId flow) const override;
    void SetRates(const std::vector<RateChange>& changes) override;
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
