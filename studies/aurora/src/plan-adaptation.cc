// SPDX-License-Identifier: GPL-2.0-only
#include "plan-adaptation.h"

#include "alltoall/entry-durations.h"
#include "alltoall/transmission-plan.h"
#include "base/contracts.h"

namespace echelon
{

TransmissionPlan
AdaptPlan(const TransmissionPlan& plan, const TrafficMatrix& actual)
{
    const std::uint32_t n = plan.ranks;
    ECHELON_REQUIRE(actual.Size() == n, "plan and traffic have the same ranks");
    TrafficMatrix planned(n);
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& t : stage.transmissions)
        {
            ECHELON_REQUIRE(t.target == t.destination, "only direct transmissions are adapted");
            planned.Add(t.source, t.destination, t.bytes);
        }
    }
    TransmissionPlan result{n, plan.rule, {}};
    TrafficMatrix done(n);
    for (const Stage& stage : plan.stages)
    {
        Stage adapted;
        for (Transmission t : stage.transmissions)
        {
            const Bytes all = planned.At(t.source, t.destination);
            const Bytes before = done.At(t.source, t.destination);
            const Bytes whole = actual.At(t.source, t.destination);
            done.Add(t.source, t.destination, t.bytes);
            t.bytes = PartOf(whole, before + t.bytes, all) - PartOf(whole, before, all);
            if (t.bytes > 0)
            {
                adapted.transmissions.push_back(t);
            }
        }
        if (!adapted.transmissions.empty())
        {
            result.stages.push_back(std::move(adapted));
        }
    }
    if (plan.rule == StartRule::UNORDERED && result.stages.empty())
    {
        result.stages.emplace_back();
    }
    for (std::uint32_t shift = 1; shift < n; ++shift)
    {
        Stage unplanned;
        for (std::uint32_t source = 0; source < n; ++source)
        {
            const std::uint32_t to = (source + shift) % n;
            if (planned.At(source, to) == 0 && actual.At(source, to) > 0)
            {
                unplanned.transmissions.push_back({source, to, actual.At(source, to), to});
            }
        }
        if (plan.rule == StartRule::UNORDERED)
        {
            std::vector<Transmission>& all = result.stages.front().transmissions;
            all.insert(all.end(), unplanned.transmissions.begin(), unplanned.transmissions.end());
        }
        else if (!unplanned.transmissions.empty())
        {
            result.stages.push_back(std::move(unplanned));
        }
    }
    if (plan.rule == StartRule::UNORDERED)
    {
        SortStage(result.stages.front());
        if (result.stages.front().transmissions.empty())
        {
            result.stages.clear();
        }
    }
    return result;
}

} // namespace echelon
