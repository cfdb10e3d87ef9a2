// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/compute-variation-loader.h"

#include "base/random.h"
#include "input/index-list.h"

#include <algorithm>

namespace echelon
{

namespace
{

void
LoadNoise(const JsonNode& node, ComputeVariation& variation)
{
    node.AllowKeys({"sigma", "per"});
    variation.sigma = node.At("sigma").Number(0, MAX_SIGMA);
    const auto per = node.Find("per");
    const bool perJob = per && per->Choice({"task", "job"}) == "job";
    variation.scope = perJob ? ComputeVariation::Scope::JOB : ComputeVariation::Scope::TASK;
    node.Mutable()["per"] = perJob ? "job" : "task";
}

std::vector<DeviceId>
LoadRanks(const JsonNode& list, const std::vector<DeviceId>& devices)
{
    std::vector<DeviceId> stragglers;
    for (const std::size_t rank : LoadIndices(list, devices.size(), "rank"))
    {
        stragglers.push_back(devices[rank]);
    }
    return stragglers;
}

void
LoadStragglers(const JsonNode& node,
               const std::string& name,
               const std::vector<DeviceId>& devices,
               std::uint64_t seed,
               ComputeVariation& variation)
{
    node.AllowKeys({"ranks", "count", "factor"});
    variation.factor = node.At("factor").Number(1, MAX_STRAGGLING);
    const auto ranks = node.Find("ranks");
    const auto count = node.Find("count");
    if (ranks.has_value() == count.has_value())
    {
        node.Fail("stragglers are given by \"ranks\" or by \"count\"", "give one of the two");
    }
    if (ranks)
    {
        variation.stragglers = LoadRanks(*ranks, devices);
        return;
    }
    const std::int64_t n = count->Integer(0, static_cast<std::int64_t>(devices.size()));
    variation.stragglers = devices;
    RandomStream(seed, "stragglers/" + name).Shuffle(variation.stragglers);
    variation.stragglers.resize(static_cast<std::size_t>(n));
}

} // namespace

ComputeVariation
LoadComputeVariation(const JsonNode& job,
                     const std::string& name,
                     const std::vector<DeviceId>& devices,
                     std::uint64_t seed)
{
    ComputeVariation variation;
    if (const auto noise = job.Find("compute_noise"))
    {
        LoadNoise(noise->Object(), variation);
    }
    if (const auto stragglers = job.Find("stragglers"))
    {
        LoadStragglers(stragglers->Object(), name, devices, seed, variation);
    }
    return variation;
}

} // namespace echelon
