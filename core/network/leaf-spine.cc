// SPDX-License-Identifier: GPL-2.0-only
#include "network/leaf-spine.h"

#include "base/contracts.h"
#include "base/parameters.h"

#include <string>
#include <utility>

namespace echelon
{

constexpr std::uint32_t MOST_SWITCHES = 16384; ///< of a tier
constexpr std::uint32_t MOST_LINKS = 1 << 21;  ///< between switches

namespace
{

class LeafSpine : public Interconnect
{
  public:
    explicit LeafSpine(const LeafSpineSpec& spec)
        : m_leaves(spec.leaves),
          m_spines(spec.spines),
          m_perLeaf(spec.hostsPerLeaf * spec.server.interfacesPerHost),
          m_first(2 * m_leaves * m_perLeaf)
    {
    }

    std::uint32_t Choices(std::uint32_t from, std::uint32_t to) const override
    {
        return from / m_perLeaf == to / m_perLeaf ? 1 : m_spines;
    }

    void AppendPath(std::uint32_t from,
                    std::uint32_t to,
                    std::uint32_t choice,
                    Path& path) const override
    {
        if (from / m_perLeaf != to / m_perLeaf)
        {
            path.push_back(Uplink(from / m_perLeaf, choice));
            path.emplace_back(m_leaves * m_spines + Uplink(to / m_perLeaf, choice).Value());
        }
    }

    std::uint32_t MostHops() const override
    {
        return m_leaves > 1 ? 2 : 0;
    }

  private:
    LinkId Uplink(std::uint32_t leaf, std::uint32_t spine) const
    {
        return LinkId(m_first + leaf * m_spines + spine);
    }

    std::uint32_t m_leaves;
    std::uint32_t m_spines;
    std::uint32_t m_perLeaf; ///< interfaces
    std::uint32_t m_first;   ///< link from a leaf to a spine
};

} // namespace

Topology
MakeLeafSpine(const LeafSpineSpec& spec)
{
    RequirePositive("leaves", spec.leaves, "a leaf-spine has at least one leaf");
    RequirePositive("spines", spec.spines, "a leaf-spine has at least one spine");
    RequirePositive("hosts_per_leaf", spec.hostsPerLeaf, "a leaf has at least one host");
    ECHELON_REQUIRE(spec.uplinkRates.empty() || spec.uplinkRates.size() == spec.leaves,
                    "every leaf has a rate of its uplinks");
    const std::uint32_t hosts = spec.leaves * spec.hostsPerLeaf;
    std::vector<Link> links;
    AddHostLinks(links, spec.server, hosts, spec.hostsPerLeaf, NodeKind::LEAF);
    for (const bool up : {true, false})
    {
        for (std::uint32_t l = 0; l < spec.leaves; ++l)
        {
            const BitRate rate = spec.uplinkRates.empty() ? spec.uplink.rate : spec.uplinkRates[l];
            RequirePositive("uplink/rate",
                            rate,
                            "give \"uplink\": {\"rate\": …} or \"oversubscription\"");
            for (std::uint32_t s = 0; s < spec.spines; ++s)
            {
                const Node leaf{NodeKind::LEAF, l};
                const Node spine{NodeKind::SPINE, s};
                links.push_back(up ? Between(leaf, spine, spec.uplink, rate)
                                   : Between(spine, leaf, spec.uplink, rate));
            }
        }
    }
    AddScaleUpLinks(links, spec.server, hosts);
    return {{hosts, spec.server.gpusPerHost, spec.server.interfacesPerHost, spec.leaves},
            std::move(links),
            std::make_shared<LeafSpine>(spec)};
}

std::vector<BitRate>
UplinkRates(const LeafSpineSpec& spec, double oversubscription)
{
    RequirePositive("oversubscription",
                    oversubscription,
                    "2 means that hosts can offer twice what the uplinks carry");
    RequirePositive("spines", spec.spines, "a leaf-spine has at least one spine");
    CheckHostRates(spec.server, spec.leaves * spec.hostsPerLeaf);
    std::vector<BitRate> rates;
    for (std::uint32_t leaf = 0; leaf < spec.leaves; ++leaf)
    {
        BitRate offered = 0;
        for (std::uint32_t host = 0; host < spec.hostsPerLeaf; ++host)
        {
            offered += HostRate(spec.server, leaf * spec.hostsPerLeaf + host);
        }
        rates.push_back(offered * spec.server.interfacesPerHost / (oversubscription * spec.spines));
    }
    return rates;
}

static std::uint32_t
HostsOf(const TopologyValues& values)
{
    const auto hosts = std::uint64_t{values.Count("leaves")} * values.Count("hosts_per_leaf");
    if (hosts > MOST_HOSTS)
    {
        throw ParameterError("hosts_per_leaf",
                             "the fabric would have " + std::to_string(hosts) + " hosts",
                             "at most " + std::to_string(MOST_HOSTS) + " are possible");
    }
    if (2 * std::uint64_t{values.Count("leaves")} * values.Count("spines") > MOST_LINKS)
    {
        throw ParameterError("spines",
                             "the fabric would have more than " + std::to_string(MOST_LINKS) +
                                 " links between leaves and spines",
                             "use fewer leaves or spines");
    }
    return static_cast<std::uint32_t>(hosts);
}

static Topology
FromValues(const TopologyValues& values, const ServerSpec& server)
{
    LeafSpineSpec spec{values.Count("leaves"),
                       values.Count("spines"),
                       values.Count("hosts_per_leaf"),
                       server,
                       {}};
    const auto uplink = values.links.find("uplink");
    if (uplink != values.links.end())
    {
        spec.uplink = uplink->second;
    }
    const auto oversubscription = values.numbers.find("oversubscription");
    if (oversubscription == values.numbers.end())
    {
        if (uplink == values.links.end())
        {
            throw ParameterError("uplink",
                                 "uplink is missing",
                                 R"(give "uplink": {"rate": "200Gbps"} or "oversubscription": 2)");
        }
        return MakeLeafSpine(spec);
    }
    if (spec.uplink.rate > 0)
    {
        throw ParameterError("oversubscription",
                             R"("oversubscription" and "uplink"/"rate" are both given)",
                             "keep one: each follows from the other");
    }
    spec.uplinkRates = UplinkRates(spec, oversubscription->second);
    return MakeLeafSpine(spec);
}

TopologyEntry
LeafSpineEntry()
{
    using P = TopologyParameter;
    return {"leaf-spine",
            "Two tiers of switches; every leaf is joined to every spine.",
            {{"leaves", P::COUNT, "number of leaves", true, 1, MOST_SWITCHES},
             {"spines", P::COUNT, "number of spines", true, 1, MOST_SWITCHES},
             {"hosts_per_leaf", P::COUNT, "at most 65,536 hosts in all", true},
             {"uplink", P::LINK, "each link between a leaf and a spine"},
             {"oversubscription",
              P::NUMBER,
              "in place of the rate of `uplink`: the interfaces of a leaf's hosts together offer "
              "so many times what its uplinks carry. With `rates` whose sums differ from leaf to "
              "leaf each leaf keeps this ratio, so that the uplinks differ as well",
              false,
              1e-3,
              1e3}},
            HostsOf,
            FromValues};
}

} // namespace echelon
