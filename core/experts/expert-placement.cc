// SPDX-License-Identifier: GPL-2.0-only
#include "experts/expert-placement.h"

#include "base/contracts.h"
#include "base/random.h"

#include <tuple>
#include <utility>

namespace echelon
{

std::vector<Bytes>
BusierPorts(const TrafficMatrix& dispatch)
{
    std::vector<Bytes> bytes = dispatch.RowSums();
    const std::vector<Bytes> received = dispatch.ColumnSums();
    for (std::size_t expert = 0; expert < bytes.size(); ++expert)
    {
        bytes[expert] = std::max(bytes[expert], received[expert]);
    }
    return bytes;
}

std::vector<std::uint32_t>
GpusByPerformance(const GpuCluster& cluster)
{
    std::vector<std::pair<BitRate, double>> performance;
    for (std::uint32_t gpu = 0; gpu < cluster.Size(); ++gpu)
    {
        performance.emplace_back(cluster.rate[gpu], cluster.speed[gpu]);
    }
    return DescendingOrder(performance);
}

Placement
PlaceSorted(const MoeLayer& layer, const GpuCluster& cluster)
{
    ECHELON_REQUIRE(layer.Experts() == cluster.Size(), "every expert has its own GPU");
    const std::vector<Bytes> traffic = BusierPorts(layer.dispatch);
    std::vector<std::tuple<Bytes, Time, Time, Time>> weights;
    for (std::uint32_t expert = 0; expert < layer.Experts(); ++expert)
    {
        weights.emplace_back(traffic[expert],
                             layer.feedForward[expert],
                             layer.gate[expert],
                             layer.aggregation[expert]);
    }
    const std::vector<std::uint32_t> experts = DescendingOrder(weights);
    const std::vector<std::uint32_t> gpus = GpusByPerformance(cluster);
    Placement gpuOf(experts.size());
    for (std::size_t rank = 0; rank < experts.size(); ++rank)
    {
        gpuOf[experts[rank]] = gpus[rank];
    }
    return gpuOf;
}

Placement
PlaceInOrder(std::uint32_t experts)
{
    Placement gpuOf(experts);
    std::iota(gpuOf.begin(), gpuOf.end(), 0);
    return gpuOf;
}

Placement
PlaceAtRandom(std::uint32_t experts, std::uint64_t seed)
{
    Placement gpuOf = PlaceInOrder(experts);
    RandomStream(seed, "placement").Shuffle(gpuOf);
    return gpuOf;
}

} // namespace echelon
