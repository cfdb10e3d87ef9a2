// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/aurora.h"

#include "alltoall/entry-durations.h"
#include "alltoall/transmission-plan.h"
#include "base/random.h"
#include "matching/birkhoff.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace echelon
{

TransmissionPlan
PlanAurora(const TrafficMatrix& traffic, const PlanningFabric& fabric, const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> cells = EntryDurations(traffic, fabric);
    EntryParts parts(traffic, cells);
    std::vector<Stage> stages;
    for (const WeightedMatching& matching : DecomposeIntoMatchings(n, cells, options.gap))
    {
        stages.push_back(parts.StageOf(matching));
    }
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, WithoutEmpty(std::move(stages))};
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

namespace
{

/// When a port is busy: from `start` up to `end`.
struct Busy
{
    std::int64_t start;
    std::int64_t end;
};

/// Ascending, without overlaps.
using Timetable = std::vector<Busy>;

/// @pre free so far. Neighbours grow together.
void
Book(Timetable& table, Busy busy)
{
    auto next =
        std::upper_bound(table.begin(), table.end(), busy, [](const Busy& a, const Busy& b) {
            return a.start < b.start;
        });
    if (next != table.begin() && std::prev(next)->end == busy.start)
    {
        --next;
        next->end = busy.end;
        const auto after = std::next(next);
        if (after != table.end() && after->start == busy.end)
        {
            next->end = after->end;
            table.erase(after);
        }
    }
    else if (next != table.end() && next->start == busy.end)
    {
        next->start = busy.start;
    }
    else
    {
        table.insert(next, busy);
    }
}

/// The earliest times at which both are free, together as long as `duration`.
std::vector<Busy>
EarliestGaps(const Timetable& a, const Timetable& b, std::int64_t duration)
{
    std::vector<Busy> gaps;
    std::int64_t free = 0; // both, from here to the next busy time
    auto nextA = a.begin();
    auto nextB = b.begin();
    while (duration > 0)
    {
        const bool fromA = nextA != a.end() && (nextB == b.end() || nextA->start <= nextB->start);
        if (!fromA && nextB == b.end())
        {
            gaps.push_back({free, free + duration});
            break;
        }
        auto& next = fromA ? nextA : nextB;
        const std::int64_t length = std::min(duration, next->start - free);
        if (length > 0)
        {
            gaps.push_back({free, free + length});
            duration -= length;
        }
        free = std::max(free, next->end);
        ++next;
    }
    return gaps;
}

struct Placed
{
    Busy time;
    std::uint32_t source;
    std::uint32_t destination;
};

/// GPUs by descending traffic: the larger of what each sends and receives.
std::vector<std::uint32_t>
ByTraffic(std::uint32_t n, const std::vector<std::int64_t>& durations)
{
    std::vector<std::int64_t> sends(n, 0);
    std::vector<std::int64_t> receives(n, 0);
    for (std::size_t cell = 0; cell < durations.size(); ++cell)
    {
        sends[cell / n] += durations[cell];
        receives[cell % n] += durations[cell];
    }
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::max(sends[a], receives[a]) > std::max(sends[b], receives[b]);
    });
    return order;
}

std::vector<Placed>
Place(std::uint32_t n, const std::vector<std::int64_t>& durations, std::uint64_t seed)
{
    RandomStream random(seed, "order/aurora-alg1");
    std::vector<Timetable> sending(n);
    std::vector<Timetable> receiving(n);
    std::vector<bool> done(durations.size(), false);
    std::vector<Placed> all;
    for (const std::uint32_t gpu : ByTraffic(n, durations))
    {
        std::vector<std::size_t> cells;
        for (std::uint32_t other = 0; other < n; ++other)
        {
            for (const std::size_t cell :
                 {std::size_t{gpu} * n + other, std::size_t{other} * n + gpu})
            {
                if (durations[cell] > 0 && !done[cell])
                {
                    done[cell] = true;
                    cells.push_back(cell);
                }
            }
        }
        random.Shuffle(cells);
        for (const std::size_t cell : cells)
        {
            const auto source = static_cast<std::uint32_t>(cell / n);
            const auto destination = static_cast<std::uint32_t>(cell % n);
            for (const Busy& part :
                 EarliestGaps(sending[source], receiving[destination], durations[cell]))
            {
                Book(sending[source], part);
                Book(receiving[destination], part);
                all.push_back({part, source, destination});
            }
        }
    }
    return all;
}

} // namespace

TransmissionPlan
PlanAuroraAlgorithm1(const TrafficMatrix& traffic,
                     const PlanningFabric& fabric,
                     const OrderOptions& options)
{
    const std::uint32_t n = traffic.Size();
    const std::vector<std::int64_t> durations = EntryDurations(traffic, fabric);
    std::vector<Placed> placed = Place(n, durations, options.seed);
    std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
        return std::tie(a.time.start, a.source, a.destination) <
               std::tie(b.time.start, b.source, b.destination);
    });
    EntryParts parts(traffic, durations);
    // The first stage after those of both ports' earlier transmissions.
    std::vector<std::size_t> nextSending(n, 0);
    std::vector<std::size_t> nextReceiving(n, 0);
    TransmissionPlan plan{n, StartRule::EXCLUSIVE, {}};
    for (const Placed& one : placed)
    {
        const Bytes bytes = parts.Next(one.source, one.destination, one.time.end - one.time.start);
        if (bytes == 0)
        {
            continue;
        }
        const std::size_t stage = std::max(nextSending[one.source], nextReceiving[one.destination]);
        nextSending[one.source] = stage + 1;
        nextReceiving[one.destination] = stage + 1;
        plan.stages.resize(std::max(plan.stages.size(), stage + 1));
        plan.stages[stage].transmissions.push_back(
            {one.source, one.destination, bytes, one.destination});
    }
    for (Stage& stage : plan.stages)
    {
        SortStage(stage);
    }
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

} // namespace echelon
