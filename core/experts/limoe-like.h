// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Layers with the measures of LIMoE B/32 and B/16, as far as these are known. The traffic itself is
 * not public.
 *
 *     MoeLayer layer = LimoeLikeLayer(LimoeModel::B32, 3, seed);      // layer 3, 8 experts
 *
 * Known from Li et al. (arXiv 2410.17043, Section 8) and its figures: 8 experts; the busiest port
 * moves 2.1 to 3.2 GB per all-to-all; communication at 100 Gb/s is about 82 % of a layer; all
 * computing takes about 75 ms (B/32) or 111 ms (B/16). Hence the busiest port's bytes: uniform in
 * 2.1…2.25 GB for B/32 and 3.0…3.2 GB for B/16, drawn per layer.
 *
 * These are assumed here, for want of data: an expert's popularity is lognormal (sigma 0.5), a
 * GPU's tokens deviate from it by a lognormal factor (sigma 0.4), and GPUs start with equally many
 * tokens. 80 % of the computing is the feed-forward of the busiest expert, that of others is in
 * proportion to their tokens, and gate and aggregation take 10 % each, equal everywhere. Every
 * model and layer has a stream of its own, "limoe/<model>/<layer>".
 */
#pragma once

#include "experts/moe-layer.h"

#include <cstdint>

namespace echelon
{

enum class LimoeModel : std::uint8_t
{
    B32,
    B16,
};

/// @param experts one per GPU, >= 2.
MoeLayer LimoeLikeLayer(LimoeModel model,
                        std::uint32_t layer,
                        std::uint64_t seed,
                        std::uint32_t experts = 8);

} // namespace echelon
