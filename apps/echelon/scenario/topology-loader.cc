// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/topology-loader.h"

#include "base/parameters.h"
#include "input/field-table.h"
#include "network/builders.h"

#include <fmt/format.h>
#include <utility>

namespace echelon
{

constexpr std::int64_t MAX_SWITCHES = 16384;

const std::vector<Field> LINK_FIELDS{{"delay", A_TIME, "0s", "propagation delay"}};
const Field RATE{"rate", A_RATE, "in each direction"};

const FieldTable HOST_LINK{"host_link",
                           "The link of each network interface; it needs `rate` or `rates`.",
                           {RATE,
                            {"rates",
                             ListOf("rate", 0, MAX_HOSTS),
                             "a rate for the interfaces of each host, in place of `rate`"}},
                           LINK_FIELDS};
const FieldTable UPLINK{
    "uplink",
    "Each link between a leaf and a spine; it needs no `rate` if there is an `oversubscription`.",
    {RATE},
    LINK_FIELDS};
const FieldTable SCALE_UP{"scale_up",
                          "The port of each GPU inside its host.",
                          {{"rate", A_RATE, "in each direction", REQUIRED}},
                          LINK_FIELDS};

static std::vector<Field>
TopologyFields(const std::string& kind, const std::vector<Field>& fields)
{
    const std::vector<Field> head{
        {"schema", OneOf({"echelon/topology/1"}), "the format of the file"},
        {"description", A_TEXT, "for people"},
        {"kind", OneOf({kind}), "the kind of the topology", REQUIRED}};
    const std::vector<Field> server{
        {"gpus_per_host", Whole(1, 1024), 1, "GPUs of a host"},
        {"interfaces_per_host",
         Whole(1, 1024),
         1,
         "network interfaces of a host, each for as many consecutive GPUs. 1: all GPUs share it; "
         "as "
         "many as GPUs: one each. Collectives use all of them"},
        {"host_link", ObjectOf("host_link"), "of each interface, see below", REQUIRED},
        {"scale_up",
         ObjectOf("scale_up"),
         "of each GPU inside its host, see below; needed with several GPUs per host"}};
    return Joined(Joined(head, fields), server);
}

const FieldTable BIG_SWITCH{
    "big-switch",
    "All hosts on one switch that does not block.",
    TopologyFields("big-switch", {{"hosts", Whole(1, MAX_HOSTS), "number of hosts", REQUIRED}})};
const FieldTable LEAF_SPINE{
    "leaf-spine",
    "Two tiers of switches; every leaf is joined to every spine.",
    TopologyFields(
        "leaf-spine",
        {{"leaves", Whole(1, MAX_SWITCHES), "number of leaves", REQUIRED},
         {"spines", Whole(1, MAX_SWITCHES), "number of spines", REQUIRED},
         {"hosts_per_leaf", Whole(1, MAX_HOSTS), "at most 65,536 hosts in all", REQUIRED},
         {"uplink", ObjectOf("uplink"), "of each leaf and spine, see below"},
         {"oversubscription",
          Real(1e-3, 1e3),
          "in place of the rate of `uplink`: the interfaces of a leaf's hosts together offer so "
          "many times what its uplinks carry. With `rates` whose sums differ from leaf to leaf "
          "each leaf keeps this ratio, so that the uplinks differ as well"}})};

static LinkSpec
LoadLink(const Fields& fields, bool needsRate)
{
    LinkSpec link;
    if (needsRate || fields.Has("rate"))
    {
        link.rate = fields.Get<BitRate>("rate");
    }
    fields.Read("delay", link.delay);
    fields.FillIn();
    return link;
}

/// @param hosts of the whole fabric.
static ServerSpec
LoadServer(const Fields& node, std::int64_t hosts)
{
    ServerSpec server;
    node.Read("gpus_per_host", server.gpusPerHost);
    if (server.gpusPerHost * hosts > MAX_DEVICES)
    {
        node.FailAt("gpus_per_host",
                    fmt::format("the fabric would have {} GPUs", server.gpusPerHost * hosts),
                    fmt::format("at most {} are possible", MAX_DEVICES));
    }
    node.Read("interfaces_per_host", server.interfacesPerHost);
    if (server.gpusPerHost % server.interfacesPerHost != 0)
    {
        node.FailAt("interfaces_per_host",
                    "\"interfaces_per_host\" does not divide \"gpus_per_host\"",
                    "1: shared by all GPUs of a host; as many as GPUs: one each");
    }
    const Fields hostLink(node.At("host_link").Object(), HOST_LINK);
    server.hostLink = LoadLink(hostLink, !hostLink.Has("rates"));
    if (const auto rates = hostLink.Find("rates"))
    {
        for (const JsonNode& rate : rates->Items(MAX_HOSTS))
        {
            server.hostRates.push_back(rate.Rate());
        }
        if (static_cast<std::int64_t>(server.hostRates.size()) != hosts)
        {
            rates->Fail(
                fmt::format("there are {} rates for {} hosts", server.hostRates.size(), hosts),
                "give one rate per host");
        }
    }
    if (const auto scaleUp = node.Find("scale_up"))
    {
        server.scaleUp = LoadLink({scaleUp->Object(), SCALE_UP}, true);
    }
    else if (server.gpusPerHost > 1)
    {
        node.FailMissing("scale_up",
                         "hosts with several GPUs need \"scale_up\": {\"rate\": \"3.6Tbps\"}");
    }
    node.FillIn();
    return server;
}

static Topology
LoadBigSwitch(const Fields& node)
{
    BigSwitchSpec spec;
    node.Read("hosts", spec.hosts);
    spec.server = LoadServer(node, spec.hosts);
    return MakeBigSwitch(spec);
}

static Topology
LoadLeafSpine(const Fields& node)
{
    LeafSpineSpec spec;
    node.Read("leaves", spec.leaves);
    node.Read("spines", spec.spines);
    node.Read("hosts_per_leaf", spec.hostsPerLeaf);
    const std::int64_t hosts = std::int64_t{spec.leaves} * spec.hostsPerLeaf;
    if (hosts > MAX_HOSTS)
    {
        node.At("hosts_per_leaf")
            .Fail(fmt::format("the fabric would have {} hosts", hosts),
                  fmt::format("at most {} are possible", MAX_HOSTS));
    }
    if (2 * std::int64_t{spec.leaves} * spec.spines > MAX_FABRIC_LINKS)
    {
        node.At("spines").Fail(
            fmt::format("the fabric would have more than {} links between leaves and spines",
                        MAX_FABRIC_LINKS),
            "use fewer leaves or spines");
    }
    spec.server = LoadServer(node, hosts);
    const auto oversubscription = node.Find("oversubscription");
    const auto uplink = node.Find("uplink");
    if (uplink)
    {
        spec.uplink = LoadLink({uplink->Object(), UPLINK}, !oversubscription);
    }
    if (oversubscription)
    {
        if (spec.uplink.rate > 0)
        {
            oversubscription->Fail("\"oversubscription\" and \"uplink\"/\"rate\" are both given",
                                   "keep one: each follows from the other");
        }
        spec.uplinkRates = UplinkRates(spec, node.Get<double>("oversubscription"));
    }
    else if (!uplink)
    {
        node.FailMissing("uplink",
                         R"(give "uplink": {"rate": "200Gbps"} or "oversubscription": 2)");
    }
    // With an oversubscription its rate stays out: the two may not both be given.
    node.Mutable().emplace("uplink", Json{{"delay", "0s"}});
    return MakeLeafSpine(spec);
}

Topology
LoadTopology(const JsonNode& node)
{
    try
    {
        const std::string& kind = node.At("kind").Choice({"big-switch", "leaf-spine"});
        const Fields fields(node, kind == "big-switch" ? BIG_SWITCH : LEAF_SPINE);
        std::string ignored;
        fields.Read("schema", ignored);
        fields.Read("description", ignored);
        return kind == "big-switch" ? LoadBigSwitch(fields) : LoadLeafSpine(fields);
    }
    catch (const ParameterError& error)
    {
        node.FailParameter(error);
    }
}

} // namespace echelon
