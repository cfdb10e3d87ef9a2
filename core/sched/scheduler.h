// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The contract between a flow scheduler and the rest: it gets a snapshot of competing flows and
 * answers with one rate, and if it likes one priority, for each flow.
 *
 *     class Mine : public Scheduler { … };              // overrides DoAllocate(view, out)
 *     mine.Prepare(forecast);                           // once, before the first decision
 *     const Allocation& a = mine.Allocate(view);
 *     a.rates[i];                                       // belongs to view.flows[i]
 *
 * A view holds a closed set of flows: no flow outside it shares a link or a group with a flow
 * inside. So a scheduler is a pure function of the forecast and the view, and a caller that keeps
 * views small (control/coordinator.h) makes every scheduler incremental.
 *
 * Prepare and Allocate are not virtual: Allocate checks the view and the result and counts, and the
 * private virtual functions DoPrepare and DoAllocate decide. Every call checks that each flow has
 * one finite rate that is not negative, that no link is over capacity (with the tolerance
 * CAPACITY_EXCESS), and that priorities, if there are any, are one for each flow and at most
 * LOWEST_PRIORITY. The checks take O(flows × hops). Errors: ContractViolation.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "base/units.h"
#include "network/route-table.h"
#include "sched/forecast.h"
#include "sharing/network-state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// A flow as a scheduler sees it. In a view, sorted by id.
struct ActiveFlow
{
    FlowId id;
    std::uint32_t group = 0;  ///< index into NetworkView::groups
    Route route;              ///< never without links
    double remainingBits = 0; ///< of the whole bundle, > 0
    double sizeBits = 0;      ///< of the whole bundle
    std::uint32_t multiplicity = 1;
    Time release;     ///< when the flow started
    Time idealFinish; ///< absolute: the group's reference time plus the arrangement's offset
    /// Absolute: a flow that ends later makes its job's iteration longer than on an infinitely fast
    /// network, whatever the other flows do.
    Time latestFinish;
};

/// A group with at least one active flow. In a view, sorted by id.
struct ActiveGroup
{
    GroupId id;
    std::uint32_t job = 0; ///< index into NetworkView::jobs
    double weight = 1.0;
    Time reference;      ///< start of the group's first flow
    double sentBits = 0; ///< sent so far by all flows of the group, finished ones included
    /// The largest tardiness of its flows that have left their source; empty if none has left.
    std::optional<Time> tardiness{};
};

/// A job with at least one active flow. In a view, sorted by id.
struct ActiveJob
{
    JobId id;
    double weight = 1.0;
    Time iterationStart; ///< of the iteration that is running
};

/// What a scheduler may look at.
struct NetworkView
{
    Time now;
    const std::vector<BitRate>* capacity = nullptr; ///< by link id, payload bits per second
    std::vector<ActiveFlow> flows;
    std::vector<ActiveGroup> groups;
    std::vector<ActiveJob> jobs;
};

/// What happened since the last decision.
struct NetworkChange
{
    std::vector<LinkId> links;   ///< that flows came to or went from, each once
    std::vector<GroupId> groups; ///< whose flows came or went, with repetitions
    bool onlyDepartures = true;  ///< no flow came, and no group lost its last active flow
};

/// Priorities of flows go from 0, which is served first, to this.
constexpr std::uint8_t LOWEST_PRIORITY = 7;

/// What a scheduler decides. Both columns are in the order of the view's flows.
struct Allocation
{
    /// Payload bits per second of each flow. Where queues share the links, a flow's rate is its
    /// weight in its queue.
    std::vector<BitRate> rates;
    /// The priority with which switches serve each flow where several wait; empty stands for 0
    /// everywhere. Fluid fabrics and fabrics whose links are shared by queues ignore it.
    std::vector<std::uint8_t> priorities{};
    /// Decide again at this time even if no flow comes or goes. @pre later than the view's now.
    std::optional<Time> validUntil;
};

/// How often a scheduler was asked, for how many flows, and how long it took. These are figures of
/// the emulator and no results.
struct SchedulerCounts
{
    std::uint64_t calls = 0;
    std::uint64_t flows = 0;   ///< given a rate, sum over calls
    std::uint64_t repairs = 0; ///< calls answered by the shortcut
    double seconds = 0;        ///< wall-clock time of the decisions, without the checks
};

/// Base of all schedulers.
class Scheduler
{
  public:
    virtual ~Scheduler() = default;

    /// Tells the scheduler before its first decision what is known of the run.
    void Prepare(const Forecast& forecast)
    {
        m_preparation = DoPrepare(forecast);
    }

    /// What the last Prepare brought to light.
    const Preparation& Prepared() const
    {
        return m_preparation;
    }

    /// The names of the policies that Prepare tries for so many jobs; most schedulers try none.
    virtual std::vector<std::string> Policies(std::uint32_t /*jobs*/) const
    {
        return {};
    }

    /// @pre view.flows and view.groups sorted by id. The result stays valid until the next call.
    const Allocation& Allocate(const NetworkView& view);

    /**
     * A shortcut for schedulers whose decisions change locally: given all rates in force, which
     * were this scheduler's decision until the change, find the rates that change.
     * @param changes receives the changed rates.
     * @returns false when there is no shortcut (now); the caller then puts the closure before
     * Allocate.
     */
    bool Repair(const NetworkState& state,
                const NetworkChange& change,
                std::vector<FlowRate>& changes);

    const SchedulerCounts& Counts() const
    {
        return m_counts;
    }

  private:
    /// Without an override a scheduler needs to know nothing in advance.
    virtual Preparation DoPrepare(const Forecast& forecast);

    /// Fill out.rates, which has the right size and is all zero.
    virtual void DoAllocate(const NetworkView& view, Allocation& out) = 0;

    /// The answer must be what DoAllocate would decide, up to rounding, unless the scheduler's page
    /// says that it decides less often.
    virtual bool DoRepair(const NetworkState& state,
                          const NetworkChange& change,
                          std::vector<FlowRate>& changes);

    void CheckView(const NetworkView& view) const;
    void CheckAllocation(const NetworkView& view);

    Preparation m_preparation;
    Allocation m_allocation;
    SchedulerCounts m_counts;
    std::vector<double> m_load; ///< scratch of CheckAllocation, by link id; all zero between calls
};

} // namespace echelon
