// SPDX-License-Identifier: GPL-2.0-only
#include "coordinator-helper.h"

#include "emulation/emulation.h"
#include "sched/scheduler-registry.h"

#include "ns3/abort.h"
#include "ns3/fabric-network.h"
#include "ns3/flow-coordinator.h"
#include "ns3/log.h"
#include "ns3/packet-fabric.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("CoordinatorHelper");

/// Held apart, so that the header names no type of the core.
struct CoordinatorHelper::Impl
{
    const echelon::SchedulerEntry* entry{nullptr};
    echelon::ParameterSet parameters;
    Ptr<FlowCoordinator> coordinator{CreateObject<FlowCoordinator>()};
    uint64_t seed{1};
    Ptr<FabricNetwork> network;
    const echelon::Topology* topology{nullptr};
    std::vector<echelon::Job> jobs;
    std::unique_ptr<echelon::RunRecord> record;
};

std::vector<std::string>
CoordinatorHelper::Schedulers()
{
    std::vector<std::string> names;
    for (const echelon::SchedulerEntry& entry : echelon::SchedulerEntries())
    {
        names.push_back(entry.name);
    }
    return names;
}

CoordinatorHelper::CoordinatorHelper(const std::string& scheduler)
    : m_impl(std::make_unique<Impl>())
{
    const std::vector<std::string> names = Schedulers();
    NS_ABORT_MSG_IF(std::find(names.begin(), names.end(), scheduler) == names.end(),
                    "there is no scheduler \"" << scheduler << "\"; did you mean \""
                                               << echelon::ClosestMatch(scheduler, names) << "\"?");
    m_impl->entry = &echelon::SchedulerEntryOf(scheduler);
    m_impl->parameters = echelon::ParameterSet(m_impl->entry->parameters);
}

CoordinatorHelper::~CoordinatorHelper()
{
    m_impl->coordinator->Dispose();
}

Ptr<FlowCoordinator>
CoordinatorHelper::GetCoordinator() const
{
    return m_impl->coordinator;
}

void
CoordinatorHelper::SetParameter(const std::string& name, const std::string& value)
{
    try
    {
        m_impl->parameters.Set(name, value);
    }
    catch (const echelon::ParameterError& error)
    {
        NS_ABORT_MSG(m_impl->entry->name << ": " << error.what() << "; " << error.Hint());
    }
}

void
CoordinatorHelper::SetSeed(uint64_t seed)
{
    m_impl->seed = seed;
}

void
CoordinatorHelper::Install(Ptr<FabricNetwork> network, const echelon::Topology& topology)
{
    NS_ABORT_MSG_IF(m_impl->network, "a coordinator has one network");
    NS_ABORT_MSG_IF(network->GetPorts() != topology.Links().size(),
                    "the network was not built from this topology");
    m_impl->coordinator->Install(network);
    m_impl->network = network;
    m_impl->topology = &topology;
}

const echelon::Topology&
CoordinatorHelper::GetTopology() const
{
    NS_ABORT_MSG_IF(!m_impl->topology, "call Install first");
    return *m_impl->topology;
}

void
CoordinatorHelper::AddJob(echelon::Job job)
{
    m_impl->jobs.push_back(std::move(job));
}

Time
CoordinatorHelper::Run()
{
    NS_ABORT_MSG_IF(!m_impl->network, "call Install before Run");
    NS_ABORT_MSG_IF(m_impl->jobs.empty(), "there is nothing to run: add a job first");
    NS_ABORT_MSG_IF(m_impl->record, "Run is called once");
    NS_LOG_INFO(m_impl->jobs.size() << " jobs under " << m_impl->entry->name);
    const std::unique_ptr<echelon::Scheduler> scheduler = m_impl->entry->make(m_impl->parameters);
    const std::unique_ptr<echelon::Fabric> fabric = echelon::MakePacketFabric(m_impl->network);
    const echelon::EmulationInput input{*m_impl->topology,
                                        m_impl->jobs,
                                        m_impl->seed,
                                        {},
                                        m_impl->coordinator->MakeControlPlane(m_impl->seed),
                                        m_impl->coordinator->GetObserver()};
    m_impl->record =
        std::make_unique<echelon::RunRecord>(echelon::RunEmulation(input, *scheduler, *fabric));
    return PicoSeconds(m_impl->record->makespan.Picoseconds());
}

const echelon::RunRecord&
CoordinatorHelper::GetRecord() const
{
    NS_ABORT_MSG_IF(!m_impl->record, "call Run first");
    return *m_impl->record;
}

} // namespace ns3
