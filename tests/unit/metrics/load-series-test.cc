// SPDX-License-Identifier: GPL-2.0-only

// What a port sent and what waited for it, over bins that double.

#include "metrics/load-series.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

constexpr std::int64_t US = 1000000;

TEST(LoadSeries, BinsThatDoubleKeepPayloadAndLargestQueue)
{
    // Two segments of 100 bytes (110 on the wire) arrive together at 0; the second waits for
    // 300 us and is sent from 300 to 500 us. 500 us take 128 bins of 4 us. The queue of 110 bytes
    // stands in bins 0 to 75 (to 300 us = 75 x 4 us: at the begin of bin 75 it still waits).
    // Payload: the first segment in bins 0 to 74, the second in bins 75 to 124, 50 of them.
    LoadSeries series;
    series.Enable();
    series.Accept(0, 110, 0);
    series.Accept(0, 110, 110);
    series.Send(0, 300 * US, 100, 110);
    series.Send(300 * US, 500 * US, 100, 110);
    const auto loads = series.Read(4 * US);
    ASSERT_EQ(loads.size(), 125U) << "500 us in bins of 4 us";
    EXPECT_EQ(loads[0].backlog, 110U) << "from the begin";
    EXPECT_EQ(loads[75].backlog, 110U) << "until it starts";
    EXPECT_EQ(loads[76].backlog, 0U) << "and no longer";
    EXPECT_NEAR(loads[10].payload, 100.0 / 75, 1e-12) << "the first, evenly";
    EXPECT_NEAR(loads[124].payload, 2.0, 1e-12) << "the second, evenly";
}

TEST(LoadSeries, KeepsNothingUnlessItIsAskedTo)
{
    LoadSeries idle;
    idle.Accept(0, 110, 110);
    EXPECT_TRUE(idle.Read(US).empty());
}

} // namespace
} // namespace echelon
