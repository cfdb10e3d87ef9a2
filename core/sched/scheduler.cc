// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace echelon
{

const Allocation&
Scheduler::Allocate(const NetworkView& view)
{
    CheckView(view);
    ++m_counts.calls;
    m_counts.flows += view.flows.size();
    m_allocation.rates.assign(view.flows.size(), 0.0);
    m_allocation.priorities.clear();
    m_allocation.validUntil.reset();
    const auto before = std::chrono::steady_clock::now();
    DoAllocate(view, m_allocation);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - before;
    m_counts.seconds += spent.count();
    CheckAllocation(view);
    ECHELON_ENSURE(!m_allocation.validUntil || *m_allocation.validUntil > view.now,
                   "a decision holds for some time");
    return m_allocation;
}

bool
Scheduler::Repair(const NetworkState& state,
                  const NetworkChange& change,
                  std::vector<FlowRate>& changes)
{
    changes.clear();
    const auto before = std::chrono::steady_clock::now();
    const bool isRepaired = DoRepair(state, change, changes);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - before;
    m_counts.seconds += spent.count();
    if (!isRepaired)
    {
        changes.clear();
        return false;
    }
    ++m_counts.calls;
    ++m_counts.repairs;
    m_counts.flows += changes.size();
    return true;
}

Preparation
Scheduler::DoPrepare(const Forecast& /*forecast*/)
{
    return {};
}

bool
Scheduler::DoRepair(const NetworkState& /*state*/,
                    const NetworkChange& /*change*/,
                    std::vector<FlowRate>& /*changes*/)
{
    return false;
}

void
Scheduler::CheckView(const NetworkView& view) const
{
    ECHELON_REQUIRE(view.capacity != nullptr, "a view knows the links' capacities");
    for (std::size_t i = 0; i < view.flows.size(); ++i)
    {
        const ActiveFlow& flow = view.flows[i];
        ECHELON_REQUIRE(flow.remainingBits > 0, "an active flow has bits left to send");
        ECHELON_REQUIRE(flow.route.Hops() > 0, "an active flow crosses the fabric");
        ECHELON_REQUIRE(flow.group < view.groups.size(), "the group of a flow is in the view");
        ECHELON_REQUIRE(i == 0 || view.flows[i - 1].id < flow.id, "flows are sorted by id");
    }
    for (std::size_t g = 1; g < view.groups.size(); ++g)
    {
        ECHELON_REQUIRE(view.groups[g - 1].id < view.groups[g].id, "groups are sorted by id");
    }
    for (const ActiveGroup& group : view.groups)
    {
        ECHELON_REQUIRE(group.job < view.jobs.size(), "the job of a group is in the view");
    }
    for (std::size_t j = 1; j < view.jobs.size(); ++j)
    {
        ECHELON_REQUIRE(view.jobs[j - 1].id < view.jobs[j].id, "jobs are sorted by id");
    }
}

void
Scheduler::CheckAllocation(const NetworkView& view)
{
    const std::vector<BitRate>& rates = m_allocation.rates;
    ECHELON_ENSURE(rates.size() == view.flows.size(), "every flow has a rate");
    const std::vector<std::uint8_t>& priorities = m_allocation.priorities;
    ECHELON_ENSURE(priorities.empty() || priorities.size() == rates.size(),
                   "every flow has a priority, or none has");
    ECHELON_ENSURE(std::all_of(priorities.begin(),
                               priorities.end(),
                               [](std::uint8_t priority) { return priority <= LOWEST_PRIORITY; }),
                   "a priority is one of the fabric's");
    m_load.resize(view.capacity->size(), 0.0);
    for (std::size_t i = 0; i < rates.size(); ++i)
    {
        ECHELON_ENSURE(std::isfinite(rates[i]) && rates[i] >= 0,
                       "a rate is finite and not negative");
        for (const LinkShare& hop : view.flows[i].route)
        {
            m_load[hop.link.Value()] += rates[i] * hop.share;
        }
    }
    bool feasible = true;
    for (const ActiveFlow& flow : view.flows)
    {
        for (const LinkId link : flow.route)
        {
            const double capacity = (*view.capacity)[link.Value()];
            feasible &= m_load[link.Value()] <= capacity * (1 + CAPACITY_EXCESS);
        }
    }
    for (const ActiveFlow& flow : view.flows)
    {
        for (const LinkId link : flow.route)
        {
            m_load[link.Value()] = 0;
        }
    }
    ECHELON_ENSURE(feasible, "no link is over capacity");
}

} // namespace echelon
