// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The agent of flow scheduling at an interface. It reports flows to the coordinator and puts the
 * coordinator's decisions into force.
 *
 *     Ptr<FlowAgent> agent = coordinator->GetAgents()[0];
 *     agent->TraceConnectWithoutContext("Rate", MakeCallback(&OnRate));
 *
 * There is one per port at which flows start. It sends nothing itself; the data plane's controller
 * at the same port does (rate-controller.h).
 */
#ifndef FLOW_AGENT_H
#define FLOW_AGENT_H

#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <string>

namespace ns3
{

/// What the coordinator hears from one interface, and tells it.
class FlowAgent : public Object
{
  public:
    static TypeId GetTypeId();

    void SetName(const std::string& name)
    {
        m_name = name;
    }

    const std::string& GetName() const
    {
        return m_name;
    }

    /// A report has reached the coordinator. Called by FlowCoordinator, like Obey.
    void Report(uint32_t flow, bool arrival)
    {
        ++m_reports;
        m_reportTrace(flow, arrival);
    }

    /// A rate and a queue are in force from now on.
    void Obey(uint32_t flow, double rate, uint32_t queue)
    {
        ++m_changes;
        m_rateTrace(flow, rate, queue);
    }

    /// Reports that have reached the coordinator.
    uint64_t Reports() const
    {
        return m_reports;
    }

    /// Changes of rate or queue.
    uint64_t Changes() const
    {
        return m_changes;
    }

    /// Sinks of Report: a flow, and whether it has arrived (else: left).
    typedef void (*ReportTracedCallback)(uint32_t flow, bool arrival);
    /// Sinks of Rate: a flow, payload bits per second, the queue.
    typedef void (*RateTracedCallback)(uint32_t flow, double rate, uint32_t queue);

  private:
    std::string m_name;
    uint64_t m_reports{0};
    uint64_t m_changes{0};
    TracedCallback<uint32_t, bool> m_reportTrace;
    TracedCallback<uint32_t, double, uint32_t> m_rateTrace;
};

} // namespace ns3

#endif /* FLOW_AGENT_H */
