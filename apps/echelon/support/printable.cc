// SPDX-License-Identifier: GPL-2.0-only
#include "support/printable.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

namespace echelon
{

namespace
{

constexpr std::size_t LONGEST = 400;

/// A character at the start of a text.
struct Decoded
{
    std::uint32_t point = 0;
    std::size_t length = 0; ///< in bytes; 0: the text does not start with UTF-8
};

bool
IsContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// @pre the text is not empty.
Decoded
DecodeFirst(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                                             : 4;
    if (length == 0 || length > text.size())
    {
        return {};
    }
    std::uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i)
    {
        if (!IsContinuation(text[i]))
        {
            return {};
        }
        point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    const bool isOverlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool isSurrogate = point >= 0xd800 && point < 0xe000;
    return isOverlong || isSurrogate || point > 0x10ffff ? Decoded{} : Decoded{point, length};
}

bool
IsControl(std::uint32_t point)
{
    const auto within = [point](std::uint32_t first, std::uint32_t last) {
        return first <= point && point <= last;
    };
    return point < 0x20 || within(0x7f, 0x9f) ||             // C0, DEL, C1
           within(0x2028, 0x2029) ||                         // line and paragraph separator
           point == 0x61c || within(0x200e, 0x200f) ||       // bidirectional marks,
           within(0x202a, 0x202e) || within(0x2066, 0x2069); // embeddings, overrides, isolates
}

} // namespace

std::string
Printable(std::string_view text)
{
    std::string out;
    while (!text.empty())
    {
        if (out.size() >= LONGEST)
        {
            return out + "...";
        }
        const Decoded first = DecodeFirst(text);
        if (first.length == 0)
        {
            out += '?';
        }
        else if (IsControl(first.point))
        {
            out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(first.point));
        }
        else
        {
            out += text.substr(0, first.length);
        }
        text.remove_prefix(std::max<std::size_t>(first.length, 1));
    }
    return out;
}

bool
IsUtf8(std::string_view text)
{
    while (!text.empty())
    {
        const std::size_t length = DecodeFirst(text).length;
        if (length == 0)
        {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::size_t
TextWidth(std::string_view text)
{
    return text.size() -
           static_cast<std::size_t>(std::count_if(text.begin(), text.end(), IsContinuation));
}

std::string
Shortened(const std::string& text, std::size_t width)
{
    if (TextWidth(text) <= width)
    {
        return text;
    }
    std::size_t end = 0;
    for (std::size_t kept = 0; kept < width; ++end)
    {
        kept += IsContinuation(text[end]) ? 0 : 1;
    }
    // The character that starts before `end` makes room for the mark.
    return text.substr(0, end - 1) + "~";
}

} // namespace echelon
