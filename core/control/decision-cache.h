// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Decisions by the state they were made on: training repeats itself, so its states return.
 *
 *     DecisionCache cache;
 *     const Allocation* kept = cache.Find(view);
 *     if (!kept) { cache.Insert(scheduler.Allocate(view)); }   // for the view of the last Find
 *
 * Source: Pan et al., HotNets 2022, Section 4: decisions may be kept across iterations. The state
 * is all that a scheduler may look at except names and the absolute time: paths, volumes, ideal and
 * latest finish, releases and references relative to now, weights, and which flows belong together,
 * in the order of ids. It is compared in full, volumes bit by bit, so a kept decision is the one
 * that would be made again.
 *
 * Complexity: O(flows) to find. Memory: 80 bytes a flow, at most MAX_WORDS words in all; what
 * does not fit is not kept.
 */
#pragma once

#include "sched/scheduler.h"

#include <cstdint>
#include <map>
#include <vector>

namespace echelon
{

class DecisionCache
{
  public:
    static constexpr std::size_t MAX_WORDS = std::size_t{1} << 25; ///< 256 MiB

    /// Null when there is none. Valid until the next Insert; `validUntil` is right for view.now.
    const Allocation* Find(const NetworkView& view);

    /// Keep the decision on the view that was last looked for.
    void Insert(const Allocation& decision);

    std::uint64_t Lookups() const
    {
        return m_lookups;
    }

    std::uint64_t Hits() const
    {
        return m_hits;
    }

  private:
    struct Kept
    {
        std::vector<std::uint64_t> state;
        Allocation decision;
        Time madeAt;
    };

    void Describe(const NetworkView& view);

    std::map<std::uint64_t, std::vector<Kept>> m_kept; ///< by hash of the state
    std::vector<std::uint64_t> m_state;                ///< of the last Find
    std::uint64_t m_hash = 0;
    Time m_now;
    Allocation m_found;
    std::size_t m_words = 0;
    std::uint64_t m_lookups = 0;
    std::uint64_t m_hits = 0;
};

} // namespace echelon
