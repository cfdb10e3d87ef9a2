// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Computes when transmissions end that share sending and receiving ports max-min fairly.
 *
 *     std::vector<double> ends = ShareMaxMin({100e9, 100e9}, {100e9, 100e9},
 *                                            {{0, 0, 8e6, 0}, {1, 0, 8e6, 0}});   // 160 µs each
 *
 * Whenever a transmission is released or ends, all rates are the max-min fair ones: the port whose
 * capacity per transmission is smallest gives each of its transmissions that much; then the others
 * share what is left (Bertsekas and Gallager, "Data Networks", Section 6.5.2). Rates depend on
 * ports alone: the level of a transmission is the lower of its ports'.
 * Times in picoseconds as doubles: noise far below one. O(events × (ports² + transmissions)).
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct SharedTransmission
{
    std::uint32_t sender;
    std::uint32_t receiver;
    double bits;    ///< > 0
    double release; ///< picoseconds
};

/// @param sending, receiving rates of the ports, > 0. @returns the ends in picoseconds, in the
/// order of the transmissions.
std::vector<double> ShareMaxMin(const std::vector<BitRate>& sending,
                                const std::vector<BitRate>& receiving,
                                const std::vector<SharedTransmission>& transmissions);

} // namespace echelon
