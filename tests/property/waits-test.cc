// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * AttributeWaits against its definition (metrics/waits.h), integrated naively: for every critical
 * flow and every interval between two changes anywhere, the rates are read anew from the whole log.
 *
 * Random logs: flows over two or three of six links of different capacity, in five groups; at
 * random instants some get other rates, which fit the links, and in the end they depart.
 */
#include "metrics/waits.h"

#include "base/random.h"
#include "base/tolerances.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace echelon
{
namespace
{

constexpr std::uint64_t LINKS = 6;
constexpr std::uint64_t FLOWS = 14;
constexpr std::uint64_t GROUPS = 5;

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
    std::vector<Path> paths;
    std::vector<Time> starts;
    std::vector<Entry> entries;
    RunRecord record;
};

Instance
MakeInstance(std::uint64_t seed)
{
    RandomStream stream(seed, "waits");
    Instance made;
    for (std::uint64_t l = 0; l < LINKS; ++l)
    {
        made.capacity.push_back(1e9 * static_cast<double>(1 + stream.Below(4)));
    }
    std::vector<Time> ends;
    std::set<Time> instants;
    for (std::uint64_t f = 0; f < FLOWS; ++f)
    {
        const std::uint64_t first = stream.Below(LINKS);
        const std::uint64_t second = (first + 1 + stream.Below(2)) % LINKS;
        const LinkId a(first);
        const LinkId b(second);
        const LinkId c((second + 1 + stream.Below(2)) % LINKS);
        made.paths.push_back(stream.Below(2) == 0 ? Path{a, b} : Path{a, b, c});
        made.starts.push_back(Time::FromPicoseconds(1000 * std::int64_t(stream.Below(1000000))));
        ends.push_back(made.starts.back() +
                       Time::FromPicoseconds(1 + 1000 * std::int64_t(stream.Below(1000000))));
        instants.insert(made.starts.back());
        instants.insert(ends.back());
        FlowRecord flow;
        flow.id = FlowId(f);
        flow.group = GroupId(stream.Below(GROUPS));
        made.record.flows.push_back(flow);
    }
    for (int i = 0; i < 20; ++i)
    {
        instants.insert(Time::FromPicoseconds(std::int64_t(stream.Below(2000000000))));
    }
    for (const Time now : instants)
    {
        std::vector<double> senders(LINKS, 0);
        for (std::uint32_t f = 0; f < FLOWS; ++f)
        {
            if (ends[f] == now)
            {
                made.entries.push_back({now, f, -1});
            }
            for (const LinkId link : made.paths[f])
            {
                senders[link.Value()] += made.starts[f] <= now && now < ends[f] ? 1 : 0;
            }
        }
        // All senders at once, so that what a link carries always fits.
        for (std::uint32_t f = 0; f < FLOWS; ++f)
        {
            if (made.starts[f] > now || now >= ends[f])
            {
                continue;
            }
            double rate = 1e12;
            for (const LinkId link : made.paths[f])
            {
                rate = std::min(rate, made.capacity[link.Value()] / senders[link.Value()]);
            }
            const std::uint64_t part = stream.Below(4);
            made.entries.push_back({now,
                                    f,
                                    part == 0   ? 0
                                    : part == 1 ? rate
                                                : rate * stream.Uniform()});
        }
    }
    return made;
}

/// The definition, by the letter. Seconds.
std::map<Key, double>
Integrate(const Instance& instance, std::uint32_t flow)
{
    std::map<Key, double> seconds;
    BitRate alone = 1e12;
    for (const LinkId link : instance.paths[flow])
    {
        alone = std::min(alone, instance.capacity[link.Value()]);
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
        std::vector<double> rates(FLOWS, 0);
        for (const Entry& entry : instance.entries)
        {
            if (entry.time <= times[i])
            {
                rates[entry.flow] = std::max(0.0, entry.rate);
            }
        }
        const double lost = 1 - rates[flow] / alone;
        double blocked = 0;
        std::int64_t at = -1;
        double taken = 0;
        const auto crosses = [&instance](std::uint32_t f, LinkId link) {
            return std::count(instance.paths[f].begin(), instance.paths[f].end(), link) > 0;
        };
        for (const LinkId link : instance.paths[flow])
        {
            double others = 0;
            for (std::uint32_t f = 0; f < FLOWS; ++f)
            {
                others += f != flow && crosses(f, link) ? rates[f] : 0;
            }
            const double left = instance.capacity[link.Value()] - others;
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
        for (std::uint32_t f = 0; f < FLOWS; ++f)
        {
            if (at >= 0 && f != flow && crosses(f, LinkId(at)) && rates[f] > 0)
            {
                seconds[{instance.record.flows[f].group.Value(), at}] +=
                    blocked * rates[f] / taken * duration;
            }
        }
    }
    return seconds;
}

TEST(Waits, AreTheIntegralOfTheirDefinition)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed)
    {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Instance instance = MakeInstance(seed);
        RateLog log;
        for (std::uint32_t f = 0; f < FLOWS; ++f)
        {
            log.Start(FlowId(f), instance.paths[f]);
        }
        for (const Entry& entry : instance.entries)
        {
            entry.rate < 0 ? log.Depart(FlowId(entry.flow), entry.time)
                           : log.SetRate(FlowId(entry.flow), entry.time, entry.rate);
        }
        // Every third flow is on a critical path, a step of a job of its own.
        std::vector<std::map<Key, double>> expected;
        for (std::uint32_t f = 0; f < FLOWS; f += 3)
        {
            expected.push_back(Integrate(instance, f));
            double sum = 0;
            for (const auto& part : expected.back())
            {
                sum += part.second;
            }
            PathStepRecord step;
            step.job = JobId(f / 3);
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

} // namespace
} // namespace echelon
