// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The ways of flows through the network: for each, its links, and the share of the flow's bits that
 * crosses each of them.
 *
 *     RouteTable routes;
 *     flow.route = routes.Along(topology, path);                        // every share is 1
 *     flow.route = routes.Spread(topology, {{upper, 0.5}, {lower, 0.5}});
 *     for (const LinkShare& hop : flow.route) { load[hop.link.Value()] += rate * hop.share; }
 *
 * A Route is a handle of eight bytes to an entry that the table holds once, however many flows take
 * it. Handles are valid as long as the table lives, and equal when they stand for the same entry.
 * Along and Spread take O(links), and a route of four links takes about 150 bytes.
 * Errors: ContractViolation for shares of a spread route that do not add up to 1.
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "base/units.h"
#include "network/path.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace echelon
{

class Topology;

inline constexpr LinkId NO_LINK{0xffffffff};

/// A link of a route. Where only the link matters, it stands for the link.
struct LinkShare
{
    LinkId link;
    double share = 1; ///< of the flow's bits, > 0

    operator LinkId() const
    {
        return link;
    }

    /// The rate of a flow that puts this much on the link. No division for a whole flow.
    BitRate RateFor(BitRate onLink) const
    {
        return share == 1 ? onLink : onLink / share;
    }
};

class Route
{
  public:
    /// Without links: source and destination are the same device.
    Route() = default;

    const LinkShare* begin() const
    {
        return reinterpret_cast<const LinkShare*>(m_entry + 1);
    }

    const LinkShare* end() const
    {
        return begin() + m_entry->hops;
    }

    const LinkShare& operator[](std::size_t hop) const
    {
        return begin()[hop];
    }

    /// Number of links. Those of a route that is not split are in order.
    std::size_t Hops() const
    {
        return m_entry->hops;
    }

    /// In memory the links are followed by NO_LINK up to a multiple of this, for loops without
    /// branches. @pre not of a route without links.
    static constexpr std::size_t PADDING = 4;

    /// Number of the route in its table: dense, from 0.
    RouteId Number() const
    {
        return m_entry->number;
    }

    /// From when the last bit leaves the source until it arrives: the propagation delay of the
    /// longest path.
    Time Delay() const
    {
        return m_entry->delay;
    }

    /// Whether a share is less than 1.
    bool IsSplit() const
    {
        return m_entry->isSplit;
    }

    friend bool operator==(Route a, Route b)
    {
        return a.m_entry == b.m_entry;
    }

  private:
    friend class RouteTable;

    /// Followed in memory by the links.
    struct alignas(LinkShare) Entry
    {
        Time delay;
        RouteId number;
        std::uint32_t hops : 31;
        bool isSplit : 1;
    };

    static const Entry NOWHERE;

    explicit Route(const Entry* entry)
        : m_entry(entry)
    {
    }

    const Entry* m_entry = &NOWHERE;
};

/// A part of a flow and its path.
struct PathShare
{
    Path path;
    double share;
};

class RouteTable
{
  public:
    Route Along(const Topology& topology, const Path& path);

    /// A flow that is split over several paths. The shares of paths that have a link in common add
    /// up there. @pre the shares add up to 1.
    Route Spread(const Topology& topology, const std::vector<PathShare>& parts);

    /// @pre every link once.
    Route Intern(const std::vector<LinkShare>& links, Time delay);

    std::size_t Size() const
    {
        return m_entries.size();
    }

  private:
    struct Free
    {
        void operator()(Route::Entry* entry) const
        {
            ::operator delete(entry);
        }
    };

    std::vector<LinkShare> m_links; ///< scratch of Along
    std::vector<std::unique_ptr<Route::Entry, Free>> m_entries;
    std::unordered_multimap<std::uint64_t, Route> m_byHash;
};

} // namespace echelon
