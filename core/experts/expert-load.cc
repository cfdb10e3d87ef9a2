// SPDX-License-Identifier: GPL-2.0-only
#include "experts/expert-load.h"

#include "base/contracts.h"
#include "base/random.h"

#include <cmath>
#include <string>

namespace echelon
{

std::vector<double>
ExpertShares(std::uint32_t experts, double exponent, std::uint64_t seed, std::uint32_t block)
{
    std::vector<double> shares;
    double sum = 0;
    for (std::uint32_t k = 1; k <= experts; ++k)
    {
        shares.push_back(std::pow(k, -exponent));
        sum += shares.back();
    }
    for (double& share : shares)
    {
        share /= sum;
    }
    RandomStream(seed, "experts/" + std::to_string(block)).Shuffle(shares);
    return shares;
}

std::vector<std::int64_t>
TokensPerRank(std::int64_t tokens, const std::vector<double>& shares, std::uint32_t ranks)
{
    ECHELON_REQUIRE(ranks > 0 && shares.size() % ranks == 0, "ranks hold equally many experts");
    const std::size_t perRank = shares.size() / ranks;
    std::vector<std::int64_t> result;
    double cumulated = 0;
    std::int64_t given = 0;
    for (std::uint32_t rank = 0; rank < ranks; ++rank)
    {
        for (std::size_t e = rank * perRank; e < (rank + 1) * perRank; ++e)
        {
            cumulated += shares[e];
        }
        // Rounding the cumulated share keeps the sum exact.
        const std::int64_t upTo =
            rank + 1 == ranks ? tokens : std::llround(cumulated * static_cast<double>(tokens));
        result.push_back(upTo - given);
        given = upTo;
    }
    return result;
}

} // namespace echelon
