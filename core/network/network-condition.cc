// SPDX-License-Identifier: GPL-2.0-only
#include "network/network-condition.h"

#include "base/contracts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echelon
{

static std::vector<BitRate>
RatesOf(const Topology& topology)
{
    std::vector<BitRate> rates;
    for (const Link& link : topology.Links())
    {
        rates.push_back(link.rate);
    }
    return rates;
}

NetworkCondition::NetworkCondition(const Topology& topology, double goodput)
    : NetworkCondition(RatesOf(topology), goodput)
{
}

NetworkCondition::NetworkCondition(const std::vector<BitRate>& rates, double goodput)
    : m_goodput(goodput)
{
    ECHELON_REQUIRE(goodput > 0 && goodput <= 1, "payload is at most all that a link carries");
    for (const BitRate rate : rates)
    {
        m_asBuilt.push_back(rate * goodput);
    }
    m_capacity = m_asBuilt;
}

void
NetworkCondition::SetRate(LinkId link, BitRate rate)
{
    ECHELON_REQUIRE(std::isfinite(rate) && rate >= 0, "a link's rate is not negative");
    ECHELON_REQUIRE(link.Value() < m_capacity.size(), "the network has the link");
    BitRate& capacity = m_capacity[link.Value()];
    m_linksDown -= capacity == 0 ? 1 : 0;
    capacity = rate * m_goodput;
    m_linksDown += capacity == 0 ? 1 : 0;
}

bool
NetworkCondition::Carries(Route route) const
{
    return m_linksDown == 0 || std::all_of(route.begin(), route.end(), [this](LinkId link) {
               return m_capacity[link.Value()] > 0;
           });
}

BitRate
NetworkCondition::MostAlone(Route route) const
{
    BitRate rate = std::numeric_limits<double>::infinity();
    for (const LinkShare& hop : route)
    {
        rate = std::min(rate, hop.RateFor(m_asBuilt[hop.link.Value()]));
    }
    return rate;
}

} // namespace echelon
