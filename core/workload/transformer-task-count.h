// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How many tasks a transformer job's iteration has on given devices, without building its graph.
 *
 *     TransformerPlan plan(spec);
 *     double tasks = CountTransformerTasks(plan, topology, devices);   // devices[rank]
 *
 * The same sums that workload/paradigms.h fills a graph with; exact as
 * collective/collective-tasks.h is. O(ranks × (channels + buckets)).
 */
#pragma once

#include "model/transformer-plan.h"
#include "network/topology.h"

#include <vector>

namespace echelon
{

double CountTransformerTasks(const TransformerPlan& plan,
                             const Topology& topology,
                             const std::vector<DeviceId>& devices);

} // namespace echelon
