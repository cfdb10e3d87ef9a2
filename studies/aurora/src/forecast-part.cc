// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"
#include "plan-adaptation.h"
#include "study-parts.h"
#include "study-row.h"

#include "alltoall/order-registry.h"
#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "support/layer-timeline.h"

#include <algorithm>
#include <array>
#include <functional>

namespace study
{

using namespace echelon;

namespace
{

/// Of other layers' traffic, percent.
constexpr std::array<int, 3> PARTS{25, 50, 75};
/// Beyond, the search takes too long for a study that is made in minutes.
constexpr std::uint32_t MOST_GPUS_OF_SEARCH = 16;

double
ExclusiveSeconds(const MoeLayer& layer,
                 const GpuCluster& cluster,
                 const Placement& placement,
                 double dispatch,
                 double combine)
{
    return ExclusiveTimelineWith({layer},
                                 cluster,
                                 {placement},
                                 {{Time::FromSeconds(dispatch), Time::FromSeconds(combine)}})
        .total.Seconds();
}

/// The layer as it runs in `actual`, its all-to-alls planned on `forecast`.
double
PlannedSeconds(const std::string& order,
               const MoeLayer& forecast,
               const MoeLayer& actual,
               const GpuCluster& cluster,
               const Placement& placement)
{
    const PlanningFabric fabric = FabricOf(cluster);
    const auto time = [&](const TrafficMatrix& planned, const TrafficMatrix& real) {
        const TransmissionPlan plan = MakePlan(order, planned.Permuted(placement), fabric, {});
        return TimeOf(AdaptPlan(plan, real.Permuted(placement)), fabric, Contention::PLAN);
    };
    return ExclusiveSeconds(actual,
                            cluster,
                            placement,
                            time(forecast.dispatch, actual.dispatch),
                            time(forecast.dispatch.Transposed(), actual.dispatch.Transposed()));
}

/// Seeds enough: each has sixteen layers.
constexpr std::uint64_t MOST_SEEDS = 4;

/// Seconds on `actual` with everything decided on `forecast`.
using Scheme = std::function<double(const MoeLayer& forecast, const MoeLayer& actual)>;

/// The same for two models.
using PairScheme = std::function<double(const MoeLayer& forecastFirst,
                                        const MoeLayer& forecastSecond,
                                        const MoeLayer& first,
                                        const MoeLayer& second)>;

void
PrintForecast(const StudyLayer& one,
              const std::string& name,
              const std::string& scheme,
              const std::string& variant,
              double seconds)
{
    Print({"forecasts", one.traffic, name, one.seed, scheme, variant, seconds});
}

std::string
VariantOf(const std::string& decidedOn, int part)
{
    return decidedOn + "-" + std::to_string(part);
}

void
RunScheme(const std::vector<StudyLayer>& layers, const std::string& name, const Scheme& scheme)
{
    for (std::size_t k = 0; k < layers.size(); ++k)
    {
        for (const int part : PARTS)
        {
            const MoeLayer actual = MixIn(layers, k, part / 100.0);
            const auto print = [&](const std::string& decidedOn, const MoeLayer& forecast) {
                PrintForecast(layers[k],
                              layers[k].name,
                              name,
                              VariantOf(decidedOn, part),
                              scheme(forecast, actual));
            };
            print("forecast", layers[k].layer);
            print("actual", actual);
        }
    }
}

void
RunPairScheme(const std::vector<StudyLayer>& first,
              const std::vector<StudyLayer>& second,
              const std::string& name,
              const PairScheme& scheme)
{
    for (std::size_t k = 0; k < first.size(); ++k)
    {
        // Of the second model the layers run in another order, so that a model may be its own pair.
        const std::size_t l = (k + 1) % second.size();
        for (const int part : PARTS)
        {
            const MoeLayer a = MixIn(first, k, part / 100.0);
            const MoeLayer b = MixIn(second, l, part / 100.0);
            const std::string pair = first[k].name + " + " + second[l].name;
            PrintForecast(first[k],
                          pair,
                          name,
                          VariantOf("forecast", part),
                          scheme(first[k].layer, second[l].layer, a, b));
            PrintForecast(first[k], pair, name, VariantOf("actual", part), scheme(a, b, a, b));
        }
    }
}

void
RunModel(const std::vector<StudyLayer>& layers)
{
    const std::uint32_t n = layers.front().layer.Experts();
    const GpuCluster homogeneous = HomogeneousGpus(n);
    const GpuCluster heterogeneous = HeterogeneousGpus(n);
    for (const std::string order : {"aurora", "greedy-max-weight"})
    {
        RunScheme(layers,
                  "exclusive-homogeneous-" + order,
                  [&](const MoeLayer& forecast, const MoeLayer& actual) {
                      return PlannedSeconds(order, forecast, actual, homogeneous, PlaceInOrder(n));
                  });
        RunScheme(layers,
                  "exclusive-heterogeneous-" + order,
                  [&](const MoeLayer& forecast, const MoeLayer& actual) {
                      return PlannedSeconds(order,
                                            forecast,
                                            actual,
                                            heterogeneous,
                                            PlaceSorted(forecast, heterogeneous));
                  });
    }
    RunScheme(layers,
              "exclusive-homogeneous-unordered",
              [&](const MoeLayer& /*forecast*/, const MoeLayer& actual) {
                  const OrderTimes times = TimesInOrder("random",
                                                        Contention::PLAN,
                                                        actual.dispatch,
                                                        FabricOf(homogeneous),
                                                        layers.front().Draw(0));
                  return ExclusiveSeconds(actual,
                                          homogeneous,
                                          PlaceInOrder(n),
                                          times.dispatch,
                                          times.combine);
              });
    RunScheme(layers,
              "exclusive-heterogeneous-fluid",
              [&](const MoeLayer& forecast, const MoeLayer& actual) {
                  return ExclusiveTimeline({actual},
                                           heterogeneous,
                                           {PlaceSorted(forecast, heterogeneous)},
                                           {RateReading::FLUID, START})
                      .total.Seconds();
              });
}

void
RunPair(const std::vector<StudyLayer>& first, const std::vector<StudyLayer>& second)
{
    const std::uint32_t n = first.front().layer.Experts();
    const GpuCluster homogeneous = HomogeneousGpus(n);
    const GpuCluster heterogeneous = HeterogeneousGpus(n);
    const TimelineOptions options{RateReading::FLUID, START};
    const auto run = [&](const std::string& name, const GpuCluster& cluster, auto&& colocate) {
        RunPairScheme(
            first,
            second,
            name,
            [&](const MoeLayer& fa, const MoeLayer& fb, const MoeLayer& a, const MoeLayer& b) {
                return ColocatedSeconds(a, b, cluster, colocate(fa, fb), options);
            });
    };
    run("colocated-homogeneous", homogeneous, [&](const MoeLayer& a, const MoeLayer& b) {
        return ColocationOf(PairByBottleneck(a.dispatch, b.dispatch), PlaceInOrder(n));
    });
    run("colocated-heterogeneous", heterogeneous, [&](const MoeLayer& a, const MoeLayer& b) {
        return ColocateDecoupled(a, b, heterogeneous, options);
    });
    if (n <= MOST_GPUS_OF_SEARCH)
    {
        run("colocated-heterogeneous-search",
            heterogeneous,
            [&](const MoeLayer& a, const MoeLayer& b) {
                return ColocateBySearch(a, b, heterogeneous, options);
            });
    }
}

} // namespace

void
RunForecasts(const StudyInput& input)
{
    for (std::uint64_t seed = 1; seed <= std::min(input.seeds, MOST_SEEDS); ++seed)
    {
        for (const bool sixteen : {false, true})
        {
            const std::vector<StudyLayer> coco = ModelLayers(sixteen, 0, seed);
            const std::vector<StudyLayer> imagenet = ModelLayers(sixteen, 1, seed);
            RunModel(coco);
            RunModel(imagenet);
            RunPair(coco, imagenet);
        }
    }
    for (const std::uint32_t gpus : {8U, 64U})
    {
        const std::vector<StudyLayer> layers = RoutingLayers(input.routingFolder, gpus);
        if (layers.size() >= 2)
        {
            RunModel(layers);
            RunPair(layers, layers);
        }
    }
}

} // namespace study
