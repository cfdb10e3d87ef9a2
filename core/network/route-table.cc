// SPDX-License-Identifier: GPL-2.0-only
#include "network/route-table.h"

#include "base/contracts.h"
#include "base/random.h"
#include "base/tolerances.h"
#include "network/topology.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

namespace echelon
{

const Route::Entry Route::NOWHERE{};

static std::uint64_t
HashOf(const std::vector<LinkShare>& links, Time delay)
{
    auto hash = static_cast<std::uint64_t>(delay.Picoseconds());
    for (const LinkShare& hop : links)
    {
        std::uint64_t share = 0;
        std::memcpy(&share, &hop.share, sizeof share);
        hash = Mix64(hash ^ share ^ (std::uint64_t{hop.link.Value()} << 20));
    }
    return hash;
}

Route
RouteTable::Intern(const std::vector<LinkShare>& links, Time delay)
{
    if (links.empty())
    {
        return {};
    }
    const std::uint64_t hash = HashOf(links, delay);
    const auto range = m_byHash.equal_range(hash);
    for (auto known = range.first; known != range.second; ++known)
    {
        const Route route = known->second;
        const auto isSame = [](const LinkShare& a, const LinkShare& b) {
            return a.link == b.link && a.share == b.share;
        };
        if (route.Delay() == delay &&
            std::equal(route.begin(), route.end(), links.begin(), links.end(), isSame))
        {
            return route;
        }
    }
    bool isSplit = false;
    for (const LinkShare& hop : links)
    {
        ECHELON_REQUIRE(hop.share > 0 && hop.share <= 1 + ROUNDING,
                        "a link of a route carries a part of the flow");
        isSplit = isSplit || hop.share != 1;
    }
    const std::size_t places =
        (links.size() + Route::PADDING - 1) / Route::PADDING * Route::PADDING;
    void* const memory = ::operator new(sizeof(Route::Entry) + places * sizeof(LinkShare));
    auto* const entry = new (memory) Route::Entry{};
    m_entries.emplace_back(entry);
    entry->delay = delay;
    entry->number = RouteId(m_entries.size() - 1);
    entry->hops = static_cast<std::uint32_t>(links.size());
    entry->isSplit = isSplit;
    auto* const first = reinterpret_cast<LinkShare*>(entry + 1);
    auto* const end = std::uninitialized_copy(links.begin(), links.end(), first);
    std::uninitialized_fill(end, first + places, LinkShare{NO_LINK, 1});
    const Route route(entry);
    m_byHash.emplace(hash, route);
    return route;
}

Route
RouteTable::Along(const Topology& topology, const Path& path)
{
    m_links.assign(path.size(), {});
    for (std::size_t hop = 0; hop < path.size(); ++hop)
    {
        m_links[hop].link = path[hop];
    }
    return Intern(m_links, topology.Delay(path));
}

Route
RouteTable::Spread(const Topology& topology, const std::vector<PathShare>& parts)
{
    std::vector<LinkShare> links;
    double sum = 0;
    Time delay;
    for (const PathShare& part : parts)
    {
        ECHELON_REQUIRE(part.share > 0, "a part of a flow is not empty");
        sum += part.share;
        delay = std::max(delay, topology.Delay(part.path));
        for (const LinkId link : part.path)
        {
            const auto known = std::find(links.begin(), links.end(), link);
            if (known == links.end())
            {
                links.push_back({link, part.share});
            }
            else
            {
                known->share += part.share;
            }
        }
    }
    ECHELON_REQUIRE(std::abs(sum - 1) <= SAME_VOLUME, "the parts of a flow are the flow");
    for (LinkShare& hop : links)
    {
        hop.share = std::abs(hop.share - 1) <= SAME_VOLUME ? 1 : hop.share;
    }
    return Intern(links, delay);
}

} // namespace echelon
