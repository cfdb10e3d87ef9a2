// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/event-loader.h"

#include "base/parameters.h"
#include "input/field-table.h"

#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace echelon
{

const FieldTable EVENT{
    "event",
    "A link carries another rate from a time on.",
    {{"at", A_TIME, "when the rate changes; a link changes once at a time", REQUIRED},
     {"link",
      A_TEXT,
      "one direction, named as in `links.csv` (`host0->leaf0`, `host3.nic1->leaf0`, "
      "`leaf0->spine1`, `host0->switch`, `gpu5->scale-up0`), or with `<->` both",
      REQUIRED},
     {"rate", A_RATE, "on the wire from then on; `0Gbps`: the link is down", REQUIRED}}};

/// The closest name is looked for among as many.
constexpr std::size_t MOST_CANDIDATES = 100000;

using LinksByName = std::unordered_map<std::string, LinkId>;

/// @param example the name of some link, for the hint.
static LinkId
LinkOf(const JsonNode& node,
       const std::string& name,
       const LinksByName& links,
       const std::string& example)
{
    const auto known = links.find(name);
    if (known != links.end())
    {
        return known->second;
    }
    std::string closest;
    if (links.size() <= MOST_CANDIDATES)
    {
        std::vector<std::string> names;
        for (const auto& link : links)
        {
            names.push_back(link.first);
        }
        closest = ClosestMatch(name, names);
    }
    node.Fail("the topology has no link \"" + name + "\"",
              closest.empty() ? "links are named as in links.csv: \"" + example + "\""
                              : "did you mean \"" + closest + "\"?");
}

/// The link that the node names, or both directions.
static std::vector<LinkId>
LinksOf(const JsonNode& node, const LinksByName& links, const std::string& example)
{
    const std::string& name = node.Text();
    const std::string both = "<->";
    const std::size_t place = name.find(both);
    if (place == std::string::npos)
    {
        return {LinkOf(node, name, links, example)};
    }
    const std::string from = name.substr(0, place);
    const std::string to = name.substr(place + both.size());
    return {LinkOf(node, from + "->" + to, links, example),
            LinkOf(node, to + "->" + from, links, example)};
}

std::vector<LinkEvent>
LoadEvents(const std::optional<JsonNode>& node, const Topology& topology)
{
    std::vector<LinkEvent> events;
    if (!node)
    {
        return events;
    }
    LinksByName links;
    for (std::size_t link = 0; link < topology.Links().size(); ++link)
    {
        links.emplace(topology.Links()[link].name, link);
    }
    std::set<std::pair<Time, LinkId>> known;
    for (const JsonNode& item : node->Items(MOST_EVENTS))
    {
        const Fields fields(item.Object(), EVENT);
        const auto at = fields.Get<Time>("at");
        const BitRate rate = fields.At("rate").Rate(0);
        for (const LinkId link : LinksOf(fields.At("link"), links, topology.Links().front().name))
        {
            if (!known.emplace(at, link).second)
            {
                fields.FailAt("link",
                              "the link changes twice at this time",
                              "keep one of the two events");
            }
            events.push_back({at, link, rate});
        }
    }
    return events;
}

} // namespace echelon
