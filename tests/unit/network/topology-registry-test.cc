// SPDX-License-Identifier: GPL-2.0-only
#include "network/topology-registry.h"

#include "base/parameters.h"

#include <gtest/gtest.h>
#include <set>

namespace echelon
{
namespace
{

const ServerSpec SERVER{1, {100e9, Time()}, {}, {}};

const TopologyEntry&
KindOf(const std::string& name)
{
    return EntryOf(TopologyEntries(), name, "kind", "topology");
}

/// The parameter that the kind refuses.
std::string
Refused(const std::string& kind, const TopologyValues& values)
{
    try
    {
        KindOf(kind).hosts(values);
        KindOf(kind).make(values, SERVER);
    }
    catch (const ParameterError& error)
    {
        return error.Parameter();
    }
    return "";
}

TEST(TopologyRegistry, KindsHaveNamesAndParametersOfTheirOwn)
{
    std::set<std::string> names;
    for (const TopologyEntry& kind : TopologyEntries())
    {
        EXPECT_TRUE(names.insert(kind.name).second);
        EXPECT_FALSE(kind.summary.empty());
        std::set<std::string> parameters;
        for (const TopologyParameter& parameter : kind.parameters)
        {
            EXPECT_TRUE(parameters.insert(parameter.name).second);
            EXPECT_FALSE(parameter.help.empty());
        }
    }
}

TEST(TopologyRegistry, BigSwitchHasTheHostsThatItIsTold)
{
    const TopologyValues values{{{"hosts", 5}}, {}};
    EXPECT_EQ(KindOf("big-switch").hosts(values), 5);
    const Topology topology = KindOf("big-switch").make(values, SERVER);
    EXPECT_EQ(topology.MostHops(), 2);
    // An egress and an ingress link for each host.
    EXPECT_EQ(topology.Links().size(), 2 * 5);
    for (std::uint32_t link = 0; link < topology.Links().size(); ++link)
    {
        EXPECT_FALSE(topology.IsBetweenSwitches(LinkId(link)));
    }
}

TEST(TopologyRegistry, LeafSpineTakesTheRateOfUplinksOrAnOversubscription)
{
    // 4 leaves with 6 hosts of 100 Gb/s each: at 2:1 the 3 uplinks of a leaf carry 300 Gb/s, 100
    // Gb/s each.
    const std::map<std::string, double> counts{{"leaves", 4}, {"spines", 3}, {"hosts_per_leaf", 6}};
    TopologyValues given{counts, {{"uplink", {100e9, Time()}}}};
    TopologyValues derived{counts, {}};
    derived.numbers["oversubscription"] = 2;
    for (const TopologyValues& values : {given, derived})
    {
        EXPECT_EQ(KindOf("leaf-spine").hosts(values), 24);
        const Topology topology = KindOf("leaf-spine").make(values, SERVER);
        EXPECT_EQ(topology.MostHops(), 4);
        std::size_t uplinks = 0;
        for (std::uint32_t link = 0; link < topology.Links().size(); ++link)
        {
            EXPECT_EQ(topology.GetLink(LinkId(link)).rate, 100e9);
            uplinks += topology.IsBetweenSwitches(LinkId(link)) ? 1 : 0;
        }
        EXPECT_EQ(uplinks, 2 * 4 * 3);
    }
    given.numbers["oversubscription"] = 2;
    EXPECT_EQ(Refused("leaf-spine", given), "oversubscription");
    EXPECT_EQ(Refused("leaf-spine", {counts, {}}), "uplink");
}

TEST(TopologyRegistry, WhatIsTooLargeIsRefusedBeforeItIsBuilt)
{
    // 16,384 x 5 = 81,920 hosts, and 2 x 16,384 x 100 = 3,276,800 links between switches.
    const std::map<std::string, LinkSpec> links{{"uplink", {100e9, Time()}}};
    EXPECT_EQ(
        Refused("leaf-spine", {{{"leaves", 16384}, {"spines", 1}, {"hosts_per_leaf", 5}}, links}),
        "hosts_per_leaf");
    EXPECT_EQ(
        Refused("leaf-spine", {{{"leaves", 16384}, {"spines", 100}, {"hosts_per_leaf", 1}}, links}),
        "spines");
}

} // namespace
} // namespace echelon
