// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
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
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

Order PlanAuroraAlgorithm1;

} // namespace echelon
