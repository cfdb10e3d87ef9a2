// SPDX-License-Identifier: GPL-2.0-only
#include "study-layers.h"

#include "base/contracts.h"
#include "base/random.h"
#include "experts/token-routing.h"
#include "experts/traffic-generator.h"
#include "input/file-source.h"
#include "traffic/routing-trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace study
{

using namespace echelon;

namespace
{

/// Layers of a second data set are streams of their own.
constexpr std::uint32_t DATA_SET_STEP = 100;

constexpr std::array<const char*, 2> DATA_SETS{"COCO", "ImageNet"};
constexpr std::array<std::uint32_t, 4> MOE_LAYERS{5, 7, 9, 11};

StudyLayer
LimoeLayer(bool sixteen, std::uint32_t data, std::uint32_t layer, std::uint64_t seed)
{
    const std::string name = std::string(sixteen ? "B/16 " : "B/32 ") + DATA_SETS.at(data) + " L" +
                             std::to_string(layer);
    return {"limoe",
            name,
            seed,
            LimoeLikeLayer(sixteen ? LimoeModel::B16 : LimoeModel::B32,
                           layer + data * DATA_SET_STEP,
                           seed)};
}

constexpr std::uint32_t EXPERTS = 64;
constexpr std::uint32_t TOP_K = 6;
constexpr double HIDDEN = 2048;
constexpr double INTERMEDIATE = 1408;
constexpr Bytes BYTES_PER_ELEMENT = 2;
constexpr double OPERATIONS_PER_SECOND = 100e12;

std::vector<Time>
Computing(const std::vector<std::int64_t>& tokens, double operations)
{
    std::vector<Time> times;
    for (const std::int64_t count : tokens)
    {
        times.push_back(
            Time::FromSeconds(static_cast<double>(count) * operations / OPERATIONS_PER_SECOND));
    }
    return times;
}

StudyLayer
RoutingLayer(const std::string& file, std::uint32_t layer, std::uint32_t gpus)
{
    const TokenRouting routing = ParseRoutingTrace(file, DiskFiles()(file), EXPERTS, TOP_K).routing;
    const TokenLayout layout{gpus, InRuns(routing.Tokens(), gpus), InRuns(EXPERTS, gpus)};
    const Bytes copy = BYTES_PER_ELEMENT * static_cast<Bytes>(HIDDEN);
    const RoutedTraffic routed = RouteTokens(routing, layout, copy, {});
    std::vector<std::int64_t> own(gpus, 0);
    for (const std::uint32_t gpu : layout.gpuOfToken)
    {
        ++own[gpu];
    }
    return {"routing-" + std::to_string(gpus),
            "layer " + std::to_string(layer),
            0,
            {routed.dispatch,
             Computing(own, 2 * HIDDEN * EXPERTS),
             Computing(routed.tokensOnGpu, 2 * 3 * HIDDEN * INTERMEDIATE),
             Computing(own, 2 * HIDDEN * TOP_K)}};
}

} // namespace

std::uint64_t
StudyLayer::Draw(std::uint64_t number) const
{
    return Mix64(HashText(traffic + "/" + name) + Mix64(seed) + number);
}

std::vector<StudyLayer>
PaperLayers(std::uint64_t seed)
{
    return {LimoeLayer(false, 0, 5, seed),
            LimoeLayer(false, 0, 7, seed),
            LimoeLayer(true, 0, 5, seed),
            LimoeLayer(true, 0, 7, seed),
            LimoeLayer(false, 1, 11, seed),
            LimoeLayer(true, 1, 5, seed)};
}

std::vector<StudyLayer>
ModelLayers(bool sixteen, std::uint32_t data, std::uint64_t seed)
{
    std::vector<StudyLayer> layers;
    for (const std::uint32_t layer : MOE_LAYERS)
    {
        layers.push_back(LimoeLayer(sixteen, data, layer, seed));
    }
    return layers;
}

std::vector<StudyLayer>
RoutingLayers(const std::string& folder, std::uint32_t gpus)
{
    std::vector<StudyLayer> layers;
    for (const std::uint32_t layer : {1U, 5U, 13U, 26U})
    {
        const std::string file = folder + "/esft-law-layer" + std::to_string(layer) + ".txt";
        if (std::filesystem::exists(file))
        {
            layers.push_back(RoutingLayer(file, layer, gpus));
        }
    }
    return layers;
}

GpuCluster
HomogeneousGpus(std::uint32_t gpus)
{
    return {std::vector<BitRate>(gpus, 100e9), std::vector<double>(gpus, 1.0)};
}

GpuCluster
HeterogeneousGpus(std::uint32_t gpus)
{
    constexpr std::array<double, 4> SPEEDS{1.0, 0.8, 0.5, 0.4};
    GpuCluster cluster;
    for (std::uint32_t gpu = 0; gpu < gpus; ++gpu)
    {
        const double speed = SPEEDS.at(std::size_t{gpu} * SPEEDS.size() / gpus);
        cluster.rate.push_back(100e9 * speed);
        cluster.speed.push_back(speed);
    }
    return cluster;
}

PlanningFabric
FabricOf(const GpuCluster& cluster)
{
    return PlanningFabric::BigSwitch(cluster.rate);
}

MoeLayer
MixIn(const std::vector<StudyLayer>& layers, std::size_t k, double part)
{
    ECHELON_REQUIRE(layers.size() >= 2, "there are other layers");
    const auto mixed = [&](auto value) {
        double others = 0;
        for (std::size_t l = 0; l < layers.size(); ++l)
        {
            others += l == k ? 0 : value(layers[l].layer);
        }
        return (1 - part) * value(layers[k].layer) +
               part * others / static_cast<double>(layers.size() - 1);
    };
    MoeLayer result = layers[k].layer;
    for (std::uint32_t i = 0; i < result.Experts(); ++i)
    {
        for (std::uint32_t j = 0; j < result.Experts(); ++j)
        {
            result.dispatch.Set(i, j, std::llround(mixed([=](const MoeLayer& layer) {
                                    return static_cast<double>(layer.dispatch.At(i, j));
                                })));
        }
        for (auto times : {&MoeLayer::gate, &MoeLayer::feedForward, &MoeLayer::aggregation})
        {
            (result.*times)[i] = Time::FromSeconds(
                mixed([=](const MoeLayer& layer) { return (layer.*times)[i].Seconds(); }));
        }
    }
    return result;
}

} // namespace study
