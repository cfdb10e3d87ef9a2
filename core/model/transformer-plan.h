// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A transformer job's options, checked, and what follows from them: times and sizes per rank.
 *
 *     TransformerPlan plan(spec);
 *     plan.AttentionTime(true);        // forward, one block, one micro-batch, one tensor rank
 *     plan.StageLayers(stage);         // SharedBytes(layer) of each: its gradients
 *
 * Errors: ParameterError naming the parameter.
 */
#pragma once

#include "model/pipeline-schedule.h"
#include "model/training-options.h"

#include <vector>

namespace echelon
{

/// A layer of a stage: a block, the embedding or the output layer.
struct StageLayer
{
    /// What the layer is.
    enum class Kind
    {
        EMBEDDING,
        BLOCK,
        OUTPUT,
    };

    Kind kind;
    std::uint32_t block; ///< of the model; BLOCK
};

/// Checked options of "transformer".
class TransformerPlan
{
  public:
    explicit TransformerPlan(const WorkloadSpec& spec);

    /// @param forward of one block's attention, else backward.
    Time AttentionTime(bool forward) const;
    /// One block's feed-forward network; `tokens` of TokensPerRank() (expert parallelism) or all.
    Time FfnTime(bool forward, std::int64_t tokens) const;
    Time OutputTime(bool forward) const;

    /// One micro-batch through the layers of a virtual stage, with balanced experts.
    Time ChunkTime(std::uint32_t virtualStage, bool forward) const;
    /// The layers of a virtual stage, in forward order.
    std::vector<StageLayer> ChunkLayers(std::uint32_t virtualStage) const;
    /// The layers of all virtual stages of a stage, in forward order.
    std::vector<StageLayer> StageLayers(std::uint32_t stage) const;
    std::size_t Rank(std::uint32_t stage, std::uint32_t replica, std::uint32_t tensor) const;

    /// Parameters of a layer that every replica holds, per tensor rank, in bytes.
    Bytes SharedBytes(const StageLayer& layer) const;
    /// Parameters of a layer's experts on one rank, in bytes; 0 unless ep > 1.
    Bytes ExpertBytes(const StageLayer& layer) const;

    /// Token-expert pairs that one rank sends into a block.
    std::int64_t RoutedTokens() const;
    /// Activations of one micro-batch, of all tensor ranks.
    Bytes ActivationBytes() const;
    /// Bytes that one tensor rank sends to the next stage.
    Bytes PipelineBytes() const;
    /// Tokens of RoutedTokens() that go to each rank of an expert-parallel group in a block.
    std::vector<std::int64_t> TokensOf(std::uint32_t block) const;
    /// Bytes of so many routed tokens on one tensor rank.
    Bytes RoutedBytes(std::int64_t tokens) const;

    TransformerDims dims;
    TrainingOptions training;
    PipelineShape pipeline;
    std::uint32_t tp = 1;
    std::uint32_t dp = 1;
    std::uint32_t ep = 1;
    bool sequenceParallel = false;
    double expertSkew = 0;
    std::uint64_t seed = 1;

  private:
    void CheckDivisibility() const;
    void CheckSize() const;
};

/// The parameters of "transformer"; `dense` ones are tp, pp, schedule and what goes with them.
std::vector<ParameterSpec> TransformerPlanParameters(bool dense);

} // namespace echelon
