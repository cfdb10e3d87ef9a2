// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/random-order.h"

#include "alltoall/sender-order.h"
#include "base/random.h"

#include <string>

namespace echelon
{

TransmissionPlan
PlanRandomOrder(const TrafficMatrix& traffic,
                const PlanningFabric& /*fabric*/,
                const OrderOptions& options)
{
    std::vector<std::vector<std::uint32_t>> receivers = ReceiversOf(traffic);
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        RandomStream(options.seed, "order/random/" + std::to_string(source))
            .Shuffle(receivers[source]);
    }
    return PlanSenderOrder(traffic, receivers);
}

} // namespace echelon
