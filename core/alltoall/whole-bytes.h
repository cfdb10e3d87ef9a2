// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Divides an amount into parts of whole bytes that add up exactly.
 *
 *     Bytes second = PartOf(10, 2, 3) - PartOf(10, 1, 3);    // of three equal parts of 10: 3
 *
 * The ends of the parts are rounded, and not the parts themselves. So every byte belongs to one
 * part, and no part ends later than it would without rounding.
 */
#pragma once

#include "base/units.h"

#include <cstdint>

namespace echelon
{

/// The first `numerator` of `denominator` parts, rounded down. @pre 0 <= numerator <= denominator,
/// denominator > 0.
inline Bytes
PartOf(Bytes bytes, std::int64_t numerator, std::int64_t denominator)
{
    __extension__ using Wide = __int128;
    return static_cast<Bytes>(static_cast<Wide>(bytes) * numerator / denominator);
}

} // namespace echelon
