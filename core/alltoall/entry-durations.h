// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long each entry of a traffic matrix keeps its two network ports busy, in whole units, and
 * which bytes of it go in which part of that time.
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
#include "alltoall/transmission-plan.h"
#include "base/contracts.h"
#include "base/units.h"
#include "matching/birkhoff.h"

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

/// The first `numerator` of `denominator` parts, rounded down. Parts that end where this says are
/// whole and add up exactly, and none ends later than it would without rounding:
/// PartOf(10, 2, 3) - PartOf(10, 1, 3) is the second of three parts of 10, 3 bytes.
/// @pre 0 <= numerator <= denominator, denominator > 0.
inline Bytes
PartOf(Bytes bytes, std::int64_t numerator, std::int64_t denominator)
{
    __extension__ using Wide = __int128;
    return static_cast<Bytes>(static_cast<Wide>(bytes) * numerator / denominator);
}

/**
 * Converts parts of the entries of a traffic matrix from time to bytes.
 *
 *     EntryParts parts(traffic, durations);                 // what each entry takes in all
 *     Bytes bytes = parts.Next(source, destination, 5);     // of its next 5 units of time
 *     Stage stage = parts.StageOf(matching);                // of a matching's cells
 *
 * An entry is to be carried for exactly its duration. Not the parts but what has been sent so far
 * is rounded down, so every byte goes once, and none before its time. A part may have 0 bytes. O(1)
 * a part.
 */
class EntryParts
{
  public:
    /// Both must outlive the parts. @param durations n × n, row by row, in any unit.
    EntryParts(const TrafficMatrix& traffic, const std::vector<std::int64_t>& durations)
        : m_traffic(traffic),
          m_durations(durations),
          m_carried(durations.size(), 0)
    {
    }

    /// @pre what is left of the entry's duration is at least this, and more than 0.
    Bytes Next(std::uint32_t source, std::uint32_t destination, std::int64_t duration)
    {
        const std::size_t cell = std::size_t{source} * m_traffic.Size() + destination;
        const Bytes all = m_traffic.At(source, destination);
        const Bytes before = PartOf(all, m_carried[cell], m_durations[cell]);
        m_carried[cell] += duration;
        ECHELON_ENSURE(m_carried[cell] <= m_durations[cell], "an entry is carried once");
        return PartOf(all, m_carried[cell], m_durations[cell]) - before;
    }

    /// The next part of each of the matching's cells; those of 0 bytes are left out.
    Stage StageOf(const WeightedMatching& matching)
    {
        Stage stage;
        for (const MatchedCell& cell : matching.cells)
        {
            const Bytes bytes = Next(cell.row, cell.column, cell.amount);
            if (bytes > 0)
            {
                stage.transmissions.push_back({cell.row, cell.column, bytes, cell.column});
            }
        }
        return stage;
    }

  private:
    const TrafficMatrix& m_traffic;
    const std::vector<std::int64_t>& m_durations;
    std::vector<std::int64_t> m_carried; ///< of the durations
};

} // namespace echelon
