// SPDX-License-Identifier: GPL-2.0-only
#include "support/table-text.h"

#include "support/printable.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace echelon
{

std::string
FixedText(double value, int decimals, const char* unit)
{
    return fmt::format("{:.{}f}{}", value, decimals, unit);
}

std::string
CountText(double count)
{
    if (count >= 1e15)
    {
        return fmt::format("{:.2g}", count);
    }
    std::string text = FixedText(std::round(count), 0, "");
    for (std::size_t i = text.size(); i > 3; i -= 3)
    {
        text.insert(i - 3, ",");
    }
    return text;
}

std::string
DurationText(double seconds)
{
    const double magnitude = std::abs(seconds);
    const auto shown = [](double value, const char* unit) {
        const double size = std::abs(value);
        return FixedText(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3, unit);
    };
    return magnitude >= 1 || magnitude == 0 ? shown(seconds, " s")
           : magnitude >= 1e-3              ? shown(seconds * 1e3, " ms")
           : magnitude >= 1e-6              ? shown(seconds * 1e6, " us")
                                            : shown(seconds * 1e9, " ns");
}

std::string
TableLine(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths)
{
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
    {
        const std::size_t own = TextWidth(cells[i]);
        const std::string padding(std::max(widths[i], own) - own, ' ');
        line += i == 0 ? cells[i] + padding : "  " + padding + cells[i];
    }
    return line;
}

} // namespace echelon
