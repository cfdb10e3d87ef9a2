// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long each entry of a traffic matrix keeps its two network ports busy, in whole units.
 *
 *     std::vector<std::int64_t> d = EntryDurations(matrix, fabric);   // n × n, row by row
 *
 * Between ports of one rate the unit is a byte, and exact. Otherwise entry d_ij lasts
 * d_ij / min(B_i, B_j), in picoseconds, rounded up; where row or column sums would pass 2 × 10^18,
 * in the next power of ten of picoseconds that they do not. Inside servers: 0. O(n²).
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

/// Seconds that no schedule beats in which a rank sends to one rank and receives from one rank at a
/// time, at the lower of their ports' rates; between servers only. With equal rates the port term
/// of LowerBound (alltoall/planning-fabric.h). O(n²).
double OneSenderBound(const TrafficMatrix& traffic, const PlanningFabric& fabric);

} // namespace echelon
