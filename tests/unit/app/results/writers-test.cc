// SPDX-License-Identifier: GPL-2.0-only
#include "input/text-buffer.h"
#include "network/big-switch.h"
#include "results/csv-writer.h"
#include "results/result-folder.h"
#include "results/result-writer.h"
#include "timeline/writer.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

namespace echelon
{

namespace
{

namespace fs = std::filesystem;

class Writers : public ::testing::Test
{
  protected:
    Writers()
        : m_folder(fs::temp_directory_path() / "echelon-writers-XXXXXX")
    {
        std::string name = m_folder.string();
        m_folder = ::mkdtemp(name.data());
    }

    ~Writers() override
    {
        fs::remove_all(m_folder);
    }

    std::string Read(const std::string& name) const
    {
        std::ifstream file(m_folder / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

    fs::path m_folder;
};

Topology
TwoHosts()
{
    return MakeBigSwitch({2, {1, {8e9, Time()}, {}, {}}});
}

TEST(FullLogs, AreNamedByTheirSchedulers)
{
    std::vector<Part> parts(3);
    parts[0].engine = {{"scheduler", "fair"}, {"rate_log_full", true}};
    parts[1].engine = {{"scheduler", "sebf"}, {"rate_log_full", false}};
    parts[2].engine = {{"scheduler", "echelon"}, {"rate_log_full", true}};
    EXPECT_EQ(SchedulersWithFullLog(parts), (std::vector<std::string>{"fair", "echelon"}));
}

} // namespace

TEST_F(Writers, NumbersAndFields)
{
    TextBuffer out((m_folder / "text").string());
    out.Seconds(Time::FromPicoseconds(1250000000)) << ' ';
    out.Seconds(Time::FromPicoseconds(-1)) << ' ';
    out.Seconds(Time::FromPicoseconds(12345678901234567)) << ' ';
    out.Microseconds(80250) << ' ' << 0.1 << ' ' << std::uint64_t{18446744073709551615U} << ' ';
    out.Field("a,\"b\"") << ' ';
    out.Quoted("x\ny");
    out.Close();
    EXPECT_EQ(Read("text"),
              "0.001250000000 -0.000000000001 12345.678901234567 80.250 0.1 "
              "18446744073709551615 \"a,\"\"b\"\"\" \"x\\ny\"");
}

// A spreadsheet evaluates fields that begin with =, +, -, @, a tab or a carriage return. An
// apostrophe in front makes them text; names that begin with apostrophes and then one of these get
// one more, so that readers find every name again. Numbers are not texts: they keep their minus.
TEST_F(Writers, TextsAreNoFormulas)
{
    TextBuffer out((m_folder / "text").string());
    for (const char* text :
         {"=1+1", "+1", "-a", "@a", "\ta", "=\"a\",b", "'=a", "'a", "a=b", "", "'", "pp 0->1"})
    {
        out.Field(text) << '\n';
    }
    out << -1.5 << ',' << -2 << '\n';
    out.Close();
    EXPECT_EQ(Read("text"),
              "'=1+1\n'+1\n'-a\n'@a\n'\ta\n\"'=\"\"a\"\",b\"\n''=a\n'a\na=b\n\n'\npp 0->1\n"
              "-1.5,-2\n");
}

TEST_F(Writers, ScaleUpFlowsAreLeftOut)
{
    RunRecord record;
    record.flows.resize(2);
    record.flows[0].scaleUp = true;
    record.flows[1].id = FlowId(1);
    record.flows[1].bytes = 7;
    record.linkBits.assign(4, 0.0);
    const Topology topology = TwoHosts();
    WriteCsvRows(m_folder.string(), {2, "fair", record, topology, {}});
    EXPECT_EQ(Read("flows.csv"),
              "2,1,0,0,0,0,7,1,0.000000000000,0.000000000000,0.000000000000,0.000000000000\n");
}

// Of two groups, the first never left its host.
TEST_F(Writers, ScaleUpGroupsAreLeftOut)
{
    RunRecord record;
    record.jobNames = {"a"};
    record.groups.resize(2);
    record.groups[0].scaleUp = true;
    record.groups[1].id = GroupId(1);
    record.groups[1].name = "dp bucket 0";
    record.groups[1].flows = 2;
    record.groups[1].bytes = 7;
    record.groups[1].finish = Time::FromPicoseconds(3);
    record.linkBits.assign(4, 0.0);
    const Topology topology = TwoHosts();
    WriteCsvRows(m_folder.string(), {0, "fair", record, topology, {}});
    EXPECT_EQ(Read("groups.csv"),
              "0,fair,1,a,0,dp bucket 0,coflow,2,7,1,0.000000000000,0.000000000003,"
              "0.000000000003,0.000000000000\n");
    EXPECT_EQ(CsvFiles()[1].header,
              "run,scheduler,group,job,iteration,name,shape,flows,bytes,weight,reference_s,"
              "finish_s,cct_s,tardiness_s");
}

// Of job b at 0: GPUs 0, 1 and 4 compute F0 in no time, GPU 1 twice, so there is a second row; GPU
// 2 needs 1 ns. At 1 ps, of iteration 3, x,y on stream 1 of GPU 5 and on stream 0 of GPU 6.
TEST_F(Writers, DevicesThatComputeTheSameShareARow)
{
    RunRecord record;
    record.jobNames = {"a", "b"};
    record.labels = {{}, {"F0", "x,y"}};
    record.linkBits.assign(4, 0.0);
    const auto at = [](std::int64_t picoseconds) { return Time::FromPicoseconds(picoseconds); };
    record.computes = {{JobId(1), 0, DeviceId(0), 0, 0, at(0), at(0), TaskId(7)},
                       {JobId(1), 0, DeviceId(1), 0, 0, at(0), at(0), TaskId(8)},
                       {JobId(1), 0, DeviceId(1), 0, 0, at(0), at(0), TaskId(9)},
                       {JobId(1), 0, DeviceId(2), 0, 0, at(0), at(1000), TaskId(10)},
                       {JobId(1), 0, DeviceId(4), 0, 0, at(0), at(0), TaskId(11)},
                       {JobId(1), 3, DeviceId(5), 1, 1, at(1), at(1250000000), TaskId(12)},
                       {JobId(1), 3, DeviceId(6), 0, 1, at(1), at(1250000000), TaskId(13)}};
    const Topology topology = TwoHosts();
    WriteCsvRows(m_folder.string(), {2, "fair", record, topology, {}});
    EXPECT_EQ(Read("computes.csv"),
              "2,b,0,F0,0-1,0,0.000000000000,0.000000000000\n"
              "2,b,0,F0,1 4,0,0.000000000000,0.000000000000\n"
              "2,b,0,F0,2,0,0.000000000000,0.000000001000\n"
              "2,b,3,\"x,y\",6,0,0.000000000001,0.001250000000\n"
              "2,b,3,\"x,y\",5,1,0.000000000001,0.001250000000\n");
}

// Three flows of one GPU: [0, 4), [1, 2) and [2, 3) ms. The third takes the second's lane.
// With room for two slices the longest, and of the two equal ones the earlier, stay. The
// EchelonFlow has a bar and, as all flows should end at 0, one mark, where the slices
// leave room for them.
TEST_F(Writers, TimelineLanesAndLimit)
{
    RunRecord record;
    record.jobNames = {"a"};
    record.groups.resize(1);
    record.groups[0].name = "g";
    const double times[3][2] = {{0, 4e-3}, {1e-3, 2e-3}, {2e-3, 3e-3}};
    for (std::size_t i = 0; i < 3; ++i)
    {
        FlowRecord flow;
        flow.id = FlowId(i);
        flow.destination = DeviceId(1);
        flow.start = Time::FromSeconds(times[i][0]);
        flow.finish = Time::FromSeconds(times[i][1]);
        record.flows.push_back(flow);
    }
    record.makespan = Time::FromSeconds(4e-3);
    const Topology topology = TwoHosts();
    const std::string path = (m_folder / "events").string();
    for (const std::uint64_t share : {100U, 2U})
    {
        const TimelineCounts counts =
            WriteTimelineEvents(path, {0, "fair", record, topology, {}}, share);
        EXPECT_EQ(counts.kept, share == 2 ? 2U : 3U + 2U);
        EXPECT_EQ(counts.groupsLeftOut, share == 2 ? 1U : 0U);
        EXPECT_EQ(counts.slicesLeftOut, share == 2 ? 1U : 0U);
        const auto timeline =
            nlohmann::json::parse(TimelineHead("s", counts) + Read("events") + TimelineTail());
        std::vector<std::pair<int, double>> slices; // (track, start in microseconds)
        for (const auto& event : timeline["traceEvents"])
        {
            if (event["ph"] == "X" && event["cat"] == "flow")
            {
                slices.emplace_back(event["tid"].get<int>(), event["ts"].get<double>());
            }
        }
        std::vector<std::pair<int, double>> expected{{2, 0}, {3, 1000}, {3, 2000}};
        expected.resize(share == 2 ? 2 : 3);
        EXPECT_EQ(slices, expected);
    }
}

// Four GPUs compute ten tasks, [i, i + 1) ms. GPU 1's last ends 1 ns later: nine in ten agree, so
// it is alike; GPU 3's last two do: it is not. GPU 1 sends one flow, GPU 2 two, at [1, 2) ms; GPU 4
// sends one and computes nothing. 44 slices in all. Shown are GPU 2 for {0, 1, 2} with 10 + 2
// slices, GPU 3 with 10 and GPU 4 with 1: 23. With room for 22 the shortest that starts last goes,
// GPU 2's last task. The EchelonFlow's bar and mark take half of what the slices leave.
TEST_F(Writers, TimelineShowsOneOfAlikeGpus)
{
    const std::int64_t ms = 1000000000; // picoseconds
    RunRecord record;
    record.jobNames = {"a"};
    record.labels = {{"F0"}};
    record.groups.resize(1);
    for (std::int64_t i = 0; i < 10; ++i)
    {
        for (std::uint32_t device = 0; device < 4; ++device)
        {
            const bool later = (device == 1 && i == 9) || (device == 3 && i >= 8);
            record.computes.push_back({JobId(0),
                                       0,
                                       DeviceId(device),
                                       0,
                                       0,
                                       Time::FromPicoseconds(i * ms),
                                       Time::FromPicoseconds((i + 1) * ms + (later ? 1000 : 0))});
        }
    }
    for (const std::uint32_t source : {1U, 2U, 2U, 4U})
    {
        FlowRecord flow;
        flow.source = DeviceId(source);
        flow.bytes = 10;
        flow.start = Time::FromPicoseconds(ms);
        flow.finish = Time::FromPicoseconds(2 * ms);
        record.flows.push_back(flow);
    }
    record.makespan = Time::FromPicoseconds(10 * ms);
    const Topology topology = MakeBigSwitch({5, {1, {8e9, Time()}, {}, {}}});
    const std::string path = (m_folder / "events").string();

    struct Expected
    {
        std::uint64_t share;
        std::uint64_t kept;
        std::uint64_t leftOut;
        std::uint64_t alikeLeftOut;
        std::map<std::string, nlohmann::json> alike; // process name -> "gpus"
    };

    const std::map<std::string, nlohmann::json> classes{{"fair | gpu 2 (1 of 3 alike)", {0, 1, 2}},
                                                        {"fair | gpu 3", nullptr},
                                                        {"fair | gpu 4", nullptr},
                                                        {"fair | EchelonFlows", nullptr},
                                                        {"fair | links", nullptr}};
    const std::map<std::string, nlohmann::json> all{{"fair | gpu 0", nullptr},
                                                    {"fair | gpu 1", nullptr},
                                                    {"fair | gpu 2", nullptr},
                                                    {"fair | gpu 3", nullptr},
                                                    {"fair | gpu 4", nullptr},
                                                    {"fair | EchelonFlows", nullptr},
                                                    {"fair | links", nullptr}};
    for (const Expected& expected : {Expected{48, 46, 0, 0, all},
                                     Expected{45, 25, 21, 21, classes},
                                     Expected{22, 22, 22, 21, classes}})
    {
        SCOPED_TRACE(expected.share);
        const TimelineCounts counts =
            WriteTimelineEvents(path, {0, "fair", record, topology, {}}, expected.share);
        EXPECT_EQ(counts.kept, expected.kept);
        EXPECT_EQ(counts.slicesLeftOut, expected.leftOut);
        EXPECT_EQ(counts.alikeSlicesLeftOut, expected.alikeLeftOut);
        const auto timeline =
            nlohmann::json::parse(TimelineHead("s", counts) + Read("events") + TimelineTail());
        EXPECT_EQ(timeline["metadata"]["alike_slices_left_out"], expected.alikeLeftOut);
        std::map<std::string, nlohmann::json> alike;
        std::map<std::string, std::uint64_t> slices; // category -> number
        for (const auto& event : timeline["traceEvents"])
        {
            if (event["name"] == "process_name")
            {
                const auto& arguments = event["args"];
                alike[arguments["name"]] = arguments.value("gpus", nlohmann::json());
                EXPECT_EQ(arguments.value("alike", 1U),
                          arguments.value("gpus", nlohmann::json{0}).size());
            }
            else if (event["ph"] == "X")
            {
                ++slices[event["cat"]];
            }
        }
        EXPECT_EQ(alike, expected.alike);
        EXPECT_EQ(slices["flow"], expected.share == 48 ? 4U : 3U);
        const std::uint64_t bars = expected.share == 22 ? 0 : 1;
        EXPECT_EQ(slices["echelonflow"], bars);
        EXPECT_EQ(counts.groupsLeftOut, 1 - bars);
        EXPECT_EQ(slices["compute"], expected.kept - slices["flow"] - 2 * bars);
    }
}

TEST_F(Writers, FolderAppearsOnlyWhenPublished)
{
    const std::string out = (m_folder / "results").string();
    {
        ResultFolder folder(out, "s", "id");
        TextBuffer(folder.Path() + "/half").Close();
    }
    EXPECT_FALSE(fs::exists(out));
    for (const char* name : {"first", "second"})
    {
        ResultFolder folder(out, "s", "id");
        TextBuffer(folder.Path() + "/" + name).Close();
        folder.Publish();
    }
    EXPECT_FALSE(fs::exists(out + "/s/id/first"));
    EXPECT_TRUE(fs::exists(out + "/s/id/second"));
    EXPECT_EQ(std::distance(fs::directory_iterator(out + "/s"), fs::directory_iterator()), 1);
}

// Two hashes that have their first 12 digits in common name one folder. What the first run left
// stays.
TEST_F(Writers, ResultsOfAnotherRunAreNotReplaced)
{
    const std::string out = (m_folder / "results").string();
    const std::string hash(64, 'a');
    const std::string other = std::string(63, 'a') + "b";
    {
        ResultFolder folder(out, "s", hash);
        TextBuffer manifest(folder.Path() + "/manifest.json");
        manifest << R"({"run_hash": ")" << hash << "\"}";
        manifest.Close();
        folder.Publish();
    }
    EXPECT_THROW(ResultFolder(out, "s", other), OutputError);
    EXPECT_NO_THROW(ResultFolder(out, "s", hash));
    EXPECT_TRUE(fs::exists(out + "/s/aaaaaaaaaaaa/manifest.json"));
}

// Three hidden folders lie there: one in use, one of a process that was killed, and one that only
// looks like them. Only the second goes.
TEST_F(Writers, FoldersOfKilledProcessesAreRemoved)
{
    const std::string out = (m_folder / "results").string();
    const std::string id = "0123456789ab";
    const ResultFolder used(out, "s", id);
    const fs::path dead = fs::path(out) / "s" / ("." + id + "-dead00");
    const fs::path other = fs::path(out) / "s" / ".git-backup";
    fs::create_directories(dead / "part-0");
    fs::create_directories(other);
    const ResultFolder next(out, "s", id);
    EXPECT_TRUE(fs::exists(used.Path()));
    EXPECT_TRUE(fs::exists(next.Path()));
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_TRUE(fs::exists(other));
}

} // namespace echelon
