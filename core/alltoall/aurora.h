// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Aurora's optimal order: pad the matrix, decompose it into matchings, send one after the other.
 *
 *     TransmissionPlan plan = PlanAurora(matrix, fabric, {});
 *     TimePlan(plan, fabric).makespan;     // all ports at B: 8 × BusiestPort() / B, exactly
 *
 * Li et al., arXiv 2410.17043, Theorem 4.2: the least time of an all-to-all between equal ports is
 * that of the busiest one. This is the preemptive open shop (Gonzalez and Sahni, JACM 1976). The
 * plan is exact, which the paper's Algorithm 1 is not.
 * With unequal rates it follows the reading "one sender per receiver" of Theorem 5.2: entry d_ij
 * lasts d_ij / min(B_i, B_j), and the same holds for these times. The plan ends at OneSenderBound
 * (alltoall/entry-durations.h) up to the rounding of parts to whole bytes. What stays inside
 * servers goes in the first stage. It takes the time of DecomposeIntoMatchings
 * (matching/birkhoff.h); options.gap allows a longer plan with fewer stages.
 */
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

Order PlanAurora;

/**
 * Aurora's Algorithm 1 as the paper describes it: the busiest GPU comes first, the others fit
 * around.
 *
 *     TransmissionPlan plan = PlanAuroraAlgorithm1(matrix, fabric, {});
 *
 * Li et al., arXiv 2410.17043, Section 4: the GPU with the most traffic sends and receives without
 * a pause, in a random order; then the others follow by descending traffic, each token where it
 * conflicts with none that has been placed. As read here, the entries of a GPU come in random order
 * and the tokens of an entry take the earliest times at which both ports are free, so that an entry
 * may be split. The timetable becomes stages that keep its order at each port. It is not exact:
 * what is placed late finds its two ports free at different times (docs/algorithms/all-to-all.md).
 * Equal traffic: the lower rank first. Stream "order/aurora-alg1" of options.seed.
 * O(entries × gaps), gaps <= n² at a port.
 */
Order PlanAuroraAlgorithm1;

} // namespace echelon
