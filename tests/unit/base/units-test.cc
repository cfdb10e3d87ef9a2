// SPDX-License-Identifier: GPL-2.0-only
#include "base/units.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

TEST(Units, ReadsQuantitiesWithTheirUnits)
{
    EXPECT_EQ(ParseRate("100Gbps"), 1e11);
    EXPECT_EQ(ParseRate("1.5 Tbps"), 1.5e12);
    EXPECT_EQ(ParseTime("500ns"), Time::FromPicoseconds(500000));
    EXPECT_EQ(ParseTime("0s"), Time());
    EXPECT_EQ(ParseBytes("25MB"), 25000000);
    EXPECT_EQ(ParseBytes("1MiB"), 1048576);
    EXPECT_EQ(ParseBytes("0.5KiB"), 512);
}

TEST(Units, SaysWhatIsWrong)
{
    const auto message = [](auto parse, const char* text) {
        try
        {
            parse(text);
        }
        catch (const UnitError& error)
        {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    EXPECT_EQ(message(ParseRate, "fast"), "\"fast\" is not a rate; write for example \"100Gbps\"");
    EXPECT_EQ(message(ParseRate, "100"), "\"100\" has no unit; write for example \"100Gbps\"");
    EXPECT_EQ(message(ParseTime, "5min"),
              "\"5min\" has the unknown unit \"min\"; write for example \"500ns\"");
    EXPECT_EQ(message(ParseTime, "-5ns"), "\"-5ns\" is negative; write for example \"500ns\"");
    EXPECT_EQ(message(ParseBytes, "0.3B"), "\"0.3B\" is not a whole number of bytes");
    EXPECT_EQ(message(ParseTime, "1e9s"), "\"1e9s\" is too large; the longest time is 106 days");
    EXPECT_EQ(message(ParseRate, "nanGbps"),
              "\"nanGbps\" is not a rate; write for example \"100Gbps\"");
}

TEST(Units, TransmissionTimeIsExactAtCommonRates)
{
    // One byte at 100 Gb/s: 8 / 1e11 s = 80 ps. A third of a picosecond is rounded up, noise is
    // not.
    EXPECT_EQ(TransmissionTime(8, 1e11), Time::FromPicoseconds(80));
    EXPECT_EQ(TransmissionTime(8e6, 4e11), Time::FromPicoseconds(20000000));
    EXPECT_EQ(TransmissionTime(1, 3e11), Time::FromPicoseconds(4));
    EXPECT_EQ(TransmissionTime(0.3 * 80, 0.3e12), Time::FromPicoseconds(80));
}

TEST(Units, FormatsForPeople)
{
    EXPECT_EQ(FormatTime(Time::FromSeconds(0.012345)), "12.3 ms");
    EXPECT_EQ(FormatTime(Time::FromSeconds(8.5)), "8.50 s");
    EXPECT_EQ(FormatRate(4e11), "400 Gb/s");
    EXPECT_EQ(FormatBytes(1.5e9), "1.50 GB");
}

} // namespace
} // namespace echelon
