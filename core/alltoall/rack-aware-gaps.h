// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Sends traffic inside racks between ports that a stage leaves idle.
 *
 *     GapFiller filler(n, rackOf, inside, stages);
 *     filler.Fill(stages[s]);             // for each stage, in order
 *     filler.Rest();                      // n × n: what found no gap
 *
 * For each stage and rack it finds a maximal matching between idle senders and idle receivers with
 * traffic left, by augmenting paths from the ports in the order of need. The need of a port is its
 * time left inside the rack, over its idle time in the stages to come. O(ports × pairs of the rack)
 * a stage at worst.
 */
#pragma once

#include "matching/birkhoff.h"

#include <cstdint>
#include <vector>

namespace echelon
{

class GapFiller
{
  public:
    /// @param stages all, in order, with only cells between ranks, by row.
    GapFiller(std::uint32_t n,
              const std::vector<std::uint32_t>& rackOf,
              std::vector<std::int64_t> inside,
              const std::vector<WeightedMatching>& stages);

    /// Adds cells to the stage and sorts them. @pre called once per stage, in their order.
    void Fill(WeightedMatching& stage);

    const std::vector<std::int64_t>& Rest() const
    {
        return m_inside;
    }

  private:
    /// One direction of a rank's port.
    struct Port
    {
        std::int64_t work = 0;     ///< of the traffic inside the rack
        std::int64_t idle = 0;     ///< in this and later stages
        bool busy = false;         ///< in this stage
        std::uint32_t partner = 0; ///< index in the rack + 1; 0: none
    };

    void FillRack(const std::vector<std::uint32_t>& ranks, WeightedMatching& stage);
    bool Augment(std::size_t start, bool sends);

    std::uint32_t m_n;
    std::vector<std::vector<std::uint32_t>> m_members; ///< of racks that have such traffic
    std::vector<std::int64_t> m_inside;
    std::vector<Port> m_senders;
    std::vector<Port> m_receivers;
    // Of the rack at hand:
    const std::vector<std::uint32_t>* m_ranks = nullptr;
    std::vector<char> m_visited;
    std::vector<std::uint32_t> m_sendersByNeed; ///< indices in the rack
    std::vector<std::uint32_t> m_receiversByNeed;
};

} // namespace echelon
