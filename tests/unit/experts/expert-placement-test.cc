// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Placements and pairings on instances small enough to check by hand.
 */
#include "experts/expert-placement.h"

#include "base/contracts.h"
#include "base/parameters.h"
#include "experts/colocation.h"
#include "experts/expert-placement-registry.h"
#include "support/expert-ring.h"
#include "support/layer-timeline.h"
#include "support/pairings.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Experts that send and receive bytes[i], half of it from either neighbour.
TrafficMatrix
Symmetric(const std::vector<Bytes>& halves)
{
    const auto n = static_cast<std::uint32_t>(halves.size());
    TrafficMatrix m(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        m.Add(i, (i + 1) % n, halves[i]);
        m.Add((i + 1) % n, i, halves[i]);
    }
    return m;
}

TEST(ExpertPlacement, SortedByTraffic)
{
    // Sent 5, 1, 9; received 9, 5, 1: the busier port has 9, 5, 9. Experts 0 and 2 tie: 2 computes
    // longer. GPUs by rate: 1, then 2 before 0 by speed.
    const MoeLayer layer = Ring({5, 1, 9});
    EXPECT_EQ(BusierPorts(layer.dispatch), (std::vector<Bytes>{9, 5, 9}));
    const GpuCluster cluster{{10e9, 40e9, 10e9}, {1, 1, 2}};
    EXPECT_EQ(GpusByPerformance(cluster), (std::vector<std::uint32_t>{1, 2, 0}));
    EXPECT_EQ(PlaceSorted(layer, cluster), (Placement{2, 0, 1}));
}

TEST(ExpertPlacement, RandomIsAPermutationAndRepeats)
{
    Placement placement = PlaceAtRandom(16, 5);
    EXPECT_EQ(placement, PlaceAtRandom(16, 5));
    EXPECT_NE(placement, PlaceAtRandom(16, 6));
    std::sort(placement.begin(), placement.end());
    EXPECT_EQ(placement, PlaceInOrder(16));
}

TEST(ExpertPairing, OpposedWhenSendIsReceive)
{
    // A ring of halves 1 2 3: expert sums 1+3, 1+2, 2+3 = 4, 3, 5. Of 10 0 0: 10, 10, 0.
    // Ascending 1, 0, 2 meets descending 0, 1, 2: loads 3 + 10, 4 + 10, 5 + 0.
    const TrafficMatrix a = Symmetric({1, 2, 3});
    const TrafficMatrix b = Symmetric({10, 0, 0});
    const Pairing pairing = PairSorted(a, b);
    EXPECT_EQ(pairing, (Pairing{1, 0, 2}));
    EXPECT_EQ(BusiestPortOf(a, b, pairing), 14);
    EXPECT_EQ(BusiestPortOf(a, b, PairByBottleneck(a, b)), 14);
    EXPECT_EQ(BusiestPortOf(a, b, {0, 2, 1}), 15);
}

TEST(ExpertPairing, BottleneckKeepsSendAndReceiveApart)
{
    // Both models: 0 sends 10 to 1. The busier ports have 10 everywhere, so sorting sees ties and
    // may put both senders together: 20. Sender with receiver: 10 out and 10 in.
    TrafficMatrix m(2);
    m.Set(0, 1, 10);
    EXPECT_EQ(BusiestPortOf(m, m, PairByBottleneck(m, m)), 10);
    EXPECT_EQ(BusiestPortOf(m, m, {0, 1}), 20);
}

TEST(ExpertPairing, PairsOnGpus)
{
    const Colocation colocation = ColocationOf({2, 0, 1}, {1, 2, 0});
    EXPECT_EQ(colocation.first, (Placement{1, 2, 0}));
    EXPECT_EQ(colocation.second, (Placement{2, 0, 1})); // expert 2 with 0 on GPU 1, 0 on 2, 1 on 0
}

TEST(PlacementRegistry, EveryEntryPlacesEveryExpertOnce)
{
    const MoeLayer layer = Ring({5, 1, 9, 4, 4});
    const MoeLayer other = Ring({2, 2, 8, 0, 4});
    const GpuCluster cluster{{10, 40, 10, 20, 40}, {1, 4, 1, 2, 4}};
    for (const ExpertPlacementEntry& entry : ExpertPlacementEntries())
    {
        for (const RateReading reading : {RateReading::FLUID, RateReading::ONE_SENDER})
        {
            const ExpertPlacementOptions options{{reading, AllToAllStart::TOGETHER}, 3};
            const Colocation colocation = entry.colocate(layer, other, cluster, options);
            for (Placement placement :
                 {entry.place(layer, cluster, options), colocation.first, colocation.second})
            {
                std::sort(placement.begin(), placement.end());
                EXPECT_EQ(placement, PlaceInOrder(5)) << entry.name;
            }
        }
        EXPECT_EQ(&ExpertPlacementEntryOf(entry.name), &entry);
        EXPECT_FALSE(entry.help.empty());
    }
    EXPECT_THROW(ExpertPlacementEntryOf("arora"), ParameterError);
}

/// Ten experts in a ring; GPUs of two kinds.
TEST(PlacementRegistry, ExactRefusesWhatItCannotDoInTime)
{
    const MoeLayer layer = Ring({5, 1, 9, 4, 4, 2, 7, 3, 8, 6});
    GpuCluster cluster{std::vector<BitRate>(10, 10), std::vector<double>(10, 1)};
    cluster.rate[3] = 20;
    const ExpertPlacementEntry& exact = ExpertPlacementEntryOf("exact");
    EXPECT_NO_THROW(exact.place(layer, cluster, {}));
    EXPECT_THROW(exact.place(layer, cluster, {{RateReading::ONE_SENDER, {}}, 1}), ParameterError);
    EXPECT_THROW(exact.colocate(layer, layer, cluster, {}), ParameterError);
    // Seven GPUs: two models in the fluid reading, not with one sender per receiver.
    const MoeLayer seven = Ring({5, 1, 9, 4, 4, 2, 7});
    cluster.rate.resize(7);
    cluster.speed.resize(7);
    EXPECT_NO_THROW(exact.colocate(seven, seven, cluster, {}));
    EXPECT_THROW(exact.colocate(seven, seven, cluster, {{RateReading::ONE_SENDER, {}}, 1}),
                 ParameterError);
    EXPECT_EQ(exact.help,
              "the least time of the layer; two models: up to 8 GPUs; one sender per receiver: up "
              "to 9, two models 6");
}

} // namespace
} // namespace echelon
