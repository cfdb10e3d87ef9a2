// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The capacity that flows decided so far have left on each link of a view.
 *
 *     residual.Reset(view);
 *     double rate = residual.On(flow.route);   // the most that one more flow can get
 *     residual.Take(flow.route, rate);
 *
 * Bits per second. What is left below CAPACITY_EPSILON of a link's capacity is rounding noise and
 * becomes 0, so that a full link is recognised as full. Reset costs O(flows × hops), whatever the
 * size of the fabric.
 */
#pragma once

#include "base/tolerances.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace echelon
{

/// Valid on the links of the view it was reset to.
class ResidualCapacity
{
  public:
    void Reset(const NetworkView& view)
    {
        m_capacity = view.capacity->data();
        m_residual.resize(view.capacity->size());
        for (const ActiveFlow& flow : view.flows)
        {
            for (const LinkId link : flow.route)
            {
                m_residual[link.Value()] = m_capacity[link.Value()];
            }
        }
    }

    double operator[](LinkId link) const
    {
        return m_residual[link.Value()];
    }

    /// By link id; entries of links outside the view mean nothing.
    const std::vector<double>& Values() const
    {
        return m_residual;
    }

    double On(Route route) const
    {
        double least = std::numeric_limits<double>::infinity();
        for (const LinkShare& hop : route)
        {
            least = std::min(least, hop.RateFor(m_residual[hop.link.Value()]));
        }
        return least;
    }

    void Take(Route route, double rate)
    {
        for (const LinkShare& hop : route)
        {
            const std::uint32_t link = hop.link.Value();
            const double left = m_residual[link] - rate * hop.share;
            m_residual[link] = left < CAPACITY_EPSILON * m_capacity[link] ? 0 : left;
        }
    }

  private:
    const double* m_capacity = nullptr; ///< of the view, by link id
    std::vector<double> m_residual;     ///< by link id
};

} // namespace echelon
