// SPDX-License-Identifier: GPL-2.0-only
#include "lina-times.h"
#include "order-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "base/random.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "support/layer-timeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace study
{

using namespace echelon;

namespace
{

constexpr std::uint32_t EXPERTS = 8;
/// Seeds of the second of two models.
constexpr std::uint64_t SECOND_MODEL = 1000;
constexpr double BUSIEST_BYTES = 2.2e9;
/// Of a layer on GPUs that are homogeneous, as in the paper's figures.
constexpr double COMMUNICATION_PART = 0.82;

/// d_ij ~ p_j (p_i)^correlation times a lognormal factor, p lognormal.
struct Skew
{
    double popularity; ///< sigma of p
    double pairs;      ///< sigma of the factor
    double correlation;
};

constexpr std::array<double, 3> POPULARITY{0.3, 0.5, 0.8};
constexpr std::array<double, 3> PAIRS{0.2, 0.4, 0.8};
constexpr std::array<double, 2> CORRELATION{0, 1};

StudyLayer
SkewedLayer(const Skew& skew, std::uint64_t seed)
{
    char name[64];
    std::snprintf(name, sizeof name, "%g/%g/%g", skew.popularity, skew.pairs, skew.correlation);
    RandomStream random(seed, std::string("skew/") + name);
    std::vector<double> popularity;
    for (std::uint32_t e = 0; e < EXPERTS; ++e)
    {
        popularity.push_back(std::exp(skew.popularity * random.Normal()));
    }
    TrafficMatrix raw(EXPERTS);
    for (std::uint32_t i = 0; i < EXPERTS; ++i)
    {
        for (std::uint32_t j = 0; j < EXPERTS; ++j)
        {
            const double factor = std::exp(skew.pairs * random.Normal());
            const double entry = popularity[j] * std::pow(popularity[i], skew.correlation) * factor;
            raw.Set(i, j, std::llround(1e9 * entry));
        }
    }
    MoeLayer layer{TrafficMatrix(EXPERTS), {}, {}, {}};
    const double scale = BUSIEST_BYTES / static_cast<double>(raw.BusiestPort());
    for (std::uint32_t i = 0; i < EXPERTS; ++i)
    {
        for (std::uint32_t j = 0; j < EXPERTS; ++j)
        {
            layer.dispatch.Set(i, j, std::llround(scale * static_cast<double>(raw.At(i, j))));
        }
    }
    // All experts compute equally long: what differs is the communication alone.
    const double communication = 2 * LowerBound(layer.dispatch, FabricOf(HomogeneousGpus(EXPERTS)));
    const double computing = communication * (1 - COMMUNICATION_PART) / COMMUNICATION_PART;
    layer.gate.assign(EXPERTS, Time::FromSeconds(0.1 * computing));
    layer.feedForward.assign(EXPERTS, Time::FromSeconds(0.8 * computing));
    layer.aggregation.assign(EXPERTS, Time::FromSeconds(0.1 * computing));
    return {"skewed", name, seed, layer};
}

double
Exclusive(const StudyLayer& one,
          const GpuCluster& cluster,
          const Placement& placement,
          double dispatch,
          double combine)
{
    return ExclusiveTimelineWith({one.layer},
                                 cluster,
                                 {placement},
                                 {{Time::FromSeconds(dispatch), Time::FromSeconds(combine)}})
        .total.Seconds();
}

void
RunSkew(const StudyLayer& one)
{
    const GpuCluster homogeneous = HomogeneousGpus(EXPERTS);
    const Placement inOrder = PlaceInOrder(EXPERTS);
    for (const Discipline& d : Disciplines())
    {
        if (d.order == "aurora" || d.order == "sjf" || d.order == "random" ||
            d.order == "unordered")
        {
            const OrderTimes times = TimesInOrder(d.order,
                                                  d.contention,
                                                  one.layer.dispatch,
                                                  FabricOf(homogeneous),
                                                  one.Draw(0));
            Print({"skews",
                   one.traffic,
                   one.name,
                   one.seed,
                   d.order,
                   d.variant,
                   Exclusive(one, homogeneous, inOrder, times.dispatch, times.combine)});
        }
    }
    const GpuCluster heterogeneous = HeterogeneousGpus(EXPERTS);
    const auto place = [&](const std::string& contender, const Placement& placement) {
        for (const RateReading reading : {RateReading::FLUID, RateReading::ONE_SENDER})
        {
            const double time =
                AllToAllTime(one.layer.dispatch, heterogeneous, placement, reading).Seconds();
            Print({"skews",
                   one.traffic,
                   one.name,
                   one.seed,
                   contender,
                   reading == RateReading::FLUID ? "fluid" : "one-sender",
                   Exclusive(one, heterogeneous, placement, time, time)});
        }
    };
    place("place-sorted", PlaceSorted(one.layer, heterogeneous));
    place("place-random", PlaceAtRandom(EXPERTS, one.Draw(0)));
}

/// Two such layers side by side: until both models are done.
void
RunSkewedPair(const StudyLayer& first, const StudyLayer& second)
{
    const TimelineOptions options{RateReading::FLUID, START};
    const MoeLayer& a = first.layer;
    const MoeLayer& b = second.layer;
    const auto run = [&](const std::string& kind,
                         const GpuCluster& cluster,
                         const Colocation& aurora,
                         const Colocation& random) {
        const auto print =
            [&](const std::string& contender, const std::string& variant, double seconds) {
                Print({"skews",
                       first.traffic,
                       first.name,
                       first.seed,
                       contender + "-" + kind,
                       variant,
                       seconds});
            };
        const auto later = [](const Timeline& one, const Timeline& other) {
            return std::max(one.total, other.total).Seconds();
        };
        print("colocate-aurora", "fluid", ColocatedSeconds(a, b, cluster, aurora, options));
        print("colocate-random", "fluid", ColocatedSeconds(a, b, cluster, random, options));
        print("lina",
              "fluid",
              later(LinaOrdered(a, cluster, 0, options), LinaOrdered(b, cluster, 1, options)));
        print("lina",
              "hol-shared",
              later(LinaUnordered(a, cluster, 0, first.Draw(0)),
                    LinaUnordered(b, cluster, 1, second.Draw(0))));
    };
    const Placement inOrder = PlaceInOrder(EXPERTS);
    run("homogeneous",
        HomogeneousGpus(EXPERTS),
        ColocationOf(PairByBottleneck(a.dispatch, b.dispatch), inOrder),
        ColocationOf(PairAtRandom(EXPERTS, first.Draw(0)), inOrder));
    const GpuCluster heterogeneous = HeterogeneousGpus(EXPERTS);
    run("heterogeneous",
        heterogeneous,
        ColocateDecoupled(a, b, heterogeneous, options),
        ColocateAtRandom(EXPERTS, first.Draw(0)));
}

} // namespace

void
RunSkews(const StudyInput& input)
{
    for (const double correlation : CORRELATION)
    {
        for (const double popularity : POPULARITY)
        {
            for (const double pairs : PAIRS)
            {
                for (std::uint64_t seed = 1; seed <= input.seeds; ++seed)
                {
                    const Skew skew{popularity, pairs, correlation};
                    const StudyLayer layer = SkewedLayer(skew, seed);
                    RunSkew(layer);
                    RunSkewedPair(layer, SkewedLayer(skew, seed + SECOND_MODEL));
                }
            }
        }
    }
}

} // namespace study
