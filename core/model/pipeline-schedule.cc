// SPDX-License-Identifier: GPL-2.0-only
#include "model/pipeline-schedule.h"

#include "base/contracts.h"

#include <algorithm>

namespace echelon
{

/// The k-th forward (or backward) pass of a stage: groups of p micro-batches go through all chunks.
static StageOp
InterleavedOp(const PipelineShape& shape, std::uint32_t stage, bool forward, std::uint32_t k)
{
    const std::uint32_t p = shape.stages;
    const std::uint32_t chunk = k / p % shape.chunks;
    return {stage,
            forward,
            forward ? chunk : shape.chunks - 1 - chunk,
            k / (p * shape.chunks) * p + k % p};
}

static std::uint32_t
WarmUp(const PipelineShape& shape, std::uint32_t stage)
{
    const std::uint32_t behind = shape.stages - 1 - stage;
    const std::uint32_t passes = shape.microBatches * shape.chunks;
    switch (shape.kind)
    {
    case PipelineKind::GPIPE:
        return passes;
    case PipelineKind::INTERLEAVED:
        return std::min(2 * behind + (shape.chunks - 1) * shape.stages, passes);
    default:
        return std::min(behind, passes);
    }
}

std::vector<std::vector<StageOp>>
MakePipelineSchedule(const PipelineShape& shape)
{
    const bool interleaved = shape.kind == PipelineKind::INTERLEAVED;
    ECHELON_REQUIRE(!interleaved || shape.microBatches % shape.stages == 0,
                    "interleaved micro-batches come in groups of the stages");
    ECHELON_REQUIRE(interleaved || shape.chunks == 1, "only interleaved stages have chunks");
    const std::uint32_t passes = shape.microBatches * shape.chunks;
    std::vector<std::vector<StageOp>> schedule(shape.stages);
    for (std::uint32_t stage = 0; stage < shape.stages; ++stage)
    {
        const auto op = [&](bool forward, std::uint32_t k) {
            return interleaved ? InterleavedOp(shape, stage, forward, k)
                               : StageOp{stage, forward, 0, k};
        };
        const std::uint32_t warmUp = WarmUp(shape, stage);
        for (std::uint32_t k = 0; k < passes + warmUp; ++k)
        {
            if (k < passes)
            {
                schedule[stage].push_back(op(true, k));
            }
            if (k >= warmUp)
            {
                schedule[stage].push_back(op(false, k - warmUp));
            }
        }
    }
    return schedule;
}

std::vector<StageOp>
DependencyOrder(const PipelineShape& shape, const std::vector<std::vector<StageOp>>& schedule)
{
    const std::uint32_t last = shape.VirtualStages() - 1;
    std::vector<bool> forwardDone(std::size_t{last + 1} * shape.microBatches, false);
    std::vector<bool> backwardDone(forwardDone.size(), false);
    const auto at = [&](std::uint32_t virtualStage, std::uint32_t microBatch) {
        return std::size_t{virtualStage} * shape.microBatches + microBatch;
    };
    const auto isReady = [&](const StageOp& op) -> bool {
        const std::uint32_t g = op.VirtualStage(shape);
        if (op.forward)
        {
            return g == 0 || forwardDone[at(g - 1, op.microBatch)];
        }
        return g == last ? forwardDone[at(g, op.microBatch)]
                         : backwardDone[at(g + 1, op.microBatch)];
    };
    std::vector<StageOp> order;
    std::vector<std::size_t> next(shape.stages, 0);
    bool moved = true;
    while (moved)
    {
        moved = false;
        for (std::uint32_t stage = 0; stage < shape.stages; ++stage)
        {
            while (next[stage] < schedule[stage].size() && isReady(schedule[stage][next[stage]]))
            {
                const StageOp& op = schedule[stage][next[stage]++];
                (op.forward ? forwardDone
                            : backwardDone)[at(op.VirtualStage(shape), op.microBatch)] = true;
                order.push_back(op);
                moved = true;
            }
        }
    }
    for (std::uint32_t stage = 0; stage < shape.stages; ++stage)
    {
        ECHELON_ENSURE(next[stage] == schedule[stage].size(), "a pipeline schedule can end");
    }
    return order;
}

} // namespace echelon
