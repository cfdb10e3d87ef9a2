// SPDX-License-Identifier: GPL-2.0-only
#include "lina-packing.h"

#include "base/contracts.h"
#include "experts/expert-placement.h"

#include <algorithm>

namespace echelon
{

PackedLayer
PackLina(const MoeLayer& layer)
{
    const std::uint32_t n = layer.Experts();
    ECHELON_REQUIRE(n % 2 == 0, "experts are packed in pairs");
    const std::vector<std::uint32_t> hottest = DescendingOrder(layer.dispatch.ColumnSums());
    std::vector<std::array<std::uint32_t, 2>> pairs;
    for (std::uint32_t rank = 0; rank < n / 2; ++rank)
    {
        const std::uint32_t hot = hottest[rank];
        const std::uint32_t cold = hottest[n - 1 - rank];
        pairs.push_back({std::min(hot, cold), std::max(hot, cold)});
    }
    std::sort(pairs.begin(), pairs.end());

    std::vector<std::uint32_t> pairOf(n);
    std::vector<Time> gate;
    std::vector<Time> feedForward;
    std::vector<Time> aggregation;
    for (std::uint32_t p = 0; p < pairs.size(); ++p)
    {
        const auto [low, high] = pairs[p];
        pairOf[low] = pairOf[high] = p;
        gate.push_back(layer.gate[low] + layer.gate[high]);
        feedForward.push_back(layer.feedForward[low] + layer.feedForward[high]);
        aggregation.push_back(layer.aggregation[low] + layer.aggregation[high]);
    }
    TrafficMatrix dispatch(n / 2);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            dispatch.Add(pairOf[i], pairOf[j], layer.dispatch.At(i, j));
        }
    }
    return {{std::move(dispatch), std::move(gate), std::move(feedForward), std::move(aggregation)},
            std::move(pairs)};
}

GpuCluster
HalfOf(const GpuCluster& cluster, std::uint32_t first)
{
    ECHELON_REQUIRE(first < 2 && cluster.Size() >= 2, "one of two halves");
    GpuCluster half;
    for (std::uint32_t gpu = first; gpu < cluster.Size(); gpu += 2)
    {
        half.rate.push_back(cluster.rate[gpu]);
        half.speed.push_back(cluster.speed[gpu]);
    }
    return half;
}

} // namespace echelon
