// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/transmission-plan.h"

#include "base/contracts.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

std::string_view
ToText(StartRule rule)
{
    switch (rule)
    {
    case StartRule::EXCLUSIVE:
        return "exclusive";
    case StartRule::SENDER_ORDER:
        return "sender-order";
    case StartRule::UNORDERED:
        return "unordered";
    }
    throw ContractViolation("unknown start rule");
}

void
SortStage(Stage& stage)
{
    std::sort(stage.transmissions.begin(),
              stage.transmissions.end(),
              [](const Transmission& a, const Transmission& b) {
                  return std::tie(a.source, a.destination, a.target, a.spine) <
                         std::tie(b.source, b.destination, b.target, b.spine);
              });
}

std::vector<Stage>
WithoutEmpty(std::vector<Stage> stages)
{
    const auto isEmpty = [](const Stage& stage) { return stage.transmissions.empty(); };
    stages.erase(std::remove_if(stages.begin(), stages.end(), isEmpty), stages.end());
    return stages;
}

Stage
InsideServers(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    Stage inside;
    for (const auto& [source, destination, bytes] : traffic.Entries())
    {
        if (fabric.SameServer(source, destination))
        {
            inside.transmissions.push_back({source, destination, bytes, destination});
        }
    }
    return inside;
}

void
AddInsideServers(TransmissionPlan& plan, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const std::vector<Transmission> inside = InsideServers(traffic, fabric).transmissions;
    if (!inside.empty())
    {
        plan.stages.resize(std::max<std::size_t>(plan.stages.size(), 1));
        std::vector<Transmission>& first = plan.stages.front().transmissions;
        first.insert(first.end(), inside.begin(), inside.end());
        SortStage(plan.stages.front());
    }
}

} // namespace echelon
