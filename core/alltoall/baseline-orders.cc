// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/baseline-orders.h"

#include "base/random.h"

#include <algorithm>
#include <string>

namespace echelon
{

using Receivers = std::vector<std::uint32_t>;

/// To whom each rank sends anything, ascending.
static std::vector<Receivers>
ReceiversOf(const TrafficMatrix& traffic)
{
    std::vector<Receivers> receivers(traffic.Size());
    for (const MatrixEntry& entry : traffic.Entries())
    {
        receivers[entry.source].push_back(entry.destination);
    }
    return receivers;
}

/// Stage k holds each sender's k-th transmission. @param receivers of each rank, in its order.
static TransmissionPlan
PlanSenderOrder(const TrafficMatrix& traffic, const std::vector<Receivers>& receivers)
{
    TransmissionPlan plan{traffic.Size(), StartRule::SENDER_ORDER, {}};
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        for (std::size_t k = 0; k < receivers[source].size(); ++k)
        {
            const std::uint32_t destination = receivers[source][k];
            plan.stages.resize(std::max(plan.stages.size(), k + 1));
            plan.stages[k].transmissions.push_back(
                {source, destination, traffic.At(source, destination), destination});
        }
    }
    return plan;
}

TransmissionPlan
PlanSjf(const TrafficMatrix& traffic, const PlanningFabric&, const OrderOptions&)
{
    std::vector<Receivers> receivers = ReceiversOf(traffic);
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

TransmissionPlan
PlanRandomOrder(const TrafficMatrix& traffic, const PlanningFabric&, const OrderOptions& options)
{
    std::vector<Receivers> receivers = ReceiversOf(traffic);
    for (std::uint32_t source = 0; source < traffic.Size(); ++source)
    {
        RandomStream(options.seed, "order/random/" + std::to_string(source))
            .Shuffle(receivers[source]);
    }
    return PlanSenderOrder(traffic, receivers);
}

TransmissionPlan
PlanSpreadOut(const TrafficMatrix& traffic, const PlanningFabric&, const OrderOptions&)
{
    const std::uint32_t n = traffic.Size();
    std::vector<Stage> stages(n);
    for (const auto& [source, destination, bytes] : traffic.Entries())
    {
        stages[(destination + n - source) % n].transmissions.push_back(
            {source, destination, bytes, destination});
    }
    return {n, StartRule::SENDER_ORDER, WithoutEmpty(std::move(stages))};
}

TransmissionPlan
PlanUnordered(const TrafficMatrix& traffic, const PlanningFabric&, const OrderOptions&)
{
    Stage all;
    for (const auto& [source, destination, bytes] : traffic.Entries())
    {
        all.transmissions.push_back({source, destination, bytes, destination});
    }
    return {traffic.Size(), StartRule::UNORDERED, WithoutEmpty({std::move(all)})};
}

} // namespace echelon
