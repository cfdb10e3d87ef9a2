// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/rate-control.h"

#include "base/contracts.h"

namespace echelon
{

RateControl::RateControl(const CoordinatorInput& input)
    : m_topology(input.topology),
      m_fabric(input.fabric),
      m_flows(input.flows),
      m_run(input.run),
      m_enforcement(input.fabric.EnforcedBy()),
      m_coordinator(input),
      m_hosts(input.topology,
              input.fabric.Condition().Capacity(),
              input.fabric,
              input.flows,
              input.run)
{
}

void
RateControl::Add(FlowId flow, OpenGroup& group, const ActiveJob& job)
{
    if (m_enforcement == Enforcement::NONE)
    {
        return;
    }
    if (IsSharedInHost(m_flows.FlowOf(flow)))
    {
        m_hosts.Add(flow);
        m_coordinator.Reconsider(group.id, true);
        return;
    }
    if (!group.isCoordinated)
    {
        group.isCoordinated = true;
        m_coordinator.SetJob(job);
        m_coordinator.AddGroup(group.id, job.id, group.weight, group.reference);
    }
    m_coordinator.AddFlow(flow);
}

void
RateControl::Remove(FlowId flow)
{
    const Flow& sent = m_flows.FlowOf(flow);
    if (m_enforcement == Enforcement::NONE)
    {
        m_run.OnDeparture(flow);
    }
    else if (IsSharedInHost(sent))
    {
        m_hosts.Remove(flow);
        m_coordinator.Reconsider(sent.group, false);
    }
    else
    {
        m_coordinator.RemoveFlow(flow);
    }
}

void
RateControl::ChangeCapacity(const LinkEvent& event)
{
    ECHELON_REQUIRE(event.link.Value() < m_topology.Links().size(),
                    "an event changes a link of the topology");
    ECHELON_REQUIRE(event.rate <= m_topology.GetLink(event.link).rate,
                    "an event gives a link at most the rate that it was built with");
    m_fabric.SetCapacity(event.link, event.rate);
    if (m_enforcement != Enforcement::NONE)
    {
        m_hosts.ChangeCapacity(event.link);
        m_coordinator.ChangeCapacity(event.link);
    }
}

} // namespace echelon
