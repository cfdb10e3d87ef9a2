// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/at-once.h"

namespace echelon
{

TransmissionPlan
PlanAtOnce(const TrafficMatrix& traffic,
           const PlanningFabric& /*fabric*/,
           const OrderOptions& /*options*/)
{
    const std::uint32_t n = traffic.Size();
    Stage all;
    for (std::uint32_t source = 0; source < n; ++source)
    {
        for (std::uint32_t destination = 0; destination < n; ++destination)
        {
            const Bytes bytes = traffic.At(source, destination);
            if (bytes > 0)
            {
                all.transmissions.push_back({source, destination, bytes, destination});
            }
        }
    }
    TransmissionPlan plan{n, StartRule::AT_ONCE, {}};
    if (!all.transmissions.empty())
    {
        plan.stages.push_back(std::move(all));
    }
    return plan;
}

} // namespace echelon
