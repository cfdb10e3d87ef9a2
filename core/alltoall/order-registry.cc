// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/order-registry.h"

#include "alltoall/aurora.h"
#include "alltoall/baseline-orders.h"
#include "alltoall/fast.h"
#include "alltoall/greedy-max-weight.h"
#include "alltoall/rack-aware.h"
#include "base/contracts.h"
#include "base/parameters.h"

namespace echelon
{

const std::vector<OrderEntry>&
OrderEntries()
{
    static const std::vector<OrderEntry> ENTRIES{
        {"aurora",
         "matchings of the padded matrix, one after the other: the least possible time",
         StartRule::EXCLUSIVE,
         PlanAurora},
        {"aurora-alg1",
         "Aurora's Algorithm 1 as written: the busiest rank first, others in the earliest gaps",
         StartRule::EXCLUSIVE,
         PlanAuroraAlgorithm1},
        {"greedy-max-weight",
         "stage after stage the matching of most bytes, entries whole: few stages",
         StartRule::EXCLUSIVE,
         PlanGreedyMaxWeight},
        {"fast",
         "FAST: balance inside servers, matchings of servers, redistribute inside servers",
         StartRule::EXCLUSIVE,
         PlanFast},
        {"rack-aware",
         "matchings that respect the uplinks of racks, each transmission over a spine of its own",
         StartRule::EXCLUSIVE,
         PlanRackAware},
        {"sjf", "every sender its shortest transmission first", StartRule::SENDER_ORDER, PlanSjf},
        {"random", "every sender in a random order", StartRule::SENDER_ORDER, PlanRandomOrder},
        {"spread-out",
         "in stage i rank s sends to rank s + i; no rank waits for another",
         StartRule::SENDER_ORDER,
         PlanSpreadOut},
        {"unordered",
         "no order: all pairs send at once and share the ports",
         StartRule::UNORDERED,
         PlanUnordered}};
    return ENTRIES;
}

const OrderEntry&
OrderEntryOf(const std::string& name)
{
    return EntryOf(OrderEntries(), name, "order", "order");
}

TransmissionPlan
MakePlan(const std::string& order,
         const TrafficMatrix& traffic,
         const PlanningFabric& fabric,
         const OrderOptions& options)
{
    ECHELON_REQUIRE(fabric.Ranks() == traffic.Size(), "every rank of the traffic has a port");
    if (!(options.gap >= 0 && options.gap < 1))
    {
        throw ParameterError("gap",
                             "gap must be at least 0 and below 1",
                             "0.01: at most 1 % above the bound");
    }
    return OrderEntryOf(order).plan(traffic, fabric, options);
}

} // namespace echelon
