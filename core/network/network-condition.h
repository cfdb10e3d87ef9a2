// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What the links of a network carry at present: the only source of payload capacities.
 *
 *     NetworkCondition condition(topology, 4096.0 / 4178);   // payload per bit on the wire
 *     condition.Capacity()[link.Value()];                    // payload bits per second now
 *     condition.SetRate(link, 0);                            // the link is down from now on
 *     condition.Carries(flow.route);                         // false: the flow stands still
 *
 * A fabric owns its condition, and Fabric::SetCapacity changes it. Schedulers see the condition at
 * the time of their decision. How long a flow takes alone, and so what counts as waiting, is
 * measured against the network as it was built. SetRate takes O(1).
 */
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "base/units.h"
#include "network/route-table.h"
#include "network/topology.h"

#include <vector>

namespace echelon
{

/// A link carries another rate from a time on.
struct LinkEvent
{
    Time at;
    LinkId link;
    BitRate rate = 0; ///< on the wire; 0: the link is down
};

class NetworkCondition
{
  public:
    /// @param goodput payload bits for each bit of a link's rate, in (0, 1].
    NetworkCondition(const Topology& topology, double goodput);

    /// @param rates of the links on the wire.
    NetworkCondition(const std::vector<BitRate>& rates, double goodput);

    double Goodput() const
    {
        return m_goodput;
    }

    /// By link id, payload bits per second at present. The vector stays where it is.
    const std::vector<BitRate>& Capacity() const
    {
        return m_capacity;
    }

    /// By link id, payload bits per second as the network was built.
    const std::vector<BitRate>& AsBuilt() const
    {
        return m_asBuilt;
    }

    /// @param rate on the wire, from now on; not negative. @pre the network has the link.
    void SetRate(LinkId link, BitRate rate);

    /// Whether there is a link that carries nothing.
    bool HasLinkDown() const
    {
        return m_linksDown > 0;
    }

    /// Whether no link of the route is down.
    bool Carries(Route route) const;

    /// The largest payload rate of a flow that is alone on the network as it was built.
    BitRate MostAlone(Route route) const;

  private:
    double m_goodput;
    std::vector<BitRate> m_asBuilt;
    std::vector<BitRate> m_capacity;
    std::size_t m_linksDown = 0;
};

} // namespace echelon
