// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Pipeline schedules: in which order a stage runs the forward and backward passes of micro-batches.
 *
 *     PipelineShape shape{PipelineKind::ONE_F_ONE_B, 4, 1, 8};
 *     std::vector<std::vector<StageOp>> schedule = MakePipelineSchedule(shape);   // per stage
 *
 * - gpipe: all forward passes, then all backward passes, each in the order of the micro-batches
 *   (Huang et al., NeurIPS 2019).
 * - 1f1b: min(p-1-s, m) forward passes on stage s, then one forward and one backward in turn
 *   (Narayanan et al., SOSP 2019 and SC 2021, Section 2.2.1).
 * - interleaved: v chunks of layers per stage; warm-up of 2(p-1-s) + (v-1)p passes (SC 2021,
 *   Section 2.2.2, and Megatron-LM's schedules.py); m is a multiple of p.
 * - none: one stage; forward and backward pass of each micro-batch in turn.
 *
 * Virtual stage g = chunk × p + stage works after g-1 in the forward and after g+1 in the backward
 * pass. O(stages × chunks × micro-batches).
 */
#pragma once

#include <cstdint>
#include <vector>

namespace echelon
{

/// The order of passes.
enum class PipelineKind
{
    NONE,
    GPIPE,
    ONE_F_ONE_B,
    INTERLEAVED,
};

/// Sizes of a pipeline.
struct PipelineShape
{
    PipelineKind kind = PipelineKind::NONE;
    std::uint32_t stages = 1;       ///< p
    std::uint32_t chunks = 1;       ///< v, per stage; 1 unless interleaved
    std::uint32_t microBatches = 1; ///< m

    std::uint32_t VirtualStages() const
    {
        return stages * chunks;
    }
};

/// One pass of one micro-batch through one chunk of layers of a stage.
struct StageOp
{
    std::uint32_t stage;
    bool forward;
    std::uint32_t chunk;
    std::uint32_t microBatch;

    std::uint32_t VirtualStage(const PipelineShape& shape) const
    {
        return chunk * shape.stages + stage;
    }
};

/// @returns per stage, its passes in order. @pre interleaved: microBatches % stages == 0.
std::vector<std::vector<StageOp>> MakePipelineSchedule(const PipelineShape& shape);

/// All passes in an order in which each comes after those that it waits for.
std::vector<StageOp> DependencyOrder(const PipelineShape& shape,
                                     const std::vector<std::vector<StageOp>>& schedule);

} // namespace echelon
