// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What the ranks of a plan have for each target: their own bytes, and those that others have
 * brought them to be forwarded.
 *
 *     RelayStocks<double> stocks(plan);                 // an arrival is known by its time
 *     stocks.Take(transmission, [&](double time) { ready = std::max(ready, time); });
 *     stocks.Bring(transmission, end);                  // after everything of its stage was taken
 *
 * A rank sends its own bytes for a target first, then what was brought to it, in the order in which
 * it was brought. A plan in which nobody forwards anything has no stocks. Take: O(log stocks) for
 * each arrival that is visited. Errors: ContractViolation for a plan in which a rank forwards what
 * no earlier stage has brought it.
 */
#pragma once

#include "alltoall/transmission-plan.h"
#include "base/contracts.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

namespace echelon
{

template <class Arrival>
class RelayStocks
{
  public:
    explicit RelayStocks(const TransmissionPlan& plan)
    {
        const bool relays =
            std::any_of(plan.stages.begin(), plan.stages.end(), [](const Stage& stage) {
                return std::any_of(stage.transmissions.begin(),
                                   stage.transmissions.end(),
                                   [](const Transmission& t) { return t.target != t.destination; });
            });
        for (std::size_t s = 0; relays && s < plan.stages.size(); ++s)
        {
            for (const Transmission& t : plan.stages[s].transmissions)
            {
                m_stocks[{t.source, t.target}].own += t.bytes;
                if (t.target != t.destination)
                {
                    m_stocks[{t.destination, t.target}].own -= t.bytes;
                }
            }
        }
    }

    /// Takes what a transmission sends. @param visit is called for each arrival of which a part is
    /// sent.
    template <class Visit>
    void Take(const Transmission& transmission, Visit visit)
    {
        if (m_stocks.empty())
        {
            return;
        }
        Stock& stock = m_stocks.at({transmission.source, transmission.target});
        const Bytes own = std::clamp<Bytes>(stock.own, 0, transmission.bytes);
        stock.own -= own;
        for (Bytes missing = transmission.bytes - own; missing > 0;)
        {
            ECHELON_REQUIRE(!stock.arrivals.empty(),
                            "a rank forwards what earlier stages brought it");
            auto& [arrival, bytes] = stock.arrivals.front();
            visit(arrival);
            const Bytes taken = std::min(missing, bytes);
            missing -= taken;
            bytes -= taken;
            if (bytes == 0)
            {
                stock.arrivals.pop_front();
            }
        }
    }

    /// The transmission has brought its bytes, which later ones may forward.
    void Bring(const Transmission& transmission, Arrival arrival)
    {
        if (transmission.target != transmission.destination)
        {
            m_stocks.at({transmission.destination, transmission.target})
                .arrivals.emplace_back(arrival, transmission.bytes);
        }
    }

  private:
    /// Bytes at one rank for one target.
    struct Stock
    {
        Bytes own = 0; ///< not sent yet; negative: it forwards as much more than it sends
        std::deque<std::pair<Arrival, Bytes>> arrivals;
    };

    std::map<std::pair<std::uint32_t, std::uint32_t>, Stock> m_stocks; ///< by rank and target
};

} // namespace echelon
