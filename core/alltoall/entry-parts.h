// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
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
#pragma once

#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"
#include "alltoall/whole-bytes.h"
#include "base/contracts.h"
#include "matching/birkhoff.h"

#include <cstdint>
#include <vector>

namespace echelon
{

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
