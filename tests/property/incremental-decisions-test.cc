// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The coordinator's incremental decisions and the fluid engine against an independent, naive
 * simulation: all active flows put before the scheduler on every event, time advanced to the next
 * release or finish by a linear scan.
 */
#include "base/random.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/leaf-spine.h"
#include "sched/scheduler-registry.h"
#include "support/routes.h"
#include "support/scheduler-names.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace echelon
{
namespace
{

struct Release
{
    double time;
    std::uint32_t group;
    DeviceId source;
    DeviceId destination;
    Bytes bytes;
};

constexpr std::uint64_t ROUTE_SEED = 1;
constexpr std::uint32_t GROUPS = 12;

Topology
Fabric8()
{
    return MakeLeafSpine({4, 2, 2, {1, {10e9, Time()}, {}, {}}, {5e9, Time()}});
}

std::vector<Release>
RandomReleases(std::uint64_t seed)
{
    RandomStream stream(seed, "releases");
    std::vector<Release> releases;
    for (int i = 0; i < 60; ++i)
    {
        const auto source = stream.Below(8);
        const auto destination = (source + 1 + stream.Below(7)) % 8;
        releases.push_back({static_cast<double>(stream.Below(1000)) * 1e-3,
                            static_cast<std::uint32_t>(stream.Below(GROUPS)),
                            DeviceId(source),
                            DeviceId(destination),
                            static_cast<Bytes>(1 + stream.Below(200000000))});
    }
    std::sort(releases.begin(), releases.end(), [](const Release& a, const Release& b) {
        return a.time < b.time;
    });
    return releases;
}

Job
AsJob(const std::vector<Release>& releases)
{
    Job job;
    job.name = "random";
    for (std::uint32_t g = 0; g < GROUPS; ++g)
    {
        job.graph.AddGroup({"g" + std::to_string(g), "world", Arrangement::Coflow(), 1.0});
    }
    for (const Release& release : releases)
    {
        const TaskId delay = job.graph.AddDelay(Time::FromSeconds(release.time));
        const TaskId flow = job.graph.AddFlow(
            {release.group, release.source, release.destination, release.bytes, 0, 1});
        job.graph.AddDependency(delay, flow);
    }
    return job;
}

/// Marks the flows that a change can touch: those on a marked link or in a marked group, and all
/// that share a link or a group with them, until there are no more.
/// @param isTouched by place in view.flows: whether the flow is new.
void
SpreadTouch(const NetworkView& view,
            std::vector<char>& linkTouched,
            std::vector<char>& groupTouched,
            std::vector<char>& isTouched)
{
    for (bool again = true; again;)
    {
        again = false;
        for (std::size_t i = 0; i < view.flows.size(); ++i)
        {
            const ActiveFlow& flow = view.flows[i];
            bool touched = isTouched[i] || groupTouched[flow.group];
            for (const LinkId link : flow.route)
            {
                touched = touched || linkTouched[link.Value()];
            }
            if (!touched)
            {
                continue;
            }
            again = again || !isTouched[i] || !groupTouched[flow.group];
            isTouched[i] = groupTouched[flow.group] = 1;
            for (const LinkId link : flow.route)
            {
                again = again || !linkTouched[link.Value()];
                linkTouched[link.Value()] = 1;
            }
        }
    }
}

/// Finish times by release. Decides on all flows at every change, and applies the decision to those
/// that the change can touch.
std::vector<double>
NaiveFinishes(const Topology& topology, const std::vector<Release>& releases, Scheduler& scheduler)
{
    const std::uint64_t key = Mix64(ROUTE_SEED) ^ HashText("random/world");
    std::vector<BitRate> capacity;
    for (const Link& link : topology.Links())
    {
        capacity.push_back(link.rate);
    }
    std::vector<double> finish(releases.size(), -1);
    std::vector<double> remaining(releases.size(), 0);
    std::vector<double> reference(GROUPS, -1);
    std::vector<double> sent(GROUPS, 0);
    std::vector<BitRate> inForce(releases.size(), 0);
    std::vector<std::size_t> departed;
    std::size_t released = 0;
    double now = 0;
    double validUntil = -1;
    while (std::count(finish.begin(), finish.end(), -1) > 0)
    {
        const std::size_t arrivals = released;
        while (released < releases.size() && releases[released].time <= now)
        {
            const Release& release = releases[released];
            remaining[released] = 8.0 * static_cast<double>(release.bytes);
            if (reference[release.group] < 0)
            {
                reference[release.group] = release.time;
            }
            ++released;
        }
        NetworkView view;
        view.now = Time::FromSeconds(now);
        view.capacity = &capacity;
        std::vector<std::size_t> active;
        // Groups have ids by the order of their first flow, as in the emulation.
        std::vector<std::uint32_t> byReference(GROUPS);
        std::vector<std::uint32_t> firstFlow(GROUPS, 1000000);
        for (std::uint32_t f = 0; f < releases.size(); ++f)
        {
            firstFlow[releases[f].group] = std::min(firstFlow[releases[f].group], f);
        }
        for (std::uint32_t g = 0; g < GROUPS; ++g)
        {
            byReference[g] = g;
        }
        std::sort(byReference.begin(), byReference.end(), [&](auto a, auto b) {
            return firstFlow[a] < firstFlow[b];
        });
        view.jobs.emplace_back();
        std::vector<std::uint32_t> viewIndex(GROUPS, 0);
        for (std::uint32_t id = 0; id < GROUPS; ++id)
        {
            const std::uint32_t g = byReference[id];
            ActiveGroup group;
            group.id = GroupId(id);
            group.reference = Time::FromSeconds(std::max(0.0, reference[g]));
            group.sentBits = sent[g];
            for (std::size_t f = 0; f < released; ++f)
            {
                if (finish[f] < 0 && releases[f].group == g)
                {
                    viewIndex[g] = static_cast<std::uint32_t>(view.groups.size());
                    view.groups.push_back(group);
                    break;
                }
            }
        }
        for (std::size_t f = 0; f < released; ++f)
        {
            if (finish[f] >= 0)
            {
                continue;
            }
            const Release& release = releases[f];
            ActiveFlow flow;
            flow.id = FlowId(f);
            flow.group = viewIndex[release.group];
            flow.route = RouteBetween(topology, release.source, release.destination, key);
            flow.remainingBits = remaining[f];
            flow.sizeBits = 8.0 * static_cast<double>(release.bytes);
            flow.release = Time::FromSeconds(release.time);
            flow.idealFinish = Time::FromSeconds(reference[release.group]);
            view.flows.push_back(flow);
            active.push_back(f);
        }
        double next = released < releases.size() ? releases[released].time : 1e18;
        std::vector<BitRate> rates;
        if (!view.flows.empty())
        {
            std::vector<char> linkTouched(capacity.size(), 0);
            std::vector<char> groupTouched(view.groups.size(), 0);
            std::vector<char> isTouched(view.flows.size(), 0);
            for (const std::size_t f : departed)
            {
                const Release& release = releases[f];
                for (const LinkId link : topology.Route(release.source, release.destination, key))
                {
                    linkTouched[link.Value()] = 1;
                }
                for (std::size_t i = 0; i < active.size(); ++i)
                {
                    isTouched[i] = isTouched[i] || releases[active[i]].group == release.group;
                }
            }
            for (std::size_t i = 0; i < active.size(); ++i)
            {
                isTouched[i] = isTouched[i] || active[i] >= arrivals || now == validUntil;
            }
            SpreadTouch(view, linkTouched, groupTouched, isTouched);
            const Allocation& decision = scheduler.Allocate(view);
            rates = decision.rates;
            validUntil = decision.validUntil ? decision.validUntil->Seconds() : -1;
            if (validUntil > 0)
            {
                next = std::min(next, validUntil);
            }
            for (std::size_t i = 0; i < active.size(); ++i)
            {
                rates[i] = isTouched[i] ? rates[i] : inForce[active[i]];
                inForce[active[i]] = rates[i];
                if (rates[i] > 0)
                {
                    next = std::min(next, now + remaining[active[i]] / rates[i]);
                }
            }
        }
        departed.clear();
        for (std::size_t i = 0; i < active.size(); ++i)
        {
            const std::size_t f = active[i];
            const double moved = rates[i] * (next - now);
            remaining[f] -= moved;
            sent[releases[f].group] += moved;
            if (remaining[f] <= rates[i] * 2e-12)
            {
                finish[f] = next;
                departed.push_back(f);
            }
        }
        now = next;
    }
    return finish;
}

/// Decides as another scheduler does, on every change: without its shortcut.
class WithoutShortcut : public Scheduler
{
  public:
    explicit WithoutShortcut(Scheduler& scheduler)
        : m_scheduler(scheduler)
    {
    }

  private:
    void DoAllocate(const NetworkView& view, Allocation& out) override
    {
        out = m_scheduler.Allocate(view);
    }

    Scheduler& m_scheduler;
};

class IncrementalDecisionsTest : public testing::TestWithParam<std::string>
{
};

TEST_P(IncrementalDecisionsTest, EqualNaiveSimulation)
{
    const Topology topology = Fabric8();
    const SchedulerEntry& entry = SchedulerEntryOf(GetParam());
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
    {
        const std::vector<Release> releases = RandomReleases(seed);
        const std::vector<Job> jobs{AsJob(releases)};
        ParameterSet parameters(entry.parameters);
        for (const ParameterSpec& spec : entry.parameters)
        {
            // A quantum of `las` is what a decision at another time may change.
            if (spec.name == "quantum")
            {
                parameters.Set("quantum", "10ps");
            }
        }
        const auto scheduler = entry.make(parameters);
        // Only max-min's shortcut is exact; the others decide less often when they use theirs.
        WithoutShortcut withoutShortcut(*scheduler);
        Scheduler& incremental = entry.name == "fair" ? *scheduler : withoutShortcut;
        FluidFabric fabric(topology);
        const RunRecord record = RunEmulation({topology, jobs, ROUTE_SEED}, incremental, fabric);
        const auto naiveScheduler = entry.make(parameters);
        const std::vector<double> naive = NaiveFinishes(topology, releases, *naiveScheduler);
        ASSERT_EQ(record.flows.size(), releases.size());
        for (std::size_t f = 0; f < releases.size(); ++f)
        {
            // Each of the up to 120 events rounds a finish up by at most 1 ps and coalesces within
            // 2 ps.
            EXPECT_NEAR(record.flows[f].finish.Seconds(), naive[f], 1e-9)
                << "flow " << f << ", seed " << seed;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllSchedulers,
                         IncrementalDecisionsTest,
                         testing::ValuesIn(SchedulerNames()),
                         TestNameOf);

} // namespace
} // namespace echelon
