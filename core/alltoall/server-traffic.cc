// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/server-traffic.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

void
AddInsideServers(TransmissionPlan& plan, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    Stage inside;
    for (std::uint32_t i = 0; i < traffic.Size(); ++i)
    {
        for (std::uint32_t j = 0; j < traffic.Size(); ++j)
        {
            const Bytes bytes = traffic.At(i, j);
            if (bytes > 0 && fabric.SameServer(i, j))
            {
                inside.transmissions.push_back({i, j, bytes, j});
            }
        }
    }
    if (inside.transmissions.empty())
    {
        return;
    }
    if (plan.stages.empty())
    {
        plan.stages.emplace_back();
    }
    std::vector<Transmission>& first = plan.stages.front().transmissions;
    first.insert(first.end(), inside.transmissions.begin(), inside.transmissions.end());
    SortStage(plan.stages.front());
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

} // namespace echelon
