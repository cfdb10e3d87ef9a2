// SPDX-License-Identifier: GPL-2.0-only
#include "support/plan-checker.h"

#include "base/tolerances.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace echelon
{

namespace
{

constexpr std::size_t MOST_FAULTS = 10;
constexpr std::uint32_t NONE = UINT32_MAX;

std::string
Hop(const Transmission& one)
{
    std::string text =
        "rank " + std::to_string(one.source) + " to rank " + std::to_string(one.destination);
    if (one.target != one.destination)
    {
        text += " for rank " + std::to_string(one.target);
    }
    return text;
}

class Checker
{
  public:
    Checker(const TransmissionPlan& plan,
            const TrafficMatrix& traffic,
            const PlanningFabric& fabric)
        : m_plan(plan),
          m_traffic(traffic),
          m_fabric(fabric)
    {
    }

    std::vector<std::string> Run()
    {
        const std::uint32_t n = m_traffic.Size();
        if (m_plan.ranks != n || m_fabric.Ranks() != n)
        {
            return {"the plan is for " + std::to_string(m_plan.ranks) + " ranks, the fabric has " +
                    std::to_string(m_fabric.Ranks()) + ", the traffic " + std::to_string(n)};
        }
        if (m_plan.rule == StartRule::UNORDERED && m_plan.stages.size() > 1)
        {
            Fault("the rule is unordered, but there is more than one stage");
        }
        for (m_stage = 0; m_stage < m_plan.stages.size(); ++m_stage)
        {
            // What follows takes ranks as indices.
            if (!CheckTransmissions(m_plan.stages[m_stage]))
            {
                return m_faults;
            }
        }
        CheckBytes();
        if (m_plan.rule == StartRule::EXCLUSIVE)
        {
            CheckPorts();
        }
        return m_faults;
    }

  private:
    void Fault(const std::string& what)
    {
        if (m_faults.size() < MOST_FAULTS)
        {
            m_faults.push_back(what);
        }
    }

    void StageFault(const std::string& what)
    {
        Fault("stage " + std::to_string(m_stage) + ": " + what);
    }

    /// @returns whether all ranks exist.
    bool CheckTransmissions(const Stage& stage)
    {
        const auto key = [](const Transmission& one) {
            return std::tie(one.source, one.destination, one.target, one.spine);
        };
        const std::uint32_t n = m_plan.ranks;
        bool exist = true;
        for (std::size_t k = 0; k < stage.transmissions.size(); ++k)
        {
            const Transmission& one = stage.transmissions[k];
            if (one.source >= n || one.destination >= n || one.target >= n)
            {
                StageFault(Hop(one) + ": no such rank");
                exist = false;
                continue;
            }
            if (one.source == one.destination)
            {
                StageFault(Hop(one) + ": a rank sends itself nothing");
            }
            if (one.bytes <= 0)
            {
                StageFault(Hop(one) + ": " + std::to_string(one.bytes) + " bytes");
            }
            if (one.target != one.destination && m_plan.rule != StartRule::EXCLUSIVE)
            {
                StageFault(Hop(one) + ": only exclusive plans relay");
            }
            if (one.spine && (*one.spine >= m_fabric.spines ||
                              m_fabric.rack[one.source] == m_fabric.rack[one.destination]))
            {
                StageFault(Hop(one) + ": crosses no spine " + std::to_string(*one.spine));
            }
            if (k > 0 && !(key(stage.transmissions[k - 1]) < key(one)))
            {
                StageFault(Hop(one) + ": not sorted, or listed twice");
            }
        }
        return exist;
    }

    /// Bytes are told apart by where they are and whom they are for.
    void CheckBytes()
    {
        const std::uint32_t n = m_plan.ranks;
        std::vector<Bytes> held(std::size_t{n} * n);
        for (std::uint32_t source = 0; source < n; ++source)
        {
            for (std::uint32_t target = 0; target < n; ++target)
            {
                held[std::size_t{source} * n + target] = m_traffic.At(source, target);
            }
        }
        for (m_stage = 0; m_stage < m_plan.stages.size(); ++m_stage)
        {
            const Stage& stage = m_plan.stages[m_stage];
            for (const Transmission& one : stage.transmissions)
            {
                Bytes& left = held[std::size_t{one.source} * n + one.target];
                if (one.bytes > left)
                {
                    StageFault(Hop(one) + ": sends " + std::to_string(one.bytes) + " bytes of " +
                               std::to_string(left));
                }
                left -= std::min(left, one.bytes);
            }
            // What a stage brings can go on in later ones.
            for (const Transmission& one : stage.transmissions)
            {
                if (one.destination != one.target)
                {
                    held[std::size_t{one.destination} * n + one.target] += one.bytes;
                }
            }
        }
        for (std::size_t k = 0; k < held.size(); ++k)
        {
            if (held[k] > 0)
            {
                Fault("rank " + std::to_string(k / n) + " still has " + std::to_string(held[k]) +
                      " bytes for rank " + std::to_string(k % n));
            }
        }
    }

    /// Each stage's network transmissions are a matching of ranks, and fit the uplinks they name.
    void CheckPorts()
    {
        std::vector<std::uint32_t> to(m_plan.ranks);
        std::vector<std::uint32_t> from(m_plan.ranks);
        for (m_stage = 0; m_stage < m_plan.stages.size(); ++m_stage)
        {
            const Stage& stage = m_plan.stages[m_stage];
            std::fill(to.begin(), to.end(), NONE);
            std::fill(from.begin(), from.end(), NONE);
            for (const Transmission& one : stage.transmissions)
            {
                if (m_fabric.SameServer(one.source, one.destination))
                {
                    continue;
                }
                if (to[one.source] != NONE && to[one.source] != one.destination)
                {
                    StageFault(Hop(one) + ": sends to rank " + std::to_string(to[one.source]) +
                               " too");
                }
                if (from[one.destination] != NONE && from[one.destination] != one.source)
                {
                    StageFault(Hop(one) + ": receives from rank " +
                               std::to_string(from[one.destination]) + " too");
                }
                to[one.source] = one.destination;
                from[one.destination] = one.source;
            }
            CheckUplinks(stage);
        }
    }

    /// Where uplinks are no multiple of the fastest port they are shared by one pair more.
    BitRate UplinkShare() const
    {
        const BitRate uplinks = m_fabric.spines * m_fabric.SlowestUplink();
        const BitRate port = *std::max_element(m_fabric.portRate.begin(), m_fabric.portRate.end());
        return uplinks / std::ceil(uplinks / port * (1 - CAPACITY_EXCESS));
    }

    /// A pair's transmissions share the lower of its ports' rates in proportion to their bytes;
    /// parts in whole bytes may be one above their share.
    void CheckUplinks(const Stage& stage)
    {
        std::map<std::tuple<bool, std::uint32_t, std::uint32_t>, BitRate> load; // up, rack, spine
        std::vector<Bytes> sent;
        for (const Transmission& one : stage.transmissions)
        {
            if (!one.spine)
            {
                continue;
            }
            if (sent.empty())
            {
                sent = SentBetweenServers(stage);
            }
            const BitRate rate = static_cast<double>(one.bytes - 1) /
                                 static_cast<double>(sent[one.source]) *
                                 std::min({m_fabric.portRate[one.source],
                                           m_fabric.portRate[one.destination],
                                           UplinkShare()});
            load[{true, m_fabric.rack[one.source], *one.spine}] += rate;
            load[{false, m_fabric.rack[one.destination], *one.spine}] += rate;
        }
        for (const auto& [link, rate] : load)
        {
            if (rate > m_fabric.SlowestUplink() * (1 + CAPACITY_EXCESS))
            {
                const auto& [up, rack, spine] = link;
                StageFault((up ? "from" : "to") + std::string(" rack ") + std::to_string(rack) +
                           " over spine " + std::to_string(spine) + ": " + FormatRate(rate) +
                           " on a link of " + FormatRate(m_fabric.SlowestUplink()));
            }
        }
    }

    std::vector<Bytes> SentBetweenServers(const Stage& stage) const
    {
        std::vector<Bytes> sent(m_plan.ranks, 0);
        for (const Transmission& one : stage.transmissions)
        {
            if (!m_fabric.SameServer(one.source, one.destination))
            {
                sent[one.source] += one.bytes;
            }
        }
        return sent;
    }

    const TransmissionPlan& m_plan;
    const TrafficMatrix& m_traffic;
    const PlanningFabric& m_fabric;
    std::size_t m_stage = 0;
    std::vector<std::string> m_faults;
};

} // namespace

std::vector<std::string>
CheckPlan(const TransmissionPlan& plan, const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    return Checker(plan, traffic, fabric).Run();
}

} // namespace echelon
