// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * MADD: rates with which flows that belong together end together, as soon as the capacity left
 * allows.
 *
 *     madd.Bottleneck(view, flows, capacity);      // Γ, seconds
 *     madd.Give(view, flows, residual, rates);     // remaining / Γ on what is left
 *
 * Source: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM 2014),
 * Section 5. Γ = max over links of (bits of the flows left on the link / capacity).
 * `flows` is any range of indices into view.flows. O(flows × hops).
 */
#pragma once

#include "sched/residual-capacity.h"
#include "sched/scheduler.h"

#include <cmath>
#include <vector>

namespace echelon
{

class Madd
{
  public:
    /// Seconds until the flows could end if alone on links with these capacities; infinite when one
    /// of them is 0.
    template <class Indices>
    double Bottleneck(const NetworkView& view, const Indices& flows, const double* capacity)
    {
        m_bits.resize(view.capacity->size(), 0.0);
        for (const std::uint32_t i : flows)
        {
            for (const LinkShare& hop : view.flows[i].route)
            {
                m_bits[hop.link.Value()] += view.flows[i].remainingBits * hop.share;
            }
        }
        double longest = 0;
        for (const std::uint32_t i : flows)
        {
            for (const LinkId link : view.flows[i].route)
            {
                double& bits = m_bits[link.Value()];
                if (bits > 0)
                {
                    longest = std::max(longest, bits / capacity[link.Value()]);
                    bits = 0;
                }
            }
        }
        return longest;
    }

    /// Sets the flows' rates and takes them from the residual; nothing when one of their links has
    /// no capacity left.
    template <class Indices>
    void Give(const NetworkView& view,
              const Indices& flows,
              ResidualCapacity& residual,
              std::vector<BitRate>& rates)
    {
        const double bottleneck = Bottleneck(view, flows, residual.Values().data());
        if (!std::isfinite(bottleneck))
        {
            return;
        }
        for (const std::uint32_t i : flows)
        {
            rates[i] = view.flows[i].remainingBits / bottleneck;
            residual.Take(view.flows[i].route, rates[i]);
        }
    }

  private:
    std::vector<double> m_bits; ///< by link id; all zero between uses
};

} // namespace echelon
