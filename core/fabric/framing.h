// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How payload is cut into segments, and what headers add.
 *
 *     Framing framing{4096, 82};
 *     framing.GoodputFactor();                // 4096 / 4178
 *     CheckFraming(framing);
 *
 * Errors: ParameterError for sizes out of range, with the range as the hint.
 */
#pragma once

#include "base/units.h"

namespace echelon
{

/// Sizes of a full segment; by default headers add nothing.
struct Framing
{
    Bytes segment = 4096; ///< payload bytes
    Bytes header = 0;     ///< bytes on the wire besides the payload

    /// Payload bits per bit on the wire.
    double GoodputFactor() const
    {
        return static_cast<double>(segment) / static_cast<double>(segment + header);
    }
};

/// @throws ParameterError unless the value lies in [least, most].
void RequireBytes(const char* parameter, Bytes value, Bytes least, Bytes most);

/// @throws ParameterError for a segment or a header that no network has.
void CheckFraming(const Framing& framing);

} // namespace echelon
