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

} // namespace
} // namespace echelon
