// SPDX-License-Identifier: GPL-2.0-only
#include "solo-time.h"

#include "base/contracts.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

PacketSoloTimes
TimesOfTrain(const std::vector<SoloHop>& hops, const SoloTrain& train)
{
    ECHELON_REQUIRE(!hops.empty() && train.segments > 0, "a flow sends something along a path");
    const auto ahead = static_cast<std::int64_t>(train.segments) - 1;
    const auto handedOver = [&train](std::int64_t segment) -> std::int64_t {
        return std::llround(static_cast<double>(segment) * train.interval);
    };
    std::int64_t arrival = handedOver(ahead); // of the last segment at the port
    std::int64_t way = 0;                     // of a full segment through the ports so far
    std::int64_t slowest = 0;
    PacketSoloTimes times;
    for (std::size_t h = 0; h < hops.size(); ++h)
    {
        slowest = std::max(slowest, hops[h].full);
        way += hops[h].full;
        std::int64_t start = arrival;
        if (ahead > 0)
        {
            start = std::max(start, way + std::max(handedOver(ahead - 1), (ahead - 1) * slowest));
        }
        const std::int64_t departure = start + hops[h].last;
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
