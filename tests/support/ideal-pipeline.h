// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A pipeline schedule run pass by pass with given times: an oracle for makespans and arrangements
 * that knows nothing of task graphs.
 *
 *     IdealPipeline ideal(shape, MakePipelineSchedule(shape), forwardTimes, backwardTimes);
 *     Time e = ideal.End({1, true, 0, 3});   // stage 1's forward pass of micro-batch 3
 */
#pragma once

#include "base/time.h"
#include "model/pipeline-schedule.h"

#include <algorithm>
#include <vector>

namespace echelon
{

/// When each pass ends if communication takes no time.
class IdealPipeline
{
  public:
    /// @param forward, backward times of one micro-batch, per virtual stage.
    IdealPipeline(const PipelineShape& shape,
                  const std::vector<std::vector<StageOp>>& schedule,
                  const std::vector<Time>& forward,
                  const std::vector<Time>& backward);

    Time End(const StageOp& op) const
    {
        return m_end[Index(op)];
    }

    /// The end of the last pass.
    Time Makespan() const
    {
        return m_makespan;
    }

  private:
    std::size_t Index(const StageOp& op) const;

    PipelineShape m_shape;
    std::vector<Time> m_end;
    Time m_makespan;
};

inline IdealPipeline::IdealPipeline(const PipelineShape& shape,
                                    const std::vector<std::vector<StageOp>>& schedule,
                                    const std::vector<Time>& forward,
                                    const std::vector<Time>& backward)
    : m_shape(shape),
      m_end(std::size_t{2} * shape.VirtualStages() * shape.microBatches)
{
    std::vector<Time> stageFree(shape.stages);
    for (const StageOp& op : DependencyOrder(shape, schedule))
    {
        const std::uint32_t g = op.VirtualStage(shape);
        Time start = stageFree[op.stage];
        // The virtual stage that feeds this one; the last one's backward pass follows its forward.
        const std::uint32_t feeder = op.forward ? g - 1 : g + 1;
        if (feeder < shape.VirtualStages())
        {
            start = std::max(
                start,
                End({feeder % shape.stages, op.forward, feeder / shape.stages, op.microBatch}));
        }
        const Time end = start + (op.forward ? forward[g] : backward[g]);
        m_end[Index(op)] = end;
        stageFree[op.stage] = end;
        m_makespan = std::max(m_makespan, end);
    }
}

inline std::size_t
IdealPipeline::Index(const StageOp& op) const
{
    const std::size_t g = op.VirtualStage(m_shape);
    return (2 * g + (op.forward ? 0 : 1)) * m_shape.microBatches + op.microBatch;
}

} // namespace echelon
