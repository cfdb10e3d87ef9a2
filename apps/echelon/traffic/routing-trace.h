// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The text format of public routing traces: which experts a gate chose for each token.
 *
 *     8 26 56 57 60 11 2 7 8 39 61 56 ... (two tabs) 0.44 0.04 ...     one line per sample
 *     RoutingTrace trace = ParseRoutingTrace("layer1.txt", text, 64, 6);
 *
 * A line is a sample: top-k expert ids for token after token, separated by tabs; then two tabs, and
 * as many gate weights in the same order. Results of deepseek-ai/ESFT have this form. Neither the
 * number of experts nor top-k is in the file. Blank lines are ignored. O(length of the text).
 * Errors: InputError with the line and, if it concerns one, the token (both from 1).
 */
#pragma once

#include "experts/token-routing.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace echelon
{

inline constexpr std::uint32_t MAX_EXPERTS = 65536;
inline constexpr std::uint32_t MAX_TOP_K = 256;

struct RoutingTrace
{
    TokenRouting routing;
    std::vector<std::size_t> samples; ///< tokens of each
};

/// @param file its name, for errors.
RoutingTrace ParseRoutingTrace(const std::string& file,
                               std::string_view text,
                               std::uint32_t experts,
                               std::uint32_t topK);

} // namespace echelon
