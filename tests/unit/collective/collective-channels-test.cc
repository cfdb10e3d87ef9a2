// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collective-channels.h"

#include "collective/collectives.h"
#include "network/big-switch.h"
#include "support/graph-evaluation.h"

#include <numeric>
#include <set>

namespace echelon
{
namespace
{

/// Hosts of `gpus` devices and `interfaces` interfaces of 100 Gb/s; no delays.
Topology
Hosts(std::uint32_t hosts, std::uint32_t gpus, std::uint32_t interfaces)
{
    ServerSpec server;
    server.gpusPerHost = gpus;
    server.interfacesPerHost = interfaces;
    server.hostLink = {100e9, Time()};
    server.scaleUp = {3600e9, Time()};
    return MakeBigSwitch({hosts, server});
}

std::vector<DeviceId>
Devices(const std::vector<std::uint32_t>& numbers)
{
    return {numbers.begin(), numbers.end()};
}

using Order = std::vector<std::uint32_t>;

TEST(CollectiveChannels, OneWithinAHostAndWhereHostsHaveOneInterface)
{
    for (const Channels& channels : {ChannelsOf(Hosts(2, 8, 8), Devices({5, 3, 4, 7})),
                                     ChannelsOf(Hosts(2, 2, 1), Devices({2, 0, 3, 1}))})
    {
        EXPECT_EQ(channels.orders, std::vector<Order>{Order({0, 1, 2, 3})});
    }
    const std::vector<DeviceId> ranks = Devices({2, 0, 3, 1});
    EXPECT_EQ(ChannelsOf(Hosts(2, 2, 1), ranks).gateways[0], ranks);
}

TEST(CollectiveChannels, AsManyAsInterfacesEachRoundTheHostFromItsOwn)
{
    // 2 hosts x 3 GPUs, an interface each: ring k enters at the k-th GPU and ends at the one before
    // it, which sends by the k-th's interface.
    const std::vector<DeviceId> ranks = FirstDevices(6);
    const Channels channels = ChannelsOf(Hosts(2, 3, 3), ranks);
    EXPECT_EQ(channels.orders,
              (std::vector<Order>{{0, 1, 2, 3, 4, 5}, {1, 2, 0, 4, 5, 3}, {2, 0, 1, 5, 3, 4}}));
    EXPECT_EQ(channels.gateways[1], Devices({1, 1, 1, 4, 4, 4}));
    // The second ring's hop from host 0, rank 0, to host 1, rank 4.
    EXPECT_EQ(EndsOf(channels, Hosts(2, 3, 3), ranks, 1, 0, 4),
              std::make_pair(DeviceId(1), DeviceId(4)));
    EXPECT_EQ(EndsOf(channels, Hosts(2, 3, 3), ranks, 1, 1, 2),
              std::make_pair(DeviceId(1), DeviceId(2)));
}

TEST(CollectiveChannels, RanksThatShareAnInterfaceAreBothEndsOfTheRing)
{
    // 2 GPUs an interface: ring 0 enters host 0 at GPU 1 and leaves at GPU 0, both on nic0.
    const std::vector<DeviceId> ranks = FirstDevices(8);
    const Channels channels = ChannelsOf(Hosts(2, 4, 2), ranks);
    EXPECT_EQ(channels.orders,
              (std::vector<Order>{{1, 2, 3, 0, 5, 6, 7, 4}, {3, 0, 1, 2, 7, 4, 5, 6}}));
    EXPECT_EQ(EndsOf(channels, Hosts(2, 4, 2), ranks, 0, 0, 5),
              std::make_pair(DeviceId(0), DeviceId(5)));
}

TEST(CollectiveChannels, TheHostThatOffersLeastDecides)
{
    const Topology topology = Hosts(3, 8, 4);
    const auto count = [&](const std::vector<std::uint32_t>& devices) {
        return ChannelsOf(topology, Devices(devices)).orders.size();
    };
    EXPECT_EQ(count({0, 2, 4, 6, 8, 10, 12, 14}), 4U); // one rank an interface
    EXPECT_EQ(count({0, 1, 8, 9}), 1U);                // both share one
    EXPECT_EQ(count({0, 2, 9, 11, 16, 18, 20}), 2U);   // 2, 2, 3 interfaces
    EXPECT_EQ(count({0, 2, 4, 6, 8}), 1U);             // 4 and 1
    EXPECT_EQ(count({3, 11, 19}), 1U);                 // one rank a host
    // The interfaces need not be the same ones: nic0 and nic1 here, nic2 and nic3 there.
    const Channels channels = ChannelsOf(topology, Devices({0, 2, 12, 14}));
    EXPECT_EQ(channels.gateways[0], Devices({0, 0, 12, 12}));
    EXPECT_EQ(channels.gateways[1], Devices({2, 2, 14, 14}));
}

TEST(CollectiveChannels, GoHostByHostWhateverTheOrderOfTheRanks)
{
    // Ranks alternate between two hosts; every ring crosses from host to host twice all the same.
    const Topology topology = Hosts(2, 4, 4);
    const std::vector<DeviceId> ranks = Devices({0, 4, 1, 5, 2, 6, 3, 7});
    const Channels channels = ChannelsOf(topology, ranks);
    ASSERT_EQ(channels.orders.size(), 4U);
    for (const Order& order : channels.orders)
    {
        std::size_t crossings = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
        {
            crossings += topology.HostOf(ranks[order[i]]) !=
                                 topology.HostOf(ranks[order[(i + 1) % order.size()]])
                             ? 1
                             : 0;
        }
        EXPECT_EQ(crossings, 2U);
        Order sorted = order;
        std::sort(sorted.begin(), sorted.end());
        Order all(ranks.size());
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(sorted, all);
    }
}

/// Bytes by interface that leave and enter hosts, of one collective.
std::map<LinkId, Bytes>
InterfaceBytes(const Topology& topology, const CollectiveSpec& spec)
{
    TaskGraph graph;
    const GroupIndex group = graph.AddGroup({"g", "g", Arrangement::Coflow(), 1.0});
    AddCollective(graph, topology, spec, group, 0, {});
    std::map<LinkId, Bytes> bytes;
    for (const Task& task : graph.Tasks())
    {
        if (task.kind == TaskKind::FLOW &&
            topology.HostOf(task.flow.source) != topology.HostOf(task.flow.destination))
        {
            for (const LinkId link : topology.Route(task.flow.source, task.flow.destination, 0))
            {
                bytes[link] += task.flow.bytes;
            }
        }
    }
    return bytes;
}

TEST(CollectiveChannels, LoadAllInterfacesAlikeAndMoveEveryByte)
{
    // Whatever the algorithm and the granularity, the interfaces of one host send equal shares, to
    // a byte per rank, and together what a single interface would have to.
    const Bytes bytes = 1000003;
    for (const auto kind : {CollectiveKind::ALL_REDUCE,
                            CollectiveKind::REDUCE_SCATTER,
                            CollectiveKind::ALL_GATHER,
                            CollectiveKind::BROADCAST})
    {
        for (const auto algorithm : {CollectiveAlgorithm::RING,
                                     CollectiveAlgorithm::TREE,
                                     CollectiveAlgorithm::HALVING_DOUBLING})
        {
            for (const auto granularity :
                 {Granularity::FLOW, Granularity::STEP, Granularity::CHUNK})
            {
                const Topology several = Hosts(3, 8, 4);
                const std::vector<DeviceId> ranks = FirstDevices(24);
                const CollectiveStyle style{algorithm, granularity, 4096};
                const std::map<LinkId, Bytes> loads =
                    InterfaceBytes(several, {kind, ranks, bytes, style});
                for (const auto& [link, load] : loads)
                {
                    const LinkId first(link.Value() / 4 * 4);
                    EXPECT_NEAR(static_cast<double>(load),
                                static_cast<double>(loads.at(first)),
                                100);
                }
            }
        }
    }
}

TEST(CollectiveChannels, RingsDivideTheBytesToTheByte)
{
    // 2 x 2 GPUs on 2 interfaces: each host sends 2 x 3/4 of 1000 bytes to the other in an
    // all-reduce, half by each interface; an all-gather half of that.
    const Topology topology = Hosts(2, 2, 2);
    for (const auto& [kind, half] : {std::make_pair(CollectiveKind::ALL_REDUCE, 750),
                                     std::make_pair(CollectiveKind::ALL_GATHER, 375),
                                     std::make_pair(CollectiveKind::REDUCE_SCATTER, 375)})
    {
        const std::map<LinkId, Bytes> loads =
            InterfaceBytes(topology, {kind, FirstDevices(4), 1000, {}});
        EXPECT_EQ(loads.size(), 8U);
        for (const auto& [link, load] : loads)
        {
            EXPECT_EQ(load, half) << topology.GetLink(link).name;
        }
    }
}

} // namespace
} // namespace echelon
