// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Decides who gives a flow its rate: the fabric by itself, the sharing inside the flow's host, or
 * the coordinator.
 *
 *     RateControl control({topology, scheduler, fabric, flows, run, plane, nullptr});
 *     control.Add(flow, group, job);             // it has been started in the fabric
 *     control.Remove(flow);                      // its last bit has left the source
 *     control.ChangeCapacity({at, link, 0});     // the link fails at the present time
 *
 * A fabric that enforces no rates shares its links without help. On all others the flows inside a
 * host share its scale-up switch (control/host-sharing.h), and the flows between hosts have a
 * coordinator (control/coordinator.h). Cost: as these two.
 */
#pragma once

#include "control/coordinator.h"
#include "control/host-sharing.h"
#include "emulation/open-groups.h"
#include "network/network-condition.h"

namespace echelon
{

class RateControl
{
  public:
    explicit RateControl(const CoordinatorInput& input);

    /// @param flow in the table of flows. @param group of the flow. @param job of the group, in its
    /// present iteration.
    void Add(FlowId flow, OpenGroup& group, const ActiveJob& job);

    /// A flow whose last bit has left its source.
    void Remove(FlowId flow);

    /// The link carries the event's rate from now on. @pre it is a link of the topology, and the
    /// rate is at most the one that it was built with.
    void ChangeCapacity(const LinkEvent& event);

    /// Flows of the coordinator that have not left their source.
    std::size_t ActiveFlows() const
    {
        return m_coordinator.ActiveFlows();
    }

    ControlCounts Counts() const
    {
        return m_coordinator.Counts();
    }

  private:
    /// Queues are weighted by the decisions of the coordinator, which then gives rates to the flows
    /// inside hosts too.
    bool IsSharedInHost(const Flow& flow) const
    {
        return m_topology.IsScaleUp(flow.route[0]) && m_enforcement != Enforcement::QUEUES;
    }

    const Topology& m_topology;
    Fabric& m_fabric;
    const FlowTable& m_flows;
    RunObserver& m_run;
    Enforcement m_enforcement;
    Coordinator m_coordinator;
    HostSharing m_hosts;
};

} // namespace echelon
