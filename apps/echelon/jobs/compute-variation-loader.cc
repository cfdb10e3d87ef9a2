// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/compute-variation-loader.h"

#include "base/random.h"
#include "input/field-table.h"
#include "input/index-list.h"

#include <algorithm>

namespace echelon
{

const FieldTable NOISE{
    "compute_noise",
    "Real compute times that are spread around the profile.",
    {{"sigma",
      Real(0, 1),
      "real compute times are the profiled ones times exp(sigma × N), N standard normal: median 1, "
      "mean exp(sigma² / 2)",
      REQUIRED},
     {"per",
      OneOf({"task", "job"}),
      "task",
      "`\"task\"`: a draw for each computation of each iteration; `\"job\"`: one draw, the whole "
      "profile is too fast or too slow"}}};

const FieldTable STRAGGLERS{
    "stragglers",
    "Ranks of a job that compute more slowly than the others.",
    {{"ranks",
      SPECIAL,
      "the slow ranks of the job, a list of numbers and ranges: `[0, \"8-15\"]`; this or `count`"},
     {"count", AN_INDEX, "number of slow ranks, which are drawn at random; this or `ranks`"},
     {"factor", Real(1, 100), "their compute times are so many times as long", REQUIRED}}};

static void
LoadNoise(const Fields& fields, ComputeVariation& variation)
{
    variation.sigma = fields.Get<double>("sigma");
    variation.scope = fields.Get<std::string>("per") == "job" ? ComputeVariation::Scope::JOB
                                                              : ComputeVariation::Scope::TASK;
    fields.FillIn();
}

static std::vector<DeviceId>
LoadRanks(const JsonNode& list, const std::vector<DeviceId>& devices)
{
    std::vector<DeviceId> stragglers;
    for (const std::size_t rank : LoadIndices(list, devices.size(), "rank"))
    {
        stragglers.push_back(devices[rank]);
    }
    return stragglers;
}

static void
LoadStragglers(const Fields& node,
               const std::string& name,
               const std::vector<DeviceId>& devices,
               std::uint64_t seed,
               ComputeVariation& variation)
{
    node.Read("factor", variation.factor);
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

ComputeVariation
LoadComputeVariation(const JsonNode& job,
                     const std::string& name,
                     const std::vector<DeviceId>& devices,
                     std::uint64_t seed)
{
    ComputeVariation variation;
    if (const auto noise = job.Find("compute_noise"))
    {
        LoadNoise({noise->Object(), NOISE}, variation);
    }
    if (const auto stragglers = job.Find("stragglers"))
    {
        LoadStragglers({stragglers->Object(), STRAGGLERS}, name, devices, seed, variation);
    }
    return variation;
}

} // namespace echelon
