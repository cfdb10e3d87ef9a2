// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of transmission orders of an all-to-all: name, purpose, and how to plan.
 *
 *     TransmissionPlan plan = MakePlan("aurora", matrix, fabric, {});
 *     Time makespan = TimePlan(plan, fabric).makespan;                  // alltoall/plan-time.h
 *
 * To add an order: one file in alltoall/ with a function of this signature, one entry in
 * order-registry.cc, a section in docs/algorithms/all-to-all.md; the suite of all orders
 * (tests/property/transmission-orders-test.cc), `echelon plan` and `echelon list orders` follow.
 */
#pragma once

#include "alltoall/order-options.h"

#include <string>
#include <vector>

namespace echelon
{

/// One line of the registry.
struct OrderEntry
{
    std::string name;
    std::string help; ///< one line
    StartRule rule;
    Order* plan;
};

/// All orders, in the order of `echelon list orders`.
const std::vector<OrderEntry>& OrderEntries();

/// @throws ParameterError ("order") when there is no such order.
const OrderEntry& OrderEntryOf(const std::string& name);

/// @pre fabric.Ranks() == traffic.Size(). @throws ParameterError ("order", "gap").
TransmissionPlan MakePlan(const std::string& order,
                          const TrafficMatrix& traffic,
                          const PlanningFabric& fabric,
                          const OrderOptions& options);

} // namespace echelon
