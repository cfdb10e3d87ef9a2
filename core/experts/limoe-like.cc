// SPDX-License-Identifier: GPL-2.0-only
#include "experts/limoe-like.h"

#include "base/contracts.h"
#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace echelon
{

namespace
{

struct Measures
{
    const char* name;
    double leastBytes; ///< through the busiest port per all-to-all
    double mostBytes;
    double computing; ///< seconds per layer
};

const Measures&
MeasuresOf(LimoeModel model)
{
    static const Measures B32{"b32", 2.1e9, 2.25e9, 75e-3};
    static const Measures B16{"b16", 3.0e9, 3.2e9, 111e-3};
    return model == LimoeModel::B32 ? B32 : B16;
}

constexpr double POPULARITY_SIGMA = 0.5;
constexpr double GPU_SIGMA = 0.4;
constexpr double FEED_FORWARD_PART = 0.8;
constexpr double GATE_PART = 0.1;

} // namespace

MoeLayer
LimoeLikeLayer(LimoeModel model, std::uint32_t layer, std::uint64_t seed, std::uint32_t experts)
{
    ECHELON_REQUIRE(experts >= 2, "one expert alone sends nothing");
    const Measures& measures = MeasuresOf(model);
    RandomStream random(seed, std::string("limoe/") + measures.name + "/" + std::to_string(layer));
    const double busiest =
        measures.leastBytes + random.Uniform() * (measures.mostBytes - measures.leastBytes);
    std::vector<double> popularity;
    for (std::uint32_t e = 0; e < experts; ++e)
    {
        popularity.push_back(std::exp(POPULARITY_SIGMA * random.Normal()));
    }
    // Shares of each GPU's tokens; rows add up to 1.
    std::vector<double> share(std::size_t{experts} * experts);
    std::vector<double> sends(experts, 0.0);
    std::vector<double> receives(experts, 0.0);
    std::vector<double> computes(experts, 0.0);
    for (std::uint32_t i = 0; i < experts; ++i)
    {
        double sum = 0;
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            double& entry = share[std::size_t{i} * experts + j];
            entry = popularity[j] * std::exp(GPU_SIGMA * random.Normal());
            sum += entry;
        }
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            double& entry = share[std::size_t{i} * experts + j];
            entry /= sum;
            computes[j] += entry;
            if (i != j)
            {
                sends[i] += entry;
                receives[j] += entry;
            }
        }
    }
    const double scale = busiest / std::max(*std::max_element(sends.begin(), sends.end()),
                                            *std::max_element(receives.begin(), receives.end()));
    MoeLayer result{TrafficMatrix(experts), {}, {}, {}};
    for (std::uint32_t i = 0; i < experts; ++i)
    {
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            result.dispatch.Set(i, j, std::llround(scale * share[std::size_t{i} * experts + j]));
        }
    }
    const double most = *std::max_element(computes.begin(), computes.end());
    const Time gate = Time::FromSeconds(GATE_PART * measures.computing);
    result.gate.assign(experts, gate);
    result.aggregation.assign(experts, gate);
    for (const double tokens : computes)
    {
        result.feedForward.push_back(
            Time::FromSeconds(FEED_FORWARD_PART * measures.computing * tokens / most));
    }
    return result;
}

} // namespace echelon
