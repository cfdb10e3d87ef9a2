// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/rate-log.h"

#include "base/contracts.h"

namespace echelon
{

void
RateLog::Start(FlowId flow, Route route)
{
    ECHELON_REQUIRE(flow.Value() >= m_routes.size(), "flows come in order of their ids");
    m_routes.resize(flow.Value() + 1);
    m_routes.back() = route;
}

void
RateLog::SetRate(FlowId flow, Time now, BitRate rate)
{
    ECHELON_REQUIRE(rate >= 0, "a rate is not negative");
    Add(Change::Kind::RATE, flow.Value(), now, rate);
}

void
RateLog::Depart(FlowId flow, Time now)
{
    Add(Change::Kind::RATE, flow.Value(), now, -1);
}

void
RateLog::Join(FlowId flow, Time now, std::uint32_t lane)
{
    Add(Change::Kind::JOIN, flow.Value(), now, lane);
}

void
RateLog::SetLaneRate(std::uint32_t lane, Time now, BitRate rate)
{
    ECHELON_REQUIRE(rate >= 0, "a rate is not negative");
    Add(Change::Kind::LANE, lane, now, rate);
}

void
RateLog::Add(Change::Kind kind, std::uint32_t subject, Time now, BitRate rate)
{
    if (m_changes.size() == m_maxChanges)
    {
        m_isFull = true;
        return;
    }
    if (m_times.empty() || m_times.back() != now)
    {
        ECHELON_REQUIRE(m_times.empty() || m_times.back() < now, "changes come in order of time");
        m_times.push_back(now);
    }
    Change change;
    change.subject = subject;
    change.instant = static_cast<std::uint32_t>(m_times.size() - 1);
    change.kind = kind;
    change.rate = rate;
    m_changes.push_back(change);
}

} // namespace echelon
