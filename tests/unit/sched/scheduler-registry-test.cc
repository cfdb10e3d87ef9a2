// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler-registry.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

TEST(SchedulerRegistry, KnowsThePapersSchedulers)
{
    for (const char* name :
         {"fair", "fifo", "srpt", "edf", "las", "scf", "ncf", "d-clas", "bssi", "sebf", "echelon"})
    {
        const SchedulerEntry& entry = SchedulerEntryOf(name);
        EXPECT_EQ(entry.name, name);
        EXPECT_FALSE(entry.help.empty());
    }
}

TEST(SchedulerRegistry, RefusesParametersOutOfRange)
{
    const auto make = [](const char* name, const char* parameter, const char* value) {
        const SchedulerEntry& entry = SchedulerEntryOf(name);
        ParameterSet parameters(entry.parameters);
        parameters.Set(parameter, value);
        return entry.make(parameters);
    };
    EXPECT_NE(make("d-clas", "queues", "1"), nullptr);
    EXPECT_NE(make("d-clas", "across", "weighted"), nullptr);
    EXPECT_THROW(make("d-clas", "queues", "0"), ParameterError);
    EXPECT_THROW(make("d-clas", "first_limit", "0B"), ParameterError);
    EXPECT_THROW(make("d-clas", "factor", "0.5"), ParameterError);
    EXPECT_THROW(make("las", "quantum", "0s"), ParameterError);
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
