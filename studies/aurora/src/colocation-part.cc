// SPDX-License-Identifier: GPL-2.0-only
#include "lina-times.h"
#include "study-parts.h"
#include "study-row.h"

#include "experts/colocation.h"
#include "experts/expert-placement.h"
#include "support/layer-timeline.h"

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

/// The GPUs in an order in which every second one, from the first, is of the fast half.
GpuCluster
FastAndSlowHalves(const GpuCluster& cluster)
{
    GpuCluster split;
    for (std::uint32_t k = 0; k < cluster.Size(); ++k)
    {
        const std::uint32_t gpu = k / 2 + (k % 2) * (cluster.Size() / 2);
        split.rate.push_back(cluster.rate[gpu]);
        split.speed.push_back(cluster.speed[gpu]);
    }
    return split;
}

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
        RunLinaUnordered(m_cluster, "hol-shared");
        if (!m_homogeneous)
        {
            const GpuCluster split = FastAndSlowHalves(m_cluster);
            RunLinaOrdered(split, {RateReading::FLUID, START}, "split-fluid");
            RunLinaUnordered(split, "split-hol-shared");
        }
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
        RunLinaOrdered(m_cluster, options, variant);
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

    void RunLinaOrdered(const GpuCluster& cluster,
                        const TimelineOptions& options,
                        const std::string& variant) const
    {
        PrintTimeline("lina-first", variant, LinaOrdered(m_first.layer, cluster, 0, options), 0);
        PrintTimeline("lina-second", variant, LinaOrdered(m_second.layer, cluster, 1, options), 0);
    }

    void RunLinaUnordered(const GpuCluster& cluster, const std::string& variant) const
    {
        PrintTimeline("lina-first",
                      variant,
                      LinaUnordered(m_first.layer, cluster, 0, m_first.Draw(0)),
                      0);
        PrintTimeline("lina-second",
                      variant,
                      LinaUnordered(m_second.layer, cluster, 1, m_second.Draw(0)),
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
