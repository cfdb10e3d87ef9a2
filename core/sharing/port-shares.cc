// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/port-shares.h"

#include "base/contracts.h"

#include <algorithm>
#include <limits>

namespace echelon
{

namespace
{

constexpr double INFINITE = std::numeric_limits<double>::infinity();
/// Values that the loops below take at once; the compiler makes vector instructions of them.
constexpr std::size_t LANES = 8;

/// Index of the least value, the first of equals. @pre size is a multiple of LANES and not 0.
std::size_t
IndexOfLeast(const double* values, std::size_t size)
{
    double lanes[LANES];
    std::copy_n(values, LANES, lanes);
    for (std::size_t i = LANES; i < size; i += LANES)
    {
        for (std::size_t lane = 0; lane < LANES; ++lane)
        {
            lanes[lane] = values[i + lane] < lanes[lane] ? values[i + lane] : lanes[lane];
        }
    }
    const double least = *std::min_element(lanes, lanes + LANES);
    return static_cast<std::size_t>(std::find(values, values + size, least) - values);
}

/// What flows with a rate of `level` take from the ports that they go to.
void
TakeAcross(const double* __restrict counts,
           double level,
           std::size_t size,
           double* __restrict left,
           double* __restrict flows,
           double* __restrict share)
{
    for (std::size_t i = 0; i < size; ++i)
    {
        left[i] -= level * counts[i];
        flows[i] -= counts[i];
        const double quotient = left[i] / flows[i];
        share[i] = flows[i] > 0 ? quotient : INFINITE;
    }
}

} // namespace

PortShares::PortShares(const std::vector<BitRate>& egress, const std::vector<BitRate>& ingress)
    : m_egress(static_cast<std::uint32_t>(egress.size())),
      m_ingress(static_cast<std::uint32_t>(ingress.size())),
      m_stride((std::max(egress.size(), ingress.size()) + LANES - 1) / LANES * LANES),
      m_capacity(egress),
      m_level(egress.size() + ingress.size(), 0.0),
      m_rate(m_level),
      m_counts(m_level.size() * m_stride, 0.0),
      m_isLoose(m_level.size() * m_stride, 0),
      m_totals(2 * m_stride, 0.0),
      m_left(m_totals),
      m_flows(m_totals),
      m_share(m_totals),
      m_open(2 * m_stride, 0)
{
    ECHELON_REQUIRE(!egress.empty() && !ingress.empty(), "a switch has ports on both sides");
    m_capacity.insert(m_capacity.end(), ingress.begin(), ingress.end());
}

void
PortShares::Add(PortPair pair, std::int64_t flows)
{
    const std::uint32_t port = m_egress + pair.ingress;
    const std::size_t there = CountAt(pair.egress, pair.ingress);
    const std::size_t back = CountAt(port, pair.egress);
    const double before = m_counts[there];
    const double now = before + static_cast<double>(flows);
    ECHELON_REQUIRE(now >= 0, "no more flows go than came");
    m_counts[there] = now;
    m_counts[back] = now;
    m_totals[pair.egress] += static_cast<double>(flows);
    m_totals[m_stride + pair.ingress] += static_cast<double>(flows);
    if (before == 0 || now == 0)
    {
        m_isLoose[there] = m_isLoose[back] = now > 0 ? 1 : 0;
    }
}

void
PortShares::Solve()
{
    m_moved.clear();
    m_flows = m_totals;
    std::fill(m_share.begin(), m_share.end(), INFINITE);
    std::fill(m_open.begin(), m_open.end(), 1);
    std::fill(m_level.begin(), m_level.end(), 0.0);
    for (std::uint32_t port = 0; port < Ports(); ++port)
    {
        const std::size_t at = port < m_egress ? port : m_stride + port - m_egress;
        m_left[at] = m_capacity[port];
        m_share[at] = m_flows[at] > 0 ? m_left[at] / m_flows[at] : INFINITE;
    }
    double level = 0;
    for (;;)
    {
        const std::size_t at = IndexOfLeast(m_share.data(), m_share.size());
        if (m_share[at] == INFINITE)
        {
            break;
        }
        // Levels ascend; what rounding says against it is not believed.
        level = std::max(level, m_share[at]);
        const bool isEgress = at < m_stride;
        const auto port = static_cast<std::uint32_t>(isEgress ? at : at - m_stride + m_egress);
        m_flows[at] = 0;
        m_share[at] = INFINITE;
        m_open[at] = 0;
        Fix(port, level);
    }
    for (std::uint32_t port = 0; port < Ports(); ++port)
    {
        const std::size_t at = port < m_egress ? port : m_stride + port - m_egress;
        const bool isIdle = m_totals[at] == 0;
        m_rate[port] = m_level[port] > 0 ? m_capacity[port]
                       : isIdle          ? 0
                                         : std::max(0.0, m_capacity[port] - m_left[at]);
    }
}

void
PortShares::Fix(std::uint32_t port, double level)
{
    m_level[port] = level;
    const std::size_t across = port < m_egress ? m_stride : 0;
    TakeAcross(&m_counts[port * m_stride],
               level,
               m_stride,
               &m_left[across],
               &m_flows[across],
               &m_share[across]);
    // Pairs with a port that is not open had their rate before.
    const std::uint8_t* const loose = &m_isLoose[port * m_stride];
    const std::uint8_t* const open = &m_open[across];
    std::uint8_t hasMoved = 0;
    for (std::size_t i = 0; i < m_stride; ++i)
    {
        hasMoved |= loose[i] & open[i];
    }
    if (hasMoved)
    {
        CollectMoved(port);
    }
}

void
PortShares::CollectMoved(std::uint32_t port)
{
    const bool isEgress = port < m_egress;
    const std::size_t across = isEgress ? m_stride : 0;
    for (std::uint32_t i = 0; i < (isEgress ? m_ingress : m_egress); ++i)
    {
        if (m_isLoose[CountAt(port, i)] && m_open[across + i])
        {
            m_isLoose[CountAt(port, i)] = 0;
            if (isEgress)
            {
                m_isLoose[CountAt(m_egress + i, port)] = 1;
                m_moved.push_back({port, i});
            }
            else
            {
                m_isLoose[CountAt(i, port - m_egress)] = 1;
                m_moved.push_back({i, port - m_egress});
            }
        }
    }
}

} // namespace echelon
