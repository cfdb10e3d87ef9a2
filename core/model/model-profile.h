// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a model costs: parameters and forward operations per layer, from published dimensions.
 *
 *     TransformerDims dims;                                  // llama2-7b
 *     dims.layers = 32;                                      // …
 *     std::int64_t n = ParameterCount(dims);                 // 6.74e9
 *     std::vector<LayerProfile> layers = LayersOf(model);    // embedding, 32 blocks, output layer
 *
 * A model is either a transformer, given by its dimensions, or a list of layers. Formulas:
 * docs/reference/workloads.md. A multiply-add counts as two operations. Only matrix products count;
 * normalisation, activation functions and optimiser are left out (Narayanan et al., SC 2021,
 * appendix: 24 B s h² + 4 B s² h per layer of B sequences).
 *
 * Errors: ParameterError naming the field of a model file ("transformer/hidden", "layers", …).
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// Dimensions of a transformer; the keys of "transformer" in a model file are given in parentheses.
struct TransformerDims
{
    std::int64_t layers = 0;     ///< (layers) blocks of attention and feed-forward network
    std::int64_t hidden = 0;     ///< (hidden) model width h
    std::int64_t heads = 0;      ///< (heads) attention heads
    std::int64_t kvHeads = 0;    ///< (kv_heads) key and value heads; default: heads
    std::int64_t ffnHidden = 0;  ///< (ffn_hidden) width inside one expert's network
    std::int64_t vocabulary = 0; ///< (vocabulary) tokens
    std::int64_t sequence = 0;   ///< (sequence) tokens per sequence in training
    /// (head_dim) width of one head; without it hidden / heads. Some models project queries to a
    /// width other than hidden (Qwen3: 64 heads of 128 with hidden 4096).
    std::optional<std::int64_t> headDim{};
    bool gatedFfn = false;    ///< (gated_ffn) three matrices (SwiGLU) instead of two
    std::int64_t experts = 1; ///< (experts) per block; 1: dense
    std::int64_t topK = 1;    ///< (top_k) experts that serve one token

    /// (tied_embeddings) the output layer shares the embedding's matrix
    bool tiedEmbeddings = false;
    /// (learned_positions) rows of a learned position embedding
    std::int64_t learnedPositions = 0;
    /// (biases) linear layers and normalisations have biases
    bool biases = false;
    /// (layer_forward) measured: one block, one micro-batch, one device
    std::optional<Time> layerForward{};
    /// (layer_backward) measured; default: backward ratio × layer_forward
    std::optional<Time> layerBackward{};
};

/// One layer: the unit of gradient buckets and of FSDP.
struct LayerProfile
{
    std::string name;               ///< (name)
    std::int64_t parameters = 0;    ///< (parameters) number of trainable values
    double forwardFlops = 0;        ///< (forward_flops) operations of one sample
    std::optional<Time> forward{};  ///< (forward) measured: one micro-batch on one device
    std::optional<Time> backward{}; ///< (backward) measured
};

/// A model: a transformer or a list of layers, not both.
struct ModelProfile
{
    std::string name;
    std::optional<TransformerDims> transformer;
    std::vector<LayerProfile> layers;
};

/// No single computation may take longer: sums of such times stay far below the end of simulated
/// time.
inline constexpr Time MAX_COMPUTE_TIME = Time::FromPicoseconds(100'000'000'000'000);

/// @throws ParameterError when a dimension is missing, not positive, or does not divide another.
void CheckModel(const ModelProfile& model);

/// Parameters of one block's attention, with its normalisation and biases.
std::int64_t AttentionParameters(const TransformerDims& dims);
/// Parameters of one expert's feed-forward network (of the whole network when dense).
std::int64_t ExpertParameters(const TransformerDims& dims);
/// Parameters of one block that are not experts': attention, router, normalisations. Dense: all but
/// the network.
std::int64_t SharedParameters(const TransformerDims& dims);
/// Parameters of one block with all its experts.
std::int64_t BlockParameters(const TransformerDims& dims);
/// Token embedding and learned positions.
std::int64_t EmbeddingParameters(const TransformerDims& dims);
/// Final normalisation and, unless tied, the output matrix.
std::int64_t OutputParameters(const TransformerDims& dims);
/// Of the whole model.
std::int64_t ParameterCount(const TransformerDims& dims);
/// Of the whole model, whichever way it is given.
std::int64_t ParameterCount(const ModelProfile& model);

/// Forward operations of one sequence in one block's attention.
double AttentionFlops(const TransformerDims& dims);
/// Forward operations of one sequence in one block's feed-forward network (top_k experts per
/// token).
double FfnFlops(const TransformerDims& dims);
/// Forward operations of one sequence in the output layer.
double OutputFlops(const TransformerDims& dims);

/// The layers in forward order; a transformer as embedding, blocks and output layer, per sequence.
std::vector<LayerProfile> LayersOf(const ModelProfile& model);

} // namespace echelon
