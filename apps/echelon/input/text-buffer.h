// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Fast text output to a file: std::to_chars puts numbers into a buffer, which is written in large
 * pieces.
 *
 *     TextBuffer out("flows.csv");
 *     out << "run," << 17 << ',';
 *     out.Seconds(time);  out << '\n';
 *     out.Close();
 *
 * Errors: OutputError when the file cannot be written.
 */
#pragma once

#include "base/time.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace echelon
{

/// A result that cannot be written: disk full, no permission.
class OutputError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

class TextBuffer
{
  public:
    explicit TextBuffer(const std::string& path);

    TextBuffer& operator<<(std::string_view text)
    {
        if (text.size() > PIECE)
        {
            Flush();
            Write(text);
            return *this;
        }
        m_end = std::copy(text.begin(), text.end(), Room(text.size()));
        return *this;
    }

    TextBuffer& operator<<(char c)
    {
        *Room(1) = c;
        ++m_end;
        return *this;
    }

    /// Integers, and doubles as the shortest decimal that reads back to the same value.
    template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
    TextBuffer& operator<<(Number value)
    {
        char* const at = Room(NUMBER);
        m_end = std::to_chars(at, at + NUMBER, value).ptr;
        return *this;
    }

    /// Seconds with exactly 12 decimals.
    TextBuffer& Seconds(Time time);
    /// The same of several times, with commas between them.
    TextBuffer& Seconds(std::initializer_list<Time> times);

    /// Microseconds with 3 decimals of a whole number of nanoseconds.
    TextBuffer& Microseconds(std::int64_t nanoseconds);

    /// A text as a CSV field, quoted when needed (RFC 4180). One that a spreadsheet would take for
    /// a formula gets an apostrophe in front: docs/reference/results.md.
    TextBuffer& Field(std::string_view text);

    /// A JSON text with its quotes.
    TextBuffer& Quoted(std::string_view text);

    /// Writes what is left. @throws OutputError.
    void Close();

  private:
    static constexpr std::size_t PIECE = 1 << 16;
    static constexpr std::size_t NUMBER = 32; ///< characters of the longest number, and more

    /// Where so many characters can be put. @pre size <= PIECE.
    char* Room(std::size_t size)
    {
        if (static_cast<std::size_t>(m_piece.data() + PIECE - m_end) < size)
        {
            Flush();
        }
        return m_end;
    }

    void Flush();
    void Write(std::string_view text);
    void Decimal(std::int64_t value, int decimals);

    std::string m_path;
    std::ofstream m_file;
    std::vector<char> m_piece;
    char* m_end; ///< of what the piece holds
};

} // namespace echelon
