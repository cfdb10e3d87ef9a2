// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/queue-waits.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

Time
Ps(std::int64_t picoseconds)
{
    return Time::FromPicoseconds(picoseconds);
}

/// A step of job 0's iteration 0 that was queued.
PathStepRecord
Step(std::uint32_t number, std::int64_t queued)
{
    PathStepRecord step;
    step.job = JobId(0);
    step.step = number;
    step.kind = PathStepRecord::Kind::FLOW;
    step.queued = Ps(queued);
    return step;
}

WaitRecord
Held(std::uint32_t step, std::int64_t time)
{
    return {JobId(0), 0, step, {}, {}, Ps(time)};
}

WaitRecord
Attributed(std::uint32_t step, std::uint32_t group, std::int64_t time)
{
    return {JobId(0), 0, step, LinkId(3), GroupId(group), Ps(time)};
}

/// (step, group or -1, time).
using Rows = std::vector<std::tuple<std::uint32_t, std::int64_t, std::int64_t>>;

Rows
RowsOf(const RunRecord& record)
{
    Rows rows;
    for (const WaitRecord& wait : record.waits)
    {
        const std::int64_t group = wait.blocking ? std::int64_t(wait.blocking->Value()) : -1;
        EXPECT_EQ(wait.link.has_value(), wait.blocking.has_value());
        rows.emplace_back(wait.step, group, wait.time.Picoseconds());
    }
    return rows;
}

TEST(QueueWaits, AreDividedAmongThoseWhoSharedTheLinks)
{
    // 70 held, of which 60 queued; rows of 20 and 10: they get 40 and 20 more, 10 stay held.
    RunRecord record;
    record.criticalPath = {Step(0, 60)};
    record.waits = {Held(0, 70), Attributed(0, 5, 20), Attributed(0, 2, 10)};
    AttributeQueues(record);
    EXPECT_EQ(RowsOf(record), (Rows{{0, 5, 60}, {0, 2, 30}, {0, -1, 10}}));
}

TEST(QueueWaits, NoMoreThanWasHeldBack)
{
    // 100 queued, but only 7 held: all of it is divided, 3.5 each: 4 for the first, 3 for the
    // second.
    RunRecord record;
    record.criticalPath = {Step(0, 100)};
    record.waits = {Attributed(0, 1, 20), Attributed(0, 2, 20), Held(0, 7)};
    AttributeQueues(record);
    EXPECT_EQ(RowsOf(record), (Rows{{0, 1, 24}, {0, 2, 23}}));
}

TEST(QueueWaits, WithoutCompetitorsOrQueuesNothingChanges)
{
    // Step 0 has no competitor; step 1 does not wait; step 2 waited in no queue; step 3 did.
    RunRecord record;
    record.criticalPath = {Step(0, 9), Step(1, 0), Step(2, 0), Step(3, 1)};
    record.waits = {Held(0, 9), Held(2, 5), Attributed(2, 4, 3), Attributed(3, 4, 3), Held(3, 2)};
    AttributeQueues(record);
    EXPECT_EQ(RowsOf(record), (Rows{{0, -1, 9}, {2, -1, 5}, {2, 4, 3}, {3, 4, 4}, {3, -1, 1}}));
}

} // namespace
} // namespace echelon
