// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Jobs of every paradigm on links between hosts that are so fast (10^6 Tb/s) that only the scale-up
 * network inside hosts takes time: then no EchelonFlow between hosts is late by more than its own
 * flows take, because the arrangements hold all the rest, computations and collectives inside
 * hosts. And what the workloads declare is what the dependencies say.
 *
 * An own transmission: the longest time for which one position of the group keeps a port busy, and
 * the longest delay of a path.
 */
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "support/graph-evaluation.h"
#include "support/model-dims.h"
#include "taskgraph/derived-arrangement.h"

#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

struct Case
{
    const char* name;
    const char* kind;
    Settings settings;
};

void
PrintTo(const Case& c, std::ostream* out)
{
    *out << c.name;
}

class IdealNetwork : public testing::TestWithParam<std::tuple<Case, std::string>>
{
};

/// Hosts of 8 GPUs with scale-up ports of 2.4 Tb/s.
Topology
Hosts(std::uint32_t ranks)
{
    ServerSpec server;
    server.gpusPerHost = 8;
    server.hostLink = {1e18, Time()};
    server.scaleUp = {2.4e12, Time::FromPicoseconds(200000)};
    return MakeBigSwitch({(ranks + 7) / 8, server});
}

TaskGraph
Build(const Case& wanted, const Topology** topology)
{
    TransformerDims dims = Small();
    dims.heads = dims.kvHeads = 8;
    dims.experts = std::string(wanted.name).find("expert") == 0 ? 16 : 1;
    dims.layerForward = Time::FromSeconds(20e-6);
    const WorkloadSpec spec = SpecOf(wanted.kind, dims, wanted.settings);
    const RankLayout layout = LayoutOf(spec);
    static std::map<std::uint32_t, Topology> topologies;
    *topology = &topologies.try_emplace(layout.ranks, Hosts(layout.ranks)).first->second;
    return BuildTaskGraph(spec, **topology, FirstDevices(layout.ranks));
}

/// By position: the longest time on a port, then the longest of them and of the delays.
std::map<GroupId, Time>
OwnTransmissions(const Topology& topology, const RunRecord& record)
{
    std::map<std::tuple<GroupId, std::uint32_t, LinkId>, double> bits;
    std::map<GroupId, Time> delay;
    for (const FlowRecord& flow : record.flows)
    {
        const Path path = topology.Route(flow.source, flow.destination, 0);
        for (const LinkId link : path)
        {
            bits[{flow.group, flow.position, link}] += 8.0 * static_cast<double>(flow.bytes);
        }
        delay[flow.group] = std::max(delay[flow.group], topology.Delay(path));
    }
    std::map<GroupId, Time> own;
    for (const auto& [key, sum] : bits)
    {
        const auto& [group, position, link] = key;
        own[group] =
            std::max(own[group], TransmissionTime(sum, topology.GetLink(link).rate) + delay[group]);
    }
    return own;
}

TEST_P(IdealNetwork, LeavesNoTardinessButTheOwnTransmission)
{
    const auto& [wanted, scheduler] = GetParam();
    const Topology* topology = nullptr;
    Job job;
    job.name = wanted.name;
    job.graph = Build(wanted, &topology);
    job.iterations = 2;
    const std::vector<Job> jobs{job};
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const auto made = entry.make(ParameterSet(entry.parameters));
    FluidFabric fabric(*topology);
    EmulationInput input{*topology, jobs, 1};
    input.keepsSeries = false;
    const RunRecord record = RunEmulation(input, *made, fabric);
    const std::map<GroupId, Time> own = OwnTransmissions(*topology, record);
    std::size_t between = 0;
    for (const GroupRecord& group : record.groups)
    {
        if (!group.scaleUp)
        {
            ++between;
            EXPECT_LE((group.tardiness - own.at(group.id)).Seconds(), 1e-9) << group.name;
        }
    }
    EXPECT_GT(between, 0U);
}

TEST_P(IdealNetwork, DerivesWhatIsDeclared)
{
    const auto& [wanted, scheduler] = GetParam();
    const Topology* topology = nullptr;
    const TaskGraph graph = Build(wanted, &topology);
    const std::vector<Arrangement> derived = DeriveArrangements(graph, *topology);
    for (std::size_t g = 0; g < derived.size(); ++g)
    {
        EXPECT_EQ(derived[g].Offsets(), graph.Groups()[g].arrangement.Offsets())
            << graph.Groups()[g].name;
    }
}

Settings
Pipeline(const char* schedule, const char* tp, Settings more = {})
{
    Settings settings{{"pp", "4"}, {"tp", tp}, {"microbatches", "8"}, {"schedule", schedule}};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

INSTANTIATE_TEST_SUITE_P(
    Paradigms,
    IdealNetwork,
    testing::Combine(
        testing::Values(
            Case{"gpipe", "transformer", Pipeline("gpipe", "1", {{"dp", "8"}})},
            Case{"gpipe_tp8", "transformer", Pipeline("gpipe", "8", {{"dp", "2"}})},
            Case{"gpipe_tp8_sequence_parallel",
                 "transformer",
                 Pipeline("gpipe", "8", {{"sequence_parallel", "true"}})},
            Case{"one_f_one_b", "transformer", Pipeline("1f1b", "1", {{"dp", "8"}})},
            Case{"one_f_one_b_tp8", "transformer", Pipeline("1f1b", "8", {{"dp", "2"}})},
            Case{"one_f_one_b_tp8_chunks",
                 "transformer",
                 Pipeline("1f1b", "8", {{"granularity", "chunk"}, {"chunk", "1KB"}})},
            Case{"interleaved",
                 "transformer",
                 Pipeline("interleaved", "1", {{"virtual_stages", "2"}, {"dp", "8"}})},
            Case{"interleaved_tp8",
                 "transformer",
                 Pipeline("interleaved", "8", {{"virtual_stages", "2"}})},
            Case{"data_parallel", "data-parallel", {{"dp", "16"}}},
            Case{"parameter_server", "parameter-server", {{"workers", "12"}, {"servers", "4"}}},
            Case{"fsdp", "fsdp", {{"dp", "16"}}},
            Case{"fsdp_without_prefetch", "fsdp", {{"dp", "16"}, {"prefetch", "0"}}},
            Case{"expert_parallel", "expert-parallel", {{"ep", "16"}, {"dp", "16"}}},
            Case{"expert_pipeline_tp8",
                 "transformer",
                 Pipeline("1f1b", "8", {{"dp", "2"}, {"ep", "2"}})},
            Case{"expert_pipeline",
                 "transformer",
                 Pipeline("gpipe", "1", {{"dp", "8"}, {"ep", "8"}, {"expert_skew", "0.8"}})}),
        testing::Values("echelon", "echelon-paper", "fair")),
    [](const auto& info) {
        std::string name = std::get<0>(info.param).name + ("_" + std::get<1>(info.param));
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

} // namespace
} // namespace echelon
