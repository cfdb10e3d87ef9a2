// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a timeline is asked to show of a run, before the size limit.
 *
 *     const TimelineSelection selection(run, options, FindArrows(run));
 *     if (selection.ShowsFlow(i)) { … }       // i: index into the record's flows
 *
 * A window selects what overlaps it. With a top, the EchelonFlows of largest tardiness are shown
 * (ties by id), with their flows, the compute tasks that arrows join to these, and whatever the
 * GPUs that send or receive these flows compute from the EchelonFlow's reference time to its
 * finish. What stayed inside a host is never shown. O(n log n).
 */
#pragma once

#include "metrics/records.h"
#include "run/recorded-run.h"
#include "timeline/arrows.h"
#include "timeline/options.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

class TimelineSelection
{
  public:
    TimelineSelection(const RecordedRun& run,
                      const TimelineOptions& options,
                      const std::vector<TimelineArrow>& arrows);

    bool ShowsCompute(std::uint32_t index) const
    {
        return m_computes[index];
    }

    bool ShowsFlow(std::uint32_t index) const
    {
        return m_flows[index];
    }

    bool ShowsGroup(std::uint32_t index) const
    {
        return m_groups[index];
    }

    /// When link rates are shown; none: always.
    const std::optional<TimelineWindow>& Counters() const
    {
        return m_counters;
    }

  private:
    void SelectWindow(const RunRecord& record, const std::optional<TimelineWindow>& window);
    void SelectTop(const RunRecord& record,
                   std::uint64_t top,
                   const std::vector<TimelineArrow>& arrows);

    std::vector<bool> m_computes; ///< by index into the record's computes, and so on
    std::vector<bool> m_flows;
    std::vector<bool> m_groups;
    std::optional<TimelineWindow> m_counters;
};

/// The changes of link rates that a timeline shows.
struct TimelineCounters
{
    std::vector<LinkRateRecord> kept; ///< by (time, link)
    std::uint64_t leftOut = 0;        ///< of those in the window
};

/// As many as fit, within the window. If there are more, time is cut into equal bins, and each link
/// keeps its last change in each bin. A link whose rate last changed before the window changes at
/// its start. O(changes log links).
TimelineCounters ThinCounters(const RunRecord& record,
                              const std::optional<TimelineWindow>& window,
                              std::size_t most);

} // namespace echelon
