// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The orders that others are compared with: each sender works through a list of its own, or all
 * send at once.
 *
 *     TransmissionPlan plan = PlanSjf(matrix, fabric, {});
 *
 * `sjf` and `random` are the baselines SJF and RCS of Li et al., arXiv 2410.17043, Section 8.
 */
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

/// Shortest job first: every sender's transmissions by ascending bytes. Senders do not know of each
/// other, so the heads of their queues meet at receivers. Of equal entries the one to the lower
/// receiver goes first. O(n² log n).
Order PlanSjf;

/// Every sender's transmissions shuffled. Stream "order/random/<sender>" of options.seed for each
/// sender. O(n²).
Order PlanRandomOrder;

/// In stage i, rank s sends to rank (s + i) mod n; no rank waits for another. This is the common
/// all-to-all of MPI and NCCL, and the baseline SpreadOut in "FAST: An Efficient Scheduler for
/// All-to-All GPU Communication" (NSDI 2026), Section 2. Receivers are distinct within a stage, but
/// senders that finish early run ahead of it. O(n²).
Order PlanSpreadOut;

/// No order: every pair sends at once and shares the network. Under max-min fair rates this models
/// a collective library that posts all its sends. Under MADD (scheduler `sebf`) each pair sends at
/// d_ij / T, where T is the fluid lower bound, and all end together. O(n²).
Order PlanUnordered;

} // namespace echelon
