// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Carries out with one traffic matrix a plan that was made for another, as when the traffic was
 * forecast from history.
 *
 *     TransmissionPlan plan = MakePlan("aurora", forecast, fabric, {});
 *     TransmissionPlan real = AdaptPlan(plan, actual);      // same stages, the actual bytes
 *
 * Li et al. (arXiv 2410.17043) plan on one layer's traffic and run others' (imprecise traffic,
 * their Section 7). They do not state how bytes that differ are sent. Here each pair's actual bytes
 * are spread over its planned transmissions as the planned bytes were (rounded on the running sum,
 * so the total is exact). Pairs without a planned transmission follow at the end in the order of
 * spread-out, one matching per shift. Transmissions without bytes and stages without transmissions
 * are dropped. O(transmissions + n²).
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

/// @pre actual.Size() == plan.ranks; no transmission of the plan is relayed.
TransmissionPlan AdaptPlan(const TransmissionPlan& plan, const TrafficMatrix& actual);

} // namespace echelon
