// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Flows through one non-blocking switch that share it max-min fairly, and when they end.
 *
 *     SharedSwitch network(egress, ingress);
 *     network.Start(0, {3, 7}, 1, 8e6, now);     // flow 0: one flow of 8e6 bits
 *     network.Share();                           // after the changes of an instant
 *     network.TakeFinished(*network.NextFinish(), finished);
 *
 * All flows with the same bottleneck port drain at its level. So a port has a clock that runs at
 * its level, in bits per flow; a flow ends at a fixed reading of it, and a change of the level
 * changes no flow. Flows of a pair of ports wait in a heap; when the pair's bottleneck becomes
 * another port, the pair moves over as a whole.
 *
 * Complexity: Start and the end of a flow O(log flows of the pair); Share O(ports²)
 * (sharing/port-shares.h); the passing of time O(ports). Clocks are set back now and then, so that
 * their rounding error stays far below a bit.
 */
#pragma once

#include "base/time.h"
#include "sharing/port-shares.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace echelon
{

class SharedSwitch
{
  public:
    SharedSwitch(const std::vector<BitRate>& egress, const std::vector<BitRate>& ingress);

    /// @param multiplicity flows in the bundle, each of `bits`. @pre now is not before the last
    /// call's.
    void Start(std::uint32_t flow,
               PortPair pair,
               std::uint32_t multiplicity,
               double bits,
               Time now);

    /// @param port egress ports come first. @param rate from now on, not negative.
    void SetCapacity(std::uint32_t port, BitRate rate, Time now)
    {
        Advance(now);
        m_shares.SetCapacity(port, rate);
        m_isStale = true;
    }

    /// Shares anew if flows came or went, or capacities changed. @returns whether they did.
    bool Share(Time now);

    /// Of each flow of a bundle there, in bits per second. @pre shared; the pair has flows.
    double RateOf(PortPair pair) const
    {
        return m_shares.Level(m_shares.BottleneckOf(pair));
    }

    /// Of the whole bundle. @pre shared; the flow has not ended.
    double RateOfFlow(std::uint32_t flow) const
    {
        const Member& member = m_members.at(flow);
        return RateOf(member.pair) * member.multiplicity;
    }

    bool HasFlows(PortPair pair) const
    {
        return !m_pairs[pair.egress * m_ingress + pair.ingress].ends.empty();
    }

    /// Appends the pairs whose rate may have changed at the last Share, without those whose first
    /// flow has started since the one before. To be called after each. O(changed levels × ports).
    void ListChanged(std::vector<PortPair>& pairs);

    /// Nothing without flows, or when none ends within the range of Time at the present rates. @pre
    /// shared.
    std::optional<Time> NextFinish() const;

    /// Appends the flows that end at `now`, or closely after. They have left the switch.
    void TakeFinished(Time now, std::vector<std::uint32_t>& finished);

    /// Bits that each flow of the bundle has left. @pre it has been started and has not ended.
    double Remaining(std::uint32_t flow, Time now) const;

    const PortShares& Shares() const
    {
        return m_shares;
    }

  private:
    static constexpr std::uint32_t NOWHERE = 0xffffffff;

    /// A flow in its pair's heap: it ends when the pair has served so much per flow.
    struct End
    {
        double service;
        std::uint32_t flow;
    };

    /// Bits per flow served so far: `served` when the bottleneck's clock read `since`.
    struct Pair
    {
        std::vector<End> ends; ///< heap, the first to end on top
        std::uint32_t port = NOWHERE;
        double served = 0;
        double since = 0;
    };

    /// A flow until it ends.
    struct Member
    {
        PortPair pair;
        std::uint32_t multiplicity;
        double service; ///< of the pair when the flow ends
    };

    static bool Later(const End& a, const End& b)
    {
        return b.service < a.service || (b.service == a.service && b.flow < a.flow);
    }

    Pair& At(PortPair pair)
    {
        return m_pairs[pair.egress * m_ingress + pair.ingress];
    }

    double Served(const Pair& pair, Time now) const;
    double Clock(std::uint32_t port, Time now) const;
    std::uint32_t Across(std::uint32_t port, PortPair pair) const;
    void Advance(Time now);
    void Move(PortPair pair);
    /// Writes down when the pair's first flow ends, on its port's clock.
    void Announce(PortPair pair);
    void SetBack(std::uint32_t port);

    std::uint32_t m_egress;
    std::uint32_t m_ingress;
    std::size_t m_stride;
    PortShares m_shares;
    bool m_isStale = false;
    Time m_now;
    std::vector<double> m_clocks; ///< by port, at m_now
    std::vector<double> m_ends;   ///< by port and port across: on the port's clock; infinite: none
    std::vector<double> m_firstEnds; ///< by port: the least of its m_ends
    std::vector<Pair> m_pairs;
    std::unordered_map<std::uint32_t, Member> m_members; ///< by flow, those that have not ended
    std::vector<double> m_listedLevels; ///< by port, when ListChanged was called last
};

} // namespace echelon
