// SPDX-License-Identifier: GPL-2.0-only
#include "order-times.h"

#include "sender-lists.h"

#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"

namespace study
{

using namespace echelon;

double
TimeOf(const TransmissionPlan& plan, const PlanningFabric& fabric, Contention contention)
{
    switch (contention)
    {
    case Contention::HOL_SINGLE:
        return TimeOneAtATime(plan, fabric, Waiting::AT_HEAD);
    case Contention::SKIPPING:
        return TimeOneAtATime(plan, fabric, Waiting::SKIPPING);
    case Contention::PLAN:
        break;
    }
    return TimePlan(plan, fabric).makespan.Seconds();
}

OrderTimes
TimesInOrder(const std::string& order,
             Contention contention,
             const TrafficMatrix& dispatch,
             const PlanningFabric& fabric,
             std::uint64_t seed)
{
    const TransmissionPlan there = MakePlan(order, dispatch, fabric, {seed, 0.0});
    // Another seed: the combine's random order is not the dispatch's.
    const TransmissionPlan back = MakePlan(order, dispatch.Transposed(), fabric, {seed + 1, 0.0});
    return {TimeOf(there, fabric, contention),
            TimeOf(back, fabric, contention),
            there.stages.size(),
            TransmissionsOf(there)};
}

const std::vector<Discipline>&
Disciplines()
{
    static const std::vector<Discipline> ALL{{"aurora", Contention::PLAN, "exclusive"},
                                             {"aurora-alg1", Contention::PLAN, "exclusive"},
                                             {"greedy-max-weight", Contention::PLAN, "exclusive"},
                                             {"unordered", Contention::PLAN, "max-min"},
                                             {"sjf", Contention::PLAN, "hol-shared"},
                                             {"sjf", Contention::HOL_SINGLE, "hol-single"},
                                             {"sjf", Contention::SKIPPING, "skipping"},
                                             {"random", Contention::PLAN, "hol-shared"},
                                             {"random", Contention::HOL_SINGLE, "hol-single"},
                                             {"random", Contention::SKIPPING, "skipping"},
                                             {"spread-out", Contention::PLAN, "hol-shared"},
                                             {"spread-out", Contention::HOL_SINGLE, "hol-single"}};
    return ALL;
}

std::size_t
TransmissionsOf(const TransmissionPlan& plan)
{
    std::size_t count = 0;
    for (const Stage& stage : plan.stages)
    {
        count += stage.transmissions.size();
    }
    return count;
}

} // namespace study
