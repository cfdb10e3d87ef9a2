// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Shortest job first: every sender's transmissions by ascending bytes.
 *
 *     TransmissionPlan plan = PlanSjf(matrix, fabric, {});
 *
 * This is the baseline SJF of Li et al., arXiv 2410.17043, Section 8. Senders do not know of each
 * other, so the heads of their queues meet at receivers. Of equal entries the one to the lower
 * receiver goes first. O(n² log n).
 */
#pragma once

#include "alltoall/order-options.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

TransmissionPlan PlanSjf(const TrafficMatrix& traffic,
                         const PlanningFabric& fabric,
                         const OrderOptions& options);

} // namespace echelon
