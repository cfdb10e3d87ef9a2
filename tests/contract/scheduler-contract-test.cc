// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What every registered scheduler owes its callers (sched/scheduler.h), on random questions of two
 * fabrics.
 */
#include "base/contracts.h"
#include "base/tolerances.h"
#include "emulation/emulation.h"
#include "emulation/forecast.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "support/random-view.h"
#include "support/routes.h"
#include "support/scheduler-names.h"

#include <cmath>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr std::uint64_t QUESTIONS = 40;

/// Relative to the largest rate: noise of sums over the flows of a link.
constexpr double NOISE = 1e-9;

Topology
BigSwitch()
{
    return MakeBigSwitch({8, {1, {10e9, Time()}, {}, {}}});
}

/// Oversubscribed 1:2, with a scale-up domain of two GPUs in each host.
Topology
LeafSpine()
{
    return MakeLeafSpine({3, 2, 2, {2, {10e9, Time()}, {}, {80e9, Time()}}, {5e9, Time()}});
}

/// The same with an interface for each GPU.
Topology
InterfacePerGpu()
{
    return MakeLeafSpine({3, 2, 2, {2, {10e9, Time()}, {}, {80e9, Time()}, 2}, {10e9, Time()}});
}

/// Two jobs of one flow each on one link of 8 Gb/s, 1 GB/s: 3 GB and 1 GB.
struct TwoJobs
{
    static std::vector<Job> Make()
    {
        std::vector<Job> jobs;
        for (const Bytes bytes : {Bytes{3000000000}, Bytes{1000000000}})
        {
            Job job;
            job.name = std::to_string(bytes);
            const GroupIndex g = job.graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
            job.graph.AddFlow({g, DeviceId(0), DeviceId(1), bytes, 0, 1});
            jobs.push_back(std::move(job));
        }
        return jobs;
    }

    const Topology topology = MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
    const std::vector<Job> jobs = Make();
    const EmulationInput input{topology, jobs};
    const Forecast forecast =
        ForecastOf(input, 1, std::make_shared<const IdealRuns>(jobs, topology), RunEmulation);
};

class SchedulerContract : public testing::TestWithParam<std::string>
{
  protected:
    /// A scheduler that is prepared for a run of two jobs.
    std::unique_ptr<Scheduler> Make() const
    {
        std::unique_ptr<Scheduler> scheduler = Entry().make(ParameterSet(Entry().parameters));
        scheduler->Prepare(m_jobs.forecast);
        return scheduler;
    }

    const SchedulerEntry& Entry() const
    {
        return SchedulerEntryOf(GetParam());
    }

    std::vector<BitRate> Decide(const NetworkView& view) const
    {
        return Make()->Allocate(view).rates;
    }

    /// Runs a check on random questions of 1 … 60 flows on three fabrics.
    template <class Check>
    void ForEachQuestion(std::uint32_t maxMultiplicity, Check check) const
    {
        for (const Topology& topology : {BigSwitch(), LeafSpine(), InterfacePerGpu()})
        {
            for (std::uint64_t seed = 0; seed < QUESTIONS; ++seed)
            {
                const auto flows = static_cast<std::uint32_t>(1 + 3 * seed / 2);
                const RandomViewSpec spec{flows, 1 + flows / 5, maxMultiplicity};
                const RandomView question(topology, spec, seed);
                SCOPED_TRACE("seed " + std::to_string(seed));
                check(question.view);
            }
        }
    }

    const TwoJobs m_jobs;

    static void ExpectNear(const std::vector<BitRate>& actual, const std::vector<BitRate>& expected)
    {
        ASSERT_EQ(actual.size(), expected.size());
        const double scale = *std::max_element(expected.begin(), expected.end());
        for (std::size_t i = 0; i < actual.size(); ++i)
        {
            EXPECT_NEAR(actual[i], expected[i], NOISE * scale) << "flow " << i;
        }
    }
};

/// The view with flow i renumbered; the new ids must be distinct. @param back where each flow of
/// the result was.
NetworkView
Renumbered(const NetworkView& view,
           const std::vector<std::uint32_t>& ids,
           std::vector<std::size_t>& back)
{
    NetworkView result = view;
    back.resize(view.flows.size());
    std::vector<std::pair<std::uint32_t, std::size_t>> order;
    for (std::size_t i = 0; i < ids.size(); ++i)
    {
        order.emplace_back(ids[i], i);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i)
    {
        back[i] = order[i].second;
        result.flows[i] = view.flows[back[i]];
        result.flows[i].id = FlowId(order[i].first);
    }
    return result;
}

TEST_P(SchedulerContract, PreparationTriesItsPoliciesAndTakesTheBest)
{
    const auto scheduler = Make();
    const Preparation& found = scheduler->Prepared();
    std::vector<std::string> tried;
    for (const Preparation::Cost& cost : found.costs)
    {
        tried.push_back(cost.member);
        EXPECT_GE(cost.seconds, found.costs[found.selected].seconds) << cost.member;
    }
    EXPECT_EQ(tried, scheduler->Policies(2));
}

TEST_P(SchedulerContract, PreparingTwiceIsPreparingOnce)
{
    ForEachQuestion(5, [&](const NetworkView& view) {
        const auto scheduler = Make();
        scheduler->Prepare(m_jobs.forecast);
        EXPECT_EQ(scheduler->Allocate(view).rates, Decide(view));
    });
}

TEST_P(SchedulerContract, NoLinkIsOverCapacity)
{
    ForEachQuestion(5, [&](const NetworkView& view) {
        const std::vector<BitRate> rates = Decide(view);
        const std::vector<double> load = LinkLoads(view, rates);
        for (std::size_t l = 0; l < load.size(); ++l)
        {
            EXPECT_LE(load[l], (*view.capacity)[l] * (1 + CAPACITY_EXCESS)) << "link " << l;
        }
        for (const BitRate rate : rates)
        {
            EXPECT_GE(rate, 0);
        }
    });
}

TEST_P(SchedulerContract, WorkConserving)
{
    ForEachQuestion(5, [&](const NetworkView& view) {
        const std::vector<double> load = LinkLoads(view, Decide(view));
        for (const ActiveFlow& flow : view.flows)
        {
            bool blocked = false;
            for (const LinkId link : flow.route)
            {
                const double capacity = (*view.capacity)[link.Value()];
                blocked |= capacity - load[link.Value()] <= CAPACITY_EPSILON * capacity;
            }
            EXPECT_TRUE(blocked) << "flow " << flow.id.Value() << " could send faster";
        }
    });
}

TEST_P(SchedulerContract, TheSameQuestionHasTheSameAnswer)
{
    const std::unique_ptr<Scheduler> veteran = Make();
    ForEachQuestion(5, [&](const NetworkView& view) {
        const std::vector<BitRate> first = veteran->Allocate(view).rates;
        EXPECT_EQ(first, veteran->Allocate(view).rates);
        EXPECT_EQ(first, Decide(view)) << "the answer depends on earlier questions";
    });
}

TEST_P(SchedulerContract, RatesDoNotDependOnTheOrderOfFlows)
{
    // Ids are shuffled between groups and kept in order inside each, where they break ties.
    ForEachQuestion(5, [&](const NetworkView& view) {
        RandomStream stream(view.flows.size(), "order");
        std::vector<std::uint32_t> slots;
        std::vector<std::vector<std::uint32_t>> ofGroup(view.groups.size());
        for (const ActiveFlow& flow : view.flows)
        {
            slots.push_back(flow.group);
        }
        stream.Shuffle(slots);
        for (std::uint32_t id = 0; id < slots.size(); ++id)
        {
            ofGroup[slots[id]].push_back(id);
        }
        std::vector<std::uint32_t> ids;
        std::vector<std::size_t> used(view.groups.size(), 0);
        for (const ActiveFlow& flow : view.flows)
        {
            ids.push_back(ofGroup[flow.group][used[flow.group]++]);
        }
        std::vector<std::size_t> back;
        const std::vector<BitRate> shuffled = Decide(Renumbered(view, ids, back));
        std::vector<BitRate> restored(shuffled.size());
        for (std::size_t i = 0; i < back.size(); ++i)
        {
            restored[back[i]] = shuffled[i];
        }
        ExpectNear(restored, Decide(view));
    });
}

TEST_P(SchedulerContract, RatesDoNotDependOnTheOrderOfGroups)
{
    ForEachQuestion(5, [&](const NetworkView& view) {
        NetworkView reversed = view;
        const std::size_t groups = view.groups.size();
        for (std::size_t g = 0; g < groups; ++g)
        {
            reversed.groups[g] = view.groups[groups - 1 - g];
            reversed.groups[g].id = GroupId(g);
        }
        for (ActiveFlow& flow : reversed.flows)
        {
            flow.group = static_cast<std::uint32_t>(groups - 1 - flow.group);
        }
        ExpectNear(Decide(reversed), Decide(view));
    });
}

TEST_P(SchedulerContract, ScalesWithVolumesAndCapacities)
{
    // A power of two, so that no rounding differs. What groups have sent stays, since limits on it
    // are absolute.
    constexpr double FACTOR = 1024;
    ForEachQuestion(5, [&](const NetworkView& view) {
        std::vector<BitRate> capacity = *view.capacity;
        NetworkView scaled = view;
        scaled.capacity = &capacity;
        for (BitRate& rate : capacity)
        {
            rate *= FACTOR;
        }
        for (ActiveFlow& flow : scaled.flows)
        {
            flow.remainingBits *= FACTOR;
            flow.sizeBits *= FACTOR;
        }
        std::vector<BitRate> expected = Decide(view);
        for (BitRate& rate : expected)
        {
            rate *= FACTOR;
        }
        EXPECT_EQ(Decide(scaled), expected);
    });
}

TEST_P(SchedulerContract, RatesDoNotDependOnSizesWherePromised)
{
    // Flow i has i % 7 times as much left, and has sent the same.
    if (Entry().knowsSizes)
    {
        return;
    }
    ForEachQuestion(5, [&](const NetworkView& view) {
        NetworkView longer = view;
        for (std::size_t i = 0; i < longer.flows.size(); ++i)
        {
            // What has been sent changes by the noise of a sum, far below any quantum.
            const double more = std::exp2(40 + static_cast<double>(i % 7));
            const double sent = longer.flows[i].sizeBits - longer.flows[i].remainingBits;
            longer.flows[i].remainingBits = more;
            longer.flows[i].sizeBits = more + sent;
        }
        ExpectNear(Decide(longer), Decide(view));
    });
}

TEST_P(SchedulerContract, ADecisionIsValidUntilLaterThanNow)
{
    // Flows drain at the decided rates until the decision is no longer valid, and then the
    // scheduler decides again. Each question is put at most DECISIONS times: a scheduler that comes
    // back to every flow and group a few times stays far below, one that creeps up to a limit does
    // not. Volumes are so large that no flow ends.
    constexpr std::size_t DECISIONS = 2000;
    ForEachQuestion(3, [&](const NetworkView& view) {
        NetworkView later = view;
        for (ActiveFlow& flow : later.flows)
        {
            flow.remainingBits += 1e13;
            flow.sizeBits += 1e13;
        }
        const Time end = view.now + Time::FromSeconds(100);
        const std::unique_ptr<Scheduler> scheduler = Make();
        std::size_t decisions = 0;
        for (;;)
        {
            const Allocation& decision = scheduler->Allocate(later);
            if (!decision.validUntil || *decision.validUntil > end)
            {
                break;
            }
            ASSERT_LT(++decisions, DECISIONS);
            ASSERT_GT(*decision.validUntil, later.now);
            const double seconds = (*decision.validUntil - later.now).Seconds();
            later.now = *decision.validUntil;
            for (std::size_t i = 0; i < later.flows.size(); ++i)
            {
                ActiveFlow& flow = later.flows[i];
                flow.remainingBits -= decision.rates[i] * seconds;
                later.groups[flow.group].sentBits += decision.rates[i] * seconds;
            }
        }
    });
}

TEST_P(SchedulerContract, OnlyDifferencesBetweenTimesCount)
{
    const Time shift = Time::FromSeconds(12345);
    ForEachQuestion(5, [&](const NetworkView& view) {
        NetworkView later = view;
        later.now += shift;
        for (ActiveFlow& flow : later.flows)
        {
            flow.release += shift;
            flow.idealFinish += shift;
            flow.latestFinish += shift;
        }
        for (ActiveJob& job : later.jobs)
        {
            job.iterationStart += shift;
        }
        for (ActiveGroup& group : later.groups)
        {
            group.reference += shift;
        }
        EXPECT_EQ(Decide(later), Decide(view));
    });
}

TEST_P(SchedulerContract, ABundleGetsWhatItsFlowsWouldGetTogether)
{
    ForEachQuestion(4, [&](const NetworkView& view) {
        NetworkView separate = view;
        separate.flows.clear();
        for (const ActiveFlow& bundle : view.flows)
        {
            ActiveFlow flow = bundle;
            flow.multiplicity = 1;
            flow.remainingBits /= bundle.multiplicity;
            flow.sizeBits /= bundle.multiplicity;
            for (std::uint32_t m = 0; m < bundle.multiplicity; ++m)
            {
                flow.id = FlowId(separate.flows.size());
                separate.flows.push_back(flow);
            }
        }
        const std::vector<BitRate> single = Decide(separate);
        std::vector<BitRate> sums;
        std::size_t next = 0;
        for (const ActiveFlow& bundle : view.flows)
        {
            double sum = 0;
            for (std::uint32_t m = 0; m < bundle.multiplicity; ++m)
            {
                sum += single[next++];
            }
            sums.push_back(sum);
        }
        ExpectNear(sums, Decide(view));
    });
}

TEST_P(SchedulerContract, SeparateFabricsAreDecidedAlikeTogetherOrApart)
{
    // Two questions over disjoint links and groups, put as one: what makes the coordinator's
    // incremental decisions exact.
    ForEachQuestion(5, [&](const NetworkView& view) {
        NetworkView both = view;
        std::vector<BitRate> capacity = *view.capacity;
        const std::size_t links = capacity.size();
        capacity.insert(capacity.end(), view.capacity->begin(), view.capacity->end());
        both.capacity = &capacity;
        for (const ActiveGroup& group : view.groups)
        {
            both.groups.push_back(group);
            both.groups.back().id = GroupId(group.id.Value() + 1000000);
        }
        for (const ActiveFlow& flow : view.flows)
        {
            ActiveFlow twin = flow;
            twin.id = FlowId(flow.id.Value() + 1000000);
            twin.group += static_cast<std::uint32_t>(view.groups.size());
            Path path;
            for (const LinkId link : flow.route)
            {
                path.push_back(LinkId(link.Value() + links));
            }
            twin.route = RouteOf(path);
            both.flows.push_back(twin);
        }
        std::vector<BitRate> expected = Decide(view);
        const std::vector<BitRate> once = expected;
        expected.insert(expected.end(), once.begin(), once.end());
        ExpectNear(Decide(both), expected);
    });
}

TEST_P(SchedulerContract, AnEmptyViewHasAnEmptyAnswer)
{
    const std::vector<BitRate> capacity{1e9};
    NetworkView view;
    view.capacity = &capacity;
    EXPECT_TRUE(Decide(view).empty());
}

TEST_P(SchedulerContract, ALoneFlowGetsItsSlowestLink)
{
    const std::vector<BitRate> capacity{10e9, 4e9, 7e9};
    NetworkView view;
    view.capacity = &capacity;
    view.jobs.emplace_back();
    view.groups.emplace_back();
    ActiveFlow flow;
    flow.route = RouteOf({LinkId(0), LinkId(1), LinkId(2)});
    flow.remainingBits = 1e6;
    flow.idealFinish = Time::FromSeconds(100);
    view.flows.push_back(flow);
    ExpectNear(Decide(view), {4e9});
}

TEST_P(SchedulerContract, RefusesViewsOutOfOrder)
{
    RandomView question(BigSwitch(), {4, 2}, 1);
    std::swap(question.view.flows[0], question.view.flows[1]);
    EXPECT_THROW(Decide(question.view), ContractViolation);
}

INSTANTIATE_TEST_SUITE_P(AllSchedulers,
                         SchedulerContract,
                         testing::ValuesIn(SchedulerNames()),
                         TestNameOf);

} // namespace
} // namespace echelon
