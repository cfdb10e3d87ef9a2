// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/shared-switch.h"

#include "base/tolerances.h"
#include "base/transmission-end.h"

#include <algorithm>
#include <limits>

namespace echelon
{

namespace
{

constexpr double INFINITE = std::numeric_limits<double>::infinity();
constexpr std::size_t LANES = 8;
/// Clocks past this many bits are set back: half a unit in the last place is 1e-7 bits here.
constexpr double LONGEST_CLOCK = 1073741824.0;

/// @pre size is a multiple of LANES and not 0.
double
Least(const double* values, std::size_t size)
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
    return *std::min_element(lanes, lanes + LANES);
}

} // namespace

SharedSwitch::SharedSwitch(const std::vector<BitRate>& egress, const std::vector<BitRate>& ingress)
    : m_egress(static_cast<std::uint32_t>(egress.size())),
      m_ingress(static_cast<std::uint32_t>(ingress.size())),
      m_stride((std::max(egress.size(), ingress.size()) + LANES - 1) / LANES * LANES),
      m_shares(egress, ingress),
      m_clocks(egress.size() + ingress.size(), 0.0),
      m_ends(m_clocks.size() * m_stride, INFINITE),
      m_firstEnds(m_clocks.size(), INFINITE),
      m_pairs(egress.size() * ingress.size())
{
}

double
SharedSwitch::Clock(std::uint32_t port, Time now) const
{
    return m_clocks[port] + m_shares.Level(port) * (now - m_now).Seconds();
}

double
SharedSwitch::Served(const Pair& pair, Time now) const
{
    return pair.port == NOWHERE ? pair.served : pair.served + (Clock(pair.port, now) - pair.since);
}

std::uint32_t
SharedSwitch::Across(std::uint32_t port, PortPair pair) const
{
    return port < m_egress ? pair.ingress : pair.egress;
}

void
SharedSwitch::Advance(Time now)
{
    if (now == m_now)
    {
        return;
    }
    const double seconds = (now - m_now).Seconds();
    m_now = now;
    for (std::uint32_t port = 0; port < m_clocks.size(); ++port)
    {
        m_clocks[port] += m_shares.Level(port) * seconds;
        if (m_clocks[port] > LONGEST_CLOCK)
        {
            SetBack(port);
        }
    }
}

void
SharedSwitch::SetBack(std::uint32_t port)
{
    const double clock = m_clocks[port];
    const bool isEgress = port < m_egress;
    for (std::uint32_t i = 0; i < (isEgress ? m_ingress : m_egress); ++i)
    {
        const PortPair place = isEgress ? PortPair{port, i} : PortPair{i, port - m_egress};
        Pair& pair = At(place);
        if (pair.port == port)
        {
            pair.served += clock - pair.since;
            pair.since = 0;
        }
    }
    m_clocks[port] = 0;
    m_firstEnds[port] = INFINITE;
    for (std::uint32_t i = 0; i < (isEgress ? m_ingress : m_egress); ++i)
    {
        const PortPair place = isEgress ? PortPair{port, i} : PortPair{i, port - m_egress};
        if (At(place).port == port)
        {
            Announce(place);
        }
    }
    m_firstEnds[port] = Least(&m_ends[port * m_stride], m_stride);
}

void
SharedSwitch::Start(std::uint32_t flow,
                    PortPair place,
                    std::uint32_t multiplicity,
                    double bits,
                    Time now)
{
    Advance(now);
    Pair& pair = At(place);
    const double end = Served(pair, now) + bits;
    m_members[flow] = {place, multiplicity, end};
    pair.ends.push_back({end, flow});
    std::push_heap(pair.ends.begin(), pair.ends.end(), Later);
    m_shares.Add(place, multiplicity);
    m_isStale = true;
    if (pair.port != NOWHERE)
    {
        Announce(place);
        m_firstEnds[pair.port] = std::min(m_firstEnds[pair.port],
                                          m_ends[pair.port * m_stride + Across(pair.port, place)]);
    }
}

void
SharedSwitch::Announce(PortPair place)
{
    const Pair& pair = At(place);
    m_ends[pair.port * m_stride + Across(pair.port, place)] =
        pair.ends.empty() ? INFINITE : pair.since + (pair.ends.front().service - pair.served);
}

void
SharedSwitch::Move(PortPair place)
{
    Pair& pair = At(place);
    pair.served = Served(pair, m_now);
    if (pair.port != NOWHERE)
    {
        double& end = m_ends[pair.port * m_stride + Across(pair.port, place)];
        const bool wasFirst = end == m_firstEnds[pair.port];
        end = INFINITE;
        if (wasFirst)
        {
            m_firstEnds[pair.port] = Least(&m_ends[pair.port * m_stride], m_stride);
        }
    }
    pair.port = m_shares.BottleneckOf(place);
    pair.since = m_clocks[pair.port];
    Announce(place);
    m_firstEnds[pair.port] =
        std::min(m_firstEnds[pair.port], m_ends[pair.port * m_stride + Across(pair.port, place)]);
}

bool
SharedSwitch::Share(Time now)
{
    if (!m_isStale)
    {
        return false;
    }
    Advance(now);
    m_isStale = false;
    m_shares.Solve();
    for (const PortPair pair : m_shares.Moved())
    {
        Move(pair);
    }
    return true;
}

void
SharedSwitch::ListChanged(std::vector<PortPair>& pairs)
{
    m_listedLevels.resize(m_clocks.size(), 0.0);
    pairs.insert(pairs.end(), m_shares.Moved().begin(), m_shares.Moved().end());
    for (std::uint32_t port = 0; port < m_clocks.size(); ++port)
    {
        if (m_shares.Level(port) == m_listedLevels[port])
        {
            continue;
        }
        m_listedLevels[port] = m_shares.Level(port);
        const bool isEgress = port < m_egress;
        for (std::uint32_t i = 0; i < (isEgress ? m_ingress : m_egress); ++i)
        {
            const PortPair place = isEgress ? PortPair{port, i} : PortPair{i, port - m_egress};
            if (At(place).port == port)
            {
                pairs.push_back(place);
            }
        }
    }
}

std::optional<Time>
SharedSwitch::NextFinish() const
{
    double least = INFINITE;
    std::uint32_t first = 0;
    for (std::uint32_t port = 0; port < m_clocks.size(); ++port)
    {
        if (m_firstEnds[port] < INFINITE)
        {
            const double seconds = (m_firstEnds[port] - m_clocks[port]) / m_shares.Level(port);
            first = seconds < least ? port : first;
            least = std::min(least, seconds);
        }
    }
    if (least == INFINITE)
    {
        return std::nullopt;
    }
    const double bits = std::max(0.0, m_firstEnds[first] - m_clocks[first]);
    return EndOfTransmission(m_now, bits, m_shares.Level(first));
}

void
SharedSwitch::TakeFinished(Time now, std::vector<std::uint32_t>& finished)
{
    Advance(now);
    for (std::uint32_t port = 0; port < m_clocks.size(); ++port)
    {
        const double level = m_shares.Level(port);
        // As NextFinish rounds to whole picoseconds.
        const auto isNow = [&](double end) {
            return end < INFINITE && (end - m_clocks[port]) / level * 1e12 - COMPLETION_SLACK_PS <=
                                         static_cast<double>(COMPLETION_COALESCE_PS);
        };
        if (!isNow(m_firstEnds[port]))
        {
            continue;
        }
        double* const ends = &m_ends[port * m_stride];
        for (std::uint32_t i = 0; i < m_stride; ++i)
        {
            if (!isNow(ends[i]))
            {
                continue;
            }
            const PortPair place =
                port < m_egress ? PortPair{port, i} : PortPair{i, port - m_egress};
            Pair& pair = At(place);
            while (isNow(ends[i]))
            {
                const std::uint32_t flow = pair.ends.front().flow;
                std::pop_heap(pair.ends.begin(), pair.ends.end(), Later);
                pair.ends.pop_back();
                const auto member = m_members.find(flow);
                m_shares.Add(place, -static_cast<std::int64_t>(member->second.multiplicity));
                m_members.erase(member);
                m_isStale = true;
                finished.push_back(flow);
                Announce(place);
            }
            if (pair.ends.empty())
            {
                pair = Pair();
            }
        }
        m_firstEnds[port] = Least(ends, m_stride);
    }
}

double
SharedSwitch::Remaining(std::uint32_t flow, Time now) const
{
    const Member& member = m_members.at(flow);
    const Pair& pair = m_pairs[member.pair.egress * m_ingress + member.pair.ingress];
    const double level = pair.port == NOWHERE ? 0 : m_shares.Level(pair.port);
    return std::max(member.service - Served(pair, now), level * Time::FromPicoseconds(1).Seconds());
}

} // namespace echelon
