// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/model-loader.h"

#include <set>

namespace echelon
{

namespace
{

/// Bounds that keep every product of dimensions inside a 64-bit integer and task graphs inside
/// memory.
constexpr std::int64_t MAX_LAYERS = 10000;
constexpr std::int64_t MAX_WIDTH = 1 << 24;
constexpr std::int64_t MAX_EXPERTS = 4096;
constexpr std::int64_t MAX_PARAMETERS = std::int64_t{1} << 46;

const std::vector<std::string>&
TransformerKeys()
{
    static const std::vector<std::string> keys{"layers",
                                               "hidden",
                                               "heads",
                                               "kv_heads",
                                               "head_dim",
                                               "ffn_hidden",
                                               "vocabulary",
                                               "sequence",
                                               "gated_ffn",
                                               "experts",
                                               "top_k",
                                               "tied_embeddings",
                                               "learned_positions",
                                               "biases",
                                               "layer_forward",
                                               "layer_backward"};
    return keys;
}

/// An object whose keys another may replace.
class Layered
{
  public:
    Layered(JsonNode base, std::optional<JsonNode> changes)
        : m_base(std::move(base)),
          m_changes(std::move(changes))
    {
    }

    std::optional<JsonNode> Find(std::string_view key) const
    {
        if (m_changes && m_changes->Has(key))
        {
            return m_changes->Find(key);
        }
        return m_base.Find(key);
    }

    std::int64_t Dimension(std::string_view key, std::int64_t least, std::int64_t largest) const
    {
        const auto node = Find(key);
        return node ? node->Integer(least, largest) : m_base.At(key).Integer(least, largest);
    }

    std::int64_t Dimension(std::string_view key,
                           std::int64_t least,
                           std::int64_t largest,
                           std::int64_t otherwise) const
    {
        const auto node = Find(key);
        return node ? node->Integer(least, largest) : otherwise;
    }

    bool Flag(std::string_view key) const
    {
        const auto node = Find(key);
        return node && node->Boolean();
    }

    std::optional<Time> Measured(std::string_view key) const
    {
        const auto node = Find(key);
        return node ? std::optional<Time>(node->Duration()) : std::nullopt;
    }

  private:
    JsonNode m_base;
    std::optional<JsonNode> m_changes;
};

TransformerDims
LoadTransformer(const JsonNode& node, const std::optional<JsonNode>& changes)
{
    node.AllowKeys(TransformerKeys());
    const Layered from(node, changes);
    TransformerDims dims;
    dims.layers = from.Dimension("layers", 1, MAX_LAYERS);
    dims.hidden = from.Dimension("hidden", 1, MAX_WIDTH);
    dims.heads = from.Dimension("heads", 1, MAX_WIDTH);
    dims.kvHeads = from.Dimension("kv_heads", 1, MAX_WIDTH, dims.heads);
    if (const auto width = from.Find("head_dim"))
    {
        dims.headDim = width->Integer(1, MAX_WIDTH);
    }
    dims.ffnHidden = from.Dimension("ffn_hidden", 1, MAX_WIDTH);
    dims.vocabulary = from.Dimension("vocabulary", 1, MAX_WIDTH);
    dims.sequence = from.Dimension("sequence", 1, MAX_WIDTH);
    dims.gatedFfn = from.Flag("gated_ffn");
    dims.experts = from.Dimension("experts", 1, MAX_EXPERTS, 1);
    dims.topK = from.Dimension("top_k", 1, MAX_EXPERTS, 1);
    dims.tiedEmbeddings = from.Flag("tied_embeddings");
    dims.learnedPositions = from.Dimension("learned_positions", 0, MAX_WIDTH, 0);
    dims.biases = from.Flag("biases");
    dims.layerForward = from.Measured("layer_forward");
    dims.layerBackward = from.Measured("layer_backward");
    // In doubles, because the exact sum may not fit.
    const double heads = static_cast<double>(dims.headDim.value_or(dims.hidden / dims.heads)) *
                         static_cast<double>(dims.heads + dims.kvHeads);
    const double block = 2.0 * dims.hidden * heads +
                         3.0 * dims.hidden * dims.ffnHidden * static_cast<double>(dims.experts);
    const double all = block * static_cast<double>(dims.layers) +
                       2.0 * dims.hidden * (dims.vocabulary + dims.learnedPositions);
    if (all > static_cast<double>(MAX_PARAMETERS))
    {
        node.Fail("the model has more than 7e13 parameters", "check the dimensions");
    }
    return dims;
}

std::vector<LayerProfile>
LoadLayers(const JsonNode& node)
{
    std::vector<LayerProfile> layers;
    std::set<std::string> names;
    for (const JsonNode& item : node.Items(MAX_LAYERS))
    {
        const JsonNode object = item.Object();
        object.AllowKeys({"name", "parameters", "forward_flops", "forward", "backward"});
        LayerProfile layer;
        layer.name = object.At("name").Name();
        if (!names.insert(layer.name).second)
        {
            object.At("name").Fail("there are two layers \"" + layer.name + "\"", "rename one");
        }
        layer.parameters = object.At("parameters").Integer(0, MAX_PARAMETERS / MAX_LAYERS);
        if (const auto flops = object.Find("forward_flops"))
        {
            layer.forwardFlops = flops->Number(0, 1e18);
        }
        else if (!object.Has("forward"))
        {
            object.At("forward_flops");
        }
        if (const auto forward = object.Find("forward"))
        {
            layer.forward = forward->Duration();
        }
        if (const auto backward = object.Find("backward"))
        {
            layer.backward = backward->Duration();
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

} // namespace

ModelProfile
LoadModel(const JsonNode& workload, const std::optional<JsonNode>& changes)
{
    workload.AllowKeys(
        {"schema", "kind", "name", "source", "description", "transformer", "layers"});
    ModelProfile model;
    model.name = workload.At("name").Name();
    for (const char* key : {"source", "description"})
    {
        if (const auto text = workload.Find(key))
        {
            text->Text();
        }
    }
    if (workload.Has("transformer") == workload.Has("layers"))
    {
        workload.Fail("a model has either \"transformer\" or \"layers\"",
                      "see workloads/README.md");
    }
    std::optional<JsonNode> transformer;
    if (const auto node = workload.Find("transformer"))
    {
        transformer = node->Object();
        if (changes)
        {
            changes->AllowKeys(TransformerKeys());
        }
        model.transformer = LoadTransformer(*transformer, changes);
    }
    else
    {
        if (changes)
        {
            changes->Fail("a model given by its layers has no dimensions to change",
                          "change the layers in the workload");
        }
        model.layers = LoadLayers(workload.At("layers"));
    }
    try
    {
        CheckModel(model);
    }
    catch (const ParameterError& error)
    {
        const std::string prefix = "transformer/";
        const std::string& parameter = error.Parameter();
        const bool inTransformer = parameter.rfind(prefix, 0) == 0;
        const std::string key = inTransformer ? parameter.substr(prefix.size()) : "";
        if (inTransformer && changes && changes->Has(key))
        {
            changes->At(key).Fail(error.what(), error.Hint());
        }
        workload.FailParameter(error);
    }
    return model;
}

} // namespace echelon
