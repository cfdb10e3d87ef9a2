// SPDX-License-Identifier: GPL-2.0-only
#include "model/pipeline-schedule.h"

#include "support/ideal-pipeline.h"

#include <gtest/gtest.h>
#include <string>

namespace echelon
{
namespace
{

const Time F = Time::FromSeconds(1);
const Time B = Time::FromSeconds(2);

Time
MakespanOf(const PipelineShape& shape, Time forward, Time backward)
{
    return IdealPipeline(shape,
                         MakePipelineSchedule(shape),
                         std::vector<Time>(shape.VirtualStages(), forward),
                         std::vector<Time>(shape.VirtualStages(), backward))
        .Makespan();
}

/// "F0 F1 B0 …"; with chunks "F0.1" is micro-batch 0 in chunk 1.
std::string
Order(const PipelineShape& shape, std::uint32_t stage)
{
    std::string text;
    const auto schedule = MakePipelineSchedule(shape);
    for (const StageOp& op : schedule[stage])
    {
        text += (op.forward ? "F" : "B") + std::to_string(op.microBatch);
        text += shape.chunks > 1 ? "." + std::to_string(op.chunk) + " " : " ";
    }
    return text;
}

TEST(PipelineSchedule, OrdersOfThePapers)
{
    EXPECT_EQ(Order({PipelineKind::NONE, 1, 1, 2}, 0), "F0 B0 F1 B1 ");
    EXPECT_EQ(Order({PipelineKind::GPIPE, 2, 1, 3}, 0), "F0 F1 F2 B0 B1 B2 ");
    // Narayanan et al., SC 2021, Figure 4 (top): three passes ahead on the first of four stages.
    EXPECT_EQ(Order({PipelineKind::ONE_F_ONE_B, 4, 1, 4}, 0), "F0 F1 F2 F3 B0 B1 B2 B3 ");
    EXPECT_EQ(Order({PipelineKind::ONE_F_ONE_B, 4, 1, 4}, 2), "F0 F1 B0 F2 B1 F3 B2 B3 ");
    EXPECT_EQ(Order({PipelineKind::ONE_F_ONE_B, 4, 1, 4}, 3), "F0 B0 F1 B1 F2 B2 F3 B3 ");
    // Two stages of two chunks: the last stage warms up with (v-1) p = 2 passes.
    EXPECT_EQ(Order({PipelineKind::INTERLEAVED, 2, 2, 2}, 1),
              "F0.0 F1.0 F0.1 B0.1 F1.1 B1.1 B0.0 B1.0 ");
}

TEST(PipelineSchedule, BubbleOfGPipeAndOneForwardOneBackward)
{
    // (p-1)/(m+p-1) of the time is idle: the makespan is (m + p - 1)(F + B), for both schedules.
    for (const auto kind : {PipelineKind::GPIPE, PipelineKind::ONE_F_ONE_B})
    {
        for (std::uint32_t p = 1; p <= 6; ++p)
        {
            for (std::uint32_t m = 1; m <= 9; ++m)
            {
                EXPECT_EQ(MakespanOf({kind, p, 1, m}, F, B), (m + p - 1) * (F + B))
                    << p << " " << m;
            }
        }
    }
}

TEST(PipelineSchedule, InterleavingDividesTheBubbleByTheChunks)
{
    // SC 2021, Section 2.2.2: m (F + B) + (p-1)(F + B)/v with F and B of a whole stage; here F and
    // B are those of a chunk.
    for (std::uint32_t p = 2; p <= 4; ++p)
    {
        for (std::uint32_t v = 2; v <= 4; ++v)
        {
            for (std::uint32_t m = p; m <= 4 * p; m += p)
            {
                EXPECT_EQ(MakespanOf({PipelineKind::INTERLEAVED, p, v, m}, F, B),
                          (m * v + p - 1) * (F + B))
                    << p << " " << v << " " << m;
            }
        }
    }
}

TEST(PipelineSchedule, DependencyOrderHoldsEveryPassOnce)
{
    const PipelineShape shape{PipelineKind::INTERLEAVED, 3, 2, 6};
    const auto schedule = MakePipelineSchedule(shape);
    EXPECT_EQ(DependencyOrder(shape, schedule).size(), 2U * 3 * 2 * 6);
}

} // namespace
} // namespace echelon
