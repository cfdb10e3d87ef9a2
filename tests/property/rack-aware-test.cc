// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Rack-aware plans on random traffic and fabrics: right by the plan checker,
 * within the uplinks by a count of their own here, never below the bound, equal
 * to it where the theorem says so, as fast on the fluid fabric, and near the
 * best exclusive plan that an exhaustive search finds.
 */
#include "alltoall/rack-aware.h"

#include "alltoall/rack-aware-slots.h"
#include "collective/planned-all-to-all.h"
#include "emulation/emulation.h"
#include "fabric/fluid-fabric.h"
#include "network/leaf-spine.h"
#include "sched/flow-orders.h"
#include "support/plan-checker.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <tuple>

namespace echelon
{
namespace
{

using ::testing::IsEmpty;

constexpr BitRate PORT = 8e9;            // a byte takes a nanosecond
constexpr Bytes FEW_BYTES = 20;          // ListTime has them cross no links …
constexpr double FEW_BYTES_PART = 0.001; // … and all such together are less of an all-to-all

std::uint64_t
Below(std::mt19937_64& random, std::uint64_t limit)
{
    return random() % limit;
}

PlanningFabric
RandomFabric(std::mt19937_64& random)
{
    const auto perRack = static_cast<std::uint32_t>(1 + Below(random, 6));
    const auto racks = static_cast<std::uint32_t>(1 + Below(random, 5));
    PlanningFabric fabric =
        PlanningFabric::BigSwitch(std::vector<BitRate>(std::size_t{racks} * perRack, PORT));
    for (std::uint32_t i = 0; i < fabric.Ranks(); ++i)
    {
        fabric.rack[i] = i / perRack;
    }
    fabric.spines = static_cast<std::uint32_t>(1 + Below(random, 4));
    const auto slots = static_cast<double>(1 + Below(random, perRack));
    fabric.uplinkRate.assign(fabric.Ranks(), slots * PORT / fabric.spines);
    return fabric;
}

/// Dense, sparse, skewed by receiver, or mostly inside racks.
TrafficMatrix
RandomTraffic(std::mt19937_64& random, const PlanningFabric& fabric, bool onlyBetweenRacks)
{
    const std::uint32_t n = fabric.Ranks();
    TrafficMatrix traffic(n);
    const std::uint64_t kind = Below(random, 4);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const bool inside = fabric.rack[i] == fabric.rack[j];
            auto bytes = static_cast<Bytes>(1000 + Below(random, 100000));
            if (kind == 1 && Below(random, 5) > 0)
            {
                bytes = 0;
            }
            bytes /= kind == 2 ? 1 + j : 1;
            bytes *= kind == 3 && inside ? 4 : 1;
            traffic.Set(i, j, onlyBetweenRacks && inside ? 0 : bytes);
        }
    }
    return traffic;
}

/// Expects that in no stage more than the uplinks' number of ports' worth
/// leaves or enters a rack, or crosses a leaf-to-spine link.
void
ExpectWithinUplinks(const TransmissionPlan& plan, const PlanningFabric& fabric)
{
    for (const Stage& stage : plan.stages)
    {
        std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> pairs;
        for (const Transmission& t : stage.transmissions)
        {
            pairs[{t.source, t.destination}] += t.bytes;
        }
        std::map<std::uint32_t, double> out;
        std::map<std::uint32_t, double> in;
        for (const auto& [pair, bytes] : pairs)
        {
            if (fabric.rack[pair.first] != fabric.rack[pair.second])
            {
                out[fabric.rack[pair.first]] += PORT;
                in[fabric.rack[pair.second]] += PORT;
            }
        }
        std::map<std::pair<std::uint32_t, std::uint32_t>, double> up;
        std::map<std::pair<std::uint32_t, std::uint32_t>, double> down;
        for (const Transmission& t : stage.transmissions)
        {
            if (t.spine)
            {
                // Whole bytes: a part may be a byte above its share.
                const Bytes all = pairs.at({t.source, t.destination});
                const double rate =
                    PORT * static_cast<double>(t.bytes - 1) / static_cast<double>(all);
                up[{fabric.rack[t.source], *t.spine}] += rate;
                down[{fabric.rack[t.destination], *t.spine}] += rate;
            }
        }
        for (const auto& loads : {out, in})
        {
            for (const auto& [rack, rate] : loads)
            {
                EXPECT_LE(rate, fabric.spines * fabric.SlowestUplink() * (1 + 1e-9));
            }
        }
        for (const auto& loads : {up, down})
        {
            for (const auto& [link, rate] : loads)
            {
                EXPECT_LE(rate, fabric.SlowestUplink() * (1 + 1e-9));
            }
        }
    }
}

/// When a link that serves `slots` at a time has served all but slots - 1 of
/// what came before.
class Link
{
  public:
    Bytes FreeAt(std::uint32_t slots) const
    {
        return m_ends.size() < slots ? 0 : m_ends[m_ends.size() - slots];
    }

    void Add(Bytes end)
    {
        m_ends.insert(std::upper_bound(m_ends.begin(), m_ends.end(), end), end);
    }

  private:
    std::vector<Bytes> m_ends; ///< ascending
};

/// Seconds until the plan ends when everything at port rate waits for the
/// earlier stages at its ports and at the links that it crosses.
double
ListTime(const TransmissionPlan& plan, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    const UplinkSlots slots = ChooseUplinkSlots(traffic, fabric);
    // Port out, port in, leaf to spine, spine to leaf.
    std::map<std::tuple<int, std::uint32_t, std::uint32_t>, Link> links;
    Bytes last = 0;
    for (const Stage& stage : plan.stages)
    {
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const Transmission*>> pairs;
        for (const Transmission& t : stage.transmissions)
        {
            pairs[{t.source, t.destination}].push_back(&t);
        }
        for (const auto& [pair, parts] : pairs)
        {
            Bytes bytes = 0;
            for (const Transmission* t : parts)
            {
                bytes += t->bytes;
            }
            std::vector<std::pair<Link*, std::uint32_t>> crossed{{&links[{0, pair.first, 0}], 1},
                                                                 {&links[{1, pair.second, 0}], 1}};
            for (const Transmission* t : parts)
            {
                // Whole bytes blur the shares of a few, which no link would notice.
                const Bytes share = (t->bytes * slots.parts + bytes / 2) / bytes;
                for (Bytes part = 0; t->spine && bytes >= FEW_BYTES && part < share; ++part)
                {
                    crossed.emplace_back(&links[{2, fabric.rack[pair.first], *t->spine}],
                                         slots.slotsPerSpine);
                    crossed.emplace_back(&links[{3, fabric.rack[pair.second], *t->spine}],
                                         slots.slotsPerSpine);
                }
            }
            Bytes start = 0;
            for (const auto& [link, atATime] : crossed)
            {
                start = std::max(start, link->FreeAt(atATime));
            }
            // Several parts over one link wait for as many slots.
            for (bool fits = false; !fits;)
            {
                fits = true;
                std::map<Link*, std::uint32_t> needed;
                for (const auto& [link, atATime] : crossed)
                {
                    const std::uint32_t parts = ++needed[link];
                    const Bytes free = link->FreeAt(atATime - parts + 1);
                    fits = fits && free <= start;
                    start = std::max(start, free);
                }
            }
            for (const auto& [link, atATime] : crossed)
            {
                link->Add(start + bytes);
            }
            last = std::max(last, start + bytes);
        }
    }
    return static_cast<double>(last) * 1e-9;
}

TEST(RackAwareProperty, TrafficBetweenRacksEndsAtTheBound)
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 300; ++i)
    {
        SCOPED_TRACE(i);
        const PlanningFabric fabric = RandomFabric(random);
        const TrafficMatrix traffic = RandomTraffic(random, fabric, true);
        const TransmissionPlan plan = PlanRackAware(traffic, fabric, {});
        EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        ExpectWithinUplinks(plan, fabric);
        // The horizon is in whole bytes.
        const double time = ListTime(plan, traffic, fabric);
        EXPECT_LE(time, LowerBound(traffic, fabric) + 1.5e-9);
        EXPECT_GE(time, LowerBound(traffic, fabric) * (1 - FEW_BYTES_PART));
    }
}

TEST(RackAwareProperty, AllTrafficEndsNearTheBound)
{
    std::mt19937_64 random(2);
    for (int i = 0; i < 300; ++i)
    {
        SCOPED_TRACE(i);
        const PlanningFabric fabric = RandomFabric(random);
        const TrafficMatrix traffic = RandomTraffic(random, fabric, false);
        const TransmissionPlan plan = PlanRackAware(traffic, fabric, {});
        EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        const double bound = LowerBound(traffic, fabric);
        ExpectWithinUplinks(plan, fabric);
        const double time = ListTime(plan, traffic, fabric);
        EXPECT_GE(time, bound * (1 - FEW_BYTES_PART));
        // Traffic between racks alone takes at most the bound, and so does traffic
        // inside racks.
        EXPECT_LE(time, 2 * bound + 2e-9);
    }
}

TEST(RackAwareProperty, AGapKeepsPlansRight)
{
    std::mt19937_64 random(3);
    for (int i = 0; i < 100; ++i)
    {
        SCOPED_TRACE(i);
        const PlanningFabric fabric = RandomFabric(random);
        const TrafficMatrix traffic = RandomTraffic(random, fabric, true);
        const TransmissionPlan plan = PlanRackAware(traffic, fabric, {1, 0.05});
        EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        ExpectWithinUplinks(plan, fabric);
        EXPECT_LE(ListTime(plan, traffic, fabric), LowerBound(traffic, fabric) * 1.2);
    }
}

TEST(RackAwareProperty, OnTheFluidFabricEarlierStagesFirstTakesNoLonger)
{
    // edf serves earlier stages first: docs/algorithms/all-to-all-leaf-spine.md.
    std::mt19937_64 random(5);
    for (int i = 0; i < 30; ++i)
    {
        SCOPED_TRACE(i);
        LeafSpineSpec spec;
        spec.leaves = static_cast<std::uint32_t>(2 + Below(random, 3));
        spec.spines = static_cast<std::uint32_t>(2 * (1 + Below(random, 2)));
        spec.hostsPerLeaf = 4;
        spec.server.hostLink = {PORT, Time()};
        // One is a multiple of the other: else edf splits a port's rate among parts
        // otherwise.
        const double ratios[] = {0.5, 1, 2};
        spec.uplink = {PORT * ratios[Below(random, 3)], Time()};
        const Topology topology = MakeLeafSpine(spec);
        std::vector<DeviceId> ranks;
        for (std::uint32_t rank = 0; rank < topology.Devices(); ++rank)
        {
            ranks.emplace_back(rank);
        }
        const PlanningFabric fabric = PlanningFabric::Of(topology, ranks);
        const TrafficMatrix traffic = RandomTraffic(random, fabric, false);
        const PlannedAllToAll planned =
            PlannedOn(PlanRackAware(traffic, fabric, {1, 0.02 * (i % 2)}), fabric);
        std::vector<Job> jobs(1);
        const GroupIndex group = jobs[0].graph.AddGroup({"a", "a", Arrangement::Coflow(), 1.0});
        AddPlannedAllToAll(jobs[0].graph, ranks, planned, group, {});
        EdfScheduler edf;
        FluidFabric fluid(topology);
        const double time = RunEmulation({topology, jobs, 1}, edf, fluid).makespan.Seconds();
        // Parts in whole bytes: a byte more per transmission of a port at most.
        EXPECT_LE(time, ListTime(planned.plan, traffic, fabric) * 1.001);
        EXPECT_GE(time, LowerBound(traffic, fabric) * (1 - 1e-9));
    }
}

/// The shortest schedule in unit steps of unit transmissions, by search over
/// all of them.
class ShortestSchedule
{
  public:
    ShortestSchedule(const TrafficMatrix& traffic, const PlanningFabric& fabric, std::uint32_t k)
        : m_fabric(fabric),
          m_k(k)
    {
        for (std::uint32_t i = 0; i < traffic.Size(); ++i)
        {
            for (std::uint32_t j = 0; j < traffic.Size(); ++j)
            {
                m_units.insert(m_units.end(), static_cast<std::size_t>(traffic.At(i, j)), {i, j});
            }
        }
        const std::size_t all = (std::size_t{1} << m_units.size()) - 1;
        m_fits.resize(all + 1);
        for (std::size_t set = 0; set <= all; ++set)
        {
            m_fits[set] = Fits(set) ? 1 : 0;
        }
    }

    std::uint32_t Steps() const
    {
        std::vector<std::uint32_t> steps(m_fits.size(), 0);
        for (std::size_t set = 1; set < m_fits.size(); ++set)
        {
            steps[set] = UINT32_MAX;
            // Sub-sets that hold the lowest element of the set.
            const std::size_t lowest = set & (~set + 1);
            const std::size_t others = set ^ lowest;
            for (std::size_t sub = others;; sub = (sub - 1) & others)
            {
                if (m_fits[sub | lowest] != 0)
                {
                    steps[set] = std::min(steps[set], 1 + steps[others ^ sub]);
                }
                if (sub == 0)
                {
                    break;
                }
            }
        }
        return steps.back();
    }

  private:
    bool Fits(std::size_t set) const
    {
        std::map<std::uint32_t, std::uint32_t> out;
        std::map<std::uint32_t, std::uint32_t> in;
        std::uint64_t senders = 0;
        std::uint64_t receivers = 0;
        for (std::size_t u = 0; u < m_units.size(); ++u)
        {
            if ((set >> u & 1) == 0)
            {
                continue;
            }
            const auto [i, j] = m_units[u];
            if ((senders >> i & 1) != 0 || (receivers >> j & 1) != 0)
            {
                return false;
            }
            senders |= std::uint64_t{1} << i;
            receivers |= std::uint64_t{1} << j;
            if (m_fabric.rack[i] != m_fabric.rack[j] &&
                (++out[m_fabric.rack[i]] > m_k || ++in[m_fabric.rack[j]] > m_k))
            {
                return false;
            }
        }
        return true;
    }

    const PlanningFabric& m_fabric;
    std::uint32_t m_k;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_units;
    std::vector<char> m_fits; ///< by set of units: whether they can go together
};

TEST(RackAwareProperty, NearTheShortestScheduleOfUnits)
{
    // 5 or 6 ranks in 2 or 3 racks, uplinks of one port, 10 units. A schedule in
    // whole steps may take longer than one that may split units, so ours can be
    // below it; not below the bound.
    std::mt19937_64 random(4);
    constexpr Bytes UNIT = 1000;
    double sum = 0;
    double worst = 0;
    constexpr int CASES = 60;
    for (int c = 0; c < CASES; ++c)
    {
        SCOPED_TRACE(c);
        const auto racks = static_cast<std::uint32_t>(2 + Below(random, 2));
        const auto n = static_cast<std::uint32_t>(5 + Below(random, 2));
        PlanningFabric fabric = PlanningFabric::BigSwitch(std::vector<BitRate>(n, PORT));
        for (std::uint32_t i = 0; i < n; ++i)
        {
            fabric.rack[i] = i * racks / n;
        }
        fabric.spines = 1;
        fabric.uplinkRate.assign(n, PORT);
        TrafficMatrix units(n);
        TrafficMatrix traffic(n);
        for (int u = 0; u < 10;)
        {
            const auto i = static_cast<std::uint32_t>(Below(random, n));
            const auto j = static_cast<std::uint32_t>(Below(random, n));
            if (i != j)
            {
                units.Add(i, j, 1);
                traffic.Add(i, j, UNIT);
                ++u;
            }
        }
        const TransmissionPlan plan = PlanRackAware(traffic, fabric, {});
        EXPECT_THAT(CheckPlan(plan, traffic, fabric), IsEmpty());
        ExpectWithinUplinks(plan, fabric);
        const double time = ListTime(plan, traffic, fabric);
        EXPECT_GE(time, LowerBound(traffic, fabric) * (1 - FEW_BYTES_PART));
        const double best = ShortestSchedule(units, fabric, 1).Steps() * UNIT * 1e-9;
        sum += time / best;
        worst = std::max(worst, time / best);
    }
    RecordProperty("mean", std::to_string(sum / CASES));
    RecordProperty("worst", std::to_string(worst));
    // docs/algorithms/all-to-all-leaf-spine.md.
    EXPECT_LE(sum / CASES, 1.02);
    EXPECT_LE(worst, 1.25);
}

} // namespace
} // namespace echelon
