// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan-fabric.h"

#include "base/units.h"
#include "input/file-source.h"
#include "input/json-document.h"
#include "scenario/topology-loader.h"
#include "support/usage-error.h"

#include <charconv>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

namespace echelon
{

/// "8x100Gbps": how many, and which rate. Without a count 1.
static std::pair<std::uint32_t, BitRate>
ParseItem(std::string_view item, std::uint32_t gpus)
{
    std::uint32_t count = 1;
    const std::size_t times = item.find('x');
    std::string_view rest = item;
    if (times != std::string_view::npos)
    {
        const auto [end, error] = std::from_chars(item.data(), item.data() + times, count);
        if (error != std::errc() || end != item.data() + times || count < 1 || count > gpus)
        {
            throw UsageError(fmt::format(
                "--bandwidth: \"{}\" starts with no count of {} GPUs (write for example 8x100Gbps)",
                item,
                gpus));
        }
        rest.remove_prefix(times + 1);
    }
    try
    {
        const BitRate rate = ParseRate(rest);
        if (!(rate >= 1 && rate <= 1e18))
        {
            throw UsageError("--bandwidth: \"" + std::string(rest) +
                             "\" is out of range (from 1bps to 1000000Tbps)");
        }
        return {count, rate};
    }
    catch (const UnitError& error)
    {
        throw UsageError(std::string("--bandwidth: ") + error.what());
    }
}

PlanningFabric
FabricOfBandwidth(const std::string& list, std::uint32_t gpus)
{
    std::vector<BitRate> rates;
    std::string_view rest = list;
    bool counted = false;
    while (true)
    {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        const auto [count, rate] = ParseItem(item, gpus);
        counted = counted || item.find('x') != std::string_view::npos;
        rates.insert(rates.end(), count, rate);
        if (comma == std::string_view::npos || rates.size() > gpus)
        {
            break;
        }
        rest.remove_prefix(comma + 1);
    }
    if (rates.size() == 1 && !counted)
    {
        rates.assign(gpus, rates.front());
    }
    if (rates.size() != gpus)
    {
        throw UsageError(
            fmt::format("--bandwidth: {} the {} GPUs (one rate for all, or one for each)",
                        rates.size() > gpus ? "more rates than" : "fewer rates than",
                        gpus));
    }
    return PlanningFabric::BigSwitch(std::move(rates));
}

Topology
TopologyOfFile(const std::string& file)
{
    JsonDocument document(file, DiskFiles());
    const JsonNode root = document.Root();
    if (!root.IsObject())
    {
        root.Fail("expected a JSON object", "a topology: docs/reference/scenario.md");
    }
    return LoadTopology(root);
}

} // namespace echelon
