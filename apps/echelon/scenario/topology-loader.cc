// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/topology-loader.h"

#include "base/parameters.h"
#include "network/builders.h"

#include <utility>

namespace echelon
{

namespace
{

constexpr std::int64_t MAX_SWITCHES = 16384;

/// What the resolved scenario says where the author left it to the default.
void
FillIn(const JsonNode& node, const char* key, Json value)
{
    if (!node.Has(key))
    {
        node.Mutable()[key] = std::move(value);
    }
}

LinkSpec
LoadLink(const JsonNode& node, const std::vector<std::string>& keys, bool needsRate)
{
    node.AllowKeys(keys);
    LinkSpec link;
    if (needsRate || node.Has("rate"))
    {
        link.rate = node.At("rate").Rate();
    }
    if (const auto delay = node.Find("delay"))
    {
        link.delay = delay->Duration();
    }
    FillIn(node, "delay", "0s");
    return link;
}

/// @param hosts of the whole fabric.
ServerSpec
LoadServer(const JsonNode& node, std::int64_t hosts)
{
    ServerSpec server;
    if (const auto gpus = node.Find("gpus_per_host"))
    {
        server.gpusPerHost = static_cast<std::uint32_t>(gpus->Integer(1, 1024));
        if (server.gpusPerHost * hosts > MAX_DEVICES)
        {
            gpus->Fail("the fabric would have " + std::to_string(server.gpusPerHost * hosts) +
                           " GPUs",
                       "at most " + std::to_string(MAX_DEVICES) + " are possible");
        }
    }
    if (const auto interfaces = node.Find("interfaces_per_host"))
    {
        server.interfacesPerHost = static_cast<std::uint32_t>(interfaces->Integer(1, 1024));
        if (server.gpusPerHost % server.interfacesPerHost != 0)
        {
            interfaces->Fail("\"interfaces_per_host\" does not divide \"gpus_per_host\"",
                             "1: shared by all GPUs of a host; as many as GPUs: one each");
        }
    }
    const JsonNode hostLink = node.At("host_link").Object();
    server.hostLink = LoadLink(hostLink, {"rate", "rates", "delay"}, !hostLink.Has("rates"));
    if (const auto rates = hostLink.Find("rates"))
    {
        for (const JsonNode& rate : rates->Items(MAX_HOSTS))
        {
            server.hostRates.push_back(rate.Rate());
        }
        if (static_cast<std::int64_t>(server.hostRates.size()) != hosts)
        {
            rates->Fail("there are " + std::to_string(server.hostRates.size()) + " rates for " +
                            std::to_string(hosts) + " hosts",
                        "give one rate per host");
        }
    }
    if (const auto scaleUp = node.Find("scale_up"))
    {
        server.scaleUp = LoadLink(scaleUp->Object(), {"rate", "delay"}, true);
    }
    else if (server.gpusPerHost > 1)
    {
        node.FailMissing("scale_up",
                         "hosts with several GPUs need \"scale_up\": {\"rate\": \"3.6Tbps\"}");
    }
    FillIn(node, "gpus_per_host", server.gpusPerHost);
    FillIn(node, "interfaces_per_host", server.interfacesPerHost);
    return server;
}

Topology
LoadBigSwitch(const JsonNode& node)
{
    node.AllowKeys({"schema",
                    "description",
                    "kind",
                    "hosts",
                    "gpus_per_host",
                    "interfaces_per_host",
                    "host_link",
                    "scale_up"});
    BigSwitchSpec spec;
    spec.hosts = static_cast<std::uint32_t>(node.At("hosts").Integer(1, MAX_HOSTS));
    spec.server = LoadServer(node, spec.hosts);
    return MakeBigSwitch(spec);
}

Topology
LoadLeafSpine(const JsonNode& node)
{
    node.AllowKeys({"schema",
                    "description",
                    "kind",
                    "leaves",
                    "spines",
                    "hosts_per_leaf",
                    "gpus_per_host",
                    "interfaces_per_host",
                    "host_link",
                    "uplink",
                    "oversubscription",
                    "scale_up"});
    LeafSpineSpec spec;
    spec.leaves = static_cast<std::uint32_t>(node.At("leaves").Integer(1, MAX_SWITCHES));
    spec.spines = static_cast<std::uint32_t>(node.At("spines").Integer(1, MAX_SWITCHES));
    spec.hostsPerLeaf = static_cast<std::uint32_t>(node.At("hosts_per_leaf").Integer(1, MAX_HOSTS));
    const std::int64_t hosts = std::int64_t{spec.leaves} * spec.hostsPerLeaf;
    if (hosts > MAX_HOSTS)
    {
        node.At("hosts_per_leaf")
            .Fail("the fabric would have " + std::to_string(hosts) + " hosts",
                  "at most " + std::to_string(MAX_HOSTS) + " are possible");
    }
    if (2 * std::int64_t{spec.leaves} * spec.spines > MAX_FABRIC_LINKS)
    {
        node.At("spines").Fail("the fabric would have more than " +
                                   std::to_string(MAX_FABRIC_LINKS) +
                                   " links between leaves and spines",
                               "use fewer leaves or spines");
    }
    spec.server = LoadServer(node, hosts);
    const auto oversubscription = node.Find("oversubscription");
    const auto uplink = node.Find("uplink");
    if (uplink)
    {
        spec.uplink = LoadLink(uplink->Object(), {"rate", "delay"}, !oversubscription);
    }
    if (oversubscription)
    {
        if (spec.uplink.rate > 0)
        {
            oversubscription->Fail("\"oversubscription\" and \"uplink\"/\"rate\" are both given",
                                   "keep one: each follows from the other");
        }
        spec.uplinkRates = UplinkRates(spec, oversubscription->Number(1e-3, 1e3));
    }
    else if (!uplink)
    {
        node.FailMissing("uplink",
                         R"(give "uplink": {"rate": "200Gbps"} or "oversubscription": 2)");
    }
    // With an oversubscription its rate stays out: the two may not both be given.
    FillIn(node, "uplink", {{"delay", "0s"}});
    return MakeLeafSpine(spec);
}

} // namespace

Topology
LoadTopology(const JsonNode& node)
{
    if (const auto schema = node.Find("schema"))
    {
        schema->Choice({"echelon/topology/1"});
    }
    if (const auto description = node.Find("description"))
    {
        description->Text();
    }
    try
    {
        const std::string& kind = node.At("kind").Choice({"big-switch", "leaf-spine"});
        return kind == "big-switch" ? LoadBigSwitch(node) : LoadLeafSpine(node);
    }
    catch (const ParameterError& error)
    {
        node.FailParameter(error);
    }
}

} // namespace echelon
