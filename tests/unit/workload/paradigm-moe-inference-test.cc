// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/big-switch.h"
#include "sched/scheduler-registry.h"
#include "support/graph-evaluation.h"
#include "support/model-dims.h"
#include "workload/moe-inference-model.h"
#include "workload/workload-registry.h"

#include <memory>

namespace echelon
{
namespace
{

WorkloadSpec
MoeSpec(const Settings& settings)
{
    return SpecOf("moe-inference", ModelProfile(), settings);
}

TaskGraph
Build(const Settings& settings)
{
    const WorkloadSpec spec = MoeSpec(settings);
    const std::uint32_t ranks = LayoutOf(spec).ranks;
    TaskGraph graph = BuildTaskGraph(spec, OneSwitch(ranks), FirstDevices(ranks));
    graph.CheckAcyclic();
    return graph;
}

/// Two ranks of which each sends the other 25 GB, 2 s at 100 Gb/s; gates and aggregations 1 s, FFN
/// 10 s.
Settings
TwoRanks(const Settings& more)
{
    Settings settings{{"experts", "2"},
                      {"traffic", "permutation"},
                      {"bytes", "25GB"},
                      {"gate_time", "1s"},
                      {"ffn_time", "10s"},
                      {"aggregation_time", "1s"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

/// On a switch whose links have no delay.
Time
RunOnFluid(const Settings& settings, const std::string& scheduler)
{
    const WorkloadSpec spec = MoeSpec(settings);
    const std::uint32_t ranks = LayoutOf(spec).ranks;
    ServerSpec server;
    server.hostLink = {100e9, Time()};
    const Topology topology = MakeBigSwitch({ranks, server});
    const std::vector<Job> jobs{
        {"a", BuildTaskGraph(spec, topology, FirstDevices(ranks)), 1, Time(), 1.0}};
    FluidFabric fabric(topology);
    const SchedulerEntry& entry = SchedulerEntryOf(scheduler);
    const std::unique_ptr<Scheduler> made = entry.make(ParameterSet(entry.parameters));
    return RunEmulation({topology, jobs}, *made, fabric).makespan;
}

/// FFN times of the first layer by rank.
std::vector<Time>
FeedForwardByRank(const TaskGraph& graph, const std::string& label)
{
    std::vector<Time> times;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::COMPUTE && graph.Labels()[task.label] == label)
        {
            times.push_back(task.duration);
        }
    }
    return times;
}

TEST(MoeInference, OneModelTakesItsPartsInARow)
{
    // 1 + 2 + 10 + 2 + 1 = 16 s a layer.
    for (const char* start : {"together", "each-rank"})
    {
        for (const char* order : {"unordered", "aurora"})
        {
            const Settings how{{"start", start}, {"all_to_all", order}, {"layers", "3"}};
            EXPECT_EQ(RunOnFluid(TwoRanks(how), "fair"), Time::FromSeconds(48)) << start << order;
        }
    }
}

TEST(MoeInference, TwoModelsTakeTurnsOnTheirRanks)
{
    // From the start: Ga 0-1, Gb 1-2. Dispatches in order: Na 1-3, Nb 3-5; Fa 3-13, Ca 13-15, Fb
    // 13-23, Aa 23-24, Cb 23-25, Ab 25-26. Sharing the ports: Na has them alone for 1 s, then half
    // of them for 2 s: Na 1-4, and all that follows a second later.
    EXPECT_EQ(RunOnFluid(TwoRanks({{"models", "2"}}), "fifo"), Time::FromSeconds(26));
    EXPECT_EQ(RunOnFluid(TwoRanks({{"models", "2"}}), "fair"), Time::FromSeconds(27));
    // The next layer's first gate waits for the last aggregation.
    EXPECT_EQ(RunOnFluid(TwoRanks({{"models", "2"}, {"layers", "2"}}), "fifo"),
              Time::FromSeconds(52));
}

TEST(MoeInference, BackwardPassesFollowInReverse)
{
    // Forward 16 s a layer; backward 2 + 2 + 20 + 2 + 2 = 28 s, with ratio 1 again 16 s.
    EXPECT_EQ(RunOnFluid(TwoRanks({{"layers", "2"}, {"backward", "true"}}), "fair"),
              Time::FromSeconds(88));
    EXPECT_EQ(RunOnFluid(TwoRanks({{"backward", "true"}, {"backward_ratio", "1"}}), "fair"),
              Time::FromSeconds(32));
    const TaskGraph graph = Build(TwoRanks({{"layers", "2"}, {"backward", "true"}}));
    std::vector<std::string> names;
    for (const GroupTemplate& group : graph.Groups())
    {
        names.push_back(group.name);
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"dispatch 0",
                                        "combine 0",
                                        "dispatch 1",
                                        "combine 1",
                                        "combine 1 backward",
                                        "dispatch 1 backward",
                                        "combine 0 backward",
                                        "dispatch 0 backward"}));
}

TEST(MoeInference, EachRankStartsWhenItHasComputed)
{
    // Balanced traffic but for one hot expert: of 4 ranks' 4 GB each, own tokens included, it gets
    // 0.7, the others 0.1. So its rank computes 7 s when the others compute 1 s: combines start at
    // once where both ends are done with "each-rank", and with "together" 6 s later.
    const Settings settings{{"experts", "4"},
                            {"traffic", "one-hot"},
                            {"hot", "0.7"},
                            {"bytes", "4GB"},
                            {"ffn_time", "7s"},
                            {"expert_placement", "in-order"},
                            {"granularity", "step"}};
    const TaskGraph together = Build(settings);
    std::vector<Time> times = FeedForwardByRank(together, "ffn 0");
    std::sort(times.begin(), times.end());
    EXPECT_EQ(times,
              (std::vector<Time>{Time::FromSeconds(1),
                                 Time::FromSeconds(1),
                                 Time::FromSeconds(1),
                                 Time::FromSeconds(7)}));
    Settings each = settings;
    each.emplace_back("start", "each-rank");
    const auto firstOfCombine = [](const TaskGraph& graph) {
        const FlowTime none = NoTime;
        const std::vector<Time> finish = FinishTimes(graph, none);
        Time first = Time::FromSeconds(1e3);
        for (std::size_t t = 0; t < finish.size(); ++t)
        {
            const Task& task = graph.Tasks()[t];
            if (task.kind == TaskKind::FLOW && graph.Groups()[task.flow.group].name == "combine 0")
            {
                first = std::min(first, finish[t]);
            }
        }
        return first;
    };
    EXPECT_EQ(firstOfCombine(together), Time::FromSeconds(7));
    EXPECT_EQ(firstOfCombine(Build(each)), Time::FromSeconds(1));
}

TEST(MoeInference, MovesTheTrafficOfItsModel)
{
    // Every dispatch once and once transposed, on the ranks of its experts; 2 models, 2 layers.
    for (const char* placement : {"aurora", "random", "in-order"})
    {
        const WorkloadSpec spec = MoeSpec({{"models", "2"},
                                           {"layers", "2"},
                                           {"traffic", "zipf"},
                                           {"second_traffic", "limoe-b16"},
                                           {"expert_placement", placement},
                                           {"all_to_all", "aurora"}});
        const Topology topology = OneSwitch(8);
        const MoeInferenceModel model = MoeInferenceModelOf(spec, topology, FirstDevices(8));
        TrafficMatrix expected(8);
        for (std::size_t m = 0; m < 2; ++m)
        {
            for (std::size_t l = 0; l < 2; ++l)
            {
                const TrafficMatrix placed =
                    model.layers[m][l].dispatch.Permuted(model.PlaceOf(m, l));
                expected = expected.Plus(placed).Plus(placed.Transposed());
            }
        }
        const TaskGraph graph = BuildTaskGraph(spec, topology, FirstDevices(8));
        TrafficMatrix moved(8);
        for (const auto& [pair, bytes] : BytesByPair(graph))
        {
            moved.Add(pair.first, pair.second, bytes);
        }
        EXPECT_TRUE(moved == expected) << placement;
        EXPECT_EQ(CountTasks(graph, TaskKind::COMPUTE), 2U * 2U * 3U * 8U);
        EXPECT_EQ(CountGroups(graph, "dispatch a"), 2U);
        EXPECT_EQ(CountGroups(graph, "combine b"), 2U);
    }
}

TEST(MoeInference, LayersAndModelsDiffer)
{
    for (const char* traffic : {"zipf", "limoe-b32"})
    {
        const WorkloadSpec spec = MoeSpec({{"models", "2"}, {"layers", "2"}, {"traffic", traffic}});
        const MoeInferenceModel model = MoeInferenceModelOf(spec, OneSwitch(8), FirstDevices(8));
        const TrafficMatrix& first = model.layers[0][0].dispatch;
        EXPECT_FALSE(first == model.layers[0][1].dispatch);
        EXPECT_FALSE(first == model.layers[1][0].dispatch);
        EXPECT_FALSE(model.layers[0][1].dispatch == model.layers[1][0].dispatch);
    }
}

TEST(MoeInference, TimesOfLimoeAreItsOwnUnlessGiven)
{
    // B/32: 75 ms a layer, 10 % gate, 80 % the busiest FFN.
    const std::vector<Time> own = FeedForwardByRank(Build({}), "ffn 0");
    EXPECT_EQ(*std::max_element(own.begin(), own.end()), Time::FromSeconds(0.06));
    EXPECT_EQ(FeedForwardByRank(Build({}), "gate 0"),
              std::vector<Time>(8, Time::FromSeconds(0.0075)));
    const std::vector<Time> half = FeedForwardByRank(Build({{"ffn_time", "30ms"}}), "ffn 0");
    for (std::size_t rank = 0; rank < 8; ++rank)
    {
        EXPECT_NEAR(half[rank].Seconds(), own[rank].Seconds() / 2, 1e-12);
    }
}

TEST(MoeInference, SaysWhatIsWrong)
{
    const std::vector<std::pair<Settings, std::string>> wrong{
        {{{"experts", "1"}}, "experts"},
        {{{"models", "3"}}, "models"},
        {{{"layers", "1001"}}, "layers"},
        {{{"ffn_time", "101s"}}, "ffn_time"},
        {{{"ffn_time", "51s"}, {"backward", "true"}}, "ffn_time"},
        {{{"backward_ratio", "-1"}}, "backward_ratio"},
        {{{"traffic_seed", "-1"}}, "traffic_seed"},
        {{{"experts", "9"}, {"models", "2"}, {"expert_placement", "exact"}}, "expert_placement"},
        {{{"lookahead", "65"}}, "lookahead"},
        {{{"traffic", "one-hot"}, {"hot", "1.5"}}, "hot"},
        {{{"granularity", "chunk"}, {"chunk", "1B"}}, "kind"},
        {{{"experts", "5000"}}, "kind"}};
    for (const auto& [settings, parameter] : wrong)
    {
        try
        {
            Build(settings);
            ADD_FAILURE() << parameter;
        }
        catch (const ParameterError& error)
        {
            EXPECT_EQ(error.Parameter(), parameter) << error.what();
        }
    }
}

} // namespace
} // namespace echelon
