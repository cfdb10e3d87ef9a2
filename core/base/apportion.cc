// SPDX-License-Identifier: GPL-2.0-only
#include "base/apportion.h"

#include "base/contracts.h"

#include <algorithm>
#include <cmath>

namespace echelon
{

std::vector<Time>
Apportion(const std::vector<double>& weights, Time whole)
{
    ECHELON_REQUIRE(!weights.empty() && whole >= Time(), "a time has parts");
    double sum = 0;
    for (const double weight : weights)
    {
        ECHELON_REQUIRE(std::isfinite(weight) && weight >= 0, "a part is not negative");
        sum += weight;
    }
    std::vector<Time> parts(weights.size());
    if (sum <= 0)
    {
        parts[0] = whole;
        return parts;
    }

    struct Remainder
    {
        double value;
        std::size_t part;
    };

    std::vector<Remainder> remainders;
    std::int64_t left = whole.Picoseconds();
    for (std::size_t i = 0; i < weights.size(); ++i)
    {
        const double exact = weights[i] / sum * static_cast<double>(whole.Picoseconds());
        const double least = std::min(std::floor(exact), static_cast<double>(left));
        parts[i] = Time::FromPicoseconds(static_cast<std::int64_t>(least));
        left -= static_cast<std::int64_t>(least);
        remainders.push_back({exact - least, i});
    }
    std::stable_sort(remainders.begin(),
                     remainders.end(),
                     [](const Remainder& a, const Remainder& b) { return a.value > b.value; });
    // Fewer than there are parts, but for the noise of quotients far beyond 2^53 ps.
    for (std::size_t i = 0; left > 0; i = (i + 1) % remainders.size(), --left)
    {
        parts[remainders[i].part] += Time::FromPicoseconds(1);
    }
    return parts;
}

} // namespace echelon
