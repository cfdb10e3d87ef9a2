// SPDX-License-Identifier: GPL-2.0-only
#include "model/transformer-plan.h"

#include "experts/token-routing.h"

#include <cmath>
#include <map>
#include <string>

namespace echelon
{

/// Devices of the largest topology that a scenario may describe.
constexpr double MAX_RANKS = 1048576;

[[noreturn]] static void
FailDivision(const char* parameter,
             const std::string& what,
             std::uint64_t value,
             std::uint64_t divisor,
             const char* hint)
{
    throw ParameterError(parameter,
                         what + " (" + std::to_string(value) + ") is not a multiple of " +
                             std::to_string(divisor),
                         hint);
}

/// An option that the kind of workload may not declare.
static bool
Declares(const ParameterSet& parameters, const std::string& name)
{
    for (const ParameterSpec& spec : parameters.Specs())
    {
        if (spec.name == name)
        {
            return true;
        }
    }
    return false;
}

static std::uint32_t
CountOr(const ParameterSet& parameters, const std::string& name, std::uint32_t otherwise)
{
    return Declares(parameters, name) ? CountOf(parameters, name) : otherwise;
}

static PipelineKind
KindOf(const ParameterSet& parameters)
{
    static const std::map<std::string, PipelineKind> KINDS{
        {"none", PipelineKind::NONE},
        {"gpipe", PipelineKind::GPIPE},
        {"1f1b", PipelineKind::ONE_F_ONE_B},
        {"interleaved", PipelineKind::INTERLEAVED}};
    return Declares(parameters, "schedule") ? KINDS.at(parameters.GetText("schedule"))
                                            : PipelineKind::NONE;
}

TransformerPlan::TransformerPlan(const WorkloadSpec& spec)
    : training(TrainingOptionsOf(spec.parameters)),
      seed(spec.seed)
{
    if (!spec.model || !spec.model->transformer)
    {
        throw ParameterError("model",
                             "the workload needs a transformer's dimensions",
                             "data-parallel, fsdp and parameter-server take lists of layers");
    }
    CheckModel(*spec.model);
    dims = *spec.model->transformer;
    const ParameterSet& parameters = spec.parameters;
    tp = CountOr(parameters, "tp", 1);
    dp = CountOr(parameters, "dp", CountOf(parameters, "ep"));
    ep = CountOf(parameters, "ep");
    pipeline.kind = KindOf(parameters);
    pipeline.stages = CountOr(parameters, "pp", 1);
    pipeline.chunks = CountOr(parameters, "virtual_stages", 1);
    pipeline.microBatches = CountOf(parameters, "microbatches");
    sequenceParallel =
        Declares(parameters, "sequence_parallel") && parameters.GetBoolean("sequence_parallel");
    expertSkew = parameters.GetNumber("expert_skew");
    if (expertSkew < 0 || expertSkew > 10)
    {
        throw ParameterError("expert_skew", "the exponent is not between 0 and 10", "0: balanced");
    }
    CheckDivisibility();
    CheckSize();
}

void
TransformerPlan::CheckDivisibility() const
{
    const bool interleaved = pipeline.kind == PipelineKind::INTERLEAVED;
    if (pipeline.kind == PipelineKind::NONE && pipeline.stages > 1)
    {
        throw ParameterError("schedule",
                             "pp is " + std::to_string(pipeline.stages) +
                                 ", but there is no pipeline schedule",
                             "choose gpipe, 1f1b or interleaved, or pp 1");
    }
    if (!interleaved && pipeline.chunks > 1)
    {
        throw ParameterError("virtual_stages",
                             "only the interleaved schedule has virtual stages",
                             "set schedule to interleaved, or virtual_stages to 1");
    }
    if (interleaved && (pipeline.chunks < 2 || pipeline.stages < 2))
    {
        const bool chunks = pipeline.chunks < 2;
        throw ParameterError(chunks ? "virtual_stages" : "pp",
                             "the interleaved schedule needs at least 2",
                             "schedule 1f1b is the one with one virtual stage per stage");
    }
    if (interleaved && pipeline.microBatches % pipeline.stages != 0)
    {
        FailDivision("microbatches",
                     "the number of micro-batches",
                     pipeline.microBatches,
                     pipeline.stages,
                     "the interleaved schedule takes micro-batches in groups of pp");
    }
    const auto layers = static_cast<std::uint64_t>(dims.layers);
    const std::uint64_t parts = std::uint64_t{pipeline.stages} * pipeline.chunks;
    if (layers % parts != 0)
    {
        FailDivision("pp",
                     "the model's number of layers",
                     layers,
                     parts,
                     "choose pp × virtual_stages among the divisors of the layers");
    }
    const auto checkTensor = [&](const char* what, std::int64_t value) {
        if (value % tp != 0)
        {
            FailDivision("tp",
                         std::string("the model's ") + what,
                         static_cast<std::uint64_t>(value),
                         tp,
                         "choose tp among the divisors of heads and ffn_hidden");
        }
    };
    checkTensor("number of heads", dims.heads);
    checkTensor("ffn_hidden", dims.ffnHidden);
    if (sequenceParallel)
    {
        checkTensor("sequence", dims.sequence);
    }
    if (ep > 1 && dims.experts == 1)
    {
        throw ParameterError("ep",
                             "the model has no experts",
                             "ep 1, or a mixture-of-experts model");
    }
    if (static_cast<std::uint64_t>(dims.experts) % ep != 0)
    {
        FailDivision("ep",
                     "the model's number of experts",
                     static_cast<std::uint64_t>(dims.experts),
                     ep,
                     "choose ep among the divisors of the experts");
    }
    if (dp % ep != 0)
    {
        FailDivision("ep", "dp", dp, ep, "expert-parallel groups are made of replicas");
    }
}

void
TransformerPlan::CheckSize() const
{
    if (static_cast<double>(tp) * dp * pipeline.stages > MAX_RANKS)
    {
        throw ParameterError(tp > dp ? "tp" : "dp",
                             "tp × dp × pp is more than 1,048,576 ranks",
                             "one rank per GPU, and topologies have no more");
    }
    double seconds = 0;
    for (const bool forward : {true, false})
    {
        for (std::uint32_t g = 0; g < pipeline.VirtualStages(); ++g)
        {
            seconds += ChunkTime(g, forward).Seconds();
        }
    }
    if (seconds * pipeline.microBatches > 1e6)
    {
        throw ParameterError("peak_flops",
                             "an iteration would compute for more than 1e6 s",
                             "check peak_flops, utilisation, microbatches and the model");
    }
}

Time
TransformerPlan::AttentionTime(bool forward) const
{
    const double b = static_cast<double>(training.microBatch);
    if (dims.layerForward)
    {
        // A measured block is divided as its operations are.
        const Time block =
            forward ? *dims.layerForward
                    : training.compute.Backward(0, dims.layerForward, dims.layerBackward);
        const double part = AttentionFlops(dims) / (AttentionFlops(dims) + FfnFlops(dims));
        return Time::FromSeconds(block.Seconds() * part);
    }
    const double flops = b * AttentionFlops(dims) / tp;
    return forward ? training.compute.Forward(flops) : training.compute.Backward(flops);
}

Time
TransformerPlan::FfnTime(bool forward, std::int64_t tokens) const
{
    const double part = static_cast<double>(tokens) / static_cast<double>(RoutedTokens());
    if (dims.layerForward)
    {
        const Time block =
            forward ? *dims.layerForward
                    : training.compute.Backward(0, dims.layerForward, dims.layerBackward);
        return Time::FromSeconds((block - AttentionTime(forward)).Seconds() * part);
    }
    const double flops = part * static_cast<double>(training.microBatch) * FfnFlops(dims) / tp;
    return forward ? training.compute.Forward(flops) : training.compute.Backward(flops);
}

Time
TransformerPlan::OutputTime(bool forward) const
{
    const double flops = static_cast<double>(training.microBatch) * OutputFlops(dims) / tp;
    return forward ? training.compute.Forward(flops) : training.compute.Backward(flops);
}

std::vector<StageLayer>
TransformerPlan::ChunkLayers(std::uint32_t virtualStage) const
{
    const auto perChunk = static_cast<std::uint32_t>(dims.layers) / pipeline.VirtualStages();
    std::vector<StageLayer> layers;
    if (virtualStage == 0)
    {
        layers.push_back({StageLayer::Kind::EMBEDDING, 0});
    }
    for (std::uint32_t i = 0; i < perChunk; ++i)
    {
        layers.push_back({StageLayer::Kind::BLOCK, virtualStage * perChunk + i});
    }
    if (virtualStage + 1 == pipeline.VirtualStages())
    {
        layers.push_back({StageLayer::Kind::OUTPUT, 0});
    }
    return layers;
}

std::vector<StageLayer>
TransformerPlan::StageLayers(std::uint32_t stage) const
{
    std::vector<StageLayer> layers;
    for (std::uint32_t chunk = 0; chunk < pipeline.chunks; ++chunk)
    {
        for (const StageLayer& layer : ChunkLayers(chunk * pipeline.stages + stage))
        {
            layers.push_back(layer);
        }
    }
    return layers;
}

std::size_t
TransformerPlan::Rank(std::uint32_t stage, std::uint32_t replica, std::uint32_t tensor) const
{
    return (std::size_t{stage} * dp + replica) * tp + tensor;
}

Time
TransformerPlan::ChunkTime(std::uint32_t virtualStage, bool forward) const
{
    Time time;
    for (const StageLayer& layer : ChunkLayers(virtualStage))
    {
        if (layer.kind == StageLayer::Kind::BLOCK)
        {
            time += AttentionTime(forward) + FfnTime(forward, RoutedTokens());
        }
        else if (layer.kind == StageLayer::Kind::OUTPUT)
        {
            time += OutputTime(forward);
        }
    }
    return time;
}

Bytes
TransformerPlan::SharedBytes(const StageLayer& layer) const
{
    std::int64_t parameters = 0;
    switch (layer.kind)
    {
    case StageLayer::Kind::EMBEDDING:
        parameters = EmbeddingParameters(dims);
        break;
    case StageLayer::Kind::OUTPUT:
        parameters = OutputParameters(dims);
        break;
    case StageLayer::Kind::BLOCK:
        parameters = ep > 1 ? SharedParameters(dims) : BlockParameters(dims);
        break;
    }
    return training.valueBytes * ((parameters + tp - 1) / tp);
}

Bytes
TransformerPlan::ExpertBytes(const StageLayer& layer) const
{
    if (ep == 1 || layer.kind != StageLayer::Kind::BLOCK)
    {
        return 0;
    }
    const std::int64_t parameters = dims.experts / ep * ExpertParameters(dims);
    return training.valueBytes * ((parameters + tp - 1) / tp);
}

std::int64_t
TransformerPlan::RoutedTokens() const
{
    return training.microBatch * dims.sequence * dims.topK;
}

Bytes
TransformerPlan::ActivationBytes() const
{
    return training.microBatch * dims.sequence * dims.hidden * training.valueBytes;
}

Bytes
TransformerPlan::PipelineBytes() const
{
    return sequenceParallel ? ActivationBytes() / tp : ActivationBytes();
}

std::vector<std::int64_t>
TransformerPlan::TokensOf(std::uint32_t block) const
{
    const auto experts = static_cast<std::uint32_t>(dims.experts);
    return TokensPerRank(RoutedTokens(), ExpertShares(experts, expertSkew, seed, block), ep);
}

Bytes
TransformerPlan::RoutedBytes(std::int64_t tokens) const
{
    const double token = static_cast<double>(dims.hidden * training.valueBytes) / tp;
    return std::llround(static_cast<double>(tokens) * token);
}

std::vector<ParameterSpec>
TransformerPlanParameters(bool dense)
{
    std::vector<ParameterSpec> own;
    if (dense)
    {
        own = {{"tp", ParameterType::INTEGER, "1", "tensor-parallel ranks; divides heads"},
               {"pp", ParameterType::INTEGER, "1", "pipeline stages; divides the layers"},
               {"dp", ParameterType::INTEGER, "1", "data-parallel replicas"},
               {"ep",
                ParameterType::INTEGER,
                "1",
                "expert-parallel ranks, out of the replicas; divides dp and experts"},
               {"schedule",
                ParameterType::CHOICE,
                "1f1b",
                "pipeline schedule",
                {"gpipe", "1f1b", "interleaved", "none"}},
               {"virtual_stages",
                ParameterType::INTEGER,
                "1",
                "chunks of layers per stage; interleaved: at least 2"},
               {"sequence_parallel",
                ParameterType::BOOLEAN,
                "false",
                "tensor-parallel all-reduces become reduce-scatter and all-gather"}};
    }
    else
    {
        own = {{"ep", ParameterType::INTEGER, "8", "expert-parallel ranks; divides experts"},
               {"dp",
                ParameterType::INTEGER,
                "8",
                "replicas of all but the experts; a multiple of ep"}};
    }
    own.push_back(
        {"microbatches", ParameterType::INTEGER, "1", "micro-batches per iteration and replica"});
    own.push_back({"expert_skew",
                   ParameterType::NUMBER,
                   "0",
                   "exponent of the Zipf law of the experts' popularity; 0: balanced"});
    return Joined(std::move(own), TrainingParameters());
}

} // namespace echelon
