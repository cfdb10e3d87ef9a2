// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Levels that are repaired against water-filling from scratch: the same rates after every change,
 * on routes of any length, split or not, while flows come and go and capacities change.
 */
#include "sharing/fair-levels.h"

#include "base/random.h"
#include "sharing/max-min.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

/// Levels differ by noise that a chain of bottlenecks amplifies.
constexpr double SAME = 1e-9;

struct Instance
{
    const char* name;
    std::uint32_t links;
    std::uint32_t mostHops;
    std::uint32_t routes;
    std::uint32_t capacities; ///< different ones; 1: many ties
    bool isSplit;
};

void
PrintTo(const Instance& instance, std::ostream* out)
{
    *out << instance.name;
}

Route
RandomRoute(const Instance& instance, RandomStream& stream, RouteTable& table)
{
    std::vector<std::uint32_t> links(instance.links);
    for (std::uint32_t i = 0; i < links.size(); ++i)
    {
        links[i] = i;
    }
    stream.Shuffle(links);
    const std::size_t hops = 1 + stream.Below(instance.mostHops);
    std::vector<LinkShare> route;
    for (std::size_t hop = 0; hop < hops; ++hop)
    {
        const double share =
            instance.isSplit ? 0.125 * static_cast<double>(1 + stream.Below(8)) : 1;
        route.push_back({LinkId(links[hop]), share});
    }
    return table.Intern(route, Time());
}

/// A flow of the network, as water-filling sees it.
struct Sending
{
    Route route;
    std::uint32_t multiplicity;
};

class FairLevelsAreMaxMin : public testing::TestWithParam<Instance>
{
  protected:
    static void Compare(const FairLevels& network,
                        const std::map<std::uint32_t, Sending>& flows,
                        const std::vector<BitRate>& capacity)
    {
        MaxMinSolver solver;
        for (const auto& [id, flow] : flows)
        {
            solver.Add(flow.route, flow.multiplicity);
        }
        solver.Solve(capacity);
        std::vector<double> load(capacity.size(), 0.0);
        std::size_t i = 0;
        for (const auto& [id, flow] : flows)
        {
            const BitRate expected = solver.Rate(i++);
            ASSERT_NEAR(network.RateOfFlow(id), expected, SAME * (expected + 1e-3))
                << "flow " << id;
            for (const LinkShare& hop : flow.route)
            {
                load[hop.link.Value()] += expected * hop.share;
            }
        }
        for (std::uint32_t link = 0; link < capacity.size(); ++link)
        {
            ASSERT_NEAR(network.LinkRate(LinkId(link)), load[link], SAME * (load[link] + 1e-3))
                << "link " << link;
        }
    }
};

TEST_P(FairLevelsAreMaxMin, AfterEveryChange)
{
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
    {
        SCOPED_TRACE(seed);
        RandomStream stream(seed, "levels");
        std::vector<BitRate> capacity;
        for (std::uint32_t link = 0; link < GetParam().links; ++link)
        {
            capacity.push_back(1e9 * static_cast<double>(1 + stream.Below(GetParam().capacities)));
        }
        RouteTable table;
        std::vector<Route> routes;
        for (std::uint32_t i = 0; i < GetParam().routes; ++i)
        {
            routes.push_back(RandomRoute(GetParam(), stream, table));
        }
        FairLevels network(capacity);
        std::map<std::uint32_t, Sending> flows;
        std::uint32_t next = 0;
        Time now;
        for (int step = 0; step < 150; ++step)
        {
            const std::uint64_t comes = step == 0 ? GetParam().routes : stream.Below(4);
            for (std::uint64_t i = 0; i < comes; ++i)
            {
                const Route route = routes[stream.Below(routes.size())];
                const auto multiplicity = static_cast<std::uint32_t>(1 + stream.Below(3));
                const double bits = 1e6 * static_cast<double>(1 + stream.Below(50));
                network.Start(next, route, multiplicity, bits, now);
                flows[next++] = {route, multiplicity};
            }
            if (step % 10 == 9)
            {
                const auto link = static_cast<std::uint32_t>(stream.Below(capacity.size()));
                capacity[link] = 1e9 * static_cast<double>(stream.Below(4));
                network.NoteCapacity(LinkId(link));
            }
            network.Share(now);
            Compare(network, flows, capacity);
            if (HasFatalFailure())
            {
                return;
            }
            const std::optional<Time> finish = network.NextFinish();
            if (!finish)
            {
                continue;
            }
            // Sometimes something happens before.
            const bool isEarly = stream.Below(3) == 0;
            now =
                isEarly ? now + Time::FromPicoseconds((*finish - now).Picoseconds() / 2) : *finish;
            std::vector<FairLevels::Departure> finished;
            network.TakeFinished(now, finished);
            EXPECT_EQ(finished.empty(), isEarly && now < *finish);
            for (const FairLevels::Departure& departure : finished)
            {
                EXPECT_EQ(flows.erase(departure.flow), 1);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Random,
                         FairLevelsAreMaxMin,
                         testing::Values(Instance{"ports", 12, 2, 40, 3, false},
                                         Instance{"leaf_spine", 16, 4, 60, 4, false},
                                         Instance{"ties", 16, 3, 80, 1, false},
                                         Instance{"long_routes", 14, 7, 40, 5, false},
                                         Instance{"split", 14, 6, 40, 5, true}),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace echelon
