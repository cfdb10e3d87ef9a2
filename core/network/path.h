// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The directed links that a flow crosses, in order. At most four: host to leaf, leaf to spine,
 * spine to leaf, leaf to host.
 *
 *     for (LinkId link : flow.path) { load[link.Value()] += rate; }
 *
 * Held by value inside a flow, so that walking paths touches no other memory.
 */
#pragma once

#include "base/contracts.h"
#include "base/ids.h"

#include <array>
#include <initializer_list>

namespace echelon
{

/// A short sequence of links. Empty: source and destination are the same device.
class Path
{
  public:
    static constexpr std::size_t MAX_HOPS = 4;

    Path() = default;

    Path(std::initializer_list<LinkId> links)
    {
        ECHELON_REQUIRE(links.size() <= MAX_HOPS, "a path has at most four links");
        for (const LinkId link : links)
        {
            m_links[m_size++] = link;
        }
    }

    const LinkId* begin() const
    {
        return m_links.data();
    }

    const LinkId* end() const
    {
        return m_links.data() + m_size;
    }

    std::size_t Hops() const
    {
        return m_size;
    }

    LinkId operator[](std::size_t hop) const
    {
        return m_links[hop];
    }

  private:
    std::array<LinkId, MAX_HOPS> m_links{};
    std::uint8_t m_size = 0;
};

} // namespace echelon
