// SPDX-License-Identifier: GPL-2.0-only
#include "fabric/framing.h"

#include "base/parameters.h"

#include <string>

namespace echelon
{

void
RequireBytes(const char* parameter, Bytes value, Bytes least, Bytes most)
{
    if (value < least || value > most)
    {
        throw ParameterError(parameter,
                             "\"" + std::to_string(value) + "B\" is out of range",
                             "from " + std::to_string(least) + "B to " + std::to_string(most) +
                                 "B");
    }
}

void
CheckFraming(const Framing& framing)
{
    RequireBytes("segment", framing.segment, 64, 16 << 20);
    RequireBytes("header", framing.header, 0, 4096);
}

} // namespace echelon
