// SPDX-License-Identifier: GPL-2.0-only
#include "results/result-writer.h"

#include "input/text-buffer.h"
#include "results/csv-writer.h"
#include "results/result-folder.h"
#include "scenario/scenario-loader.h"
#include "support/sha256.h"
#include "support/version.h"
#include "timeline/writer.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace echelon
{

namespace fs = std::filesystem;

static std::string
PartFolder(const std::string& folder, std::size_t index)
{
    return fmt::format("{}/part-{}", folder, index);
}

static void
WriteText(const std::string& path, const std::string& text)
{
    TextBuffer out(path);
    out << text;
    out.Close();
}

static std::string
ReadText(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Appends a file piece by piece: parts may be large.
static void
Append(TextBuffer& out, const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::vector<char> piece(1 << 16);
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    {
        out << std::string_view(piece.data(), static_cast<std::size_t>(file.gcount()));
    }
}

void
WritePart(const std::string& folder,
          std::size_t index,
          const Scenario& scenario,
          const RunOutcome& outcome,
          ResultFiles files,
          const TimelineOptions& timeline)
{
    const std::string part = PartFolder(folder, index);
    std::error_code error;
    if (!fs::create_directory(part, error) && error)
    {
        throw OutputError(part + ": cannot be made: " + error.message());
    }
    const SchedulerChoice& choice = scenario.schedulers[index];
    const RecordedRun run{index, choice.label, outcome.record, scenario.topology, scenario.jobs};
    if (WritesTables(files))
    {
        WriteCsvRows(part, run);
    }
    TimelineCounts counts;
    if (WritesTimeline(files))
    {
        counts = WriteTimelineEvents(part + "/timeline",
                                     run,
                                     MAX_TIMELINE_EVENTS / scenario.schedulers.size(),
                                     timeline);
    }
    OrderedJson document{{"run", SummaryToJson(outcome.summary, scenario, choice)},
                         {"engine", EngineToJson(outcome, choice)}};
    for (const auto& [name, count] : TIMELINE_COUNTS)
    {
        document["timeline"][name] = counts.*count;
    }
    WriteText(part + "/figures.json", document.dump());
}

Part
ReadPart(const std::string& folder, std::size_t index)
{
    OrderedJson document =
        OrderedJson::parse(ReadText(PartFolder(folder, index) + "/figures.json"));
    return {std::move(document["run"]), std::move(document["engine"])};
}

static void
JoinTables(const std::string& folder, std::size_t runs)
{
    for (const CsvFile& file : CsvFiles())
    {
        TextBuffer out(folder + "/" + file.name);
        out << file.header << '\n';
        for (std::size_t i = 0; i < runs; ++i)
        {
            Append(out, PartFolder(folder, i) + "/" + file.name);
        }
        out.Close();
    }
}

static void
JoinTimeline(const std::string& folder,
             const std::string& name,
             std::size_t runs,
             const TimelineOptions& options)
{
    TimelineCounts total;
    for (std::size_t i = 0; i < runs; ++i)
    {
        const OrderedJson counts =
            OrderedJson::parse(ReadText(PartFolder(folder, i) + "/figures.json"))["timeline"];
        for (const auto& [key, count] : TIMELINE_COUNTS)
        {
            total.*count += counts[key].get<std::uint64_t>();
        }
    }
    TextBuffer timeline(folder + "/timeline.json");
    timeline << TimelineHead(name, total, options);
    for (std::size_t i = 0; i < runs; ++i)
    {
        timeline << (i == 0 ? "" : ",\n");
        Append(timeline, PartFolder(folder, i) + "/timeline");
    }
    timeline << TimelineTail();
    timeline.Close();
}

void
JoinParts(const std::string& folder,
          const Scenario& scenario,
          const OrderedJson& summary,
          const OrderedJson& manifest,
          ResultFiles files,
          const TimelineOptions& timeline)
{
    const std::size_t runs = scenario.schedulers.size();
    if (WritesTables(files))
    {
        JoinTables(folder, runs);
    }
    if (WritesTimeline(files))
    {
        JoinTimeline(folder, scenario.name, runs, timeline);
    }
    WriteText(folder + "/summary.json", summary.dump(2) + "\n");
    WriteText(folder + "/scenario.resolved.json", scenario.resolved.dump(2) + "\n");
    // Paths and the command line may hold bytes that are no UTF-8.
    const auto replace = OrderedJson::error_handler_t::replace;
    WriteText(folder + "/manifest.json", manifest.dump(2, ' ', false, replace) + "\n");
    for (std::size_t i = 0; i < runs; ++i)
    {
        fs::remove_all(PartFolder(folder, i));
    }
}

OrderedJson
MakeSummary(const Scenario& scenario, const std::vector<Part>& parts)
{
    OrderedJson summary{{"schema", "echelon/summary/2"},
                        {"scenario", scenario.name},
                        {"runs", OrderedJson::array()},
                        {"engine", OrderedJson::array()}};
    for (const Part& part : parts)
    {
        summary["runs"].push_back(part.run);
        summary["engine"].push_back(part.engine);
    }
    return summary;
}

std::vector<std::string>
SchedulersWithFullLog(const std::vector<Part>& parts)
{
    std::vector<std::string> schedulers;
    for (const Part& part : parts)
    {
        if (part.engine.at("rate_log_full").get<bool>())
        {
            schedulers.push_back(part.engine.at("scheduler").get<std::string>());
        }
    }
    return schedulers;
}

std::string
RunHash(const Scenario& scenario)
{
    const BuildInfo build = GetBuildInfo();
    return Sha256(scenario.resolved.dump() + "\n" + build.version + "\n" + build.commit);
}

OrderedJson
MakeManifest(const Scenario& scenario, const std::vector<std::string>& command)
{
    const BuildInfo build = GetBuildInfo();
    const std::string hash = RunHash(scenario);
    return {{"schema", "echelon/results/2"},
            {"scenario", scenario.name},
            {"run_id", RunIdOf(hash)},
            {"run_hash", hash},
            {"inputs", HashOfInputs(scenario)},
            {"input", scenario.file},
            {"program",
             {{"version", build.version},
              {"commit", build.commit},
              {"compiler", build.compiler},
              {"ns3", build.ns3}}},
            {"command", command}};
}

} // namespace echelon
