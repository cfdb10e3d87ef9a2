// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/traffic-loader.h"

#include "input/input-error.h"
#include "support/exit-codes.h"
#include "traffic/routed-traffic.h"
#include "traffic/routing-trace.h"
#include "traffic/traffic-csv.h"
#include "traffic/traffic-document.h"

#include <algorithm>
#include <fmt/format.h>

namespace echelon
{

namespace
{

enum class Format
{
    CSV,
    JSON,
    TRACE,
};

/// The first line that is not blank, from its first mark on; empty at the text's end without one.
std::string_view
FirstLine(std::string_view text)
{
    const std::string_view start =
        text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return start.substr(0, start.find('\n'));
}

Format
FormatOf(std::string_view text)
{
    const std::string_view line = FirstLine(text);
    if (!line.empty() && (line.front() == '{' || line.front() == '['))
    {
        return Format::JSON;
    }
    return line.find('\t') != std::string_view::npos && line.find(',') == std::string_view::npos
               ? Format::TRACE
               : Format::CSV;
}

std::uint32_t
Needed(const std::optional<std::uint32_t>& option, const char* name, const std::string& file)
{
    if (!option)
    {
        throw UsageError(std::string(name) + " is needed: " + file +
                         " is a routing trace, which does not say it");
    }
    return *option;
}

/// A matrix between tabs looks like a trace: say so before options of traces are asked for.
void
CheckTabs(const std::string& file, std::string_view text)
{
    const std::string_view first = FirstLine(text);
    if (first.find("\t\t") == std::string_view::npos)
    {
        const auto line = 1 + std::count(text.data(), first.data(), '\n');
        throw InputError(file,
                         fmt::format("line {}", line),
                         "there are tabs, but no gate weights",
                         "commas separate the cells of a matrix; in a routing trace two tabs stand "
                         "before the gate weights");
    }
}

LoadedTraffic
LoadTrace(const std::string& file, std::string_view text, const RoutingOptions& options)
{
    CheckTabs(file, text);
    RoutingSettings settings;
    settings.gpus = Needed(options.gpus, "--gpus", file);
    settings.tokenBytes =
        Bytes{Needed(options.hidden, "--hidden", file)} * options.elementBytes.value_or(2);
    settings.tokenPlacement = options.tokenPlacement.value_or("blocks");
    if (options.deduplicate)
    {
        settings.gpusPerHost = options.gpusPerHost;
    }
    const std::uint32_t experts = Needed(options.experts, "--experts", file);
    const std::uint32_t topK = Needed(options.topK, "--top-k", file);
    if (topK > experts)
    {
        throw UsageError(
            fmt::format("--top-k: a token cannot go to {} of {} experts", topK, experts));
    }
    const RoutingTrace trace = ParseRoutingTrace(file, text, experts, topK);
    return RoutedTrafficOf(
        "routing-trace",
        trace.routing,
        trace.samples,
        settings,
        [&](const auto& problem, const auto& hint) { throw InputError(file, "", problem, hint); });
}

} // namespace

LoadedTraffic
LoadTraffic(const std::string& file, const FileSource& source, const RoutingOptions& options)
{
    std::string text;
    try
    {
        text = source(file);
    }
    catch (const FileError& error)
    {
        throw InputError(file, "", error.what(), "give the path of a matrix or routing trace");
    }
    constexpr std::string_view BYTE_ORDER_MARK = "\xef\xbb\xbf";
    if (text.compare(0, BYTE_ORDER_MARK.size(), BYTE_ORDER_MARK) == 0)
    {
        text.erase(0, BYTE_ORDER_MARK.size());
    }
    switch (FormatOf(text))
    {
    case Format::JSON: {
        // Read once more as a document that knows its places.
        JsonDocument document(file, MemoryFiles({{file, std::move(text)}}));
        return LoadTrafficDocument(document.Root(), options);
    }
    case Format::TRACE:
        return LoadTrace(file, text, options);
    case Format::CSV:
        break;
    }
    if (!options.Given().empty())
    {
        throw UsageError(options.Given() + " is for routing traces; " + file + " holds a matrix");
    }
    return {ParseTrafficCsv(file, text), "csv"};
}

} // namespace echelon
