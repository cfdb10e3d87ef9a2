// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Timelines of layers against hand-derived instances, and against the closed formulas.
 *
 * Times in seconds: a port of 8 b/s moves one byte per second.
 */
#include "support/layer-timeline.h"

#include "base/contracts.h"
#include "base/random.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "support/table-two.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr BitRate BYTE_PER_SECOND = 8;

Time
Seconds(double seconds)
{
    return Time::FromSeconds(seconds);
}

std::vector<Time>
Times(const std::vector<double>& seconds)
{
    std::vector<Time> times;
    for (const double each : seconds)
    {
        times.push_back(Seconds(each));
    }
    return times;
}

GpuCluster
Alike(std::uint32_t gpus)
{
    return {std::vector<BitRate>(gpus, BYTE_PER_SECOND), std::vector<double>(gpus, 1.0)};
}

/// Two experts that send `there` and `back`; computations equal on both.
MoeLayer
TwoExperts(Bytes there, Bytes back, double gate, double feedForward, double aggregation)
{
    TrafficMatrix dispatch(2);
    dispatch.Set(0, 1, there);
    dispatch.Set(1, 0, back);
    return {dispatch,
            Times({gate, gate}),
            Times({feedForward, feedForward}),
            Times({aggregation, aggregation})};
}

MoeLayer
RandomLayer(std::uint32_t n, std::uint64_t seed, const char* name)
{
    RandomStream stream(seed, name);
    MoeLayer layer{TrafficMatrix(n), {}, {}, {}};
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            layer.dispatch.Set(i, j, static_cast<Bytes>(stream.Below(100)));
        }
        layer.gate.push_back(Seconds(static_cast<double>(stream.Below(50))));
        layer.feedForward.push_back(Seconds(static_cast<double>(stream.Below(200))));
        layer.aggregation.push_back(Seconds(static_cast<double>(stream.Below(50))));
    }
    return layer;
}

GpuCluster
RandomCluster(std::uint32_t n, std::uint64_t seed)
{
    RandomStream stream(seed, "cluster");
    GpuCluster cluster;
    for (std::uint32_t gpu = 0; gpu < n; ++gpu)
    {
        cluster.rate.push_back(BYTE_PER_SECOND * static_cast<double>(1 + stream.Below(4)));
        cluster.speed.push_back(static_cast<double>(1 + stream.Below(4)));
    }
    return cluster;
}

TEST(LayerTimeline, ExclusiveOnGpusThatAreAlike)
{
    // Gate 1, dispatch max(4, 2) = 4, FFN 3, combine 4 (transposed), aggregation 2: 14.
    const MoeLayer layer = TwoExperts(4, 2, 1, 3, 2);
    const Timeline t = ExclusiveTimeline({layer}, Alike(2), {{0, 1}}, {});
    EXPECT_EQ(t.total, Seconds(14));
    const ModelTimes& model = t.layers.at(0).models.at(0);
    EXPECT_EQ(model.gate.span.end, Seconds(1));
    EXPECT_EQ(model.dispatch.span.start, Seconds(1));
    EXPECT_EQ(model.dispatch.span.end, Seconds(5));
    EXPECT_EQ(model.feedForward.gpu.at(1).start, Seconds(5));
    EXPECT_EQ(model.combine.span.end, Seconds(12));
    EXPECT_EQ(model.aggregation.span.end, Seconds(14));
    // 6 s of computing in 14.
    EXPECT_EQ(t.compute.at(0), Seconds(6));
    EXPECT_DOUBLE_EQ(t.MeanUtilisation(), 6.0 / 14);
}

TEST(LayerTimeline, ExclusiveOnDifferentGpus)
{
    // GPU 0: 1 byte/s, speed 1; GPU 1: 2 bytes/s, speed 2. Expert 0 on GPU 1. Expert 0 sends 4.
    // GPU 1: gate 1 / 2, egress 4 / 2 = 2: 2.5. GPU 0: gate 1, ingress 4: 5. Dispatch ends at 5.
    // FFN 3 and 1.5; combine 4 on GPU 0: 5 + 3 + 4 = 12. Aggregation 2 on GPU 0: 14.
    const GpuCluster cluster{{BYTE_PER_SECOND, 2 * BYTE_PER_SECOND}, {1.0, 2.0}};
    const MoeLayer layer = TwoExperts(4, 0, 1, 3, 2);
    const Timeline t = ExclusiveTimeline({layer}, cluster, {{1, 0}}, {});
    EXPECT_EQ(t.total, Seconds(14));
    EXPECT_EQ(t.layers[0].models[0].dispatch.gpu.at(1).end, Seconds(2.5));
    EXPECT_EQ(t.layers[0].models[0].feedForward.gpu.at(1).end, Seconds(6.5));
    EXPECT_DOUBLE_EQ(t.Utilisation(1), 3.0 / 14);
    // One sender per receiver: the pair runs at 1 byte/s at both ends: GPU 1 sends for 4 s.
    const Timeline one =
        ExclusiveTimeline({layer}, cluster, {{1, 0}}, {RateReading::ONE_SENDER, {}});
    EXPECT_EQ(one.layers[0].models[0].dispatch.gpu.at(1).end, Seconds(4.5));
}

TEST(LayerTimeline, ExclusiveIsEquationOne)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed)
    {
        const std::uint32_t n = 2 + static_cast<std::uint32_t>(seed % 6);
        const MoeLayer layer = RandomLayer(n, seed, "layer");
        const GpuCluster cluster = RandomCluster(n, seed);
        const Placement placement = PlaceAtRandom(n, seed);
        for (const RateReading reading : {RateReading::FLUID, RateReading::ONE_SENDER})
        {
            const Timeline each = ExclusiveTimeline({layer}, cluster, {placement}, {reading, {}});
            EXPECT_EQ(each.total, EquationOneTime(layer, cluster, placement, reading));
            const Timeline together = ExclusiveTimeline({layer},
                                                        cluster,
                                                        {placement},
                                                        {reading, AllToAllStart::TOGETHER});
            EXPECT_GE(together.total, each.total);
        }
    }
}

TEST(LayerTimeline, LayersFollowEachOther)
{
    const MoeLayer a = TwoExperts(4, 2, 1, 3, 2);
    const MoeLayer b = TwoExperts(6, 2, 1, 3, 2);
    const Timeline t = ExclusiveTimeline({a, b, a}, Alike(2), {{0, 1}, {1, 0}, {0, 1}}, {});
    EXPECT_EQ(t.total, Seconds(14 + 18 + 14));
    EXPECT_EQ(t.layers.at(2).span.start, Seconds(32));
    EXPECT_EQ(t.layers.at(2).models[0].gate.span.end, Seconds(33));
    EXPECT_DOUBLE_EQ(t.MeanUtilisation(), 18.0 / 46);
}

TEST(LayerTimeline, AllToAllsTimedElsewhere)
{
    // 1 + 10 + 3 + 20 + 2.
    const MoeLayer layer = TwoExperts(4, 2, 1, 3, 2);
    const Timeline t =
        ExclusiveTimelineWith({layer}, Alike(2), {{0, 1}}, {{Seconds(10), Seconds(20)}});
    EXPECT_EQ(t.total, Seconds(36));
    EXPECT_EQ(t.layers[0].models[0].combine.span.end, Seconds(34));
}

TEST(LayerTimeline, ColocatedWithoutWaitingIsTableTwo)
{
    // N = 4 of either model, on every port: G 1, F 2, A 1 of the first; the same of the second.
    // From the end of the first gate: Gᵇ 0–1. Nᵃ 0–4, Fᵃ 4–6, Nᵇ 4–8, Fᵇ 8–10, Cᵃ 8–12, Aᵃ 12–13,
    // Cᵇ 12–16, Aᵇ 16–17; t = 17 + 1. Cᵃ is ready at 6 and Cᵇ at 10: ports never wait.
    const MoeLayer layer = TwoExperts(4, 4, 1, 2, 1);
    const Colocation colocation{{0, 1}, {1, 0}};
    const Timeline t = ColocatedTimeline({layer}, {layer}, Alike(2), {colocation}, {});
    EXPECT_EQ(t.total, Seconds(18));
    const ModelTimes& a = t.layers[0].models.at(0);
    const ModelTimes& b = t.layers[0].models.at(1);
    EXPECT_EQ(a.dispatch.span.end, Seconds(5));
    EXPECT_EQ(a.feedForward.span.end, Seconds(7));
    EXPECT_EQ(b.dispatch.span.start, Seconds(5));
    EXPECT_EQ(b.feedForward.span.end, Seconds(11));
    EXPECT_EQ(a.combine.span.end, Seconds(13));
    EXPECT_EQ(b.combine.span.end, Seconds(17));
    EXPECT_DOUBLE_EQ(t.MeanUtilisation(), 8.0 / 18);
    EXPECT_EQ(TableTwoTime(TableTwoOf(layer, layer, Alike(2), colocation, RateReading::FLUID)),
              Seconds(18));
}

TEST(LayerTimeline, PortsWaitForComputations)
{
    // N = 2 of either model, F 10: from the end of the first gate: Nᵃ 0–2, Nᵇ 2–4, Fᵃ 2–12,
    // Cᵃ 12–14, Fᵇ 12–22, Aᵃ 22–23, Cᵇ 22–24, Aᵇ 24–25; t = 26.
    // Table 2 has Cᵇ end at 8, before Fᵇ: Fᵇ to 22, Aᵃ 22–23, Aᵇ from 23: 24, t = 25.
    const MoeLayer layer = TwoExperts(2, 2, 1, 10, 1);
    const Colocation colocation{{0, 1}, {0, 1}};
    const Timeline t = ColocatedTimeline({layer}, {layer}, Alike(2), {colocation}, {});
    EXPECT_EQ(t.layers[0].models[0].combine.span.start, Seconds(13));
    EXPECT_EQ(t.layers[0].models[1].combine.span.end, Seconds(25));
    EXPECT_EQ(t.total, Seconds(26));
    EXPECT_EQ(TableTwoTime(TableTwoOf(layer, layer, Alike(2), colocation, RateReading::FLUID)),
              Seconds(25));
}

TEST(LayerTimeline, GpusThatWaitForEachOtherNeverBeatTableTwo)
{
    // With computations alike on all GPUs, only waiting is between the two.
    for (std::uint64_t seed = 0; seed < 200; ++seed)
    {
        const std::uint32_t n = 2 + static_cast<std::uint32_t>(seed % 5);
        MoeLayer a = RandomLayer(n, seed, "a");
        MoeLayer b = RandomLayer(n, seed, "b");
        // Every port works for every all-to-all, which Table 2 takes for granted.
        for (std::uint32_t i = 0; i < n; ++i)
        {
            a.dispatch.Add(i, (i + 1) % n, 1);
            b.dispatch.Add(i, (i + 1) % n, 1);
        }
        for (MoeLayer* layer : {&a, &b})
        {
            layer->gate.assign(n, layer->gate[0]);
            layer->feedForward.assign(n, layer->feedForward[0]);
            layer->aggregation.assign(n, layer->aggregation[0]);
        }
        const Colocation colocation = ColocateAtRandom(n, seed);
        const Timeline t = ColocatedTimeline({a}, {b}, Alike(n), {colocation}, {});
        EXPECT_GE(t.total,
                  TableTwoTime(TableTwoOf(a, b, Alike(n), colocation, RateReading::FLUID)));
    }
}

TEST(LayerTimeline, ComputationsOfOneGpuExcludeEachOther)
{
    for (std::uint64_t seed = 0; seed < 100; ++seed)
    {
        const std::uint32_t n = 2 + static_cast<std::uint32_t>(seed % 6);
        const MoeLayer a = RandomLayer(n, seed, "a");
        const MoeLayer b = RandomLayer(n, seed, "b");
        const Timeline t =
            ColocatedTimeline({a}, {b}, RandomCluster(n, seed), {ColocateAtRandom(n, seed)}, {});
        const ModelTimes& first = t.layers[0].models[0];
        const ModelTimes& second = t.layers[0].models[1];
        for (std::uint32_t gpu = 0; gpu < n; ++gpu)
        {
            const Span spans[] = {first.gate.gpu[gpu],
                                  second.gate.gpu[gpu],
                                  first.feedForward.gpu[gpu],
                                  second.feedForward.gpu[gpu],
                                  first.aggregation.gpu[gpu],
                                  second.aggregation.gpu[gpu]};
            for (std::size_t k = 1; k < std::size(spans); ++k)
            {
                EXPECT_GE(spans[k].start, spans[k - 1].end);
            }
            EXPECT_GE(first.feedForward.gpu[gpu].start, first.dispatch.span.end);
            EXPECT_GE(second.feedForward.gpu[gpu].start, second.dispatch.span.end);
            EXPECT_GE(first.aggregation.gpu[gpu].start, first.combine.span.end);
            EXPECT_GE(second.aggregation.gpu[gpu].start, second.combine.span.end);
            EXPECT_GE(first.combine.gpu[gpu].start, first.feedForward.gpu[gpu].end);
            EXPECT_GE(t.total, second.aggregation.gpu[gpu].end);
        }
        EXPECT_LE(t.MeanUtilisation(), 1.0);
    }
}

TEST(LayerTimeline, NothingGetsShorterByGrowing)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed)
    {
        const std::uint32_t n = 2 + static_cast<std::uint32_t>(seed % 4);
        const MoeLayer a = RandomLayer(n, seed, "a");
        const MoeLayer b = RandomLayer(n, seed, "b");
        const Colocation c = ColocateAtRandom(n, seed);
        std::vector<GpuWork> works =
            WorksOf({{&a, &c.first}, {&b, &c.second}}, RandomCluster(n, seed), RateReading::FLUID);
        RandomStream stream(seed, "growth");
        for (const AllToAllStart start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
        {
            LayerRecursion recursion;
            const double before = recursion.Run(works, start);
            GpuWork& work = works[stream.Below(n)];
            work.computation[stream.Below(GpuWork::COMPUTATIONS)] += 7;
            work.egress[stream.Below(GpuWork::ALL_TO_ALLS)] += 7;
            work.ingress[stream.Below(GpuWork::ALL_TO_ALLS)] += 7;
            EXPECT_GE(recursion.Run(works, start), before);
        }
    }
}

TEST(LayerTimeline, TheSecondModelCanBeNothing)
{
    const MoeLayer layer = RandomLayer(5, 3, "layer");
    const MoeLayer nothing{TrafficMatrix(5),
                           std::vector<Time>(5),
                           std::vector<Time>(5),
                           std::vector<Time>(5)};
    const GpuCluster cluster = RandomCluster(5, 3);
    const Colocation colocation = ColocateAtRandom(5, 3);
    EXPECT_EQ(ColocatedTimeline({layer}, {nothing}, cluster, {colocation}, {}).total,
              ExclusiveTimeline({layer}, cluster, {colocation.first}, {}).total);
}

TEST(LayerTimeline, BackwardPass)
{
    // Forward 14 (above). Backward: aggregation 4, all-to-all 4, FFN 6, all-to-all 4, gate 2: 20.
    const MoeLayer layer = TwoExperts(4, 2, 1, 3, 2);
    const Timeline t =
        ExclusiveTimeline({layer, BackwardOf(layer)}, Alike(2), {{0, 1}, {0, 1}}, {});
    EXPECT_EQ(t.layers.at(1).span.start, Seconds(14));
    EXPECT_EQ(t.total, Seconds(34));
}

TEST(LayerTimeline, OneAllToAll)
{
    const GpuCluster cluster{{BYTE_PER_SECOND, 2 * BYTE_PER_SECOND}, {1.0, 1.0}};
    const TrafficMatrix dispatch = TwoExperts(4, 2, 0, 0, 0).dispatch;
    EXPECT_EQ(AllToAllTime(dispatch, cluster, {0, 1}, RateReading::FLUID), Seconds(4));
    EXPECT_EQ(AllToAllTime(dispatch, Alike(2), {1, 0}, RateReading::FLUID), Seconds(4));
}

TEST(LayerTimeline, NothingToDo)
{
    const MoeLayer nothing{TrafficMatrix(1), {Time()}, {Time()}, {Time()}};
    const Timeline t = ExclusiveTimeline({nothing}, Alike(1), {{0}}, {});
    EXPECT_EQ(t.total, Time());
    EXPECT_EQ(t.MeanUtilisation(), 0);
    EXPECT_THROW(ExclusiveTimeline({nothing}, Alike(2), {{0}}, {}), ContractViolation);
}

} // namespace
} // namespace echelon
