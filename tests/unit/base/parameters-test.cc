// SPDX-License-Identifier: GPL-2.0-only
#include "base/parameters.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

std::vector<ParameterSpec>
Specs()
{
    return {{"control_delay", ParameterType::TIME, "0s", "delay"},
            {"queues", ParameterType::INTEGER, "8", "number of queues"},
            {"order", ParameterType::CHOICE, "sebf", "order", {"sebf", "bssi"}}};
}

TEST(Parameters, DefaultsAndValues)
{
    ParameterSet set(Specs());
    EXPECT_EQ(set.GetTime("control_delay"), Time());
    set.Set("control_delay", "50us");
    EXPECT_EQ(set.GetTime("control_delay"), Time::FromSeconds(50e-6));
    EXPECT_EQ(set.GetInteger("queues"), 8);
    EXPECT_EQ(set.GetText("order"), "sebf");
}

TEST(Parameters, ErrorsNameTheParameterAndHint)
{
    ParameterSet set(Specs());
    try
    {
        set.Set("control_dleay", "1s");
        FAIL() << "accepted";
    }
    catch (const ParameterError& error)
    {
        EXPECT_EQ(error.Parameter(), "control_dleay");
        EXPECT_EQ(error.Hint(), "did you mean \"control_delay\"?");
    }
    EXPECT_THROW(set.Set("queues", "8.5"), ParameterError);
    EXPECT_THROW(set.Set("queues", "-1"), ParameterError);
    EXPECT_THROW(set.Set("order", "sjf"), ParameterError);
    EXPECT_THROW(set.Set("control_delay", "5"), ParameterError);
    EXPECT_THROW(ParameterSet({{"bad", ParameterType::INTEGER, "x", ""}}), ParameterError);
}

TEST(Parameters, ClosestMatchFindsMisspellingsOnly)
{
    const std::vector<std::string> names{"fair", "fifo", "echelon"};
    EXPECT_EQ(ClosestMatch("echlon", names), "echelon");
    EXPECT_EQ(ClosestMatch("fairr", names), "fair");
    EXPECT_EQ(ClosestMatch("fiar", names), "fair"); // a swap is one mistake
    EXPECT_EQ(ClosestMatch("mickey", names), "");
}

} // namespace
} // namespace echelon
