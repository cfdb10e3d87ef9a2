// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "moe/colocation.h"
#include "moe/expert-pairing.h"
#include "moe/expert-placement.h"
#include "moe/layer-timeline.h"
#include "moe/lina-packing.h"

#include <array>

namespace study
{

using namespace echelon;

namespace
{

/// Random colocations of layers that have no seeds of their own.
constexpr std::uint64_t ROUTING_DRAWS = 10;
/// Beyond, the search takes too long for a study that is made in minutes.
constexpr std::uint32_t MOST_GPUS_OF_SEARCH = 16;

/// Two layers on one cluster.
class PairOfLayers
{
  public:
    PairOfLayers(const StudyLayer& first, const StudyLayer& second, bool homogeneous)
        : m_first(first),
          m_second(second),
          m_homogeneous(homogeneous),
          m_cluster(homogeneous ? HomogeneousGpus(first.layer.Experts())
                                : HeterogeneousGpus(first.layer.Experts()))
    {
    }

    void Run(std::uint64_t draws) const
    {
        RunContenders({RateReading::FLUID, START}, "fluid", draws);
        if (!m_homogeneous)
        {
            RunContenders({RateReading::ONE_SENDER, START}, "one-sender", draws);
        }
        RunLinaUnordered(m_first, 0, "lina-first");
        RunLinaUnordered(m_second, 1, "lina-second");
    }

  private:
    void RunContenders(const TimelineOptions& options,
                       const std::string& variant,
                       std::uint64_t draws) const
    {
        const MoeLayer& a = m_first.layer;
        const MoeLayer& b = m_second.layer;
        const std::uint32_t n = a.Experts();
        if (m_homogeneous)
        {
            const Pairing pairing = PairByBottleneck(a.dispatch, b.dispatch);
            RunColocation("aurora", ColocationOf(pairing, PlaceInOrder(n)), options, variant, 0);
        }
        else
        {
            RunColocation("aurora",
                          ColocateDecoupled(a, b, m_cluster, options),
                          options,
                          variant,
                          0);
        }
        if (n <= MOST_GPUS_OF_SEARCH)
        {
            RunColocation("search",
                          ColocateBySearch(a, b, m_cluster, options),
                          options,
                          variant,
                          0);
        }
        for (std::uint64_t draw = 0; draw < draws; ++draw)
        {
            const std::uint64_t seed = m_first.Draw(draw);
            RunColocation("random",
                          m_homogeneous ? ColocationOf(PairAtRandom(n, seed), PlaceInOrder(n))
                                        : ColocateAtRandom(n, seed),
                          options,
                          variant,
                          draw);
        }
        RunExclusive("exclusive-first", a, options, variant);
        RunExclusive("exclusive-second", b, options, variant);
        RunLina("lina-first", a, 0, options, variant);
        RunLina("lina-second", b, 1, options, variant);
    }

    void RunColocation(const std::string& contender,
                       const Colocation& colocation,
                       const TimelineOptions& options,
                       const std::string& variant,
                       std::uint64_t draw) const
    {
        PrintTimeline(
            contender,
            variant,
            ColocatedTimeline({m_first.layer}, {m_second.layer}, m_cluster, {colocation}, options),
            draw);
    }

    /// One of the two alone on all GPUs.
    void RunExclusive(const std::string& contender,
                      const MoeLayer& layer,
                      const TimelineOptions& options,
                      const std::string& variant) const
    {
        PrintTimeline(
            contender,
            variant,
            ExclusiveTimeline({layer}, m_cluster, {PlaceSorted(layer, m_cluster)}, options),
            0);
    }

    void RunLina(const std::string& contender,
                 const MoeLayer& layer,
                 std::uint32_t half,
                 const TimelineOptions& options,
                 const std::string& variant) const
    {
        const MoeLayer packed = PackLina(layer).layer;
        PrintTimeline(contender,
                      variant,
                      ExclusiveTimeline({packed},
                                        HalfOf(m_cluster, half),
                                        {PlaceInOrder(packed.Experts())},
                                        options),
                      0);
    }

    /// Its all-to-alls in no order: random, head of line, receivers share.
    void RunLinaUnordered(const StudyLayer& one,
                          std::uint32_t half,
                          const std::string& contender) const
    {
        const MoeLayer packed = PackLina(one.layer).layer;
        const GpuCluster cluster = HalfOf(m_cluster, half);
        const OrderTimes times = TimesInOrder("random",
                                              Contention::PLAN,
                                              packed.dispatch,
                                              FabricOf(cluster),
                                              one.Draw(0));
        PrintTimeline(contender,
                      "hol-shared",
                      ExclusiveTimelineWith(
                          {packed},
                          cluster,
                          {PlaceInOrder(packed.Experts())},
                          {{Time::FromSeconds(times.dispatch), Time::FromSeconds(times.combine)}}),
                      0);
    }

    void PrintTimeline(const std::string& contender,
                       const std::string& variant,
                       const Timeline& timeline,
                       std::uint64_t draw) const
    {
        Print({m_homogeneous ? "colocations-homogeneous" : "colocations-heterogeneous",
               m_first.traffic,
               m_first.name + " + " + m_second.name,
               m_first.seed + draw,
               contender,
               variant,
               timeline.total.Seconds(),
               {},
               {},
               timeline.MeanUtilisation()});
    }

    const StudyLayer& m_first;
    const StudyLayer& m_second;
    bool m_homogeneous;
    GpuCluster m_cluster;
};

/// Every layer once.
constexpr std::array<std::array<std::size_t, 2>, 3> PAIRS_OF_SIX{{{0, 4}, {2, 5}, {1, 3}}};
constexpr std::array<std::array<std::size_t, 2>, 2> PAIRS_OF_FOUR{{{0, 2}, {1, 3}}};

} // namespace

void
RunColocations(const StudyInput& input)
{
    for (const bool homogeneous : {true, false})
    {
        for (std::uint64_t seed = 1; seed <= input.seeds; ++seed)
        {
            const std::vector<StudyLayer> layers = PaperLayers(seed);
            for (const auto& [first, second] : PAIRS_OF_SIX)
            {
                PairOfLayers(layers.at(first), layers.at(second), homogeneous).Run(1);
            }
        }
        for (const std::uint32_t gpus : {8U, 64U})
        {
            const std::vector<StudyLayer> layers = RoutingLayers(input.routingFolder, gpus);
            for (const auto& [first, second] : PAIRS_OF_FOUR)
            {
                if (second < layers.size())
                {
                    PairOfLayers(layers[first], layers[second], homogeneous).Run(ROUTING_DRAWS);
                }
            }
        }
    }
}

} // namespace study
