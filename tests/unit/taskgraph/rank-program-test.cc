// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Programs of ranks on devices of their own. A message takes 1 s for each 100 bytes; nothing else
 * takes time but computations.
 */
#include "taskgraph/rank-program.h"

#include "base/parameters.h"
#include "support/graph-evaluation.h"

#include <gmock/gmock.h>

namespace echelon
{
namespace
{

const Time SECOND = Time::FromSeconds(1);

Time
TimeOf(const FlowTemplate& flow)
{
    return Time::FromSeconds(static_cast<double>(flow.bytes) / 100);
}

double
Seconds(RankProgram& program)
{
    return Makespan(FinishTimes(program.Build(), TimeOf)).Seconds();
}

std::string
Refusal(RankProgram& program)
{
    try
    {
        program.Build();
        return "none";
    }
    catch (const ParameterError& error)
    {
        return error.what();
    }
}

class RankProgramTest : public testing::Test
{
  protected:
    RankProgram m_program{{DeviceId(0), DeviceId(1), DeviceId(2)}};
};

// Rank 0 computes for 1 s and sends for 1 s; rank 1 computes for 2 s and sends back for 3 s; rank 0
// computes for 1 s: 8 s.
TEST_F(RankProgramTest, PingPong)
{
    m_program.Compute(0, SECOND, "first");
    m_program.Send(0, 1, 100, 0);
    m_program.Receive(0, 1, 0);
    m_program.Compute(0, SECOND, "last");
    m_program.Receive(1, 0, 0);
    m_program.Compute(1, 2 * SECOND, "middle");
    m_program.Send(1, 0, 300, 0);
    EXPECT_EQ(Seconds(m_program), 8);
}

// Rank 0 sends 500 bytes with tag 7 and then, without waiting, 100 bytes with tag 8. Rank 1
// receives tag 8 after 1 s, computes for 1 s, and has tag 7 after 5 s; it ends after 6 s. If tags
// did not count, the computation would wait for the first message, and rank 1 would end after 7 s.
TEST_F(RankProgramTest, TagsTellMessagesApart)
{
    m_program.Send(0, 1, 500, 7);
    m_program.Send(0, 1, 100, 8);
    m_program.Receive(1, 0, 8);
    m_program.Compute(1, SECOND, "after 8");
    m_program.Receive(1, 0, 7);
    m_program.Compute(1, SECOND, "after 7");
    EXPECT_EQ(Seconds(m_program), 6);
}

// Two messages with one tag are received in the order in which they were sent: 2 s, 1 s of
// computation, and the second message has come by then.
TEST_F(RankProgramTest, MessagesOfOneTagKeepTheirOrder)
{
    m_program.Receive(1, 0, 0);
    m_program.Compute(1, SECOND, "between");
    m_program.Receive(1, 0, 0);
    m_program.Send(0, 1, 200, 0);
    m_program.Send(0, 1, 300, 0);
    EXPECT_EQ(Seconds(m_program), 3);
}

// The ranks come to the collective after 1, 2 and 3 s. It takes 4 s, and each rank computes for 1 s
// afterwards: 8 s. The second collective of the group takes another 4 s: 12 s.
TEST_F(RankProgramTest, ACollectiveStartsWithItsLastMember)
{
    const auto transfer = [](TaskGraph& graph, TaskId begin, TaskId end) {
        const GroupIndex group = graph.AddGroup({"all", "all", Arrangement::Coflow(), 1.0});
        const TaskId flow = graph.AddFlow({group, DeviceId(0), DeviceId(1), 400, 0, 1});
        graph.AddDependency(begin, flow);
        graph.AddDependency(flow, end);
    };
    for (std::uint32_t rank = 0; rank < 3; ++rank)
    {
        m_program.Compute(rank, (rank + 1) * SECOND, "before");
        m_program.Collective(rank, 0, 0, 3, transfer);
        m_program.Compute(rank, SECOND, "between");
        m_program.Collective(rank, 0, 1, 3, transfer);
    }
    EXPECT_EQ(Seconds(m_program), 12);
}

TEST_F(RankProgramTest, RefusesASendThatNobodyReceives)
{
    m_program.Send(0, 1, 100, 7);
    EXPECT_THAT(Refusal(m_program),
                testing::HasSubstr("rank 0 to rank 1, tag 7: there are 1 sends and 0 receives"));
}

TEST_F(RankProgramTest, RefusesAReceiveOfAnotherTag)
{
    m_program.Send(0, 1, 100, 7);
    m_program.Receive(1, 0, 8);
    EXPECT_NE(Refusal(m_program), "none");
}

TEST_F(RankProgramTest, RefusesACollectiveThatAMemberNeverComesTo)
{
    const auto nothing = [](TaskGraph&, TaskId, TaskId) {};
    m_program.Collective(0, 4, 2, 3, nothing);
    m_program.Collective(1, 4, 2, 3, nothing);
    EXPECT_THAT(Refusal(m_program), testing::HasSubstr("group 4, sequence 2: 2 of 3 ranks"));
}

// Both wait for the other's message before they send their own.
TEST_F(RankProgramTest, RefusesRanksThatWaitForEachOther)
{
    for (const std::uint32_t rank : {0U, 1U})
    {
        m_program.Receive(rank, 1 - rank, 0);
        m_program.Send(rank, 1 - rank, 100, 0);
    }
    EXPECT_THAT(Refusal(m_program), testing::HasSubstr("waits for itself"));
}

} // namespace
} // namespace echelon
