// SPDX-License-Identifier: GPL-2.0-only
#include "all-reduce-helper.h"

#include "coordinator-helper.h"

#include "collective/collectives.h"
#include "network/topology.h"

#include "ns3/abort.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <limits>
#include <set>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(AllReduceHelper);

TypeId
AllReduceHelper::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::AllReduceHelper")
            .SetParent<Object>()
            .SetGroupName("FlowScheduling")
            .AddConstructor<AllReduceHelper>()
            .AddAttribute("Name",
                          "Name of the job.",
                          StringValue("all-reduce"),
                          MakeStringAccessor(&AllReduceHelper::m_name),
                          MakeStringChecker())
            .AddAttribute("Bytes",
                          "Size of each GPU's buffer.",
                          UintegerValue(25000000),
                          MakeUintegerAccessor(&AllReduceHelper::m_bytes),
                          MakeUintegerChecker<uint64_t>(1, std::numeric_limits<int64_t>::max()))
            .AddAttribute("Iterations",
                          "How often, one after the other.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&AllReduceHelper::m_iterations),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Start",
                          "When the first one starts.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&AllReduceHelper::m_start),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("Algorithm",
                          "\"ring\", \"halving-doubling\" or \"tree\" (double binary tree).",
                          StringValue("ring"),
                          MakeStringAccessor(&AllReduceHelper::m_algorithm),
                          MakeStringChecker())
            .AddAttribute("Granularity",
                          "\"flow\" (one flow per pair of GPUs), \"step\" or \"chunk\".",
                          StringValue("flow"),
                          MakeStringAccessor(&AllReduceHelper::m_granularity),
                          MakeStringChecker());
    return tid;
}

void
AllReduceHelper::Install(CoordinatorHelper& coordinator, const std::vector<uint32_t>& gpus) const
{
    const echelon::Topology& topology = coordinator.GetTopology();
    NS_ABORT_MSG_IF(gpus.size() < 2, m_name << ": an all-reduce joins two GPUs or more");
    NS_ABORT_MSG_IF(std::set<uint32_t>(gpus.begin(), gpus.end()).size() != gpus.size(),
                    m_name << ": a GPU is named twice");
    echelon::CollectiveSpec spec;
    spec.kind = echelon::CollectiveKind::ALL_REDUCE;
    spec.bytes = static_cast<echelon::Bytes>(m_bytes);
    for (const uint32_t gpu : gpus)
    {
        NS_ABORT_MSG_IF(gpu >= topology.Devices(),
                        m_name << ": there is no GPU " << gpu << " among " << topology.Devices());
        spec.ranks.emplace_back(gpu);
    }
    echelon::ParameterSet style(echelon::CollectiveParameters());
    try
    {
        style.Set("all_reduce", m_algorithm);
        style.Set("granularity", m_granularity);
    }
    catch (const echelon::ParameterError& error)
    {
        NS_ABORT_MSG(m_name << ": " << error.what() << "; " << error.Hint());
    }
    spec.style = echelon::CollectiveStyleOf(style);

    echelon::Job job;
    job.name = m_name;
    job.iterations = m_iterations;
    job.arrival = echelon::Time::FromPicoseconds(m_start.GetPicoSeconds());
    const echelon::GroupIndex group = job.graph.AddGroup({m_name, m_name});
    echelon::AddCollective(job.graph, topology, spec, group, 0, {});
    coordinator.AddJob(std::move(job));
}

} // namespace ns3
