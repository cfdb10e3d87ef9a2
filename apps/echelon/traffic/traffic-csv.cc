// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/traffic-csv.h"

#include "input/input-error.h"
#include "traffic/loaded-traffic.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace echelon
{

namespace
{

constexpr const char* LAYOUT = "n rows of n whole bytes, row = sender, column = receiver";
constexpr std::size_t LONGEST_CELL = 40;

std::string_view
Trimmed(std::string_view text)
{
    constexpr std::string_view BLANKS = " \t\r";
    const std::size_t begin = text.find_first_not_of(BLANKS);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(BLANKS) - begin + 1);
}

std::string
QuotedCell(std::string_view cell)
{
    return "\"" + std::string(cell.substr(0, LONGEST_CELL)) +
           (cell.size() > LONGEST_CELL ? "...\"" : "\"");
}

class CsvReader
{
  public:
    CsvReader(const std::string& file, std::string_view text)
        : m_file(file),
          m_text(text)
    {
    }

    TrafficMatrix Read()
    {
        while (!m_text.empty())
        {
            const std::size_t newline = m_text.find('\n');
            Line(m_text.substr(0, newline));
            m_text.remove_prefix(newline == std::string_view::npos ? m_text.size() : newline + 1);
        }
        if (!m_matrix)
        {
            throw InputError(m_file, "", "the file is empty", LAYOUT);
        }
        if (m_rows < m_matrix->Size())
        {
            throw InputError(
                m_file,
                fmt::format("line {}", m_line + 1),
                fmt::format("the file ends after {} of {} rows", m_rows, m_matrix->Size()),
                LAYOUT);
        }
        return std::move(*m_matrix);
    }

  private:
    [[noreturn]] void Fail(const std::string& problem, const std::string& hint) const
    {
        std::string place = fmt::format("line {}", m_line);
        if (m_cell > 0)
        {
            place += fmt::format(", cell {}", m_cell);
        }
        throw InputError(m_file, place, problem, hint);
    }

    void Line(std::string_view line)
    {
        ++m_line;
        m_cell = 0;
        if (Trimmed(line).empty())
        {
            m_blankLine = m_blankLine ? m_blankLine : m_line;
            return;
        }
        if (m_blankLine)
        {
            m_line = *m_blankLine;
            Fail("the line is blank, but rows follow", "remove it");
        }
        const auto cells = static_cast<std::size_t>(1 + std::count(line.begin(), line.end(), ','));
        if (!m_matrix)
        {
            if (cells > MAX_PLAN_GPUS)
            {
                Fail(fmt::format("the row has {} cells", cells),
                     fmt::format("at most {} GPUs are possible", MAX_PLAN_GPUS));
            }
            m_matrix.emplace(static_cast<std::uint32_t>(cells));
        }
        const std::uint32_t gpus = m_matrix->Size();
        // A cell that is wrong says more than a count that is: text that is no CSV at all.
        std::vector<Bytes> row;
        for (std::size_t c = 0; c < std::min<std::size_t>(cells, gpus); ++c)
        {
            ++m_cell;
            row.push_back(Cell(Trimmed(line.substr(0, line.find(',')))));
            line.remove_prefix(std::min(line.size(), line.find(',') + 1));
        }
        m_cell = 0;
        if (cells != gpus)
        {
            Fail(fmt::format("the row has {} cells, the first has {}", cells, gpus), LAYOUT);
        }
        if (m_rows == gpus)
        {
            Fail(fmt::format("there are more than {} rows of {} cells", gpus, gpus), LAYOUT);
        }
        for (std::uint32_t j = 0; j < gpus; ++j)
        {
            Put(j, row[j]);
        }
        ++m_rows;
    }

    Bytes Cell(std::string_view cell) const
    {
        if (cell.empty())
        {
            Fail("the cell is empty", "write 0 where nothing is sent");
        }
        Bytes bytes = 0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), bytes);
        const bool whole = end == cell.data() + cell.size();
        if (whole && error == std::errc() && bytes < 0)
        {
            Fail(QuotedCell(cell) + " is negative", "bytes sent are at least 0");
        }
        if ((whole && error == std::errc::result_out_of_range) ||
            (whole && bytes > TrafficMatrix::MAX_BYTES))
        {
            Fail(QuotedCell(cell) + " is too large", "at most 4e18 bytes in a whole matrix");
        }
        if (!whole || error != std::errc())
        {
            const bool separated = cell.find_first_of("; \t|") != std::string_view::npos;
            Fail(QuotedCell(cell) + " is not a whole number of bytes",
                 separated ? "commas separate the cells of a matrix"
                           : "digits only, for example 25000000");
        }
        return bytes;
    }

    void Put(std::uint32_t receiver, Bytes bytes)
    {
        if (receiver == m_rows)
        {
            return;
        }
        if (bytes > TrafficMatrix::MAX_BYTES - m_total)
        {
            m_cell = receiver + 1;
            Fail("the matrix holds more than 4e18 bytes up to here", "use smaller entries");
        }
        m_total += bytes;
        m_matrix->Set(m_rows, receiver, bytes);
    }

    const std::string& m_file;
    std::string_view m_text;
    std::optional<TrafficMatrix> m_matrix; ///< from the first row on
    std::uint32_t m_rows = 0;
    Bytes m_total = 0;
    std::size_t m_line = 0; ///< both count from 1
    std::size_t m_cell = 0; ///< 0: the line as a whole
    std::optional<std::size_t> m_blankLine;
};

} // namespace

TrafficMatrix
ParseTrafficCsv(const std::string& file, std::string_view text)
{
    return CsvReader(file, text).Read();
}

} // namespace echelon
