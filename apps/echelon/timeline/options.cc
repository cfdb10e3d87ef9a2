// SPDX-License-Identifier: GPL-2.0-only
#include "timeline/options.h"

#include "support/exit-codes.h"

#include <charconv>
#include <string_view>

namespace echelon
{

constexpr double MAX_SECONDS = 1e6;

/// None when the text is no number of seconds in range.
static std::optional<Time>
ParseSeconds(std::string_view text)
{
    double seconds = -1;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || stop != text.data() + text.size() ||
        !(seconds >= 0 && seconds <= MAX_SECONDS))
    {
        return std::nullopt;
    }
    return Time::FromSeconds(seconds);
}

TimelineWindow
ParseTimelineWindow(const std::string& text)
{
    const std::string_view all = text;
    const std::size_t colon = all.find(':');
    if (colon == std::string_view::npos)
    {
        throw UsageError("\"" + text + "\" is not FROM:TO in seconds, as in 0.5:0.75");
    }
    const std::optional<Time> from = ParseSeconds(all.substr(0, colon));
    const std::optional<Time> to = ParseSeconds(all.substr(colon + 1));
    if (!from || !to)
    {
        throw UsageError("\"" + text + "\" is not FROM:TO in seconds from 0 to 1000000");
    }
    if (!(*from < *to))
    {
        throw UsageError("\"" + text + "\" ends before it begins: FROM:TO in seconds, FROM < TO");
    }
    return {*from, *to};
}

} // namespace echelon
