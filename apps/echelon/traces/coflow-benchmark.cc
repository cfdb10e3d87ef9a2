// SPDX-License-Identifier: GPL-2.0-only
#include "traces/coflow-benchmark.h"

#include "input/input-error.h"
#include "jobs/coflow-workload.h"
#include "model/workload-spec.h"
#include "taskgraph/task-budget.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace echelon
{

namespace
{

constexpr double MAX_ARRIVAL_MS = MAX_SECONDS * 1e3;
constexpr double MAX_SIZE = 1125899906842624.0; // 2^50 bytes, as everywhere in the inputs

/// One line, word by word.
class LineReader
{
  public:
    LineReader(const std::string& file, std::string_view line, std::size_t number)
        : m_file(file),
          m_rest(line),
          m_number(number)
    {
    }

    [[noreturn]] void Fail(const std::string& problem, const std::string& hint) const
    {
        throw InputError(m_file, fmt::format("line {}", m_number), problem, hint);
    }

    /// The next word; empty at the end of the line.
    std::string_view Word()
    {
        constexpr std::string_view BLANKS = " \t\r";
        const std::size_t begin = m_rest.find_first_not_of(BLANKS);
        m_rest = begin == std::string_view::npos ? std::string_view() : m_rest.substr(begin);
        const std::string_view word = m_rest.substr(0, m_rest.find_first_of(BLANKS));
        m_rest.remove_prefix(word.size());
        return word;
    }

    std::string_view Expect(const std::string& what)
    {
        const std::string_view word = Word();
        if (word.empty())
        {
            Fail("the line ends before " + what, LAYOUT);
        }
        return word;
    }

    std::uint32_t Integer(std::string_view word,
                          const std::string& what,
                          std::uint32_t least,
                          std::uint32_t largest) const
    {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc() || end != word.data() + word.size())
        {
            Fail("\"" + std::string(word) + "\" is not " + what, "a whole number is needed");
        }
        if (value < least || value > largest)
        {
            Fail(what + " " + std::string(word) + " is out of range",
                 fmt::format("from {} to {} is possible", least, largest));
        }
        return static_cast<std::uint32_t>(value);
    }

    double Number(std::string_view word, const std::string& what, double largest) const
    {
        double value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        {
            Fail("\"" + std::string(word) + "\" is not " + what, "a number is needed");
        }
        if (!(value >= 0 && value <= largest))
        {
            Fail(what + " " + std::string(word) + " is out of range",
                 "at least 0, and within the limits of the inputs");
        }
        return value;
    }

    static constexpr const char* LAYOUT =
        "a coflow is: id arrival-ms mappers port... reducers port:MB...";

  private:
    const std::string& m_file;
    std::string_view m_rest;
    std::size_t m_number;
};

TracedCoflow
ParseCoflow(LineReader& line, std::uint32_t ports, Bytes megabyte)
{
    TracedCoflow coflow;
    coflow.id = line.Integer(line.Expect("the id"), "the id", 0, 4294967295);
    const double ms = line.Number(line.Expect("the arrival"), "the arrival in ms", MAX_ARRIVAL_MS);
    coflow.arrival = Time::FromSeconds(ms / 1e3);
    const std::uint32_t mappers =
        line.Integer(line.Expect("the number of mappers"), "the number of mappers", 1, 1000000);
    for (std::uint32_t m = 0; m < mappers; ++m)
    {
        coflow.mappers.push_back(
            line.Integer(line.Expect(fmt::format("the port of mapper {}", m + 1)),
                         "the port of a mapper",
                         0,
                         ports - 1));
    }
    const std::uint32_t reducers =
        line.Integer(line.Expect("the number of reducers"), "the number of reducers", 1, 1000000);
    for (std::uint32_t r = 0; r < reducers; ++r)
    {
        const std::string_view word =
            line.Expect(fmt::format("the port and size of reducer {}", r + 1));
        const std::size_t colon = word.find(':');
        if (colon == std::string_view::npos)
        {
            line.Fail("\"" + std::string(word) + "\" is not a reducer",
                      "write for example 65:48.0: port, colon, MB");
        }
        const std::uint32_t port =
            line.Integer(word.substr(0, colon), "the port of a reducer", 0, ports - 1);
        const double size = line.Number(word.substr(colon + 1),
                                        "the size in MB",
                                        MAX_SIZE / static_cast<double>(megabyte));
        const Bytes bytes = std::llround(size * static_cast<double>(megabyte));
        if (bytes < 1)
        {
            line.Fail("reducer " + std::string(word) + " has less than a byte", "leave it out");
        }
        coflow.reducers.push_back({port, bytes});
    }
    const std::string_view more = line.Word();
    if (!more.empty())
    {
        line.Fail("\"" + std::string(more) + "\" comes after the last reducer",
                  "does the number of reducers fit?");
    }
    return coflow;
}

} // namespace

CoflowBenchmark
ParseCoflowBenchmark(const std::string& file,
                     const std::string& text,
                     const CoflowBenchmarkOptions& options)
{
    CoflowBenchmark result;
    std::uint32_t coflows = 0;
    std::map<std::uint32_t, std::size_t> lineOf;
    std::size_t number = 0;
    double pairs = 0;
    std::size_t begin = 0;
    for (; begin < text.size(); ++number)
    {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        LineReader line(file, std::string_view(text).substr(begin, end - begin), number + 1);
        begin = end + 1;
        if (number == 0)
        {
            result.ports = line.Integer(line.Expect("the number of ports"),
                                        "the number of ports",
                                        1,
                                        MAX_PLACES);
            coflows = line.Integer(line.Expect("the number of coflows"),
                                   "the number of coflows",
                                   1,
                                   MAX_COFLOWS);
            if (!line.Word().empty())
            {
                line.Fail("there are more than two numbers", "line 1 is: ports coflows");
            }
            continue;
        }
        LineReader blank = line;
        if (blank.Word().empty())
        {
            continue;
        }
        if (lineOf.size() == coflows)
        {
            line.Fail(fmt::format("there are more than {} coflows", coflows),
                      "line 1 states their number");
        }
        TracedCoflow coflow = ParseCoflow(line, result.ports, options.megabyte);
        const auto [it, isNew] = lineOf.emplace(coflow.id, number + 1);
        if (!isNew)
        {
            line.Fail(fmt::format("coflow {} was on line {} already", coflow.id, it->second),
                      "ids are unique");
        }
        if (!options.first || result.trace.coflows.size() < *options.first)
        {
            pairs += static_cast<double>(coflow.mappers.size()) *
                     static_cast<double>(coflow.reducers.size());
            if (pairs > MAX_TASKS)
            {
                line.Fail("the coflows up to here have more than 2e7 flows", "convert --first N");
            }
            result.trace.coflows.push_back(std::move(coflow));
        }
    }
    if (lineOf.size() < coflows || number == 0)
    {
        throw InputError(
            file,
            fmt::format("line {}", number + 1),
            number == 0
                ? "the file is empty"
                : fmt::format("the file ends after {} of {} coflows", lineOf.size(), coflows),
            "line 1 is: ports coflows; then one line per coflow");
    }
    return result;
}

} // namespace echelon
