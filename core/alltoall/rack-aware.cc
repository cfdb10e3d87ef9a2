// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/rack-aware.h"

#include "alltoall/entry-durations.h"
#include "alltoall/rack-aware-gaps.h"
#include "alltoall/rack-aware-matrix.h"
#include "alltoall/rack-aware-slots.h"
#include "alltoall/rack-aware-whole.h"
#include "alltoall/transmission-plan.h"
#include "matching/birkhoff.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace echelon
{

namespace
{

using Amounts = std::vector<std::int64_t>; ///< n × n port times

/// What is left over, as a part of the horizon, from which on longer horizons are tried.
constexpr double WORTHWHILE = 0.002;

bool
IsZero(const Amounts& amounts)
{
    return std::all_of(amounts.begin(), amounts.end(), [](std::int64_t a) { return a == 0; });
}

/// Makes stages out of port times.
class StageMaker
{
  public:
    StageMaker(const PlanningFabric& fabric, const UplinkSlots& slots, double gap)
        : m_n(fabric.Ranks()),
          m_rackOf(fabric.rack),
          m_perRack(slots.blocking ? slots.perRack : 0),
          m_gap(gap)
    {
    }

    /// Stages that carry all of `time`. What does not fit the bound follows in further stages.
    std::vector<WeightedMatching> Make(Amounts time) const
    {
        std::vector<WeightedMatching> all;
        while (!IsZero(time))
        {
            RoundResult round = BestRound(time);
            std::move(round.stages.begin(), round.stages.end(), std::back_inserter(all));
            time = std::move(round.rest);
        }
        return all;
    }

  private:
    bool CrossesRacks(const Amounts& time) const
    {
        for (std::size_t cell = 0; cell < time.size(); ++cell)
        {
            if (time[cell] > 0 && m_rackOf[cell / m_n] != m_rackOf[cell % m_n])
            {
                return true;
            }
        }
        return false;
    }

    struct RoundResult
    {
        std::vector<WeightedMatching> stages;
        Amounts rest;
        std::int64_t horizon = 0;
        std::int64_t restTime = 0; ///< the busiest port's
    };

    /// Where much is left over, a longer horizon may be shorter in all.
    RoundResult BestRound(const Amounts& time) const
    {
        RoundResult best = Round(time, 0);
        const std::int64_t rest = best.restTime;
        if (static_cast<double>(rest) <= WORTHWHILE * static_cast<double>(best.horizon))
        {
            return best;
        }
        const std::int64_t shortest = best.horizon;
        for (const std::int64_t eighths : {1, 2, 4})
        {
            RoundResult other = Round(time, shortest + rest * eighths / 8);
            if (other.horizon + other.restTime < best.horizon + best.restTime)
            {
                best = std::move(other);
            }
        }
        return best;
    }

    RoundResult Round(const Amounts& time, std::int64_t leastHorizon) const
    {
        const std::uint32_t perRack = CrossesRacks(time) ? m_perRack : 0;
        ExtendedMatrix matrix = ExtendWithHomeSlots(m_n, time, m_rackOf, perRack, leastHorizon);
        RoundResult result;
        result.horizon = matrix.horizon;
        // Within a gap homes would be idle, and more than its slots could leave a rack.
        const double gap = matrix.size == m_n ? m_gap : 0;
        for (const WeightedMatching& matching :
             DecomposeIntoMatchings(matrix.size, matrix.cells, gap))
        {
            result.stages.push_back(WithoutHomes(matching));
        }
        GapFiller filler(m_n, m_rackOf, std::move(matrix.inside), result.stages);
        for (WeightedMatching& stage : result.stages)
        {
            filler.Fill(stage);
        }
        result.rest = filler.Rest();
        std::vector<std::int64_t> sends(m_n, 0);
        std::vector<std::int64_t> receives(m_n, 0);
        for (std::size_t cell = 0; cell < result.rest.size(); ++cell)
        {
            sends[cell / m_n] += result.rest[cell];
            receives[cell % m_n] += result.rest[cell];
        }
        result.restTime = std::max(*std::max_element(sends.begin(), sends.end()),
                                   *std::max_element(receives.begin(), receives.end()));
        return result;
    }

    WeightedMatching WithoutHomes(const WeightedMatching& matching) const
    {
        WeightedMatching real{matching.duration, {}};
        std::copy_if(
            matching.cells.begin(),
            matching.cells.end(),
            std::back_inserter(real.cells),
            [this](const MatchedCell& cell) { return cell.row < m_n && cell.column < m_n; });
        return real;
    }

    std::uint32_t m_n;
    const std::vector<std::uint32_t>& m_rackOf;
    std::uint32_t m_perRack;
    double m_gap;
};

/// Whether a rack has more ranks than its uplinks carry at a time.
bool
RacksBlock(const PlanningFabric& fabric, const UplinkSlots& slots)
{
    std::map<std::uint32_t, std::uint32_t> ranks;
    for (const std::uint32_t rack : fabric.rack)
    {
        ++ranks[rack];
    }
    return slots.blocking && std::any_of(ranks.begin(), ranks.end(), [&](const auto& entry) {
               return entry.second > slots.perRack;
           });
}

TransmissionPlan
PlanOfWholeEntries(const WholeEntrySchedule& schedule, const TrafficMatrix& traffic)
{
    TransmissionPlan plan{traffic.Size(), StartRule::EXCLUSIVE, {}};
    plan.stages.resize(schedule.stages);
    for (const WholeEntry& entry : schedule.entries)
    {
        AppendOverSpines(plan.stages[entry.stage].transmissions,
                         {entry.source,
                          entry.destination,
                          traffic.At(entry.source, entry.destination),
                          entry.destination},
                         entry.spines);
    }
    for (Stage& stage : plan.stages)
    {
        SortStage(stage);
    }
    return plan;
}

TransmissionPlan
PlanOfMatchings(const std::vector<WeightedMatching>& matchings,
                const Amounts& time,
                const TrafficMatrix& traffic,
                const PlanningFabric& fabric,
                const UplinkSlots& slots)
{
    SpinePinning pinning(fabric, slots);
    EntryParts parts(traffic, time);
    std::vector<Stage> stages;
    for (const WeightedMatching& matching : matchings)
    {
        stages.push_back(parts.StageOf(matching));
        pinning.Pin(stages.back());
    }
    return {traffic.Size(), StartRule::EXCLUSIVE, WithoutEmpty(std::move(stages))};
}

/// Numbers from 0 on for the racks in use: what a rack needs is kept by its number.
PlanningFabric
WithDenseRacks(PlanningFabric fabric)
{
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (const std::uint32_t rack : fabric.rack)
    {
        numbers.emplace(rack, 0);
    }
    std::uint32_t next = 0;
    for (auto& [rack, number] : numbers)
    {
        number = next++;
    }
    for (std::uint32_t& rack : fabric.rack)
    {
        rack = numbers.at(rack);
    }
    return fabric;
}

} // namespace

TransmissionPlan
PlanRackAware(const TrafficMatrix& traffic,
              const PlanningFabric& anyFabric,
              const OrderOptions& options)
{
    const PlanningFabric fabric = WithDenseRacks(anyFabric);
    const UplinkSlots slots = ChooseUplinkSlots(traffic, fabric);
    const Amounts time = PortTimes(traffic, fabric, slots);
    std::optional<WholeEntrySchedule> whole;
    if (RacksBlock(fabric, slots))
    {
        whole = ScheduleWholeEntries(traffic.Size(), time, fabric.rack, fabric.spines, slots);
    }
    const double longest = (1 + options.gap) * PortTimeBound(time, fabric, slots);
    TransmissionPlan plan = whole && static_cast<double>(whole->end) <= longest
                                ? PlanOfWholeEntries(*whole, traffic)
                                : PlanOfMatchings(StageMaker(fabric, slots, options.gap).Make(time),
                                                  time,
                                                  traffic,
                                                  fabric,
                                                  slots);
    AddInsideServers(plan, traffic, fabric);
    return plan;
}

} // namespace echelon
