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
 * plan is exact, which the paper's Algorithm 1 is not (alltoall/aurora-alg1.h).
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

} // namespace echelon
