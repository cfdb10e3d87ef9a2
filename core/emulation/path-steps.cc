// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/path-steps.h"

#include "base/tolerances.h"

#include <algorithm>

namespace echelon
{

/// A wait of more than rounding, or none.
static Time
WithoutRounding(Time wait)
{
    return wait.Picoseconds() > WAIT_ROUNDING_PS ? wait : Time();
}

/// Sets what a step is, where, and when.
static void
Describe(const ChainStep& step, const Task& task, PathStepRecord& record)
{
    record.start = step.start;
    record.end = step.end;
    switch (task.kind)
    {
    case TaskKind::COMPUTE:
        record.kind = step.isHeld ? PathStepRecord::Kind::DEVICE : PathStepRecord::Kind::COMPUTE;
        record.label = task.label;
        record.device = task.device;
        break;
    case TaskKind::FLOW:
        record.kind = PathStepRecord::Kind::FLOW;
        record.isSent = step.isSent;
        record.device = task.flow.source;
        record.to = task.flow.destination;
        break;
    default:
        record.kind = PathStepRecord::Kind::DELAY;
    }
}

/// Sets which flow it was, and how long it waited. @pre described.
static void
DescribeFlow(const LastFlow& last, const SoloTimes& alone, PathStepRecord& record)
{
    record.flow = last.flow;
    record.waiting =
        WithoutRounding(record.end - record.start - (record.isSent ? alone.sent : alone.finished));
    if (!record.isSent)
    {
        const Time queued = record.end - last.leaves - (alone.finished - alone.sent);
        record.queued = std::min(WithoutRounding(queued), record.waiting);
    }
}

std::vector<PathStepRecord>
PathSteps(const std::vector<ChainStep>& chain,
          const std::vector<Task>& tasks,
          const std::vector<LastFlow>& lastFlows,
          const std::function<SoloTimes(const FlowTemplate&)>& alone)
{
    std::vector<PathStepRecord> path(chain.size());
    for (std::size_t s = 0; s < chain.size(); ++s)
    {
        const std::uint32_t task = chain[s].task.Value();
        Describe(chain[s], tasks[task], path[s]);
        if (tasks[task].kind == TaskKind::FLOW)
        {
            DescribeFlow(lastFlows[task], alone(tasks[task].flow), path[s]);
        }
    }
    return path;
}

} // namespace echelon
