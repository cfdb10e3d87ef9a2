// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How a block's tokens fall on the ranks that hold its experts.
 *
 *     std::vector<double> shares = ExpertShares(8, 1.2, seed, 5);           // of block 5's experts
 *     std::vector<std::int64_t> tokens = TokensPerRank(4096, shares, 4);    // 2 experts per rank
 *
 * The popularity of the expert of rank k (from 1) is k^-exponent, normalised (Zipf). Which expert
 * has which rank is a random permutation per block, from the stream "experts/<block>". With
 * exponent 0 all are equal. Every source sees the same shares in every micro-batch. Tokens are
 * whole, and their sum is exact.
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

/// Parts of the tokens that go to each expert; sum 1.
std::vector<double> ExpertShares(std::uint32_t experts,
                                 double exponent,
                                 std::uint64_t seed,
                                 std::uint32_t block);

/// Tokens that go to each of `ranks` ranks; rank r holds the r-th of equal runs of experts.
std::vector<std::int64_t> TokensPerRank(std::int64_t tokens,
                                        const std::vector<double>& shares,
                                        std::uint32_t ranks);

} // namespace echelon
