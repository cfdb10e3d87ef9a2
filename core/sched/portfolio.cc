// SPDX-License-Identifier: GPL-2.0-only
#include "sched/portfolio.h"

#include "base/parameters.h"
#include "sched/coflow-orders.h"
#include "sched/echelon-bssi.h"
#include "sched/echelon.h"
#include "sched/fair.h"
#include "sched/least-slack.h"

namespace echelon
{

template <class S>
static PortfolioMember
MemberOf(const std::string& name)
{
    return {name, [] { return std::make_unique<S>(); }};
}

std::vector<PortfolioMember>
PortfolioMembers(std::uint32_t jobs)
{
    std::vector<PortfolioMember> members{MemberOf<LeastSlackScheduler>("least-slack"),
                                         MemberOf<FairScheduler>("fair"),
                                         MemberOf<SebfScheduler>("sebf"),
                                         MemberOf<EchelonScheduler>("echelon"),
                                         MemberOf<EchelonBssiScheduler>("echelon-bssi")};
    for (std::uint32_t job = 0; jobs > 1 && jobs <= MAX_JOBS_FIRST && job < jobs; ++job)
    {
        members.push_back({"least-slack, job " + std::to_string(job) + " first",
                           [job] { return std::make_unique<LeastSlackScheduler>(JobId(job)); }});
    }
    return members;
}

PortfolioScheduler::PortfolioScheduler(PortfolioObjective objective)
    : m_objective(objective),
      m_selected(std::make_unique<LeastSlackScheduler>())
{
}

std::vector<std::string>
PortfolioScheduler::Policies(std::uint32_t jobs) const
{
    return NamesOf(PortfolioMembers(jobs));
}

Preparation
PortfolioScheduler::DoPrepare(const Forecast& forecast)
{
    const std::vector<PortfolioMember> members =
        PortfolioMembers(static_cast<std::uint32_t>(forecast.idealIteration.size()));
    Preparation found;
    for (const PortfolioMember& member : members)
    {
        const RunForecast run = forecast.run(*member.make());
        const bool isByTime = m_objective == PortfolioObjective::ITERATION_TIME;
        found.costs.push_back({member.name, isByTime ? run.iterationTime : run.tardiness});
        if (found.costs.back().seconds < found.costs[found.selected].seconds)
        {
            found.selected = found.costs.size() - 1;
        }
    }
    m_selected = members[found.selected].make();
    m_selected->Prepare(forecast);
    return found;
}

void
PortfolioScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    out = m_selected->Allocate(view);
}

bool
PortfolioScheduler::DoRepair(const NetworkState& state,
                             const NetworkChange& change,
                             std::vector<FlowRate>& changes)
{
    return m_selected->Repair(state, change, changes);
}

} // namespace echelon
