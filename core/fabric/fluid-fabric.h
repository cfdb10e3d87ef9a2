// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fluid fabric: flows are volumes that drain at exactly their allocated rates.
 *
 *     FluidFabric fabric(topology);      // or FluidFabric(topology, 4096.0 / 4178), with headers
 *     fabric.StartFlow(flow);
 *     fabric.SetRates({{flow.id, 1e9}});
 *
 * A flow's last bit leaves when the integral of its rate reaches its volume, and arrives the path's
 * propagation delay later. Each start, finish, change of a rate and callback costs O(log n); the
 * remaining volume of a flow is brought up to date only when its own rate changes. Times are
 * rounded up to whole picoseconds, and finishes closer than COMPLETION_COALESCE_PS share an event.
 * Memory: 40 bytes for each flow that sends, and 4 for each that ever did (base/indexed-heap.h).
 */
#pragma once

#include "base/id-window.h"
#include "base/indexed-heap.h"
#include "fabric/fluid-engine.h"

#include <vector>

namespace echelon
{

class FluidFabric : public FluidEngine
{
  public:
    explicit FluidFabric(const Topology& topology, double goodput = 1);

    void StartFlow(const Flow& flow) override;
    double RemainingBits(FlowId flow) const override;
    BitRate RateOf(FlowId flow) const override;
    void SetRates(const std::vector<RateChange>& changes) override;
    void Reroute(FlowId flow, Route route) override;

  private:
    /// A flow while it sends. At the time `since` it had `remaining` bits left; its rate has been
    /// constant since then.
    struct Transfer
    {
        double remaining = 0;
        BitRate rate = 0;
        Time since;
        Time delay;
        bool isActive = false;
    };

    Time NextTime() override;
    bool RunDue() override;
    /// The flow's transfer while it sends; else null.
    const Transfer* Sending(FlowId flow) const;
    double Remaining(const Transfer& transfer) const;
    void SetRate(FlowId flow, BitRate rate);

    IdWindow<Transfer> m_transfers;       ///< by FlowId, until they are sent
    IndexedHeap<std::int64_t> m_finishes; ///< flows with a rate, by predicted finish in ps
};

} // namespace echelon
