// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Time to place experts, and to time an all-to-all without an order.
 *
 *     build/release/bin/placement-benchmark
 *
 * Per line: processor time of an instance in the mean, and that of the slowest ("worst", ms).
 * GPUs of four kinds in equal numbers, rates and speeds in proportion.
 *   limoe    two models, LIMoE-like B/32 and B/16 (experts/traffic-generator.h);
 *   skewed   one or two models of tests/support/random-layer.h: Zipf 0 to 1.5, unequal sources.
 * unordered: TimePlan of all pairs at once, equal ports, entries uniform.
 */
#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "experts/traffic-generator.h"
#include "support/random-layer.h"
#include "support/random-traffic.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <ctime>

namespace echelon
{
namespace
{

using Colocate = Colocation (*)(const MoeLayer& first,
                                const MoeLayer& second,
                                const GpuCluster& cluster,
                                const TimelineOptions& options);

double
ProcessorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Times one call per iteration; what comes before is not timed.
class Slowest
{
  public:
    explicit Slowest(benchmark::State& state)
        : m_state(state)
    {
    }

    template <class Call>
    void Time(const Call& call)
    {
        const double begin = ProcessorSeconds();
        benchmark::DoNotOptimize(call());
        const double seconds = ProcessorSeconds() - begin;
        m_state.SetIterationTime(seconds);
        m_worst = std::max(m_worst, seconds);
        m_state.counters["worst"] = 1e3 * m_worst;
    }

  private:
    benchmark::State& m_state;
    double m_worst = 0;
};

void
TwoModels(benchmark::State& state, Colocate colocate, bool limoe)
{
    const auto n = static_cast<std::uint32_t>(state.range(0));
    const GpuCluster cluster = FourKinds(n);
    Slowest slowest(state);
    std::uint64_t seed = 0;
    for (auto _ : state)
    {
        const MoeLayer a = limoe ? LimoeLikeLayer(LimoeModel::B32, 1, seed, n)
                                 : RandomLayer(n, seed, "a", LayerKind::GENERAL);
        const MoeLayer b = limoe ? LimoeLikeLayer(LimoeModel::B16, 1, seed, n)
                                 : RandomLayer(n, seed, "b", LayerKind::GENERAL);
        slowest.Time([&] { return colocate(a, b, cluster, {}); });
        ++seed;
    }
}

void
OneModel(benchmark::State& state)
{
    const auto n = static_cast<std::uint32_t>(state.range(0));
    const GpuCluster cluster = FourKinds(n);
    Slowest slowest(state);
    std::uint64_t seed = 0;
    for (auto _ : state)
    {
        const MoeLayer layer = RandomLayer(n, seed++, "layer", LayerKind::GENERAL);
        slowest.Time([&] { return PlaceOptimally(layer, cluster, {}); });
    }
}

void
TimeUnordered(benchmark::State& state)
{
    const auto n = static_cast<std::uint32_t>(state.range(0));
    const PlanningFabric fabric = PlanningFabric::BigSwitch(std::vector<BitRate>(n, 100e9));
    RandomStream stream(1, "at-once");
    Slowest slowest(state);
    for (auto _ : state)
    {
        const TrafficMatrix traffic = RandomTraffic(TrafficShape::UNIFORM, n, stream);
        const TransmissionPlan plan = MakePlan("unordered", traffic, fabric, {});
        slowest.Time([&] { return TimePlan(plan, fabric); });
    }
}

void
Register()
{
    const auto finish = [](benchmark::internal::Benchmark* one, std::int64_t gpus, int instances) {
        one->Arg(gpus)->Iterations(instances)->UseManualTime()->Unit(benchmark::kMillisecond);
    };
    for (const bool limoe : {true, false})
    {
        const auto add = [&](const std::string& name, Colocate colocate, int gpus, int instances) {
            const auto run = [colocate, limoe](benchmark::State& state) {
                TwoModels(state, colocate, limoe);
            };
            const std::string full = name + (limoe ? "/limoe" : "/skewed");
            finish(benchmark::RegisterBenchmark(full.c_str(), run), gpus, instances);
        };
        add("decoupled", ColocateDecoupled, 8, 100);
        add("search", ColocateBySearch, 8, 100);
        add("exact", ColocateExactly, 8, 100);
        add("decoupled", ColocateDecoupled, 64, 20);
        add("search", ColocateBySearch, 64, 5);
    }
    finish(benchmark::RegisterBenchmark("place-optimally/skewed", OneModel), 64, 20);
    finish(benchmark::RegisterBenchmark("unordered", TimeUnordered), 128, 3);
}

} // namespace
} // namespace echelon

int
main(int argc, char** argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 1;
    }
    echelon::Register();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
