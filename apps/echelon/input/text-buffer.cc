// SPDX-License-Identifier: GPL-2.0-only
#include "input/text-buffer.h"

#include "input/json-parser.h"

#include <cerrno>
#include <cstring>

namespace echelon
{

TextBuffer::TextBuffer(const std::string& path)
    : m_path(path),
      m_file(path, std::ios::binary | std::ios::trunc)
{
    if (!m_file)
    {
        throw OutputError(path + ": cannot be written: " + std::strerror(errno));
    }
    m_text.reserve(PIECE + 4096);
}

void
TextBuffer::Flush()
{
    m_file.write(m_text.data(), static_cast<std::streamsize>(m_text.size()));
    m_text.clear();
    if (!m_file)
    {
        throw OutputError(m_path + ": cannot be written: " + std::strerror(errno));
    }
}

void
TextBuffer::Close()
{
    Flush();
    m_file.close();
    if (!m_file)
    {
        throw OutputError(m_path + ": cannot be written: " + std::strerror(errno));
    }
}

void
TextBuffer::Decimal(std::int64_t value, int decimals)
{
    if (value < 0)
    {
        m_text += '-';
    }
    // Unsigned, because the smallest integer has no positive counterpart.
    const std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    char digits[24];
    const auto result = std::to_chars(digits, digits + sizeof digits, magnitude);
    const int length = static_cast<int>(result.ptr - digits);
    if (length <= decimals)
    {
        m_text += "0.";
        m_text.append(static_cast<std::size_t>(decimals - length), '0');
        m_text.append(digits, result.ptr);
    }
    else
    {
        m_text.append(digits, result.ptr - decimals);
        m_text += '.';
        m_text.append(result.ptr - decimals, result.ptr);
    }
    FlushWhenFull();
}

TextBuffer&
TextBuffer::Seconds(Time time)
{
    Decimal(time.Picoseconds(), 12);
    return *this;
}

TextBuffer&
TextBuffer::Seconds(std::initializer_list<Time> times)
{
    for (const Time& time : times)
    {
        m_text.append(&time == times.begin() ? "" : ",");
        Decimal(time.Picoseconds(), 12);
    }
    return *this;
}

TextBuffer&
TextBuffer::Microseconds(std::int64_t nanoseconds)
{
    Decimal(nanoseconds, 3);
    return *this;
}

TextBuffer&
TextBuffer::Field(std::string_view text)
{
    // Apostrophes before the sign count too, so that readers can tell a name from a guarded one.
    const std::size_t first = text.find_first_not_of('\'');
    const bool looksLikeFormula =
        first != std::string_view::npos &&
        std::string_view("=+-@\t\r").find(text[first]) != std::string_view::npos;
    if (text.find_first_of(",\"\n\r") == std::string_view::npos)
    {
        return *this << (looksLikeFormula ? "'" : "") << text;
    }
    m_text += looksLikeFormula ? "\"'" : "\"";
    for (const char c : text)
    {
        m_text += c;
        if (c == '"')
        {
            m_text += '"';
        }
    }
    m_text += '"';
    return *this;
}

TextBuffer&
TextBuffer::Quoted(std::string_view text)
{
    return *this << Json(text).dump();
}

} // namespace echelon
