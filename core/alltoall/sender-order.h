// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A plan from each sender's own list of receivers.
 *
 *     PlanSenderOrder(matrix, {{2, 1}, {0}, {}});    // 0 sends to 2, then 1; 1 to 0; 2 nothing
 *
 * Stage k holds each sender's k-th transmission. O(n²).
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// @pre receivers[i] are those of rank i's traffic, each once.
TransmissionPlan PlanSenderOrder(const TrafficMatrix& traffic,
                                 const std::vector<std::vector<std::uint32_t>>& receivers);

/// To whom each rank sends anything, ascending.
std::vector<std::vector<std::uint32_t>> ReceiversOf(const TrafficMatrix& traffic);

} // namespace echelon
