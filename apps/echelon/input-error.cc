// SPDX-License-Identifier: GPL-2.0-only
#include "input-error.h"

#include <utility>

namespace echelon
{

namespace
{

constexpr std::size_t LONGEST = 400;

/// Length of the UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t
SequenceLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size())
    {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i)
    {
        if ((byte(i) & 0xc0) != 0x80)
        {
            return 0;
        }
    }
    return length;
}

std::string
Line(const std::string& file,
     const std::string& pointer,
     const std::string& problem,
     const std::string& hint)
{
    std::string line = Printable(file) + ": ";
    if (!pointer.empty())
    {
        line += Printable(pointer) + ": ";
    }
    line += Printable(problem);
    if (!hint.empty())
    {
        line += " (" + Printable(hint) + ")";
    }
    return line;
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
        const std::size_t length = SequenceLength(text);
        const unsigned char lead = static_cast<unsigned char>(text[0]);
        if (length == 0 || (length == 1 && (lead < 0x20 || lead == 0x7f)))
        {
            out += '?';
            text.remove_prefix(1);
        }
        else
        {
            out += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return out;
}

InputError::InputError(std::string file, std::string pointer, std::string problem, std::string hint)
    : std::runtime_error(Line(file, pointer, problem, hint)),
      m_file(std::move(file)),
      m_pointer(std::move(pointer)),
      m_problem(std::move(problem)),
      m_hint(std::move(hint))
{
}

} // namespace echelon
