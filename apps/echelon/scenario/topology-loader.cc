// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/topology-loader.h"

#include "base/parameters.h"
#include "input/field-table.h"
#include "network/topology-registry.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace echelon
{

constexpr std::int64_t MOST_DEVICES = 1 << 20;

using FieldTables = std::map<std::string, FieldTable>;

const std::vector<Field> LINK_FIELDS{{"delay", A_TIME, "0s", "propagation delay"}};
const Field RATE{"rate", A_RATE, "in each direction"};

const FieldTable HOST_LINK{"host_link",
                           "The link of each network interface; it needs `rate` or `rates`.",
                           {RATE,
                            {"rates",
                             ListOf("rate", 0, MOST_HOSTS),
                             "a rate for the interfaces of each host, in place of `rate`"}},
                           LINK_FIELDS};
const FieldTable SCALE_UP{"scale_up",
                          "The port of each GPU inside its host.",
                          {{"rate", A_RATE, "in each direction", REQUIRED}},
                          LINK_FIELDS};

static std::string
Sentence(std::string text)
{
    text.front() = static_cast<char>(std::toupper(text.front()));
    return text + ".";
}

static Field
FieldOf(const TopologyParameter& parameter)
{
    const Need need = parameter.isRequired ? REQUIRED : OPTIONAL;
    switch (parameter.type)
    {
    case TopologyParameter::COUNT:
        return {parameter.name,
                Whole(static_cast<std::int64_t>(parameter.least),
                      static_cast<std::int64_t>(parameter.largest)),
                parameter.help,
                need};
    case TopologyParameter::NUMBER:
        return {parameter.name, Real(parameter.least, parameter.largest), parameter.help, need};
    default:
        return {parameter.name, ObjectOf(parameter.name), parameter.help, need};
    }
}

static std::vector<Field>
TopologyFields(const TopologyEntry& kind)
{
    std::vector<Field> fields{{"schema", OneOf({"echelon/topology/1"}), "the format of the file"},
                              {"description", A_TEXT, "for people"},
                              {"kind", OneOf({kind.name}), "the kind of the topology", REQUIRED}};
    for (const TopologyParameter& parameter : kind.parameters)
    {
        fields.push_back(FieldOf(parameter));
    }
    return Joined(
        fields,
        {{"gpus_per_host", Whole(1, 1024), 1, "GPUs of a host"},
         {"interfaces_per_host",
          Whole(1, 1024),
          1,
          "network interfaces of a host, each for as many consecutive GPUs. 1: all GPUs share it; "
          "as many as GPUs: one each. Collectives use all of them"},
         {"host_link", ObjectOf("host_link"), "of each interface", REQUIRED},
         {"scale_up",
          ObjectOf("scale_up"),
          "of each GPU inside its host; needed with several GPUs per host"}});
}

/// By kind.
static FieldTables
KindTables()
{
    FieldTables tables;
    for (const TopologyEntry& kind : TopologyEntries())
    {
        tables.try_emplace(kind.name, kind.name, kind.summary, TopologyFields(kind));
    }
    return tables;
}

/// Of the links that are parameters of kinds, by name.
static FieldTables
LinkTables()
{
    FieldTables tables;
    for (const TopologyEntry& kind : TopologyEntries())
    {
        for (const TopologyParameter& link : kind.parameters)
        {
            if (link.type == TopologyParameter::LINK)
            {
                const Field rate{"rate",
                                 A_RATE,
                                 "in each direction",
                                 link.isRequired ? REQUIRED : OPTIONAL};
                tables.try_emplace(link.name,
                                   link.name,
                                   Sentence(link.help),
                                   std::vector{rate},
                                   LINK_FIELDS);
            }
        }
    }
    return tables;
}

const FieldTables KIND_TABLES = KindTables();
const FieldTables LINK_TABLES = LinkTables();

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
    if (server.gpusPerHost * hosts > MOST_DEVICES)
    {
        node.FailAt("gpus_per_host",
                    fmt::format("the fabric would have {} GPUs", server.gpusPerHost * hosts),
                    fmt::format("at most {} are possible", MOST_DEVICES));
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
        for (const JsonNode& rate : rates->Items(MOST_HOSTS))
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

static TopologyValues
LoadValues(const Fields& node, const TopologyEntry& kind)
{
    TopologyValues values;
    for (const TopologyParameter& parameter : kind.parameters)
    {
        if (!parameter.isRequired && !node.Has(parameter.name))
        {
            continue;
        }
        if (parameter.type == TopologyParameter::LINK)
        {
            const Fields link(node.At(parameter.name).Object(), LINK_TABLES.at(parameter.name));
            values.links[parameter.name] = LoadLink(link, parameter.isRequired);
        }
        else
        {
            values.numbers[parameter.name] =
                parameter.type == TopologyParameter::COUNT
                    ? static_cast<double>(node.Get<std::int64_t>(parameter.name))
                    : node.Get<double>(parameter.name);
        }
    }
    return values;
}

/// Spells out that a link of the kind has no delay, also where its rate follows from other keys.
static void
FillInLinks(const Fields& node, const TopologyEntry& kind)
{
    for (const TopologyParameter& parameter : kind.parameters)
    {
        if (parameter.type == TopologyParameter::LINK)
        {
            node.Mutable().emplace(parameter.name, Json{{"delay", "0s"}});
        }
    }
}

Topology
LoadTopology(const JsonNode& node)
{
    const std::vector<TopologyEntry>& kinds = TopologyEntries();
    std::vector<std::string> names;
    for (const TopologyEntry& kind : kinds)
    {
        names.push_back(kind.name);
    }
    const std::string& name = node.At("kind").Choice(names);
    const TopologyEntry& kind = kinds[std::find(names.begin(), names.end(), name) - names.begin()];
    const Fields fields(node, KIND_TABLES.at(name));
    std::string ignored;
    fields.Read("schema", ignored);
    fields.Read("description", ignored);
    try
    {
        const TopologyValues values = LoadValues(fields, kind);
        const ServerSpec server = LoadServer(fields, kind.hosts(values));
        Topology topology = kind.make(values, server);
        FillInLinks(fields, kind);
        return topology;
    }
    catch (const ParameterError& error)
    {
        if (error.Parameter().find('/') == std::string::npos && !node.Has(error.Parameter()))
        {
            node.FailMissing(error.Parameter(), error.Hint());
        }
        node.FailParameter(error);
    }
}

} // namespace echelon
