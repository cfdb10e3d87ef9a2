// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long each entry of a traffic matrix keeps its two network ports busy, in whole units.
 *
 *     std::vector<std::int64_t> d = EntryDurations(matrix, fabric);   // n × n, row by row
 *
 * If all ports have one rate, the unit is a byte and durations are exact. Otherwise entry d_ij
 * lasts d_ij / min(B_i, B_j), rounded up to picoseconds. If row or column sums would exceed 2 ×
 * 10^18, the unit is the least power of ten of picoseconds for which they do not. Entries inside
 * servers last 0. O(n²).
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Row and column sums at most 4 × 10^18.
std::vector<std::int64_t> EntryDurations(const TrafficMatrix& traffic,
                                         const PlanningFabric& fabric);

/// Seconds that no schedule can beat if a rank sends to one rank and receives from one rank at a
/// time, at the lower of their ports' rates. Only traffic between servers counts. With equal rates
/// this is the port term of LowerBound (alltoall/planning-fabric.h). O(n²).
double OneSenderBound(const TrafficMatrix& traffic, const PlanningFabric& fabric);

} // namespace echelon
