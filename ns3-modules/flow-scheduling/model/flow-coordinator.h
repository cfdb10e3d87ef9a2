// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The coordinator of flow scheduling as an ns-3 object. Its attributes set up the control plane,
 * its trace sources tell what passes, and it has one agent per interface.
 *
 *     Ptr<FlowCoordinator> coordinator = helper.GetCoordinator();      // coordinator-helper.h
 *     coordinator->SetAttribute("ControlDelay", TimeValue(MicroSeconds(50)));
 *     coordinator->SetAttribute("LostAt", TimeValue(Seconds(2)));
 *     coordinator->TraceConnectWithoutContext("Decision", MakeCallback(&OnDecision));
 *
 * core/control/control-plane.h says what the attributes mean. Decisions are made by
 * core/control/coordinator.h, which this object configures and observes.
 */
#ifndef FLOW_COORDINATOR_H
#define FLOW_COORDINATOR_H

#include "flow-agent.h"

#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <vector>

namespace echelon
{
class ControlObserver;
struct ControlPlane;
} // namespace echelon

namespace ns3
{

class FabricNetwork;

/// Settings and traces of the control plane.
class FlowCoordinator : public Object
{
  public:
    static TypeId GetTypeId();

    FlowCoordinator();
    ~FlowCoordinator() override;

    /// Make an agent for each port at which flows start. Called once.
    void Install(Ptr<FabricNetwork> network);

    /// The agents, in the order of their ports.
    const std::vector<Ptr<FlowAgent>>& GetAgents() const
    {
        return m_agents;
    }

    Time GetControlDelay() const
    {
        return m_controlDelay;
    }

    /// The other attributes, for the core. @param seed of lost reports.
    echelon::ControlPlane MakeControlPlane(uint64_t seed) const;

    /// Passes on what the core tells; lives as long as this object.
    echelon::ControlObserver* GetObserver();

    /// Sinks of Report: a flow, and whether it has arrived (else: left).
    typedef void (*ReportTracedCallback)(uint32_t flow, bool arrival);
    /// Sinks of Decision: how many flows it gives another rate.
    typedef void (*DecisionTracedCallback)(uint32_t flows);
    /// Sinks of Outage: whether the coordinator is lost (else: back).
    typedef void (*OutageTracedCallback)(bool lost);

  protected:
    void DoDispose() override;

  private:
    class Observer;

    void HearStart(uint32_t flow);
    FlowAgent& AgentOf(uint32_t flow);

    Time m_controlDelay;
    Time m_minimumInterval;
    Time m_reportDelay;
    double m_reportLoss{0};
    Time m_reportTimeout;
    Time m_lostAt;
    Time m_backAt;
    Ptr<FabricNetwork> m_network;
    std::vector<Ptr<FlowAgent>> m_agents;
    std::vector<uint32_t> m_agentOfPort; ///< index into m_agents
    std::vector<uint32_t> m_agentOfFlow; ///< by flow id
    std::unique_ptr<Observer> m_observer;
    TracedCallback<uint32_t, bool> m_reportTrace;
    TracedCallback<uint32_t> m_decisionTrace;
    TracedCallback<bool> m_outageTrace;
};

} // namespace ns3

#endif /* FLOW_COORDINATOR_H */
