// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/sjf.h"

#include "alltoall/sender-order.h"

#include <algorithm>

namespace echelon
{

TransmissionPlan
PlanSjf(const TrafficMatrix& traffic,
        const PlanningFabric& /*fabric*/,
        const OrderOptions& /*options*/)
{
    std::vector<std::vector<std::uint32_t>> receivers = ReceiversOf(traffic);
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        std::stable_sort(receivers[source].begin(),
                         receivers[source].end(),
                         [&traffic, source](std::uint32_t a, std::uint32_t b) {
                             return traffic.At(source, a) < traffic.At(source, b);
                         });
    }
    return PlanSenderOrder(traffic, receivers);
}

} // namespace echelon
