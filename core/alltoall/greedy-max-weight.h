// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Greedy maximum-weight matchings: each stage sends whole entries, and as many bytes as possible.
 *
 *     TransmissionPlan plan = PlanGreedyMaxWeight(matrix, fabric, {});
 *     plan.stages.size();            // near n for a full matrix; `aurora` splits entries: more
 *
 * After Amponsah and Addanki, "Birkhoff Decompositions and Photonic Interconnects Wait! Don't
 * Forget the Compute!" (arXiv 2605.26845): few matchings, which keep an expert's batch whole, in
 * place of the many of Birkhoff and von Neumann. The makespan has no bound beyond that of any
 * non-preemptive order. Assignments and their ties are those of matching/assignment.h.
 * O(stages × n³) at worst; stages <= n².
 */
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

Order PlanGreedyMaxWeight;

} // namespace echelon
