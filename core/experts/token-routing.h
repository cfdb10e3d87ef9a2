// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * From the gate's choices to an all-to-all: who sends how many bytes to whom, and how many tokens
 * each expert computes.
 *
 *     TokenRouting routing{64, 6, chosen};                        // 6 of 64 experts per token
 *     TokenLayout layout{8, InTurn(routing.Tokens(), 8), InRuns(64, 8)};
 *     RoutedTraffic routed = RouteTokens(routing, layout, 2 * 2048, {});       // bf16, hidden 2048
 *     TrafficMatrix combine = routed.dispatch.Transposed();
 *
 * A copy of a token (hidden size times bytes per element) goes from the GPU where the token starts
 * to the GPU of each of its experts. A token of which two experts share a GPU goes there
 *   - twice by default: dispatchers that permute copies by expert before the all-to-all (GShard,
 *     Tutel, the all-to-all dispatcher of Megatron-LM);
 *   - once with deduplication, and once to each host: dispatchers that send a token over the
 *     network to one GPU of each host that needs it, which forwards it to the others over the
 *     scale-up switch (DeepEP's kernels for training). The GPU that takes it has the sender's place
 *     in its host, modulo the number of participants there. Forwarded copies are entries of the
 *     matrix like all others; that one cannot leave before it has come in is not expressed, since
 *     dispatchers forward in small chunks.
 * The combine sums the experts' outputs where copies were made, so that it is the transposed
 * dispatch either way. Copies for experts on the token's own GPU use no network, but are computed.
 * O(tokens × top-k log top-k).
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/units.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

/// What the gate of one layer chose.
struct TokenRouting
{
    std::uint32_t experts = 0;
    std::uint32_t topK = 0;            ///< experts per token, >= 1
    std::vector<std::uint32_t> chosen; ///< topK different experts per token, token after token

    std::size_t Tokens() const
    {
        return chosen.size() / topK;
    }
};

/// Where tokens start and experts live.
struct TokenLayout
{
    std::uint32_t gpus = 0;
    std::vector<std::uint32_t> gpuOfToken;
    std::vector<std::uint32_t> gpuOfExpert;
};

struct RoutedTraffic
{
    TrafficMatrix dispatch;
    std::vector<std::int64_t> tokensOfExpert;
    std::vector<std::int64_t> tokensOnGpu; ///< that its experts compute, its own included
};

/// Item i of `items` on GPU floor(i × gpus / items): equal runs, as even as they can be.
std::vector<std::uint32_t> InRuns(std::size_t items, std::uint32_t gpus);

/// Item i on GPU i mod gpus.
std::vector<std::uint32_t> InTurn(std::size_t items, std::uint32_t gpus);

/// The tokens of sample s all on GPU s mod gpus. @param lengths tokens of each sample, in order.
std::vector<std::uint32_t> SamplesInTurn(const std::vector<std::size_t>& lengths,
                                         std::uint32_t gpus);

/// @param tokenBytes of one copy, > 0. @param gpusPerHost with deduplication: so many consecutive
/// GPUs share a host, the last host may hold fewer; without a value nothing is deduplicated.
/// @pre 2 × copies × tokenBytes is at most TrafficMatrix::MAX_BYTES.
RoutedTraffic RouteTokens(const TokenRouting& routing,
                          const TokenLayout& layout,
                          Bytes tokenBytes,
                          std::optional<std::uint32_t> gpusPerHost);

/// Traffic from loads alone: of all copies, counted expert after expert, copy c starts on GPU
/// c mod gpus. Every GPU so sends the same shares, and equally many copies to within one.
/// @param loads copies for each expert. @pre as RouteTokens. O(experts × gpus).
RoutedTraffic RouteLoads(const std::vector<std::int64_t>& loads,
                         std::uint32_t gpus,
                         const std::vector<std::uint32_t>& gpuOfExpert,
                         Bytes tokenBytes);

/// Parts of a block's tokens that go to each expert; sum 1. The popularity of the expert of rank k
/// (from 1) is k^-exponent, normalised (Zipf). Which expert has which rank is a random permutation
/// per block, from the stream "experts/<block>". With exponent 0 all are equal. Every source sees
/// the same shares in every micro-batch.
std::vector<double> ExpertShares(std::uint32_t experts,
                                 double exponent,
                                 std::uint64_t seed,
                                 std::uint32_t block);

/// Tokens that go to each of `ranks` ranks; rank r holds the r-th of equal runs of experts. Tokens
/// are whole, and their sum is exact.
std::vector<std::int64_t> TokensPerRank(std::int64_t tokens,
                                        const std::vector<double>& shares,
                                        std::uint32_t ranks);

} // namespace echelon
