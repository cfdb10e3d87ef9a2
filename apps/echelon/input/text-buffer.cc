// SPDX-License-Identifier: GPL-2.0-only
#include "input/text-buffer.h"

#include "input/json-parser.h"

#include <cerrno>
#include <cstring>

namespace echelon
{

TextBuffer::TextBuffer(const std::string& path)
    : m_path(path),
      m_file(path, std::ios::binary | std::ios::trunc),
      m_piece(PIECE),
      m_end(m_piece.data())
{
    if (!m_file)
    {
        throw OutputError(path + ": cannot be written: " + std::strerror(errno));
    }
}

void
TextBuffer::Flush()
{
    Write({m_piece.data(), static_cast<std::size_t>(m_end - m_piece.data())});
    m_end = m_piece.data();
}

void
TextBuffer::Write(std::string_view text)
{
    m_file.write(text.data(), static_cast<std::streamsize>(text.size()));
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
    char* at = Room(NUMBER);
    if (value < 0)
    {
        *at++ = '-';
    }
    // Unsigned, because the smallest integer has no positive counterpart.
    const std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    char digits[NUMBER];
    const char* const end = std::to_chars(digits, digits + sizeof digits, magnitude).ptr;
    const auto length = static_cast<int>(end - digits);
    if (length <= decimals)
    {
        *at++ = '0';
        *at++ = '.';
        at = std::fill_n(at, decimals - length, '0');
        m_end = std::copy<const char*>(digits, end, at);
        return;
    }
    at = std::copy<const char*>(digits, end - decimals, at);
    *at++ = '.';
    m_end = std::copy(end - decimals, end, at);
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
        *this << (&time == times.begin() ? "" : ",");
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
    const auto isSpecial = [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; };
    if (std::none_of(text.begin(), text.end(), isSpecial))
    {
        return *this << (looksLikeFormula ? "'" : "") << text;
    }
    *this << (looksLikeFormula ? "\"'" : "\"");
    for (const char c : text)
    {
        *this << c;
        if (c == '"')
        {
            *this << '"';
        }
    }
    return *this << '"';
}

TextBuffer&
TextBuffer::Quoted(std::string_view text)
{
    const auto isPlain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    if (std::all_of(text.begin(), text.end(), isPlain))
    {
        return *this << '"' << text << '"';
    }
    return *this << Json(text).dump();
}

} // namespace echelon
