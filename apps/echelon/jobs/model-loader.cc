// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/model-loader.h"

#include "jobs/workload-fields.h"

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

FieldKind
Width()
{
    return Whole(1, MAX_WIDTH);
}

const FieldTable TRANSFORMER{
    "transformer",
    "The dimensions of a transformer.",
    {{"layers", Whole(1, MAX_LAYERS), "blocks of attention and feed-forward network", REQUIRED},
     {"hidden", Width(), "width of the model", REQUIRED},
     {"heads",
      Width(),
      "attention heads; they divide `hidden` unless `head_dim` is given",
      REQUIRED},
     {"kv_heads",
      Width(),
      "heads of keys and values; they divide `heads`, and are as many if left out"},
     {"head_dim", Width(), "width of one head; `hidden` / `heads` if left out"},
     {"ffn_hidden", Width(), "width inside the feed-forward network of one expert", REQUIRED},
     {"vocabulary", Width(), "number of different tokens", REQUIRED},
     {"sequence", Width(), "tokens of one training sequence", REQUIRED},
     {"gated_ffn",
      A_FLAG,
      false,
      "three matrices (SwiGLU) in the feed-forward network instead of two"},
     {"experts", Whole(1, MAX_EXPERTS), 1, "experts of each block"},
     {"top_k", Whole(1, MAX_EXPERTS), 1, "experts that serve one token"},
     {"tied_embeddings", A_FLAG, false, "the output layer shares the embedding's matrix"},
     {"learned_positions", Whole(0, MAX_WIDTH), 0, "rows of a learned position embedding"},
     {"biases", A_FLAG, false, "linear layers and normalisations have biases"},
     {"layer_forward",
      A_TIME,
      "measured time of one block for one micro-batch on one device; replaces the formula"},
     {"layer_backward", A_TIME, "the same of its backward pass"}}};

const FieldTable LAYER{
    "layer",
    "A layer of a model that is given layer by layer.",
    {{"name", NameUpTo(200), "unique", REQUIRED},
     {"parameters", Whole(0, MAX_PARAMETERS / MAX_LAYERS), "number of trainable values", REQUIRED},
     {"forward_flops",
      Real(0, 1e18),
      "operations for one sample, a multiply-add counts as two; this or `forward`"},
     {"forward",
      A_TIME,
      "measured time of the forward pass of one micro-batch on one device; replaces the formula"},
     {"backward", A_TIME, "the same of the backward pass"}}};

const FieldTable MODEL{
    "model",
    "A model to train, by its dimensions or by its layers.",
    {{"name", NameUpTo(200), "of the model", REQUIRED},
     {"source", A_TEXT, "the paper, and where in it the dimensions stand"},
     {"transformer", ObjectOf("transformer"), "its dimensions; this or `layers`"},
     {"layers",
      ListOf("layer", 1, MAX_LAYERS),
      "its layers in forward order; this or `transformer`"}},
    WorkloadFields("model")};

/// An object whose keys another may replace.
class Layered
{
  public:
    Layered(const JsonNode& base, const std::optional<JsonNode>& changes)
        : m_base(base, TRANSFORMER)
    {
        if (changes)
        {
            m_changes.emplace(*changes, TRANSFORMER);
        }
    }

    template <class T>
    void Read(std::string_view key, T& value) const
    {
        (m_changes && m_changes->Has(key) ? *m_changes : m_base).Read(key, value);
    }

  private:
    Fields m_base;
    std::optional<Fields> m_changes;
};

TransformerDims
LoadTransformer(const JsonNode& node, const std::optional<JsonNode>& changes)
{
    const Layered from(node, changes);
    TransformerDims dims;
    from.Read("layers", dims.layers);
    from.Read("hidden", dims.hidden);
    from.Read("heads", dims.heads);
    dims.kvHeads = dims.heads;
    from.Read("kv_heads", dims.kvHeads);
    from.Read("head_dim", dims.headDim);
    from.Read("ffn_hidden", dims.ffnHidden);
    from.Read("vocabulary", dims.vocabulary);
    from.Read("sequence", dims.sequence);
    from.Read("gated_ffn", dims.gatedFfn);
    from.Read("experts", dims.experts);
    from.Read("top_k", dims.topK);
    from.Read("tied_embeddings", dims.tiedEmbeddings);
    from.Read("learned_positions", dims.learnedPositions);
    from.Read("biases", dims.biases);
    from.Read("layer_forward", dims.layerForward);
    from.Read("layer_backward", dims.layerBackward);
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
        const Fields object(item.Object(), LAYER);
        LayerProfile layer;
        object.Read("name", layer.name);
        if (!names.insert(layer.name).second)
        {
            object.At("name").Fail("there are two layers \"" + layer.name + "\"", "rename one");
        }
        object.Read("parameters", layer.parameters);
        object.Read("forward_flops", layer.forwardFlops);
        object.Read("forward", layer.forward);
        object.Read("backward", layer.backward);
        if (!object.Has("forward_flops") && !object.Has("forward"))
        {
            object.At("forward_flops");
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

} // namespace

ModelProfile
LoadModel(const JsonNode& workload, const std::optional<JsonNode>& changes)
{
    const Fields fields(workload, MODEL);
    ModelProfile model;
    fields.Read("name", model.name);
    std::string ignored;
    fields.Read("source", ignored);
    fields.Read("description", ignored);
    if (workload.Has("transformer") == workload.Has("layers"))
    {
        workload.Fail("a model has either \"transformer\" or \"layers\"",
                      "see workloads/README.md");
    }
    std::optional<JsonNode> transformer;
    if (const auto node = workload.Find("transformer"))
    {
        transformer = node->Object();
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
