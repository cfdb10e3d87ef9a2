// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/input-hash.h"

#include "base/random.h"

#include <cinttypes>
#include <cstdio>

namespace echelon
{

std::string
HexDigits(std::uint64_t value)
{
    char text[24];
    std::snprintf(text, sizeof text, "%016" PRIx64, value);
    return text;
}

std::string
HashOfInputs(const Scenario& scenario)
{
    Json asked = scenario.resolved;
    asked.erase("name");
    asked.erase("description");
    asked.erase("expect");
    return HexDigits(Mix64(HashText(asked.dump())));
}

} // namespace echelon
