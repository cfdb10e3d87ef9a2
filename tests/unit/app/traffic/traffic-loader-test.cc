// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/traffic-loader.h"

#include "alltoall/order-registry.h"
#include "experts/traffic-generator.h"
#include "input/input-error.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "plan/plan-fabric.h"
#include "support/exit-codes.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

LoadedTraffic
Load(const std::string& text, const RoutingOptions& options = {})
{
    return LoadTraffic("file", MemoryFiles({{"file", text}}), options);
}

TrafficMatrix
Matrix(std::uint32_t gpus, const std::vector<Bytes>& rows)
{
    TrafficMatrix matrix(gpus);
    for (std::uint32_t k = 0; k < rows.size(); ++k)
    {
        matrix.Set(k / gpus, k % gpus, rows[k]);
    }
    return matrix;
}

RoutingOptions
TraceOptions()
{
    RoutingOptions options;
    options.gpus = 2;
    options.experts = 4;
    options.topK = 2;
    options.hidden = 5;
    return options;
}

TEST(TrafficLoader, MatricesAsCsvAndJson)
{
    const TrafficMatrix expected = Matrix(2, {0, 10, 20, 0});
    for (const char* text : {"0,10\n20,0\n",
                             "9,10\n20,9",
                             " 0 ,\t10\r\n 20 , 0 \r\n\r\n  \n",
                             "\xef\xbb\xbf"
                             "0,10\n20,0\n",
                             R"({"schema": "echelon/traffic/1", "matrix": [[7, 10], [20, 7]]})"})
    {
        EXPECT_EQ(Load(text).matrix, expected) << text;
    }
    EXPECT_EQ(Load("0,10\n20,0\n").format, "csv");
    EXPECT_EQ(Load("5\n").matrix, TrafficMatrix(1));
    EXPECT_EQ(Load("0,4000000000000000000\n0,0\n").matrix.Total(), TrafficMatrix::MAX_BYTES);
}

// Three tokens, top-2 of four experts in two blocks, 5 elements of 2 bytes. Blocks of tokens:
// floor(t × 2 / 3) = 0, 0, 1. Token 0 -> {0, 1} stays; token 1 -> {2, 3}: two copies to GPU 1;
// token 2 -> {0, 2}: one copy to GPU 0.
TEST(TrafficLoader, RoutingTraces)
{
    const std::string text = "0\t1\t2\t3\t\t.5\t.5\t.5\t.5\n0\t2\t\t.9\t.1\n\n";
    const LoadedTraffic blocks = Load(text, TraceOptions());
    EXPECT_EQ(blocks.format, "routing-trace");
    EXPECT_EQ(blocks.matrix, Matrix(2, {0, 20, 10, 0}));
    EXPECT_EQ(blocks.routing->tokensOfExpert, (std::vector<std::int64_t>{2, 1, 2, 1}));
    EXPECT_EQ(blocks.routing->tokensOnGpu, (std::vector<std::int64_t>{3, 3}));
    EXPECT_EQ(blocks.routing->tokens, 3);

    // In turn: token 1 on GPU 1 keeps both copies, token 2 on GPU 0 sends one.
    RoutingOptions options = TraceOptions();
    options.tokenPlacement = "round-robin";
    EXPECT_EQ(Load(text, options).matrix, Matrix(2, {0, 10, 0, 0}));
    // The second sample, token 2, on GPU 1.
    options.tokenPlacement = "samples";
    EXPECT_EQ(Load(text, options).matrix, Matrix(2, {0, 20, 10, 0}));
    options.deduplicate = true;
    options.elementBytes = 1;
    EXPECT_EQ(Load(text, options).matrix, Matrix(2, {0, 5, 5, 0}));
}

const char* const ROUTING = R"({"schema": "echelon/routing/1", "experts": 4, "top_k": 2, "gpus": 2,
    "hidden": 5, "tokens": [[0, 1], [2, 3], [0, 2]])";

TEST(TrafficLoader, RoutingDocuments)
{
    const std::string start = ROUTING;
    EXPECT_EQ(Load(start + "}").matrix, Matrix(2, {0, 20, 10, 0}));
    EXPECT_EQ(Load(start + R"(, "token_placement": "round-robin"})").matrix,
              Matrix(2, {0, 10, 0, 0}));
    EXPECT_EQ(Load(start + R"(, "token_gpus": [1, 0, 1]})").matrix, Matrix(2, {0, 20, 30, 0}));
    EXPECT_EQ(Load(start + R"(, "expert_gpus": [1, 1, 0, 0]})").matrix, Matrix(2, {0, 20, 10, 0}));
    EXPECT_EQ(Load(start + R"(, "deduplicate": true, "bytes_per_element": 4})").matrix,
              Matrix(2, {0, 20, 20, 0}));
    // What is said on the command line goes before.
    RoutingOptions options;
    options.hidden = 1;
    options.tokenPlacement = "round-robin";
    EXPECT_EQ(Load(start + "}", options).matrix, Matrix(2, {0, 2, 0, 0}));
}

// Two GPUs with two tokens each, top-2: 8 copies. Copies 0-4 of expert 0 start on 0 1 0 1 0,
// copies 5-7 of expert 1 on 1 0 1.
TEST(TrafficLoader, ExpertLoads)
{
    const LoadedTraffic loads = Load(R"({"schema": "echelon/routing/1", "top_k": 2, "gpus": 2,
        "hidden": 5, "expert_loads": [5, 3], "tokens_per_gpu": 2})");
    EXPECT_EQ(loads.format, "json-loads");
    EXPECT_EQ(loads.matrix, Matrix(2, {0, 10, 20, 0}));
    EXPECT_EQ(loads.routing->placement.find("scaled"), std::string::npos);
}

// The same 8 copies. Half as many, or shares that miss 1 a little, are the same loads; the sum of
// the copies is exact whatever the loads are.
TEST(TrafficLoader, MeasuredLoadsAreShares)
{
    const auto load = [](const std::string& loads) {
        return Load(R"({"schema": "echelon/routing/1", "top_k": 2, "gpus": 2, "hidden": 5,
            "tokens_per_gpu": 2, "expert_loads": )" +
                    loads + "}");
    };
    for (const char* const loads : {"[5.0, 3.0]", "[2.5, 1.5]", "[5.1, 2.9]", "[0.62, 0.38]"})
    {
        const LoadedTraffic traffic = load(loads);
        EXPECT_EQ(traffic.matrix, Matrix(2, {0, 10, 20, 0})) << loads;
        EXPECT_EQ(traffic.routing->tokensOfExpert, (std::vector<std::int64_t>{5, 3})) << loads;
    }
    EXPECT_NE(load("[2.5, 1.5]").routing->placement.find("loads of 4 in all scaled to 8 copies"),
              std::string::npos);
    EXPECT_EQ(load("[1, 1, 1]").routing->tokensOfExpert, (std::vector<std::int64_t>{3, 2, 3}));
    EXPECT_THROW(load("[0, 0]"), InputError);
}

TEST(TrafficLoader, OptionsThatDoNotBelong)
{
    EXPECT_THROW(Load("0,1\n2,0\n", TraceOptions()), UsageError);
    RoutingOptions missing = TraceOptions();
    missing.topK.reset();
    EXPECT_THROW(Load("0\t1\t\t.5\t.5\n", missing), UsageError);
    RoutingOptions above = TraceOptions();
    above.topK = 5;
    EXPECT_THROW(Load("0\t1\t\t.5\t.5\n", above), UsageError);
    RoutingOptions samples;
    samples.tokenPlacement = "samples";
    EXPECT_THROW(Load(std::string(ROUTING) + "}", samples), UsageError);
}

TEST(TrafficLoader, PlacesOfErrors)
{
    const auto placeOf = [](const std::string& text) {
        try
        {
            Load(text);
        }
        catch (const InputError& error)
        {
            return error.Pointer();
        }
        return std::string("no error");
    };
    EXPECT_EQ(placeOf("0,1\n2,x\n"), "line 2, cell 2");
    EXPECT_EQ(placeOf("0,1\n2\n"), "line 2");
    EXPECT_EQ(placeOf("0,1\n"), "line 2");
    EXPECT_EQ(placeOf(std::string("0,\0\n2,0\n", 8)), "line 1, cell 2");
    EXPECT_EQ(placeOf(R"({"schema": "echelon/traffic/1", "matrix": [[0, -1], [0, 0]]})"),
              "/matrix/0/1");
}

TEST(PlanFabric, Bandwidths)
{
    const auto rates = [](const std::string& list) { return FabricOfBandwidth(list, 4).portRate; };
    using Rates = std::vector<BitRate>;
    EXPECT_EQ(rates("10Gbps"), Rates(4, 1e10));
    EXPECT_EQ(rates("1Gbps,2Gbps,3Gbps,4Gbps"), (Rates{1e9, 2e9, 3e9, 4e9}));
    EXPECT_EQ(rates("3x1Gbps,2Gbps"), (Rates{1e9, 1e9, 1e9, 2e9}));
    for (const char* bad : {"",
                            "1",
                            "1Gbps,",
                            "1Gbps,2Gbps",
                            "5x1Gbps",
                            "0x1Gbps",
                            "-1x1Gbps",
                            "x1Gbps",
                            "1x1Gbps",
                            "0bps",
                            "4x1Gbps,1Gbps",
                            "nanGbps"})
    {
        EXPECT_THROW(rates(bad), UsageError) << bad;
    }
}

/// On a big switch without delays the fluid fabric and the planner's own clock agree.
class ExecutedPlan : public ::testing::TestWithParam<std::string>
{
};

TEST_P(ExecutedPlan, TakesTheTimeOfThePorts)
{
    const TrafficMatrix traffic = GenerateTraffic("lognormal", 6, 3);
    const Topology topology = MakeBigSwitch({6, {1, {100e9, Time()}, {}, {}}});
    const PlanningFabric fabric = PlanningFabric::BigSwitch(std::vector<BitRate>(6, 100e9));
    const TransmissionPlan plan = MakePlan(GetParam(), traffic, fabric, {});
    const PlanTiming expected = TimePlan(plan, fabric);
    const PlanTiming timing = ExecutePlan(plan, fabric, topology, 1);
    ASSERT_EQ(timing.transmissions.size(), expected.transmissions.size());
    EXPECT_NEAR(timing.makespan.Seconds(), expected.makespan.Seconds(), 1e-9);
    EXPECT_EQ(timing.fanIn, expected.fanIn);
    for (std::size_t k = 0; k < expected.transmissions.size(); ++k)
    {
        EXPECT_NEAR(timing.transmissions[k].start.Seconds(),
                    expected.transmissions[k].start.Seconds(),
                    1e-9);
        EXPECT_NEAR(timing.transmissions[k].end.Seconds(),
                    expected.transmissions[k].end.Seconds(),
                    1e-9);
    }
}

INSTANTIATE_TEST_SUITE_P(Orders,
                         ExecutedPlan,
                         ::testing::Values("aurora", "sjf", "spread-out", "unordered"),
                         [](const auto& info) {
                             std::string name = info.param;
                             name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                             return name;
                         });

// Two racks of two ranks behind one uplink at a quarter of the ports' rates: both ranks of rack 0
// send 1 MB to the other rack over 25 Gb/s: 2 MB take 640 us, were it for ports 80 us.
TEST(ExecutedPlan, RacksMayBlock)
{
    const Topology topology =
        MakeLeafSpine({2, 1, 2, {1, {100e9, Time()}, {}, {}}, {25e9, Time()}});
    TrafficMatrix traffic(4);
    traffic.Set(0, 2, 1000000);
    traffic.Set(1, 3, 1000000);
    const PlanningFabric fabric =
        PlanningFabric::Of(topology, {DeviceId(0), DeviceId(1), DeviceId(2), DeviceId(3)});
    const TransmissionPlan plan = MakePlan("aurora", traffic, fabric, {});
    EXPECT_NEAR(ExecutePlan(plan, fabric, topology, 1).makespan.Seconds(), 640e-6, 1e-9);
    EXPECT_NEAR(LowerBound(traffic, fabric), 640e-6, 1e-9);
}

} // namespace
} // namespace echelon
