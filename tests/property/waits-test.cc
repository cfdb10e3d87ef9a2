// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * AttributeWaits against its definition (metrics/waits.h), integrated naively: for every critical
 * flow and every interval between two changes anywhere, the rates are read anew from the whole log.
 *
 * Random logs: flows over two or three links of different capacity, in groups; at random instants
 * some get other rates, which fit the links, and in the end they depart. The families differ in how
 * crowded the links are, in how the rates come about, in whether flows are split and whether they
 * are on lanes, and in how many flows are watched.
 */
#include "metrics/waits.h"

#include "base/random.h"
#include "base/tolerances.h"
#include "support/routes.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <ostream>
#include <set>

namespace echelon
{
namespace
{

enum class Rates
{
    RANDOM, ///< nothing, a fair share, or less
    FAIR,   ///< max-min: links fill one after the other
    CAPPED, ///< max-min, some flows at most half of it: links stay below their capacity
    ORDER,  ///< by priority: the first take all, the last get nothing
};

struct Family
{
    const char* name;
    Rates rates;
    std::uint64_t links;
    std::vector<double> capacities; ///< Gb/s: each link has one of these
    std::uint64_t flows;
    std::uint64_t groups;
    int instants;              ///< at which all rates are new, beside starts and ends
    std::uint64_t longest;     ///< duration of a flow, ns
    std::uint32_t watched = 1; ///< every so many flows are on a critical path
    int seeds = 20;
    bool isSplit = false;   ///< some links are crossed by a half or a third of a flow
    bool isOnLanes = false; ///< all flows of a route have the same rate, which is logged once
};

/// As test name.
std::ostream&
operator<<(std::ostream& out, const Family& family)
{
    return out << family.name;
}

/// Whom, where; (-1, -1) for what is held back.
using Key = std::pair<std::int64_t, std::int64_t>;

struct Entry
{
    Time time;
    std::uint32_t flow;
    double rate; ///< < 0: departs
};

struct Instance
{
    std::vector<BitRate> capacity;
    std::vector<Route> paths;
    std::vector<Time> starts;
    std::vector<Entry> entries;
    RunRecord record;
};

/// Rates that fit the links, for the flows that are there. Others have a negative one.
void
SetRates(const Family& family,
         const Instance& instance,
         RandomStream& stream,
         std::vector<double>& rates)
{
    std::vector<double> left = instance.capacity;
    std::vector<double> senders(family.links, 0);
    std::vector<std::uint32_t> there;
    for (std::uint32_t f = 0; f < family.flows; ++f)
    {
        if (rates[f] >= 0)
        {
            there.insert(there.begin() + std::ptrdiff_t(stream.Below(there.size() + 1)), f);
            for (const auto& [link, share] : instance.paths[f])
            {
                senders[link.Value()] += share;
            }
        }
    }
    const auto least = [&instance](std::uint32_t f, const auto& of) {
        double rate = 1e12;
        for (const LinkShare& hop : instance.paths[f])
        {
            rate = std::min(rate, of(hop));
        }
        return rate;
    };
    const auto share = [&left, &senders](const LinkShare& hop) {
        return left[hop.link.Value()] / senders[hop.link.Value()];
    };
    const auto all = [&left](const LinkShare& hop) { return hop.RateFor(left[hop.link.Value()]); };
    if (family.rates == Rates::RANDOM)
    {
        for (const std::uint32_t f : there)
        {
            const std::uint64_t part = stream.Below(4);
            rates[f] = part == 0   ? 0
                       : part == 1 ? least(f, share)
                                   : least(f, share) * stream.Uniform();
        }
        return;
    }
    while (!there.empty())
    {
        // In order of priority, or who has the least share: next.
        auto next = there.begin();
        for (auto f = there.begin(); f != there.end() && family.rates != Rates::ORDER; ++f)
        {
            next = least(*f, share) < least(*next, share) ? f : next;
        }
        double& rate = rates[*next];
        rate = family.rates == Rates::ORDER ? least(*next, all) : least(*next, share);
        if (family.rates == Rates::CAPPED && stream.Below(2) == 0)
        {
            rate *= stream.Uniform() / 2;
        }
        for (const auto& [link, crossing] : instance.paths[*next])
        {
            left[link.Value()] = std::max(0.0, left[link.Value()] - rate * crossing);
            senders[link.Value()] -= crossing;
        }
        there.erase(next);
    }
}

Instance
MakeInstance(const Family& family, std::uint64_t seed)
{
    RandomStream stream(seed, "waits");
    Instance made;
    for (std::uint64_t l = 0; l < family.links; ++l)
    {
        made.capacity.push_back(1e9 * family.capacities[stream.Below(family.capacities.size())]);
    }
    std::vector<Time> ends;
    std::set<Time> instants;
    for (std::uint64_t f = 0; f < family.flows; ++f)
    {
        const std::uint64_t first = stream.Below(family.links);
        const std::uint64_t second = (first + 1 + stream.Below(2)) % family.links;
        const LinkId a(first);
        const LinkId b(second);
        const LinkId c((second + 1 + stream.Below(2)) % family.links);
        std::vector<LinkShare> hops{{a}, {b}};
        if (c != a && stream.Below(2) == 1)
        {
            hops.push_back({c});
        }
        for (LinkShare& hop : hops)
        {
            hop.share = family.isSplit ? 1.0 / static_cast<double>(1 + stream.Below(3)) : 1;
        }
        made.paths.push_back(SplitRouteOf(hops));
        made.starts.push_back(Time::FromPicoseconds(1000 * std::int64_t(stream.Below(1000000))));
        ends.push_back(
            made.starts.back() +
            Time::FromPicoseconds(1 + 1000 * std::int64_t(stream.Below(family.longest))));
        instants.insert(made.starts.back());
        instants.insert(ends.back());
        FlowRecord flow;
        flow.id = FlowId(f);
        flow.group = GroupId(stream.Below(family.groups));
        made.record.flows.push_back(flow);
    }
    for (int i = 0; i < family.instants; ++i)
    {
        instants.insert(Time::FromPicoseconds(std::int64_t(stream.Below(2000000000))));
    }
    for (const Time now : instants)
    {
        std::vector<double> rates(family.flows, -1);
        for (std::uint32_t f = 0; f < family.flows; ++f)
        {
            if (ends[f] == now)
            {
                made.entries.push_back({now, f, -1});
            }
            rates[f] = made.starts[f] <= now && now < ends[f] ? 0 : -1;
        }
        // All senders at once, so that what a link carries always fits.
        SetRates(family, made, stream, rates);
        // Those of one route are equal but for rounding.
        std::map<RouteId, double> ofRoute;
        for (std::uint32_t f = 0; f < family.flows && family.isOnLanes; ++f)
        {
            if (rates[f] >= 0)
            {
                rates[f] = ofRoute.emplace(made.paths[f].Number(), rates[f]).first->second;
            }
        }
        for (std::uint32_t f = 0; f < family.flows; ++f)
        {
            if (rates[f] >= 0)
            {
                made.entries.push_back({now, f, rates[f]});
            }
        }
    }
    return made;
}

/// The definition, by the letter. Seconds.
std::map<Key, double>
Integrate(const Instance& instance, std::uint32_t flow)
{
    std::map<Key, double> seconds;
    const auto flows = static_cast<std::uint32_t>(instance.paths.size());
    BitRate alone = 1e12;
    for (const LinkShare& hop : instance.paths[flow])
    {
        alone = std::min(alone, hop.RateFor(instance.capacity[hop.link.Value()]));
    }
    std::vector<Time> times{instance.starts[flow]};
    Time depart;
    for (const Entry& entry : instance.entries)
    {
        times.push_back(entry.time);
        depart = entry.flow == flow && entry.rate < 0 ? entry.time : depart;
    }
    std::sort(times.begin(), times.end());
    for (std::size_t i = 0; i + 1 < times.size(); ++i)
    {
        if (times[i] < instance.starts[flow] || times[i] >= depart || times[i] == times[i + 1])
        {
            continue;
        }
        std::vector<double> rates(flows, 0);
        for (const Entry& entry : instance.entries)
        {
            if (entry.time > times[i])
            {
                break; // they are in order of time
            }
            rates[entry.flow] = std::max(0.0, entry.rate);
        }
        const double lost = 1 - rates[flow] / alone;
        double blocked = 0;
        std::int64_t at = -1;
        double taken = 0;
        const auto crossing = [&instance](std::uint32_t f, LinkId link) {
            double share = 0;
            for (const LinkShare& hop : instance.paths[f])
            {
                share += hop.link == link ? hop.share : 0;
            }
            return share;
        };
        for (const auto& [link, share] : instance.paths[flow])
        {
            double others = 0;
            for (std::uint32_t f = 0; f < flows; ++f)
            {
                others += f != flow ? rates[f] * crossing(f, link) : 0;
            }
            const double left = (instance.capacity[link.Value()] - others) / share;
            const double b = std::clamp((alone - left) / alone, 0.0, lost);
            if (b > blocked + SAME_RATE)
            {
                blocked = b;
                at = link.Value();
                taken = others;
            }
        }
        const double duration = (times[i + 1] - times[i]).Seconds();
        seconds[{-1, -1}] += (lost - blocked) * duration;
        for (std::uint32_t f = 0; f < flows; ++f)
        {
            const double rate = at >= 0 ? rates[f] * crossing(f, LinkId(at)) : 0;
            if (f != flow && rate > 0)
            {
                seconds[{instance.record.flows[f].group.Value(), at}] +=
                    blocked * rate / taken * duration;
            }
        }
    }
    return seconds;
}

RateLog
LogOf(const Family& family, const Instance& instance)
{
    RateLog log;
    for (std::uint32_t f = 0; f < family.flows; ++f)
    {
        log.Start(FlowId(f), instance.paths[f]);
    }
    std::set<std::uint32_t> joined;
    for (const Entry& entry : instance.entries)
    {
        const FlowId flow(entry.flow);
        const std::uint32_t lane = instance.paths[entry.flow].Number().Value();
        if (entry.rate < 0)
        {
            log.Depart(flow, entry.time);
        }
        else if (!family.isOnLanes)
        {
            log.SetRate(flow, entry.time, entry.rate);
        }
        else
        {
            if (joined.insert(entry.flow).second)
            {
                log.Join(flow, entry.time, lane);
            }
            log.SetLaneRate(lane, entry.time, entry.rate);
        }
    }
    return log;
}

class WaitsOf : public testing::TestWithParam<Family>
{
};

TEST_P(WaitsOf, AreTheIntegralOfTheirDefinition)
{
    const Family& family = GetParam();
    for (int seed = 0; seed < family.seeds; ++seed)
    {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Instance instance = MakeInstance(family, std::uint64_t(seed));
        const RateLog log = LogOf(family, instance);
        // Each is a step of a job of its own.
        std::vector<std::map<Key, double>> expected;
        for (std::uint32_t f = 0; f < family.flows; f += family.watched)
        {
            expected.push_back(Integrate(instance, f));
            double sum = 0;
            for (const auto& part : expected.back())
            {
                sum += part.second;
            }
            PathStepRecord step;
            step.job = JobId(f / family.watched);
            step.kind = PathStepRecord::Kind::FLOW;
            step.flow = FlowId(f);
            step.start = instance.starts[f];
            step.waiting = Time::FromSeconds(sum);
            instance.record.criticalPath.push_back(step);
        }
        const std::vector<WaitRecord> waits =
            AttributeWaits(instance.record, log, instance.capacity);
        std::vector<std::map<Key, double>> found(expected.size());
        std::vector<Time> sums(expected.size());
        for (const WaitRecord& wait : waits)
        {
            EXPECT_GT(wait.time, Time());
            const Key key =
                wait.blocking ? Key{wait.blocking->Value(), wait.link->Value()} : Key{-1, -1};
            found[wait.job.Value()][key] = wait.time.Seconds();
            sums[wait.job.Value()] += wait.time;
        }
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            EXPECT_EQ(sums[i], instance.record.criticalPath[i].waiting);
            for (const auto& [key, seconds] : expected[i])
            {
                // A picosecond of rounding, and what counts as equal rates.
                EXPECT_NEAR(found[i][key], seconds, 2e-12 + SAME_RATE * 2e-3)
                    << "group " << key.first << " on link " << key.second;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    WaitsOf,
    testing::Values(
        Family{"anything", Rates::RANDOM, 6, {1, 2, 3, 4}, 14, 5, 20, 1000000, 3, 200},
        // Many on each link, each with all others in its way, also those of its own group.
        Family{"crowdedAndFair", Rates::FAIR, 3, {1}, 40, 8, 10, 1000000},
        Family{"crowdedAndCapped", Rates::CAPPED, 3, {1}, 40, 8, 10, 1000000},
        Family{"crowdedInOrder", Rates::ORDER, 3, {1, 2}, 40, 8, 10, 1000000},
        // Links faster than what a flow could have: the shares change with every rate.
        Family{"fatAndFair", Rates::FAIR, 4, {1, 8}, 40, 8, 10, 1000000},
        Family{"fatAndCapped", Rates::CAPPED, 4, {1, 2, 8}, 40, 40, 10, 1000000},
        Family{"fatAtRandom", Rates::RANDOM, 4, {1, 8}, 40, 8, 10, 1000000},
        // Groups that come and go, so that most of those that a link has seen send no more.
        Family{"shortAndFair", Rates::FAIR, 3, {1, 4}, 120, 120, 0, 60000, 4, 10},
        Family{"shortInOrder", Rates::ORDER, 3, {1, 4}, 120, 60, 0, 100000, 4, 10},
        // Flows that put less on some links than on others.
        Family{"splitAtRandom", Rates::RANDOM, 6, {1, 2, 3, 4}, 14, 5, 20, 1000000, 3, 200, true},
        Family{"splitAndFair", Rates::FAIR, 3, {1}, 40, 8, 10, 1000000, 1, 20, true},
        Family{"splitInOrder", Rates::ORDER, 3, {1, 2}, 40, 8, 10, 1000000, 1, 20, true},
        Family{"shortAndSplit", Rates::FAIR, 3, {1, 4}, 120, 60, 0, 60000, 4, 10, true},
        Family{"onLanes", Rates::FAIR, 3, {1, 4}, 40, 8, 10, 1000000, 1, 20, false, true},
        Family{"splitOnLanes", Rates::FAIR, 3, {1, 4}, 60, 8, 10, 1000000, 1, 20, true, true},
        Family{"shortOnLanes", Rates::FAIR, 3, {1, 4}, 120, 60, 0, 60000, 4, 10, true, true}),
    [](const testing::TestParamInfo<Family>& family) { return family.param.name; });

} // namespace
} // namespace echelon
