// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What fluid fabrics have in common: an event clock, reports of flows that have been sent and have
 * arrived, and how long a flow takes alone.
 *
 *     class Mine : public FluidEngine
 *     {
 *         Time NextTime() override;   // when the next flow is sent, as things stand
 *         bool RunDue() override;     // Report(flow, delay) for each that is sent now
 *     };
 *
 * Errors: ContractViolation for a flow without bytes or path, or without an observer.
 */
#pragma once

#include "fabric/fabric.h"
#include "network/topology.h"
#include "sim/event-clock.h"

namespace echelon
{

class FluidEngine : public Fabric, private EventSource
{
  public:
    FluidEngine(const FluidEngine&) = delete;
    FluidEngine& operator=(const FluidEngine&) = delete;

    void SetObserver(FabricObserver* observer) override
    {
        m_observer = observer;
    }

    /// Bits over the path's smallest payload rate, and the propagation delay on top.
    SoloTimes UncontendedTimes(const Flow& flow) const override;
    FabricCounts Counts() const override;

  protected:
    /// @param goodput as GoodputFactor; below 1 it stands for the headers that packets would add.
    FluidEngine(const Topology& topology, double goodput);

    Time Now() const
    {
        return m_clock.Now();
    }

    void RequireStartable(const Flow& flow) const;
    /// The flow's last bit leaves now, and arrives after the delay.
    void Report(FlowId flow, Time delay);

    const Topology& m_topology;
    FabricObserver* m_observer = nullptr;
    std::uint64_t m_sharings = 0; ///< for Counts()

  private:
    EventClock m_clock;
    std::uint64_t m_reports = 0;
};

} // namespace echelon
