// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The fluid fabric: flows are volumes that drain at exactly their allocated rates.
 *
 *     FluidFabric fabric(topology);      // FluidFabric(topology, 4096.0 / 4178): goodput of
 * packets fabric.StartFlow(flow); fabric.SetRates({{flow.id, 1e9}});
 *
 * A flow's last bit leaves when the integral of its rate reaches its volume, and arrives the path's
 * propagation delay later. Event driven: O(log n) per start, finish, rate change or callback; the
 * remaining volume of a flow is brought up to date only when its own rate changes. Times are
 * rounded up to whole picoseconds; finishes closer than COMPLETION_COALESCE_PS share an event.
 */
#pragma once

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
    /// A flow while it sends. `remaining` was right at `since`; the rate has been constant from
    /// then on.
    struct Transfer
    {
        double remaining = 0;
        BitRate rate = 0;
        Time since;
        Time delay;
        bool active = false;
        bool used = false; ///< the id has been given to a flow
    };

    Time NextTime() override;
    bool RunDue() override;
    const Transfer& At(FlowId flow) const;
    double Remaining(const Transfer& transfer) const;
    void SetRate(FlowId flow, BitRate rate);

    std::vector<Transfer> m_transfers;    ///< by FlowId
    IndexedHeap<std::int64_t> m_finishes; ///< flows with a rate, by predicted finish in ps
};

} // namespace echelon
