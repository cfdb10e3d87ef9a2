// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/routing-trace.h"

#include "input/input-error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace echelon
{

namespace
{

constexpr const char* LAYOUT =
    "a line is: expert ids, two tabs, as many gate weights; tabs between them";

/// One line of the file, word by word.
class SampleReader
{
  public:
    SampleReader(const std::string& file, std::size_t line)
        : m_file(file),
          m_line(line)
    {
    }

    [[noreturn]] void Fail(const std::string& problem, const std::string& hint) const
    {
        throw InputError(m_file, fmt::format("line {}", m_line), problem, hint);
    }

    /// Appends the experts of all tokens of this line. @returns how many words there were.
    std::size_t Experts(std::string_view text, TokenRouting& routing) const
    {
        const std::size_t first = routing.chosen.size();
        ForEachWord(text, [&](std::string_view word, std::size_t index) {
            const std::string place = fmt::format("token {}: ", index / routing.topK + 1);
            std::uint32_t expert = 0;
            const auto [end, error] =
                std::from_chars(word.data(), word.data() + word.size(), expert);
            if (error == std::errc::invalid_argument || end != word.data() + word.size())
            {
                Fail(place + Shown(word) + " is not an expert", LAYOUT);
            }
            if (error != std::errc() || expert >= routing.experts)
            {
                Fail(place + "expert " + std::string(word) + " is unknown",
                     fmt::format("from 0 to {} is possible with --experts {}",
                                 routing.experts - 1,
                                 routing.experts));
            }
            const auto token =
                routing.chosen.begin() +
                static_cast<std::ptrdiff_t>(first + index / routing.topK * routing.topK);
            if (std::find(token, routing.chosen.end(), expert) != routing.chosen.end())
            {
                Fail(fmt::format("{}expert {} is chosen twice", place, expert),
                     fmt::format("a token goes to --top-k {} different experts", routing.topK));
            }
            routing.chosen.push_back(expert);
        });
        return routing.chosen.size() - first;
    }

    /// @returns how many there were.
    std::size_t Weights(std::string_view text) const
    {
        std::size_t count = 0;
        ForEachWord(text, [&](std::string_view word, std::size_t) {
            double weight = 0;
            const auto [end, error] =
                std::from_chars(word.data(), word.data() + word.size(), weight);
            if (error != std::errc() || end != word.data() + word.size() ||
                !std::isfinite(weight) || weight < 0)
            {
                Fail(fmt::format("gate weight {} is {}", count + 1, Shown(word)),
                     "a number of at least 0 is needed");
            }
            ++count;
        });
        return count;
    }

  private:
    static std::string Shown(std::string_view word)
    {
        return "\"" + std::string(word.substr(0, 40)) + "\"";
    }

    template <class Function>
    static void ForEachWord(std::string_view text, const Function& function)
    {
        for (std::size_t index = 0; !text.empty(); ++index)
        {
            const std::size_t tab = text.find('\t');
            function(text.substr(0, tab), index);
            // A tab at the end is followed by one more, empty word.
            if (tab != std::string_view::npos && tab + 1 == text.size())
            {
                function(std::string_view(), index + 1);
            }
            text.remove_prefix(tab == std::string_view::npos ? text.size() : tab + 1);
        }
    }

    const std::string& m_file;
    std::size_t m_line;
};

} // namespace

RoutingTrace
ParseRoutingTrace(const std::string& file,
                  std::string_view text,
                  std::uint32_t experts,
                  std::uint32_t topK)
{
    RoutingTrace trace{{experts, topK, {}}, {}};
    for (std::size_t number = 1; !text.empty(); ++number)
    {
        const std::size_t newline = text.find('\n');
        std::string_view line = text.substr(0, newline);
        text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
        if (!line.empty() && line.back() == '\r')
        {
            line.remove_suffix(1);
        }
        if (line.find_first_not_of(" \t") == std::string_view::npos)
        {
            continue;
        }
        const SampleReader reader(file, number);
        const std::size_t gap = line.find("\t\t");
        if (gap == std::string_view::npos)
        {
            reader.Fail("there are no gate weights", LAYOUT);
        }
        const std::size_t chosen = reader.Experts(line.substr(0, gap), trace.routing);
        if (chosen % topK != 0)
        {
            reader.Fail(fmt::format("the last token has {} of {} experts", chosen % topK, topK),
                        "--top-k times the number of tokens is needed");
        }
        const std::size_t weights = reader.Weights(line.substr(gap + 2));
        if (weights != chosen)
        {
            reader.Fail(fmt::format("there are {} gate weights for {} experts", weights, chosen),
                        LAYOUT);
        }
        trace.samples.push_back(chosen / topK);
    }
    if (trace.samples.empty())
    {
        throw InputError(file, "", "the file is empty", LAYOUT);
    }
    return trace;
}

} // namespace echelon
