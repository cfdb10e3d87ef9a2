// SPDX-License-Identifier: GPL-2.0-only
#include "model/model-profile.h"

#include "base/parameters.h"

#include <set>
#include <utility>

namespace echelon
{

/// Larger numbers would overflow the products that follow.
constexpr std::int64_t MAX_WIDTH = 1000000;
constexpr std::int64_t MAX_LAYERS = 10000;
constexpr double MAX_PARAMETERS = 1e15;
constexpr double MAX_FLOPS = 1e21;

static void
CheckRange(const char* field, std::int64_t value, std::int64_t least, std::int64_t most = MAX_WIDTH)
{
    const std::string name = std::string("transformer/") + field;
    if (value < least)
    {
        throw ParameterError(name,
                             std::to_string(value) + " is too small",
                             "at least " + std::to_string(least));
    }
    if (value > most)
    {
        throw ParameterError(name,
                             std::to_string(value) + " is too large",
                             "at most " + std::to_string(most));
    }
}

static void
CheckDivides(const char* field, std::int64_t divisor, const char* of, std::int64_t value)
{
    if (value % divisor != 0)
    {
        throw ParameterError(std::string("transformer/") + field,
                             std::to_string(divisor) + " does not divide " + of + " " +
                                 std::to_string(value),
                             std::string("choose a divisor of ") + of);
    }
}

static void
CheckMeasured(const std::string& field, const std::optional<Time>& time)
{
    if (time && (*time < Time() || *time > MAX_COMPUTE_TIME))
    {
        throw ParameterError(field,
                             "a measured time is not between 0 and 100 s",
                             "give the time of one micro-batch on one device");
    }
}

static void
CheckTransformer(const TransformerDims& dims)
{
    CheckRange("layers", dims.layers, 1, MAX_LAYERS);
    CheckRange("hidden", dims.hidden, 1);
    CheckRange("heads", dims.heads, 1);
    CheckRange("kv_heads", dims.kvHeads, 1);
    CheckRange("ffn_hidden", dims.ffnHidden, 1);
    CheckRange("vocabulary", dims.vocabulary, 1);
    CheckRange("sequence", dims.sequence, 1);
    CheckRange("experts", dims.experts, 1, MAX_LAYERS);
    CheckRange("top_k", dims.topK, 1, MAX_LAYERS);
    CheckRange("learned_positions", dims.learnedPositions, 0);
    if (dims.headDim)
    {
        CheckRange("head_dim", *dims.headDim, 1);
    }
    else if (dims.hidden % dims.heads != 0)
    {
        throw ParameterError("transformer/heads",
                             std::to_string(dims.heads) + " does not divide hidden " +
                                 std::to_string(dims.hidden),
                             "choose a divisor of hidden, or give head_dim, the width of a head");
    }
    CheckDivides("kv_heads", dims.kvHeads, "heads", dims.heads);
    if (dims.topK > dims.experts)
    {
        throw ParameterError("transformer/top_k",
                             "a token cannot go to " + std::to_string(dims.topK) + " of " +
                                 std::to_string(dims.experts) + " experts",
                             "at most experts");
    }
    if (static_cast<double>(dims.layers) * static_cast<double>(BlockParameters(dims)) >
        MAX_PARAMETERS)
    {
        throw ParameterError("transformer",
                             "the model has more than 1e15 parameters",
                             "check hidden, ffn_hidden, experts and layers");
    }
    CheckMeasured("transformer/layer_forward", dims.layerForward);
    CheckMeasured("transformer/layer_backward", dims.layerBackward);
}

static void
CheckLayers(const std::vector<LayerProfile>& layers)
{
    std::set<std::string> names;
    if (layers.size() > static_cast<std::size_t>(MAX_LAYERS))
    {
        throw ParameterError("layers",
                             "there are more than " + std::to_string(MAX_LAYERS) + " layers",
                             "merge layers");
    }
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const LayerProfile& layer = layers[i];
        const std::string field = "layers/" + std::to_string(i);
        if (!names.insert(layer.name).second)
        {
            throw ParameterError(field + "/name",
                                 "there are two layers \"" + layer.name + "\"",
                                 "rename one");
        }
        if (layer.parameters < 0 || static_cast<double>(layer.parameters) > MAX_PARAMETERS)
        {
            throw ParameterError(field + "/parameters",
                                 "the count is not between 0 and 1e15",
                                 "the number of trainable values of this layer");
        }
        if (!(layer.forwardFlops >= 0 && layer.forwardFlops <= MAX_FLOPS))
        {
            throw ParameterError(field + "/forward_flops",
                                 "the count is not between 0 and 1e21",
                                 "the operations of this layer for one sample");
        }
        CheckMeasured(field + "/forward", layer.forward);
        CheckMeasured(field + "/backward", layer.backward);
    }
}

static std::int64_t
HeadWidth(const TransformerDims& dims)
{
    return dims.headDim.value_or(dims.hidden / dims.heads);
}

/// What queries are projected to, and what the output projection takes.
static std::int64_t
QueryWidth(const TransformerDims& dims)
{
    return HeadWidth(dims) * dims.heads;
}

/// Keys and values have kvHeads heads, as wide as those of queries.
static std::int64_t
KeyValueWidth(const TransformerDims& dims)
{
    return HeadWidth(dims) * dims.kvHeads;
}

static std::int64_t
NormParameters(const TransformerDims& dims)
{
    return (dims.biases ? 2 : 1) * dims.hidden;
}

/// Weights of one expert's matrices, without biases.
static std::int64_t
FfnWeights(const TransformerDims& dims)
{
    return (dims.gatedFfn ? 3 : 2) * dims.hidden * dims.ffnHidden;
}

static std::int64_t
AttentionWeights(const TransformerDims& dims)
{
    return 2 * dims.hidden * (QueryWidth(dims) + KeyValueWidth(dims));
}

static std::int64_t
RouterWeights(const TransformerDims& dims)
{
    return dims.experts > 1 ? dims.hidden * dims.experts : 0;
}

void
CheckModel(const ModelProfile& model)
{
    if (model.transformer && !model.layers.empty())
    {
        throw ParameterError("layers",
                             "a model is a transformer or a list of layers, not both",
                             "remove one");
    }
    if (model.transformer)
    {
        CheckTransformer(*model.transformer);
        return;
    }
    if (model.layers.empty())
    {
        throw ParameterError("layers", "the model has no layers", "give transformer or layers");
    }
    CheckLayers(model.layers);
}

std::int64_t
AttentionParameters(const TransformerDims& dims)
{
    const std::int64_t biases =
        dims.biases ? QueryWidth(dims) + 2 * KeyValueWidth(dims) + dims.hidden : 0;
    return AttentionWeights(dims) + biases + NormParameters(dims);
}

std::int64_t
ExpertParameters(const TransformerDims& dims)
{
    const std::int64_t biases =
        dims.biases ? (dims.gatedFfn ? 2 : 1) * dims.ffnHidden + dims.hidden : 0;
    return FfnWeights(dims) + biases;
}

std::int64_t
SharedParameters(const TransformerDims& dims)
{
    return AttentionParameters(dims) + RouterWeights(dims) + NormParameters(dims);
}

std::int64_t
BlockParameters(const TransformerDims& dims)
{
    return SharedParameters(dims) + dims.experts * ExpertParameters(dims);
}

std::int64_t
EmbeddingParameters(const TransformerDims& dims)
{
    return (dims.vocabulary + dims.learnedPositions) * dims.hidden;
}

std::int64_t
OutputParameters(const TransformerDims& dims)
{
    return NormParameters(dims) + (dims.tiedEmbeddings ? 0 : dims.vocabulary * dims.hidden);
}

std::int64_t
ParameterCount(const TransformerDims& dims)
{
    return EmbeddingParameters(dims) + dims.layers * BlockParameters(dims) + OutputParameters(dims);
}

std::int64_t
ParameterCount(const ModelProfile& model)
{
    std::int64_t count = 0;
    for (const LayerProfile& layer : LayersOf(model))
    {
        count += layer.parameters;
    }
    return count;
}

double
AttentionFlops(const TransformerDims& dims)
{
    const double s = static_cast<double>(dims.sequence);
    const double projections = 2.0 * static_cast<double>(AttentionWeights(dims));
    const double scores = 4.0 * s * static_cast<double>(QueryWidth(dims));
    return s * (projections + scores);
}

double
FfnFlops(const TransformerDims& dims)
{
    const double s = static_cast<double>(dims.sequence);
    const double active = static_cast<double>(dims.topK * FfnWeights(dims) + RouterWeights(dims));
    return 2.0 * s * active;
}

double
OutputFlops(const TransformerDims& dims)
{
    return 2.0 * static_cast<double>(dims.sequence) * static_cast<double>(dims.hidden) *
           static_cast<double>(dims.vocabulary);
}

std::vector<LayerProfile>
LayersOf(const ModelProfile& model)
{
    if (!model.transformer)
    {
        return model.layers;
    }
    const TransformerDims& dims = *model.transformer;
    std::vector<LayerProfile> layers{{"embedding", EmbeddingParameters(dims), 0.0, {}, {}}};
    for (std::int64_t i = 0; i < dims.layers; ++i)
    {
        layers.push_back({"block" + std::to_string(i),
                          BlockParameters(dims),
                          AttentionFlops(dims) + FfnFlops(dims),
                          dims.layerForward,
                          dims.layerBackward});
    }
    layers.push_back({"output", OutputParameters(dims), OutputFlops(dims), {}, {}});
    return layers;
}

} // namespace echelon
