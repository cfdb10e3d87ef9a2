// SPDX-License-Identifier: GPL-2.0-only
#include "sharing/port-sharing.h"

#include "base/contracts.h"
#include "base/tolerances.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace echelon
{

namespace
{

constexpr double NEVER = std::numeric_limits<double>::infinity();

/// Bits per picosecond.
double
PerPicosecond(BitRate rate)
{
    return rate / 1e12;
}

class Sharing
{
  public:
    Sharing(const std::vector<BitRate>& sending, const std::vector<BitRate>& receiving)
        : m_senders(sending.size()),
          m_ports(sending.size() + receiving.size()),
          m_between(m_ports * m_ports, 0.0),
          m_underWay(m_ports, 0.0)
    {
        for (const std::vector<BitRate>* side : {&sending, &receiving})
        {
            for (const BitRate rate : *side)
            {
                m_capacity.push_back(PerPicosecond(rate));
            }
        }
    }

    std::vector<double> Run(const std::vector<SharedTransmission>& all)
    {
        std::vector<double> ends(all.size(), 0.0);
        std::vector<std::size_t> byRelease(all.size());
        std::iota(byRelease.begin(), byRelease.end(), std::size_t{0});
        std::stable_sort(byRelease.begin(), byRelease.end(), [&all](std::size_t a, std::size_t b) {
            return all[a].release < all[b].release;
        });
        std::vector<Active> active;
        std::vector<std::size_t> numbers; // of the active ones
        std::size_t released = 0;
        double now = 0;
        while (released < all.size() || !active.empty())
        {
            if (active.empty())
            {
                now = std::max(now, all[byRelease[released]].release);
            }
            for (; released < all.size() && all[byRelease[released]].release <= now; ++released)
            {
                const SharedTransmission& one = all[byRelease[released]];
                active.push_back(
                    {one.bits, one.sender, static_cast<std::uint32_t>(m_senders + one.receiver)});
                numbers.push_back(byRelease[released]);
                Count(active.back(), 1);
            }
            Solve();
            double next = released < all.size() ? all[byRelease[released]].release : NEVER;
            std::size_t first = active.size(); // the one that ends next, if before a release
            for (std::size_t k = 0; k < active.size(); ++k)
            {
                const double end = now + active[k].bits * Slowness(active[k]);
                if (end < next)
                {
                    next = end;
                    first = k;
                }
            }
            // What ends within this ends now: noise of the times.
            const double moment = COMPLETION_SLACK_PS + ROUNDING * next;
            // From the back, so that what takes a place has been looked at.
            for (std::size_t k = active.size(); k-- > 0;)
            {
                const double rate = Rate(active[k]);
                active[k].bits -= rate * (next - now);
                if (k == first || active[k].bits <= rate * moment)
                {
                    ends[numbers[k]] = next;
                    m_finished.push_back(active[k]);
                    active[k] = active.back();
                    active.pop_back();
                    numbers[k] = numbers.back();
                    numbers.pop_back();
                }
            }
            for (const Active& one : m_finished)
            {
                Count(one, -1);
            }
            m_finished.clear();
            now = next;
        }
        return ends;
    }

  private:
    struct Active
    {
        double bits; ///< left
        std::uint32_t sender;
        std::uint32_t receiver; ///< as a port: after all senders
    };

    void Count(const Active& one, double change)
    {
        m_between[one.sender * m_ports + one.receiver] += change;
        m_between[one.receiver * m_ports + one.sender] += change;
        m_underWay[one.sender] += change;
        m_underWay[one.receiver] += change;
    }

    double Rate(const Active& one) const
    {
        return std::min(m_level[one.sender], m_level[one.receiver]);
    }

    /// Picoseconds per bit.
    double Slowness(const Active& one) const
    {
        return std::max(m_slowness[one.sender], m_slowness[one.receiver]);
    }

    /// Levels of all ports; a port is taken when its level is the smallest left.
    void Solve()
    {
        m_level.assign(m_ports, NEVER);
        m_slowness.assign(m_ports, 0.0);
        m_left = m_capacity;
        m_unfixed = m_underWay;
        // Shares never shrink while ports are taken, so that a key can only be too small.
        m_keys.clear();
        for (std::size_t port = 0; port < m_ports; ++port)
        {
            if (m_unfixed[port] > 0)
            {
                m_keys.push_back({m_left[port] / m_unfixed[port], port});
            }
        }
        std::make_heap(m_keys.begin(), m_keys.end(), std::greater<>());
        while (!m_keys.empty())
        {
            std::pop_heap(m_keys.begin(), m_keys.end(), std::greater<>());
            const std::size_t taken = m_keys.back().second;
            m_keys.pop_back();
            // Counts are whole numbers, so that this is exact.
            if (m_unfixed[taken] <= 0)
            {
                continue;
            }
            const double level = m_left[taken] / m_unfixed[taken];
            if (!m_keys.empty() && level > m_keys.front().first)
            {
                m_keys.push_back({level, taken});
                std::push_heap(m_keys.begin(), m_keys.end(), std::greater<>());
                continue;
            }
            m_level[taken] = level;
            m_slowness[taken] = 1 / level;
            // What a port across has taken already is written too, but not read again.
            const bool sender = taken < m_senders;
            const double* between = &m_between[taken * m_ports];
            for (std::size_t other = sender ? m_senders : 0; other < (sender ? m_ports : m_senders);
                 ++other)
            {
                m_left[other] -= level * between[other];
                m_unfixed[other] -= between[other];
            }
        }
    }

    std::size_t m_senders;
    std::size_t m_ports;
    std::vector<double> m_capacity; ///< bits per picosecond
    std::vector<double> m_between;  ///< transmissions under way, by pair of ports
    std::vector<double> m_underWay; ///< by port
    std::vector<double> m_level;    ///< rate of each transmission that the port limits
    std::vector<double> m_slowness; ///< 1 / level
    std::vector<double> m_left;
    std::vector<double> m_unfixed;
    std::vector<Active> m_finished;
    std::vector<std::pair<double, std::size_t>> m_keys; ///< a heap of shares and ports
};

} // namespace

std::vector<double>
ShareMaxMin(const std::vector<BitRate>& sending,
            const std::vector<BitRate>& receiving,
            const std::vector<SharedTransmission>& transmissions)
{
    for (const SharedTransmission& one : transmissions)
    {
        ECHELON_REQUIRE(one.sender < sending.size() && one.receiver < receiving.size() &&
                            one.bits > 0,
                        "a transmission has bits and ports");
    }
    return Sharing(sending, receiving).Run(transmissions);
}

} // namespace echelon
