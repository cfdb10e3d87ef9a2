// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Max-min fair shares on one non-blocking switch: flows from egress ports to ingress ports, counted
 * by pair of ports.
 *
 *     PortShares shares({1e9, 1e9}, {1e9});     // two egress ports, one ingress port
 *     shares.Add({0, 0}, 3);                    // three flows more on the pair (0, 0)
 *     shares.Solve();
 *     shares.Level(shares.BottleneckOf({0, 0}));   // bits per second of each of them
 *
 * Problem: as in sharing/max-min.h. Flows of a pair have the same rate, so the unknowns are the
 * levels of the ports and not the flows. Method: progressive filling by ports (Bertsekas and
 * Gallager, "Data Networks", 1992, Section 6.5.2): the port with the least share of what is left is
 * the bottleneck of all its pairs that have none yet; their rates come off the ports across. Every
 * Solve starts from the counts, so nothing drifts.
 *
 * Complexity: O(p²) time and memory for p ports, whatever the number of flows; the inner loops run
 * over contiguous rows. Ports are numbered: egress from 0, ingress after them. Ties: equal shares,
 * by port; the rates do not depend on it but for rounding.
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Index of an egress port and, counted from 0 as well, of an ingress port.
struct PortPair
{
    std::uint32_t egress;
    std::uint32_t ingress;
};

class PortShares
{
  public:
    PortShares(const std::vector<BitRate>& egress, const std::vector<BitRate>& ingress);

    /// So many flows come to the pair, or go from it if negative.
    void Add(PortPair pair, std::int64_t flows);

    /// For the next Solve. @param rate not negative; at 0 the port's flows stand still.
    void SetCapacity(std::uint32_t port, BitRate rate)
    {
        m_capacity[port] = rate;
    }

    void Solve();

    /// Pairs whose bottleneck is another port since the last Solve, or that have one anew.
    const std::vector<PortPair>& Moved() const
    {
        return m_moved;
    }

    std::size_t Ports() const
    {
        return m_capacity.size();
    }

    /// Of each flow whose bottleneck the port is; 0 if it is nobody's.
    double Level(std::uint32_t port) const
    {
        return m_level[port];
    }

    /// Sum of the rates of its flows.
    BitRate Rate(std::uint32_t port) const
    {
        return m_rate[port];
    }

    /// The port at which the pair's flows have their share. @pre the pair has flows, all solved.
    std::uint32_t BottleneckOf(PortPair pair) const
    {
        const std::size_t at = pair.egress * m_stride + pair.ingress;
        return m_isLoose[at] ? m_egress + pair.ingress : pair.egress;
    }

  private:
    std::size_t CountAt(std::uint32_t port, std::uint32_t across) const
    {
        return port * m_stride + across;
    }

    void Fix(std::uint32_t port, double level);
    void CollectMoved(std::uint32_t port);

    std::uint32_t m_egress; ///< number of egress ports; ingress ports follow
    std::uint32_t m_ingress;
    std::size_t
        m_stride; ///< of the matrices and of each side of the vectors below: a multiple of 8
    std::vector<BitRate> m_capacity; ///< by port
    std::vector<double> m_level;     ///< by port
    std::vector<BitRate> m_rate;     ///< by port
    std::vector<double> m_counts;    ///< by port and port across: flows, whole numbers
    std::vector<std::uint8_t>
        m_isLoose;                ///< by port and port across: has flows, bottleneck not here
    std::vector<double> m_totals; ///< by side and port: flows

    // Of the Solve that runs, by side and port.
    std::vector<double> m_left;       ///< capacity
    std::vector<double> m_flows;      ///< without a rate yet
    std::vector<double> m_share;      ///< m_left / m_flows; infinite when done
    std::vector<std::uint8_t> m_open; ///< not the bottleneck of its pairs yet
    std::vector<PortPair> m_moved;
};

} // namespace echelon
