// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/sender-order.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

TransmissionPlan
PlanSenderOrder(const TrafficMatrix& traffic,
                const std::vector<std::vector<std::uint32_t>>& receivers)
{
    ECHELON_REQUIRE(receivers.size() == traffic.Size(), "a list for each sender");
    std::size_t longest = 0;
    for (const std::vector<std::uint32_t>& list : receivers)
    {
        longest = std::max(longest, list.size());
    }
    TransmissionPlan plan{traffic.Size(), StartRule::SENDER_ORDER, std::vector<Stage>(longest)};
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        for (std::size_t k = 0; k < receivers[source].size(); ++k)
        {
            const std::uint32_t destination = receivers[source][k];
            plan.stages[k].transmissions.push_back(
                {source, destination, traffic.At(source, destination), destination});
        }
    }
    return plan;
}

std::vector<std::vector<std::uint32_t>>
ReceiversOf(const TrafficMatrix& traffic)
{
    std::vector<std::vector<std::uint32_t>> receivers(traffic.Size());
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        for (std::uint32_t destination = 0; destination < traffic.Size(); ++destination)
        {
            if (traffic.At(source, destination) > 0)
            {
                receivers[source].push_back(destination);
            }
        }
    }
    return receivers;
}

} // namespace echelon
