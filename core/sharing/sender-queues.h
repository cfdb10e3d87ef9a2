// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Queues of transmissions, one per sending port, whose heads share the receiving ports:
 * head-of-line blocking.
 *
 *     QueueTiming timing = TimeSenderQueues({100e9, 100e9}, {100e9, 100e9},
 *                                           {{{0, 8e6}}, {{0, 8e6}}});    // both end at 160 µs
 *
 * The heads at one receiver share its rate max-min fairly, and none gets more than its own sender's
 * rate. Since a sender has one head, each receiver's rates depend only on its own heads.
 * Times in picoseconds as doubles. O(transmissions × fan-in) with fan-in the heads at a receiver.
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct QueuedTransmission
{
    std::uint32_t receiver;
    double bits; ///< > 0
};

/// In picoseconds.
struct QueuedTime
{
    double start = 0;
    double end = 0;
};

struct QueueTiming
{
    std::vector<std::vector<QueuedTime>> times; ///< as the queues
    std::vector<std::uint32_t> fanIn;           ///< most heads at a time, by receiver
};

/// @param sending, receiving rates of the ports, > 0. @pre one queue for each sending port.
QueueTiming TimeSenderQueues(const std::vector<BitRate>& sending,
                             const std::vector<BitRate>& receiving,
                             const std::vector<std::vector<QueuedTransmission>>& queues);

} // namespace echelon
