// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/selection.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace echelon
{

using Windows = std::vector<TimelineWindow>;

/// Sorts windows and joins those that touch.
static void
Join(Windows& windows)
{
    std::sort(windows.begin(), windows.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.from, a.to) < std::tuple(b.from, b.to);
    });
    Windows joined;
    for (const TimelineWindow& window : windows)
    {
        if (!joined.empty() && window.from <= joined.back().to)
        {
            joined.back().to = std::max(joined.back().to, window.to);
        }
        else
        {
            joined.push_back(window);
        }
    }
    windows = std::move(joined);
}

/// Whether any of the joined windows shows [start, end].
static bool
AnyShows(const Windows& windows, Time start, Time end)
{
    // The last that begins before the end: those before it end before it begins.
    const auto next =
        std::lower_bound(windows.begin(), windows.end(), end, [](const auto& window, Time time) {
            return window.from < time;
        });
    return next != windows.begin() && std::prev(next)->Shows(start, end);
}

TimelineSelection::TimelineSelection(const RecordedRun& run,
                                     const TimelineOptions& options,
                                     const std::vector<TimelineArrow>& arrows)
    : m_computes(run.record.computes.size(), true),
      m_flows(run.record.flows.size(), true),
      m_groups(run.record.groups.size(), true),
      m_counters(options.window)
{
    SelectWindow(run.record, options.window);
    if (options.top)
    {
        SelectTop(run.record, *options.top, arrows);
    }
}

void
TimelineSelection::SelectWindow(const RunRecord& record,
                                const std::optional<TimelineWindow>& window)
{
    const auto shows = [&](Time start, Time end) { return !window || window->Shows(start, end); };
    for (std::size_t i = 0; i < m_computes.size(); ++i)
    {
        m_computes[i] = shows(record.computes[i].start, record.computes[i].end);
    }
    for (std::size_t i = 0; i < m_flows.size(); ++i)
    {
        const FlowRecord& flow = record.flows[i];
        m_flows[i] = !flow.scaleUp && shows(flow.start, flow.finish);
    }
    for (std::size_t i = 0; i < m_groups.size(); ++i)
    {
        const GroupRecord& group = record.groups[i];
        m_groups[i] = !group.scaleUp && shows(group.reference, group.finish);
    }
}

void
TimelineSelection::SelectTop(const RunRecord& record,
                             std::uint64_t top,
                             const std::vector<TimelineArrow>& arrows)
{
    std::vector<std::uint32_t> tardiest;
    for (std::uint32_t i = 0; i < m_groups.size(); ++i)
    {
        if (m_groups[i])
        {
            tardiest.push_back(i);
        }
    }
    std::stable_sort(tardiest.begin(), tardiest.end(), [&](std::uint32_t a, std::uint32_t b) {
        return record.groups[b].tardiness < record.groups[a].tardiness;
    });
    tardiest.resize(std::min<std::size_t>(tardiest.size(), top));
    m_groups.assign(m_groups.size(), false);
    TimelineWindow all{Time::Max(), Time()};
    for (const std::uint32_t i : tardiest)
    {
        m_groups[i] = true;
        all.from = std::min(all.from, record.groups[i].reference);
        all.to = std::max(all.to, record.groups[i].finish);
    }
    m_counters = m_counters ? TimelineWindow{std::max(all.from, m_counters->from),
                                             std::min(all.to, m_counters->to)}
                            : all;

    std::map<DeviceId, Windows> busy;
    for (std::size_t i = 0; i < m_flows.size(); ++i)
    {
        const FlowRecord& flow = record.flows[i];
        m_flows[i] = m_flows[i] && m_groups[flow.group.Value()];
        if (m_flows[i])
        {
            const GroupRecord& group = record.groups[flow.group.Value()];
            busy[flow.source].push_back({group.reference, group.finish});
            busy[flow.destination].push_back({group.reference, group.finish});
        }
    }
    for (auto& [device, windows] : busy)
    {
        Join(windows);
    }
    std::vector<bool> touched(m_computes.size(), false);
    for (const TimelineArrow& arrow : arrows)
    {
        if (!arrow.from.isFlow && m_flows[arrow.to.index])
        {
            touched[arrow.from.index] = true;
        }
        if (!arrow.to.isFlow && m_flows[arrow.from.index])
        {
            touched[arrow.to.index] = true;
        }
    }
    for (std::size_t i = 0; i < m_computes.size(); ++i)
    {
        const ComputeRecord& compute = record.computes[i];
        const auto found = busy.find(compute.device);
        m_computes[i] =
            m_computes[i] && (touched[i] || (found != busy.end() &&
                                             AnyShows(found->second, compute.start, compute.end)));
    }
}

/// The changes within the window, after the rates at its start.
static std::vector<LinkRateRecord>
Cut(const std::vector<LinkRateRecord>& all, const TimelineWindow& window)
{
    if (!(window.from < window.to))
    {
        return {};
    }
    std::map<LinkId, BitRate> before;
    std::vector<LinkRateRecord> inside;
    for (const LinkRateRecord& change : all)
    {
        if (change.time <= window.from)
        {
            before[change.link] = change.rate;
        }
        else if (change.time < window.to)
        {
            inside.push_back(change);
        }
    }
    std::vector<LinkRateRecord> cut;
    for (const auto& [link, rate] : before)
    {
        if (rate > 0)
        {
            cut.push_back({window.from, link, rate});
        }
    }
    cut.insert(cut.end(), inside.begin(), inside.end());
    return cut;
}

TimelineCounters
ThinCounters(const RunRecord& record, const std::optional<TimelineWindow>& window, std::size_t most)
{
    const TimelineWindow span = window.value_or(TimelineWindow{Time(), record.makespan});
    std::vector<LinkRateRecord> all = window ? Cut(record.linkRates, span) : record.linkRates;
    if (all.size() <= most)
    {
        return {std::move(all), 0};
    }
    std::set<LinkId> links;
    for (const LinkRateRecord& change : all)
    {
        links.insert(change.link);
    }
    const std::int64_t bins =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(most / links.size()));
    const std::int64_t width = (span.to - span.from).Picoseconds() / bins + 1;
    std::vector<LinkRateRecord> kept;
    std::map<LinkId, std::int64_t> lastBin;
    // Backwards: the first change met in a bin is its last.
    for (auto change = all.rbegin(); change != all.rend() && kept.size() < most; ++change)
    {
        const std::int64_t bin = (change->time - span.from).Picoseconds() / width;
        const auto [it, isNew] = lastBin.try_emplace(change->link, bin);
        if (isNew || it->second != bin)
        {
            it->second = bin;
            kept.push_back(*change);
        }
    }
    std::reverse(kept.begin(), kept.end());
    const std::uint64_t leftOut = all.size() - kept.size();
    return {std::move(kept), leftOut};
}

} // namespace echelon
