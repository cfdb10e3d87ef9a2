// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How many tasks collectives have, without adding them to a graph: the counterpart of
 * collective/collectives.h, which adds them.
 *
 *     CollectiveTasks tasks(topology, ranks, style);
 *     tasks.Of(CollectiveKind::ALL_REDUCE, 25000000);     // what AddCollective would add
 *
 * Exact for every granularity. The one exception is an all-to-all that follows a plan
 * (`CollectiveStyle::PlansAllToAlls`): how many transmissions it has is known once it is planned,
 * and what counts here is the least that any plan has, one for each pair that talks.
 *
 * Numbers are doubles, since what is refused for its size may exceed any integer. O(channels ×
 * ranks) for the first collective of a kind and size, O(log) for its repetitions.
 */
#pragma once

#include "collective/collective-channels.h"
#include "collective/collectives.h"

#include <map>
#include <utility>
#include <vector>

namespace echelon
{

/// Tasks of the collectives of one group of ranks.
class CollectiveTasks
{
  public:
    CollectiveTasks(const Topology& topology,
                    std::vector<DeviceId> ranks,
                    const CollectiveStyle& style);

    /// @param awaits whether the ranks have tasks to wait for (AddCollective's `ready`).
    double Of(CollectiveKind kind, Bytes bytes, bool awaits = true);

  private:
    /// Flows, and the delay behind them if there is one; 0 without bytes.
    double Moves(CollectiveKind kind, Bytes bytes) const;
    double RingMoves(CollectiveKind kind, Bytes bytes) const;

    const Topology& m_topology;
    std::vector<DeviceId> m_ranks;
    CollectiveStyle m_style;
    Channels m_channels;
    std::map<std::pair<CollectiveKind, Bytes>, double> m_moves;
};

/// Flows of one entry of an all-to-all's matrix, at least.
double EntryFlows(Bytes bytes, const CollectiveStyle& style);

/// An all-to-all (AddAllToAll) whose entries have so many flows in all.
double AllToAllTasks(double flows, std::size_t ranks, const CollectiveStyle& style, bool awaits);

} // namespace echelon
