// SPDX-License-Identifier: GPL-2.0-only
#include "model/workload-spec.h"

namespace echelon
{

constexpr std::int64_t MAX_COUNT = 65536;

std::uint32_t
CountOf(const ParameterSet& parameters, const std::string& name, std::uint32_t least)
{
    const std::int64_t value = parameters.GetInteger(name);
    if (value < least || value > MAX_COUNT)
    {
        throw ParameterError(name,
                             std::to_string(value) + " is out of range",
                             "from " + std::to_string(least) + " to " + std::to_string(MAX_COUNT));
    }
    return static_cast<std::uint32_t>(value);
}

} // namespace echelon
