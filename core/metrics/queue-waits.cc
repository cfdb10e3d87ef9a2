// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/queue-waits.h"

#include "base/apportion.h"

#include <algorithm>
#include <tuple>

namespace echelon
{

/// Divides what was queued, of the held time, among the other rows of one step.
static void
Divide(std::vector<WaitRecord>& rows, Time queued)
{
    const auto held = std::find_if(rows.begin(), rows.end(), [](const WaitRecord& row) {
        return !row.link.has_value();
    });
    if (held == rows.end() || rows.size() == 1 || queued <= Time())
    {
        return;
    }
    const Time moved = std::min(held->time, queued);
    held->time = held->time - moved;
    std::vector<double> weights;
    for (const WaitRecord& row : rows)
    {
        weights.push_back(row.link ? row.time.Seconds() : 0);
    }
    const std::vector<Time> parts = Apportion(weights, moved);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        rows[i].time += parts[i];
    }
    rows.erase(std::remove_if(rows.begin(),
                              rows.end(),
                              [](const WaitRecord& row) { return row.time == Time(); }),
               rows.end());
    std::sort(rows.begin(), rows.end(), [](const WaitRecord& a, const WaitRecord& b) {
        return std::make_tuple(b.time, a.blocking, a.link) <
               std::make_tuple(a.time, b.blocking, b.link); // none before any
    });
}

void
AttributeQueues(RunRecord& record)
{
    const auto idOf = [](const auto& row) {
        return std::make_tuple(row.job, row.iteration, row.step);
    };
    std::vector<WaitRecord> waits;
    waits.reserve(record.waits.size());
    auto step = record.criticalPath.begin();
    for (auto first = record.waits.begin(); first != record.waits.end();)
    {
        const auto last = std::find_if(first, record.waits.end(), [&](const WaitRecord& row) {
            return idOf(row) != idOf(*first);
        });
        while (idOf(*step) != idOf(*first))
        {
            ++step; // both are in the same order, and every wait has its step
        }
        std::vector<WaitRecord> rows(first, last);
        Divide(rows, step->queued);
        waits.insert(waits.end(), rows.begin(), rows.end());
        first = last;
    }
    record.waits = std::move(waits);
}

} // namespace echelon
