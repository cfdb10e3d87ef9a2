// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Adds times of the packet fabric, which are integers of picoseconds.
 *
 *     m_busyUntil = Later(start, transmission);
 *
 * Errors: echelon::TimeOverflow when the sum does not fit. The check costs one jump that is not
 * taken.
 */
#ifndef PICOSECONDS_H
#define PICOSECONDS_H

#include "base/time.h"

#include <cstdint>

namespace ns3
{

inline int64_t
Later(int64_t time, int64_t delay)
{
    return (echelon::Time::FromPicoseconds(time) + echelon::Time::FromPicoseconds(delay))
        .Picoseconds();
}

} // namespace ns3

#endif /* PICOSECONDS_H */
