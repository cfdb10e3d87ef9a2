// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Placement and colocation of experts against brute force: optimal where the
 * theorems say so, how often elsewhere, and how far the heuristics are from the
 * optimum with two models on different GPUs. Figures are printed;
 * docs/algorithms/expert-placement.md quotes them.
 */
#include "experts/expert-placement.h"

#include "experts/colocation.h"
#include "experts/traffic-generator.h"
#include "support/layer-timeline.h"
#include "support/pairings.h"
#include "support/priority-run.h"
#include "support/random-layer.h"
#include "support/table-two.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <iostream>
#include <limits>

namespace echelon
{
namespace
{

constexpr double SAME = 1e-9; ///< apart at most, relative

GpuCluster
Alike(std::uint32_t n)
{
    return {std::vector<BitRate>(n, 100e9), std::vector<double>(n, 1.0)};
}

/// The duration with one model, from Equation 1 and, all-to-alls together, from
/// its five maxima.
double
ExclusiveSeconds(const MoeLayer& layer,
                 const GpuCluster& cluster,
                 const Placement& placement,
                 const TimelineOptions& options)
{
    if (options.start == AllToAllStart::EACH_GPU)
    {
        return EquationOneTime(layer, cluster, placement, options.reading).Seconds();
    }
    double gate = 0;
    double feedForward = 0;
    double aggregation = 0;
    for (std::uint32_t i = 0; i < placement.size(); ++i)
    {
        const double speed = cluster.speed[placement[i]];
        gate = std::max(gate, layer.gate[i].Seconds() / speed);
        feedForward = std::max(feedForward, layer.feedForward[i].Seconds() / speed);
        aggregation = std::max(aggregation, layer.aggregation[i].Seconds() / speed);
    }
    const Time dispatch = AllToAllTime(layer.dispatch, cluster, placement, options.reading);
    return gate + feedForward + aggregation + 2 * dispatch.Seconds();
}

/// The least of `cost` over all permutations.
template <class Cost>
double
LeastOverPermutations(std::uint32_t n, Cost cost)
{
    std::vector<std::uint32_t> permutation = PlaceInOrder(n);
    double least = std::numeric_limits<double>::infinity();
    do
    {
        least = std::min(least, cost(permutation));
    } while (std::next_permutation(permutation.begin(), permutation.end()));
    return least;
}

/// Pairing[i] = j as a placement: expert j to where expert i is, on GPU i.
Placement
InverseOf(const Pairing& pairing)
{
    return ColocationOf(pairing, PlaceInOrder(static_cast<std::uint32_t>(pairing.size()))).second;
}

void
ExpectLeast(double found, double least)
{
    EXPECT_NEAR(found, least, SAME * least);
}

/// Mean and worst of found / optimum.
struct Ratios
{
    double sum = 0;
    double worst = 1;
    int optimal = 0;
    int count = 0;

    void Add(double found, double least)
    {
        const double ratio = found / least;
        EXPECT_GE(ratio, 1 - SAME);
        sum += ratio;
        worst = std::max(worst, ratio);
        optimal += ratio < 1 + 1e-9 ? 1 : 0;
        ++count;
    }

    double Mean() const
    {
        return sum / count;
    }

    friend std::ostream& operator<<(std::ostream& out, const Ratios& r)
    {
        return out << "mean " << r.Mean() << ", worst " << r.worst << ", optimal in " << r.optimal
                   << " of " << r.count;
    }
};

TEST(ExpertPlacementProperty, ExclusiveOnGpusThatAreAlikeAnyPlacementIsOptimal)
{
    for (std::uint64_t seed = 0; seed < 30; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 6);
        const MoeLayer layer = RandomLayer(n, seed, "layer", LayerKind::GENERAL);
        for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
        {
            const TimelineOptions options{RateReading::FLUID, start};
            const auto cost = [&](const Placement& p) {
                return ExclusiveSeconds(layer, Alike(n), p, options);
            };
            const double least = LeastOverPermutations(n, cost);
            const double most =
                -LeastOverPermutations(n, [&](const Placement& p) { return -cost(p); });
            ExpectLeast(most, least);
        }
    }
}

TEST(ExpertPlacementProperty, SortedIsOptimalWhenOneOrderFitsAll)
{
    // Theorem 5.1: gate, FFN and aggregation rank the experts as their busier
    // ports do.
    for (std::uint64_t seed = 0; seed < 60; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 6);
        const MoeLayer layer = RandomLayer(n, seed, "layer", LayerKind::ALIGNED);
        const GpuCluster cluster = FourKinds(n);
        for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
        {
            const TimelineOptions options{RateReading::FLUID, start};
            const auto cost = [&](const Placement& p) {
                return ExclusiveSeconds(layer, cluster, p, options);
            };
            ExpectLeast(cost(PlaceSorted(layer, cluster)), LeastOverPermutations(n, cost));
        }
    }
}

TEST(ExpertPlacementProperty, ExclusiveOptimumOfAnyMatrix)
{
    Ratios sorted;
    Ratios searched;
    Ratios sortedOneSender;
    Ratios searchedOneSender;
    for (std::uint64_t seed = 0; seed < 100; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(3 + seed % 5);
        const MoeLayer layer = RandomLayer(n, seed, "layer", LayerKind::GENERAL);
        const GpuCluster cluster = FourKinds(n);
        for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
        {
            for (const auto reading : {RateReading::FLUID, RateReading::ONE_SENDER})
            {
                const TimelineOptions options{reading, start};
                const auto cost = [&](const Placement& p) {
                    return ExclusiveSeconds(layer, cluster, p, options);
                };
                const bool fluid = reading == RateReading::FLUID;
                const double least = LeastOverPermutations(n, cost);
                if (fluid || n <= 5)
                {
                    ExpectLeast(cost(PlaceOptimally(layer, cluster, options)), least);
                }
                (fluid ? sorted : sortedOneSender).Add(cost(PlaceSorted(layer, cluster)), least);
                (fluid ? searched : searchedOneSender)
                    .Add(cost(PlaceBySearch(layer, cluster, options)), least);
            }
        }
    }
    std::cout << "exclusive, different GPUs, any matrix, n = 3…7, fluid: sorted " << sorted
              << "; search " << searched << '\n'
              << "the same, one sender per receiver: sorted " << sortedOneSender << "; search "
              << searchedOneSender << '\n';
    EXPECT_LE(searched.Mean(), sorted.Mean());
    EXPECT_LE(searchedOneSender.Mean(), sortedOneSender.Mean());
}

TEST(ExpertPlacementProperty, SortedIsNotOptimalForEveryMatrix)
{
    // Three experts, no gate, no aggregation, on GPUs of rates and speeds 4, 2
    // and 1. Expert 0 sends 40 and computes nothing; expert 1 receives 36 and
    // computes for 36 s, expert 2 receives
    // 4. Sorted: 0, 1, 2 on 4, 2, 1: dispatch max(40/4, 36/2, 4/1) = 18, FFN +
    // combine max(10, 18 + 18, 4) = 36: 54. With 0 and 1 exchanged: max(40/2,
    // 36/4, 4) = 20, max(20, 9 + 9, 4) = 20: 40.
    MoeLayer layer{TrafficMatrix(3), std::vector<Time>(3), {}, std::vector<Time>(3)};
    layer.dispatch.Set(0, 1, 36);
    layer.dispatch.Set(0, 2, 4);
    layer.feedForward = {Time(), Time::FromSeconds(36), Time()};
    const GpuCluster cluster{{32, 16, 8}, {4, 2, 1}};
    const Placement sorted = PlaceSorted(layer, cluster);
    EXPECT_EQ(sorted, (Placement{0, 1, 2}));
    EXPECT_DOUBLE_EQ(ExclusiveSeconds(layer, cluster, sorted, {}), 54);
    const Placement best = PlaceOptimally(layer, cluster, {});
    EXPECT_EQ(best, (Placement{1, 0, 2}));
    EXPECT_DOUBLE_EQ(ExclusiveSeconds(layer, cluster, best, {}), 40);
}

TEST(ExpertPlacementProperty, PairingMinimisesTheBusiestPort)
{
    // Theorem 6.1's communication, and Theorem 6.2 where send is receive.
    for (std::uint64_t seed = 0; seed < 120; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 6);
        for (const LayerKind kind : {LayerKind::GENERAL, LayerKind::SYMMETRIC})
        {
            const TrafficMatrix a = RandomLayer(n, seed, "a", kind).dispatch;
            const TrafficMatrix b = RandomLayer(n, seed, "b", kind).dispatch;
            const double least = LeastOverPermutations(n, [&](const Pairing& p) {
                return static_cast<double>(a.Plus(b.Permuted(InverseOf(p))).BusiestPort());
            });
            EXPECT_EQ(static_cast<double>(BusiestPortOf(a, b, PairByBottleneck(a, b))), least);
            if (kind == LayerKind::SYMMETRIC)
            {
                EXPECT_EQ(static_cast<double>(BusiestPortOf(a, b, PairSorted(a, b))), least);
            }
        }
    }
}

TEST(ExpertPlacementProperty, ColocatedOnGpusThatAreAlike)
{
    // Send = receive and computations that rank alike: the whole layer's time is
    // least, in the timeline and in Table 2. Otherwise the least communication
    // need not be the least time.
    Ratios bottleneck;
    for (std::uint64_t seed = 0; seed < 60; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 6);
        const GpuCluster cluster = Alike(n);
        for (const LayerKind kind : {LayerKind::SYMMETRIC, LayerKind::GENERAL})
        {
            const MoeLayer a = RandomLayer(n, seed, "a", kind);
            const MoeLayer b = RandomLayer(n, seed, "b", kind);
            for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
            {
                const TimelineOptions options{RateReading::FLUID, start};
                const auto cost = [&](const Pairing& p) {
                    return ColocatedSeconds(a,
                                            b,
                                            cluster,
                                            ColocationOf(p, PlaceInOrder(n)),
                                            options);
                };
                const double least = LeastOverPermutations(n, cost);
                if (kind == LayerKind::SYMMETRIC)
                {
                    ExpectLeast(cost(PairSorted(a.dispatch, b.dispatch)), least);
                }
                else
                {
                    bottleneck.Add(cost(PairByBottleneck(a.dispatch, b.dispatch)), least);
                }
            }
            if (kind == LayerKind::SYMMETRIC)
            {
                const auto table = [&](const Pairing& p) {
                    return TableTwoTime(TableTwoOf(a,
                                                   b,
                                                   cluster,
                                                   ColocationOf(p, PlaceInOrder(n)),
                                                   RateReading::FLUID))
                        .Seconds();
                };
                ExpectLeast(table(PairSorted(a.dispatch, b.dispatch)),
                            LeastOverPermutations(n, table));
            }
        }
    }
    std::cout << "colocated, GPUs alike, any matrix, n = 2…7: time of the "
                 "bottleneck pairing "
              << bottleneck << '\n';
}

TEST(ExpertPlacementProperty, BranchAndBoundIsExact)
{
    for (std::uint64_t seed = 0; seed < 40; ++seed)
    {
        const auto n = static_cast<std::uint32_t>(2 + seed % 4);
        const MoeLayer a = RandomLayer(n, seed, "a", LayerKind::GENERAL);
        const MoeLayer b = RandomLayer(n, seed, "b", LayerKind::GENERAL);
        // Four kinds, all alike, and faster ports with slower processors.
        GpuCluster cluster = seed % 3 == 0 ? Alike(n) : FourKinds(n);
        if (seed % 3 == 2)
        {
            std::reverse(cluster.speed.begin(), cluster.speed.end());
        }
        for (const auto start : {AllToAllStart::EACH_GPU, AllToAllStart::TOGETHER})
        {
            for (const auto reading : {RateReading::FLUID, RateReading::ONE_SENDER})
            {
                const TimelineOptions options{reading, start};
                const auto cost = [&](const Colocation& c) {
                    return ColocatedSeconds(a, b, cluster, c, options);
                };
                const double least = LeastOverPermutations(n, [&](const Placement& p) {
                    return LeastOverPermutations(n, [&](const Placement& q) {
                        return cost({p, q});
                    });
                });
                ExpectLeast(cost(ColocateExactly(a, b, cluster, options)), least);
            }
        }
    }
}

/// The paper's heuristic and the search against the optimum.
void
CompareHeuristics(const std::string& title,
                  std::uint64_t instances,
                  std::uint32_t leastGpus,
                  std::uint32_t mostGpus,
                  bool limoe,
                  const TimelineOptions& options)
{
    Ratios decoupled;
    Ratios searched;
    Ratios attained;
    double attainedByPaper = 0;
    double attainedByUs = 0;
    for (std::uint64_t seed = 0; seed < instances; ++seed)
    {
        const auto n = leastGpus + static_cast<std::uint32_t>(seed % (mostGpus - leastGpus + 1));
        const MoeLayer a = limoe ? LimoeLikeLayer(LimoeModel::B32, 1, seed, n)
                                 : RandomLayer(n, seed, "a", LayerKind::GENERAL);
        const MoeLayer b = limoe ? LimoeLikeLayer(LimoeModel::B16, 1, seed, n)
                                 : RandomLayer(n, seed, "b", LayerKind::GENERAL);
        const GpuCluster cluster = FourKinds(n);
        const auto cost = [&](const Colocation& c) {
            return ColocatedSeconds(a, b, cluster, c, options);
        };
        const double least = cost(ColocateExactly(a, b, cluster, options));
        const Colocation decouple = ColocateDecoupled(a, b, cluster, options);
        const double paper = cost(decouple);
        const Colocation search = ColocateBySearch(a, b, cluster, options);
        const double ours = cost(search);
        EXPECT_LE(ours, paper);
        decoupled.Add(paper, least);
        searched.Add(ours, least);
        const double run = PriorityRunTime(a, b, cluster, search, options).Seconds();
        attained.Add(run, ours);
        attainedByUs += run / least;
        attainedByPaper += PriorityRunTime(a, b, cluster, decouple, options).Seconds() / least;
    }
    std::cout << title << ", over the optimum: decoupled " << decoupled << "; search " << searched
              << "\n  attained by strict priority over the timeline: mean " << attained.Mean()
              << ", worst " << attained.worst
              << "; attained, decoupled over search: " << attainedByPaper / attainedByUs << '\n';
    EXPECT_LT(attainedByUs, attainedByPaper);
    EXPECT_LT(searched.Mean(), decoupled.Mean());
    EXPECT_LT(searched.worst, decoupled.worst);
    EXPECT_LT(searched.Mean(), 1.001);
    EXPECT_LT(searched.worst, 1.03);
}

TEST(ExpertPlacementProperty, ColocatedOnDifferentGpus)
{
    CompareHeuristics("n = 4…7, skewed", 1000, 4, 7, false, {});
}

TEST(ExpertPlacementProperty, ColocatedOnDifferentGpusOneSenderPerReceiver)
{
    CompareHeuristics("n = 4…5, skewed, one sender per receiver",
                      200,
                      4,
                      5,
                      false,
                      {RateReading::ONE_SENDER, {}});
}

TEST(ExpertPlacementSlow, ColocatedOnDifferentGpus)
{
    CompareHeuristics("n = 8, skewed", 500, 8, 8, false, {});
    CompareHeuristics("n = 8, LIMoE-like", 500, 8, 8, true, {});
}

} // namespace
} // namespace echelon
