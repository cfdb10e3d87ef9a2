// SPDX-License-Identifier: GPL-2.0-only
#include "flow-agent.h"

#include "ns3/string.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlowAgent);

TypeId
FlowAgent::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlowAgent")
                            .SetParent<Object>()
                            .SetGroupName("FlowScheduling")
                            .AddConstructor<FlowAgent>()
                            .AddAttribute("Name",
                                          "Name of the interface.",
                                          StringValue(""),
                                          MakeStringAccessor(&FlowAgent::m_name),
                                          MakeStringChecker())
                            .AddTraceSource("Report",
                                            "The coordinator has heard of a flow's arrival or "
                                            "departure.",
                                            MakeTraceSourceAccessor(&FlowAgent::m_reportTrace),
                                            "ns3::FlowAgent::ReportTracedCallback")
                            .AddTraceSource("Rate",
                                            "A flow's rate or queue is in force from now on.",
                                            MakeTraceSourceAccessor(&FlowAgent::m_rateTrace),
                                            "ns3::FlowAgent::RateTracedCallback");
    return tid;
}

} // namespace ns3
