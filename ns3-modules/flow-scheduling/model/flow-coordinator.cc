// SPDX-License-Identifier: GPL-2.0-only
#include "flow-coordinator.h"

#include "control/control-plane.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fabric-network.h"
#include "ns3/object-vector.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlowCoordinator);

static echelon::Time
CoreTime(Time time)
{
    return echelon::Time::FromPicoseconds(time.GetPicoSeconds());
}

/// Passes on what the core tells.
class FlowCoordinator::Observer : public echelon::ControlObserver
{
  public:
    explicit Observer(FlowCoordinator& coordinator)
        : m_coordinator(coordinator)
    {
    }

    void OnReport(echelon::FlowId flow, Report report) override
    {
        const bool arrival = report == Report::ARRIVAL;
        m_coordinator.AgentOf(flow.Value()).Report(flow.Value(), arrival);
        m_coordinator.m_reportTrace(flow.Value(), arrival);
    }

    void OnDecision(std::size_t flows) override
    {
        m_coordinator.m_decisionTrace(static_cast<uint32_t>(flows));
    }

    void OnRates(const std::vector<echelon::RateChange>& changes) override
    {
        for (const echelon::RateChange& change : changes)
        {
            const uint32_t flow = change.flow.Value();
            m_coordinator.AgentOf(flow).Obey(flow, change.rate, change.priority);
        }
    }

    void OnOutage(bool lost) override
    {
        m_coordinator.m_outageTrace(lost);
    }

  private:
    FlowCoordinator& m_coordinator;
};

TypeId
FlowCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlowCoordinator")
            .SetParent<Object>()
            .SetGroupName("FlowScheduling")
            .AddConstructor<FlowCoordinator>()
            .AddAttribute("ControlDelay",
                          "From a decision to its rates in force.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlowCoordinator::m_controlDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("MinimumInterval",
                          "Between decisions; changes meanwhile are decided together.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlowCoordinator::m_minimumInterval),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("ReportDelay",
                          "From a flow's arrival or departure until the coordinator knows.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlowCoordinator::m_reportDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("ReportLoss",
                          "Probability that a report is lost; it is then sent again.",
                          DoubleValue(0),
                          MakeDoubleAccessor(&FlowCoordinator::m_reportLoss),
                          MakeDoubleChecker<double>(0, 0.99))
            .AddAttribute("ReportTimeout",
                          "After which a lost report is sent again.",
                          TimeValue(MilliSeconds(1)),
                          MakeTimeAccessor(&FlowCoordinator::m_reportTimeout),
                          MakeTimeChecker(Time(1)))
            .AddAttribute("LostAt",
                          "When the coordinator is lost; negative: never.",
                          TimeValue(Seconds(-1)),
                          MakeTimeAccessor(&FlowCoordinator::m_lostAt),
                          MakeTimeChecker())
            .AddAttribute("BackAt",
                          "When it is back, after LostAt; negative: never.",
                          TimeValue(Seconds(-1)),
                          MakeTimeAccessor(&FlowCoordinator::m_backAt),
                          MakeTimeChecker())
            .AddAttribute("Agents",
                          "The agents, in the order of their ports.",
                          ObjectVectorValue(),
                          MakeObjectVectorAccessor(&FlowCoordinator::m_agents),
                          MakeObjectVectorChecker<FlowAgent>())
            .AddTraceSource("Report",
                            "A report has reached the coordinator.",
                            MakeTraceSourceAccessor(&FlowCoordinator::m_reportTrace),
                            "ns3::FlowCoordinator::ReportTracedCallback")
            .AddTraceSource("Decision",
                            "A decision was made.",
                            MakeTraceSourceAccessor(&FlowCoordinator::m_decisionTrace),
                            "ns3::FlowCoordinator::DecisionTracedCallback")
            .AddTraceSource("Outage",
                            "The coordinator is lost or back.",
                            MakeTraceSourceAccessor(&FlowCoordinator::m_outageTrace),
                            "ns3::FlowCoordinator::OutageTracedCallback");
    return tid;
}

FlowCoordinator::FlowCoordinator()
    : m_observer(std::make_unique<Observer>(*this))
{
}

FlowCoordinator::~FlowCoordinator() = default;

void
FlowCoordinator::DoDispose()
{
    if (m_network)
    {
        m_network->TraceDisconnectWithoutContext("FlowStart",
                                                 MakeCallback(&FlowCoordinator::HearStart, this));
    }
    m_network = nullptr;
    for (const Ptr<FlowAgent>& agent : m_agents)
    {
        agent->Dispose();
    }
    m_agents.clear();
    Object::DoDispose();
}

void
FlowCoordinator::Install(Ptr<FabricNetwork> network)
{
    NS_ABORT_MSG_IF(m_network, "a coordinator has one network");
    m_network = network;
    for (uint32_t index = 0; index < network->GetPorts(); ++index)
    {
        m_agentOfPort.push_back(static_cast<uint32_t>(m_agents.size()));
        const Ptr<EgressPort> port = network->GetPort(index);
        if (port->GetRole() == EgressPort::Role::SOURCE)
        {
            Ptr<FlowAgent> agent = CreateObject<FlowAgent>();
            agent->SetName(port->GetName());
            m_agents.push_back(agent);
        }
    }
    network->TraceConnectWithoutContext("FlowStart",
                                        MakeCallback(&FlowCoordinator::HearStart, this));
}

void
FlowCoordinator::HearStart(uint32_t flow)
{
    if (flow >= m_agentOfFlow.size())
    {
        m_agentOfFlow.resize(flow + 1);
    }
    m_agentOfFlow[flow] = m_agentOfPort[m_network->GetEngine().SourcePort(flow)];
}

FlowAgent&
FlowCoordinator::AgentOf(uint32_t flow)
{
    return *m_agents[m_agentOfFlow.at(flow)];
}

echelon::ControlPlane
FlowCoordinator::MakeControlPlane(uint64_t seed) const
{
    NS_ABORT_MSG_IF(!m_backAt.IsStrictlyNegative() &&
                        (m_lostAt.IsStrictlyNegative() || m_backAt <= m_lostAt),
                    "BackAt lies after LostAt");
    echelon::ControlPlane control;
    control.controlDelay = CoreTime(m_controlDelay);
    control.minimumInterval = CoreTime(m_minimumInterval);
    control.reportDelay = CoreTime(m_reportDelay);
    control.reportLoss = m_reportLoss;
    control.reportTimeout = CoreTime(m_reportTimeout);
    control.seed = seed;
    if (!m_lostAt.IsStrictlyNegative())
    {
        control.lostAt = CoreTime(m_lostAt);
    }
    if (!m_backAt.IsStrictlyNegative())
    {
        control.backAt = CoreTime(m_backAt);
    }
    return control;
}

echelon::ControlObserver*
FlowCoordinator::GetObserver()
{
    return m_observer.get();
}

} // namespace ns3
