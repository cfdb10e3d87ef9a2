// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/spread-out.h"

namespace echelon
{

TransmissionPlan
PlanSpreadOut(const TrafficMatrix& traffic,
              const PlanningFabric& /*fabric*/,
              const OrderOptions& /*options*/)
{
    const std::uint32_t n = traffic.Size();
    TransmissionPlan plan{n, StartRule::SENDER_ORDER, {}};
    for (std::uint32_t shift = 1; shift < n; ++shift)
    {
        Stage stage;
        for (std::uint32_t source = 0; source < n; ++source)
        {
            const std::uint32_t destination = (source + shift) % n;
            const Bytes bytes = traffic.At(source, destination);
            if (bytes > 0)
            {
                stage.transmissions.push_back({source, destination, bytes, destination});
            }
        }
        if (!stage.transmissions.empty())
        {
            plan.stages.push_back(std::move(stage));
        }
    }
    return plan;
}

} // namespace echelon
