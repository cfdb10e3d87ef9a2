// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/counters.h"

#include <algorithm>
#include <map>
#include <set>

namespace echelon
{

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
