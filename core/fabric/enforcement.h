// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The ways in which fabrics make flows send as was decided, and their names in scenarios.
 *
 *     if (fabric.EnforcedBy() == Enforcement::QUEUES) { … }
 *     Enforcement way = EnforcementOf("pacing");           // RATES
 *
 * Each fabric offers one way, or lets its options choose between several.
 */
#pragma once

#include <string_view>

namespace echelon
{

enum class Enforcement
{
    RATES,  ///< every flow sends at its rate: exactly in a fluid, paced at its source in packets
    QUEUES, ///< links are shared by queues with weights, into which flows are put
    NONE,   ///< flows share by themselves from their start on; nobody decides
};

/// "pacing", "queues" or "none".
constexpr std::string_view
ToText(Enforcement enforcement)
{
    return enforcement == Enforcement::RATES    ? "pacing"
           : enforcement == Enforcement::QUEUES ? "queues"
                                                : "none";
}

/// @pre the text is the name of one.
constexpr Enforcement
EnforcementOf(std::string_view text)
{
    return text == ToText(Enforcement::RATES)    ? Enforcement::RATES
           : text == ToText(Enforcement::QUEUES) ? Enforcement::QUEUES
                                                 : Enforcement::NONE;
}

} // namespace echelon
