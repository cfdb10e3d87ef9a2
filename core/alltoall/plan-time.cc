// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/plan-time.h"

#include "alltoall/relay-stocks.h"
#include "base/contracts.h"
#include "sharing/port-sharing.h"
#include "sharing/sender-queues.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

namespace
{

/// Start and end in picoseconds.
struct Span
{
    double start = 0;
    double end = 0;
};

using Spans = std::vector<Span>; ///< stage by stage, in the stage's order

/// What no Time can hold is Time::Max().
Time
Rounded(double picoseconds)
{
    if (picoseconds >= static_cast<double>(Time::Max().Picoseconds()))
    {
        return Time::Max();
    }
    return Time::FromPicoseconds(std::llround(picoseconds));
}

/// Rates of the network ports, then of the scale-up ports where there are any.
std::vector<BitRate>
PortRates(const PlanningFabric& fabric)
{
    std::vector<BitRate> rates = fabric.portRate;
    if (fabric.scaleUpRate > 0)
    {
        rates.resize(std::size_t{2} * fabric.Ranks(), fabric.scaleUpRate);
    }
    return rates;
}

/// The port of a rank that a hop uses: network or scale-up.
std::uint32_t
PortOf(std::uint32_t rank, bool scaleUp, const PlanningFabric& fabric)
{
    return scaleUp ? fabric.Ranks() + rank : rank;
}

/// Stage after stage: what starts a stage's transmissions is known from the stages before.
class ExclusiveTiming
{
  public:
    ExclusiveTiming(const TransmissionPlan& plan, const PlanningFabric& fabric)
        : m_fabric(fabric),
          m_stocks(plan),
          m_free(std::size_t{2} * plan.ranks),
          m_load(plan.ranks),
          m_servers(1 + *std::max_element(fabric.server.begin(), fabric.server.end())),
          m_inside(m_servers)
    {
    }

    std::uint32_t FanIn() const
    {
        return m_fanIn;
    }

    void Run(const Stage& stage, Span* spans)
    {
        const std::vector<Transmission>& all = stage.transmissions;
        for (std::size_t k = 0; k < all.size(); ++k)
        {
            spans[k].start = Start(all[k]);
            const bool inside = m_fabric.SameServer(all[k].source, all[k].destination);
            if (inside)
            {
                m_inside[m_fabric.server[all[k].source]].push_back(k);
            }
            else
            {
                Load& sends = m_load[all[k].source];
                Load& receives = m_load[all[k].destination];
                sends.sent += all[k].bytes;
                receives.received += all[k].bytes;
                // Sorted by source: a sender's transmissions follow each other.
                receives.senders += receives.lastSender == all[k].source ? 0 : 1;
                receives.lastSender = all[k].source;
                m_fanIn = std::max(m_fanIn, receives.senders);
            }
        }
        for (std::size_t k = 0; k < all.size(); ++k)
        {
            if (!m_fabric.SameServer(all[k].source, all[k].destination))
            {
                spans[k].end = spans[k].start + Duration(all[k]);
            }
        }
        for (std::vector<std::size_t>& inside : m_inside)
        {
            ShareInside(all, inside, spans);
            inside.clear();
        }
        Finish(all, spans);
    }

  private:
    struct Port
    {
        double sendFree = 0; ///< picoseconds
        double receiveFree = 0;
    };

    /// What a network port does in this stage.
    struct Load
    {
        Bytes sent = 0;
        Bytes received = 0;
        std::uint32_t senders = 0;
        std::uint32_t lastSender = UINT32_MAX;
    };

    double Start(const Transmission& one)
    {
        const bool scaleUp = m_fabric.SameServer(one.source, one.destination);
        double start = std::max(m_free[PortOf(one.source, scaleUp, m_fabric)].sendFree,
                                m_free[PortOf(one.destination, scaleUp, m_fabric)].receiveFree);
        m_stocks.Take(one, [&start](double arrival) { start = std::max(start, arrival); });
        return start;
    }

    /// Transmissions of one stage at one port get its rate in proportion to their bytes, so that
    /// they last as long as all of them one after the other.
    double Duration(const Transmission& one) const
    {
        const double sending =
            static_cast<double>(m_load[one.source].sent) * 8e12 / m_fabric.portRate[one.source];
        const double receiving = static_cast<double>(m_load[one.destination].received) * 8e12 /
                                 m_fabric.portRate[one.destination];
        return std::max(sending, receiving);
    }

    void ShareInside(const std::vector<Transmission>& all,
                     const std::vector<std::size_t>& inside,
                     Span* spans) const
    {
        if (inside.empty())
        {
            return;
        }
        std::uint32_t first = UINT32_MAX; // ranks of a server are consecutive
        std::uint32_t last = 0;
        for (const std::size_t k : inside)
        {
            first = std::min({first, all[k].source, all[k].destination});
            last = std::max({last, all[k].source, all[k].destination});
        }
        std::vector<SharedTransmission> shared;
        for (const std::size_t k : inside)
        {
            shared.push_back({all[k].source - first,
                              all[k].destination - first,
                              8.0 * static_cast<double>(all[k].bytes),
                              spans[k].start});
        }
        const std::vector<BitRate> rates(last - first + 1, m_fabric.scaleUpRate);
        const std::vector<double> ends = ShareMaxMin(rates, rates, shared);
        for (std::size_t k = 0; k < inside.size(); ++k)
        {
            spans[inside[k]].end = ends[k];
        }
    }

    void Finish(const std::vector<Transmission>& all, const Span* spans)
    {
        for (std::size_t k = 0; k < all.size(); ++k)
        {
            const Transmission& one = all[k];
            const bool scaleUp = m_fabric.SameServer(one.source, one.destination);
            double& sendFree = m_free[PortOf(one.source, scaleUp, m_fabric)].sendFree;
            double& receiveFree = m_free[PortOf(one.destination, scaleUp, m_fabric)].receiveFree;
            sendFree = std::max(sendFree, spans[k].end);
            receiveFree = std::max(receiveFree, spans[k].end);
            m_load[one.source] = {};
            m_load[one.destination] = {};
            m_stocks.Bring(one, spans[k].end);
        }
    }

    const PlanningFabric& m_fabric;
    RelayStocks<double> m_stocks; ///< by the ends of transmissions, picoseconds
    std::vector<Port> m_free;     ///< network ports, then scale-up ports
    std::vector<Load> m_load;
    std::uint32_t m_servers;
    std::vector<std::vector<std::size_t>> m_inside; ///< this stage's transmissions by server
    std::uint32_t m_fanIn = 0;
};

std::uint32_t
TimeExclusive(const TransmissionPlan& plan, const PlanningFabric& fabric, Spans& spans)
{
    ExclusiveTiming timing(plan, fabric);
    std::size_t first = 0;
    for (const Stage& stage : plan.stages)
    {
        timing.Run(stage, spans.data() + first);
        first += stage.transmissions.size();
    }
    return timing.FanIn();
}

std::uint32_t
TimeSenderOrder(const TransmissionPlan& plan, const PlanningFabric& fabric, Spans& spans)
{
    const std::vector<BitRate> rates = PortRates(fabric);
    std::vector<std::vector<QueuedTransmission>> queues(rates.size());
    std::vector<std::vector<std::size_t>> numbers(rates.size());
    std::size_t number = 0;
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& one : stage.transmissions)
        {
            ECHELON_REQUIRE(one.target == one.destination, "only exclusive plans relay");
            const bool scaleUp = fabric.SameServer(one.source, one.destination);
            const std::uint32_t sender = PortOf(one.source, scaleUp, fabric);
            queues[sender].push_back(
                {PortOf(one.destination, scaleUp, fabric), 8.0 * static_cast<double>(one.bytes)});
            numbers[sender].push_back(number++);
        }
    }
    const QueueTiming timing = TimeSenderQueues(rates, rates, queues);
    for (std::size_t sender = 0; sender < queues.size(); ++sender)
    {
        for (std::size_t k = 0; k < queues[sender].size(); ++k)
        {
            const QueuedTime& time = timing.times[sender][k];
            spans[numbers[sender][k]] = {time.start, time.end};
        }
    }
    return *std::max_element(timing.fanIn.begin(), timing.fanIn.begin() + plan.ranks);
}

std::uint32_t
TimeUnordered(const TransmissionPlan& plan, const PlanningFabric& fabric, Spans& spans)
{
    const std::vector<BitRate> rates = PortRates(fabric);
    std::vector<SharedTransmission> shared;
    std::vector<std::uint32_t> senders(plan.ranks, 0);
    for (const Stage& stage : plan.stages)
    {
        for (const Transmission& one : stage.transmissions)
        {
            ECHELON_REQUIRE(one.target == one.destination, "only exclusive plans relay");
            const bool scaleUp = fabric.SameServer(one.source, one.destination);
            shared.push_back({PortOf(one.source, scaleUp, fabric),
                              PortOf(one.destination, scaleUp, fabric),
                              8.0 * static_cast<double>(one.bytes),
                              0});
            senders[one.destination] += scaleUp ? 0 : 1;
        }
    }
    const std::vector<double> ends = ShareMaxMin(rates, rates, shared);
    for (std::size_t k = 0; k < ends.size(); ++k)
    {
        spans[k].end = ends[k];
    }
    return *std::max_element(senders.begin(), senders.end());
}

} // namespace

PlanTiming
TimePlan(const TransmissionPlan& plan, const PlanningFabric& fabric)
{
    ECHELON_REQUIRE(plan.ranks == fabric.Ranks(), "the plan is for the fabric's ranks");
    std::size_t count = 0;
    for (const Stage& stage : plan.stages)
    {
        count += stage.transmissions.size();
    }
    Spans spans(count);
    PlanTiming timing;
    switch (plan.rule)
    {
    case StartRule::EXCLUSIVE:
        timing.fanIn = TimeExclusive(plan, fabric, spans);
        break;
    case StartRule::SENDER_ORDER:
        timing.fanIn = TimeSenderOrder(plan, fabric, spans);
        break;
    case StartRule::UNORDERED:
        timing.fanIn = TimeUnordered(plan, fabric, spans);
        break;
    }
    timing.transmissions.reserve(count);
    for (const Span& span : spans)
    {
        timing.transmissions.push_back({Rounded(span.start), Rounded(span.end)});
        timing.makespan = std::max(timing.makespan, timing.transmissions.back().end);
    }
    return timing;
}

} // namespace echelon
