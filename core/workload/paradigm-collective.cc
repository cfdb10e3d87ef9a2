// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-tasks.h"
#include "model/training-options.h"
#include "workload/paradigms.h"

#include <map>

namespace echelon
{

static CollectiveKind
KindOf(const ParameterSet& parameters)
{
    static const std::map<std::string, CollectiveKind> KINDS{
        {"all-reduce", CollectiveKind::ALL_REDUCE},
        {"reduce-scatter", CollectiveKind::REDUCE_SCATTER},
        {"all-gather", CollectiveKind::ALL_GATHER},
        {"broadcast", CollectiveKind::BROADCAST},
        {"all-to-all", CollectiveKind::ALL_TO_ALL},
        {"send-recv", CollectiveKind::SEND_RECV}};
    return KINDS.at(parameters.GetText("operation"));
}

static RankLayout
Layout(const WorkloadSpec& spec)
{
    const std::uint32_t ranks = CountOf(spec.parameters, "ranks", 2);
    const CollectiveKind kind = KindOf(spec.parameters);
    const Bytes bytes = spec.parameters.GetBytes("bytes");
    if (kind == CollectiveKind::SEND_RECV && ranks != 2)
    {
        throw ParameterError("ranks", "send-recv joins two ranks", "set ranks to 2");
    }
    if (bytes < 1)
    {
        throw ParameterError("bytes", "there is nothing to send", "at least 1B");
    }
    CollectiveStyleOf(spec.parameters);
    return {ranks, 1};
}

static double
Tasks(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    CollectiveTasks tasks(topology, devices, CollectiveStyleOf(spec.parameters));
    return tasks.Of(KindOf(spec.parameters), spec.parameters.GetBytes("bytes"), false);
}

static TaskGraph
Build(const WorkloadSpec& spec, const Topology& topology, const std::vector<DeviceId>& devices)
{
    TaskGraph graph;
    const CollectiveKind kind = KindOf(spec.parameters);
    const std::string name(ToText(kind));
    const GroupIndex group = graph.AddGroup({name, name, Arrangement::Coflow(), 1.0});
    AddCollective(
        graph,
        topology,
        {kind, devices, spec.parameters.GetBytes("bytes"), CollectiveStyleOf(spec.parameters)},
        group,
        0,
        {});
    return graph;
}

WorkloadEntry
CollectiveWorkload()
{
    return {"collective",
            "one collective as a coflow",
            ModelNeed::NONE,
            Joined({{"operation",
                     ParameterType::CHOICE,
                     "all-reduce",
                     "the collective",
                     {"all-reduce",
                      "reduce-scatter",
                      "all-gather",
                      "broadcast",
                      "all-to-all",
                      "send-recv"}},
                    {"ranks", ParameterType::INTEGER, "8", "ranks that take part; send-recv: 2"},
                    {"bytes",
                     ParameterType::BYTES,
                     "100MB",
                     "the longer of a rank's input and output buffers"}},
                   CollectiveParameters()),
            Layout,
            Tasks,
            Build};
}

} // namespace echelon
