// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * FAST: balance inside the sending server, one server at a time, redistribute in the receiving one.
 *
 *     TransmissionPlan plan = PlanFast(matrix, fabric, {});
 *     LowerBound(matrix, fabric, true);      // with relays; the plan comes near it
 *
 * "FAST: An Efficient Scheduler for All-to-All GPU Communication" (NSDI 2026, arXiv 2505.09764).
 * Servers of M ranks each; fast scale-up ports inside, slow network ports outside:
 * 1. per destination server, each server's bytes are spread evenly over its ranks (scale-up);
 * 2. the matrix of servers, padded, becomes matchings (matching/birkhoff.h), carried out by
 *    ascending size; rank k of a server sends to rank k of its peer only;
 * 3. what rank k received for another rank of its server goes on there (scale-up), beside the next
 *    matching. What stays inside servers goes beside the first matching.
 * Makespan, with N servers and scale-up rate B1, network rate B2: at most
 * 1 + (B2 / B1) (M + M / N) times the optimum. With one rank per server: matchings by ascending
 * size. Unequal network rates are taken as equal. O(decomposition + stages × N M + n² M).
 * Errors: ParameterError ("order") when servers hold different numbers of ranks.
 */
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

Order PlanFast;

} // namespace echelon
