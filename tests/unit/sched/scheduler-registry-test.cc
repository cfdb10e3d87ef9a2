// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler-registry.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

TEST(SchedulerRegistry, KnowsThePapersSchedulers)
{
    for (const char* name : {"fair", "fifo", "srpt", "edf", "sebf", "echelon"})
    {
        const SchedulerEntry& entry = SchedulerEntryOf(name);
        EXPECT_EQ(entry.name, name);
        EXPECT_FALSE(entry.help.empty());
        EXPECT_EQ(ParameterSet(entry.parameters).GetTime("control_delay"), Time());
    }
}

TEST(SchedulerRegistry, SuggestsTheNameThatWasMeant)
{
    try
    {
        SchedulerEntryOf("echelno");
        FAIL();
    }
    catch (const ParameterError& error)
    {
        EXPECT_STREQ(error.what(), "unknown scheduler \"echelno\"");
        EXPECT_EQ(error.Hint(), "did you mean \"echelon\"?");
    }
}

TEST(SchedulerRegistry, ListsTheNamesWhenNoneIsClose)
{
    try
    {
        SchedulerEntryOf("round-robin");
        FAIL();
    }
    catch (const ParameterError& error)
    {
        EXPECT_THAT(error.Hint(), testing::StartsWith("known: fair, fifo"));
    }
}

} // namespace
} // namespace echelon
