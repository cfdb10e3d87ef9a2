// SPDX-License-Identifier: GPL-2.0-only
#include "solo-time.h"

#include "base/contracts.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

namespace
{

/// Of the full segments of a train, in picoseconds.
class FullSegments
{
  public:
    FullSegments(const std::vector<SoloHop>& hops, const SoloTrain& train)
        : m_train(train),
          m_roundTrip(train.wayBack)
    {
        for (const SoloHop& hop : hops)
        {
            m_slowest = std::max(m_slowest, hop.full);
            m_roundTrip += hop.Stored(hop.full) + hop.delay;
        }
    }

    /// When the source would hand over segment k if nothing but its rate mattered.
    std::int64_t HandedOver(std::int64_t k) const
    {
        return std::llround(static_cast<double>(k) * m_train.interval);
    }

    /// From the departure of segment 0 from a port to that of segment k.
    /// @param slowest to transmit a segment at any port so far.
    std::int64_t Lag(std::int64_t k, std::int64_t slowest) const
    {
        std::int64_t lag = std::max(HandedOver(k), k * slowest);
        const auto window = static_cast<std::int64_t>(m_train.window);
        if (window > 0 && k >= window)
        {
            for (const std::int64_t rounds : {std::int64_t{1}, k / window})
            {
                lag = std::max(lag, rounds * m_roundTrip + (k - rounds * window) * m_slowest);
            }
        }
        return lag;
    }

    /// When segment k is acknowledged.
    std::int64_t Acknowledged(std::int64_t k) const
    {
        return m_roundTrip + Lag(k, m_slowest);
    }

  private:
    const SoloTrain& m_train;
    std::int64_t m_roundTrip; ///< of a segment on the empty path
    std::int64_t m_slowest = 0;
};

} // namespace

PacketSoloTimes
TimesOfTrain(const std::vector<SoloHop>& hops, const SoloTrain& train)
{
    ECHELON_REQUIRE(!hops.empty() && train.segments > 0, "a flow sends something along a path");
    const FullSegments full(hops, train);
    const auto ahead = static_cast<std::int64_t>(train.segments) - 1;
    const auto lastWindow = static_cast<std::int64_t>(train.lastWindow);
    std::int64_t arrival = full.HandedOver(ahead); // of the last segment at the port
    if (lastWindow > 0 && ahead >= lastWindow)
    {
        arrival = std::max(arrival, full.Acknowledged(ahead - lastWindow));
    }
    std::int64_t way = 0; // of a full segment through the ports so far
    std::int64_t slowest = 0;
    PacketSoloTimes times;
    for (std::size_t h = 0; h < hops.size(); ++h)
    {
        slowest = std::max(slowest, hops[h].full);
        way += hops[h].Stored(hops[h].full);
        std::int64_t departure = arrival + hops[h].Stored(hops[h].last);
        if (ahead > 0)
        {
            departure = std::max(departure, way + full.Lag(ahead - 1, slowest) + hops[h].last);
        }
        if (h == 0)
        {
            times.sent = std::max(departure, train.sentAt);
        }
        way += hops[h].delay;
        arrival = departure + hops[h].delay;
    }
    times.finished = arrival;
    return times;
}

} // namespace echelon
