// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/event-loader.h"

#include "base/parameters.h"
#include "base/units.h"
#include "input/field-table.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
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
      "`leaf0->spine1`, `host0->switch`), or inside a host, where that file has no rows "
      "(`gpu5->scale-up0`, `scale-up0->gpu5`); with `<->` both",
      REQUIRED},
     {"rate",
      A_RATE,
      "on the wire from then on, at most what the link was built with; `0Gbps`: the link is down",
      REQUIRED}}};

/// The closest name is looked for among as many.
constexpr std::size_t MOST_CANDIDATES = 100000;

/// Relative: two spellings of one rate, such as "0.0667Tbps" and "66.7Gbps", may differ by
/// rounding.
constexpr double SPELLING = 1e-12;

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
    node.Fail("the topology has no link " + Json(name).dump(),
              closest.empty() ? "links have names like \"" + example + "\""
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

/// "66.7Gbps": to the last digit, so that an input may repeat it.
static std::string
InputText(BitRate rate)
{
    const auto [unit, size] = rate >= 1e12  ? std::pair("Tbps", 1e12)
                              : rate >= 1e9 ? std::pair("Gbps", 1e9)
                              : rate >= 1e6 ? std::pair("Mbps", 1e6)
                                            : std::pair("bps", 1.0);
    return fmt::format("{}{}", rate / size, unit);
}

/// The node's rate on this link. Waits, utilisation and the bound of the run's end count on links
/// that never carry more than they were built with.
static BitRate
RateOn(const Link& link, const JsonNode& node)
{
    const BitRate rate = node.Rate(0);
    if (rate > link.rate * (1 + SPELLING))
    {
        node.Fail(Json(node.Text()).dump() + " is more than the link \"" + link.name +
                      "\" was built with",
                  "at most " + InputText(link.rate));
    }
    return std::min(rate, link.rate);
}

std::vector<LinkEvent>
LoadEvents(const std::optional<JsonNode>& node, const Topology& topology)
{
    if (!node)
    {
        return {};
    }
    LinksByName links;
    for (std::size_t link = 0; link < topology.Links().size(); ++link)
    {
        links.emplace(topology.Links()[link].name, link);
    }
    std::map<std::pair<Time, LinkId>, BitRate> rates;
    for (const JsonNode& item : node->Items(MOST_EVENTS))
    {
        const Fields fields(item.Object(), EVENT);
        const auto at = fields.Get<Time>("at");
        for (const LinkId link : LinksOf(fields.At("link"), links, topology.Links().front().name))
        {
            const BitRate rate = RateOn(topology.GetLink(link), fields.At("rate"));
            if (!rates.emplace(std::pair(at, link), rate).second)
            {
                fields.FailAt("link",
                              "the link changes twice at this time",
                              "keep one of the two events");
            }
        }
    }
    std::vector<LinkEvent> events;
    for (const auto& [place, rate] : rates)
    {
        events.push_back({place.first, place.second, rate});
    }
    return events;
}

} // namespace echelon
