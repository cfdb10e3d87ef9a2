// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The choices that all transmission orders of an all-to-all share.
 */
#pragma once

#include <cstdint>

namespace echelon
{

/// The choices that orders share.
struct OrderOptions
{
    std::uint64_t seed = 1; ///< of random orders
    /// Orders by Birkhoff decomposition may exceed the bound by this part of it, in favour of fewer
    /// stages and less planning time; 0: exact.
    double gap = 0;
};

} // namespace echelon
