// SPDX-License-Identifier: GPL-2.0-only
#include "csv-writer.h"
#include "result-folder.h"
#include "text-buffer.h"
#include "timeline-writer.h"

#include "topology/builders.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
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

TEST_F(Writers, ScaleUpFlowsAreLeftOut)
{
    RunRecord record;
    record.flows.resize(2);
    record.flows[0].scaleUp = true;
    record.flows[1].id = FlowId(1);
    record.flows[1].bytes = 7;
    record.linkBits.assign(4, 0.0);
    const Topology topology = TwoHosts();
    WriteCsvRows(m_folder.string(), {2, "fair", record, topology});
    EXPECT_EQ(Read("flows.csv"),
              "2,1,0,0,0,0,7,1,0.000000000000,0.000000000000,0.000000000000,0.000000000000\n");
}

// Three flows of one GPU: [0, 4), [1, 2) and [2, 3) ms. The third takes the second's lane.
// With room for two slices the longest, and of the two equal ones the earlier, stay.
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
            WriteTimelineEvents(path, {0, "fair", record, topology}, share);
        EXPECT_EQ(counts.kept, share == 2 ? 2U : 3U);
        EXPECT_EQ(counts.slicesLeftOut, share == 2 ? 1U : 0U);
        const auto timeline =
            nlohmann::json::parse(TimelineHead("s", counts) + Read("events") + TimelineTail());
        std::vector<std::pair<int, double>> slices; // (track, start in microseconds)
        for (const auto& event : timeline["traceEvents"])
        {
            if (event["ph"] == "X")
            {
                slices.emplace_back(event["tid"].get<int>(), event["ts"].get<double>());
            }
        }
        std::vector<std::pair<int, double>> expected{{2, 0}, {3, 1000}, {3, 2000}};
        expected.resize(counts.kept);
        EXPECT_EQ(slices, expected);
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

} // namespace echelon
