// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/link-series.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(LinkSeries, AveragesOverItsBins)
{
    // Bins of 1 us. 8 Gb/s for half of the second bin: average 4 Gb/s in [1, 2) us, nothing before
    // or after.
    LinkSeries series(1);
    series.SetRate(LinkId(0), Time::FromSeconds(1e-6), 8e9);
    series.SetRate(LinkId(0), Time::FromSeconds(1.5e-6), 0);
    const auto records = series.Records(Time::FromSeconds(3e-6));
    ASSERT_EQ(records.size(), 2);
    EXPECT_EQ(records[0].time, Time::FromSeconds(1e-6));
    EXPECT_DOUBLE_EQ(records[0].rate, 4e9);
    EXPECT_EQ(records[1].time, Time::FromSeconds(2e-6));
    EXPECT_EQ(records[1].rate, 0);
}

TEST(LinkSeries, KeepsTheVolumeWhateverTheResolution)
{
    // 1 s is about a million first bins, so the width doubles ten times. Volume: 2 Gb/s x 0.3 s + 6
    // Gb/s x 0.7 s = 4.8 Gbit.
    LinkSeries series(2);
    series.SetRate(LinkId(1), Time(), 2e9);
    series.SetRate(LinkId(1), Time::FromSeconds(0.3), 6e9);
    const Time end = Time::FromSeconds(1);
    const auto records = series.Records(end);
    EXPECT_LE(records.size(), LinkSeries::BINS);
    double bits = 0;
    for (std::size_t i = 0; i < records.size(); ++i)
    {
        EXPECT_EQ(records[i].link, LinkId(1));
        const Time until = i + 1 < records.size() ? records[i + 1].time : end;
        bits += records[i].rate * (until - records[i].time).Seconds();
    }
    EXPECT_NEAR(bits, 4.8e9, 4.8e9 * 1e-12);
}

TEST(LinkSeries, LoadsOverFewEqualBins)
{
    // 1 ms takes 128 bins of 8 us (125 of them). 4 Gb/s from 4 us to 12 us and again from 996 us to
    // the end: half of bins 0 and 1; the last bin starts at 992 us, and half of it is used.
    LinkSeries series(2);
    series.SetRate(LinkId(1), Time::FromSeconds(4e-6), 4e9);
    series.SetRate(LinkId(1), Time::FromSeconds(12e-6), 0);
    series.SetRate(LinkId(1), Time::FromSeconds(996e-6), 4e9);
    const Time end = Time::FromSeconds(1e-3);
    EXPECT_EQ(LinkSeries::LoadWidth(end), Time::FromSeconds(8e-6));
    const auto loads = series.Loads(end);
    ASSERT_EQ(loads.size(), 3);
    const std::vector<double> starts{0, 8e-6, 992e-6};
    for (std::size_t i = 0; i < loads.size(); ++i)
    {
        EXPECT_EQ(loads[i].link, LinkId(1));
        EXPECT_EQ(loads[i].start, Time::FromSeconds(starts[i]));
        EXPECT_EQ(loads[i].duration, Time::FromSeconds(8e-6));
        EXPECT_NEAR(loads[i].rate, 2e9, 1);
        EXPECT_EQ(loads[i].queue, 0);
    }
}

TEST(LinkSeries, TheLastBinEndsWithTheRun)
{
    // 128 us are 128 bins of 1 us, 129 us are 64 bins of 2 us and a 65th that is 1 us long.
    EXPECT_EQ(LinkSeries::LoadWidth(Time::FromSeconds(128e-6)), Time::FromSeconds(1e-6));
    LinkSeries series(1);
    series.SetRate(LinkId(0), Time::FromSeconds(128e-6), 3e9);
    const auto loads = series.Loads(Time::FromSeconds(129e-6));
    ASSERT_EQ(loads.size(), 1);
    EXPECT_EQ(loads[0].start, Time::FromSeconds(128e-6));
    EXPECT_EQ(loads[0].duration, Time::FromSeconds(1e-6));
    EXPECT_NEAR(loads[0].rate, 3e9, 1);
}

} // namespace
} // namespace echelon
