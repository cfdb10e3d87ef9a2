// SPDX-License-Identifier: GPL-2.0-only
#include "workload/moe-inference-model.h"

#include "alltoall/planning-fabric.h"
#include "base/contracts.h"
#include "experts/traffic-generator.h"

#include <algorithm>
#include <set>

namespace echelon
{

namespace
{

constexpr std::uint32_t MOST_TO_COLOCATE_EXACTLY = 8;

/// The second model's generator is the first's.
const char* const SAME = "same";

/// What a model of a layer is drawn from.
struct LayerSource
{
    std::string traffic;
    std::uint32_t experts;
    std::uint32_t index; ///< over all layers of both models
    std::uint64_t seed;
};

bool
IsLimoe(const std::string& traffic)
{
    return traffic == "limoe-b32" || traffic == "limoe-b16";
}

Time
TimeOf(const ParameterSet& parameters, const std::string& name)
{
    const Time time = parameters.GetTime(name);
    if (time < Time() || time > MAX_COMPUTE_TIME)
    {
        throw ParameterError(name,
                             "the time is not between 0 and 100 s",
                             "0s: the traffic's own, or none");
    }
    return time;
}

/// Times of the generator's experts, in proportion to the tokens that it draws for each, its own
/// included; the busiest takes `most`.
std::vector<Time>
FeedForwardTimes(const RawTraffic& raw, std::uint32_t experts, Time most)
{
    std::vector<double> tokens(experts, 0.0);
    for (std::size_t entry = 0; entry < raw.size(); ++entry)
    {
        tokens[entry % experts] += raw[entry];
    }
    const double busiest = *std::max_element(tokens.begin(), tokens.end());
    std::vector<Time> times;
    for (const double count : tokens)
    {
        times.push_back(busiest > 0 ? Time::FromSeconds(most.Seconds() * count / busiest) : Time());
    }
    return times;
}

/// The same layer with its longest time `most`, others in proportion.
void
Rescale(std::vector<Time>& times, Time most)
{
    const Time longest = *std::max_element(times.begin(), times.end());
    if (most == Time() || longest == Time())
    {
        return;
    }
    for (Time& time : times)
    {
        time = Time::FromSeconds(most.Seconds() * (time.Seconds() / longest.Seconds()));
    }
}

MoeLayer
GeneratedLayer(const ParameterSet& parameters, const LayerSource& source)
{
    const TrafficEntry& entry = TrafficEntryOf(source.traffic);
    std::vector<std::pair<std::string, std::string>> given;
    ParameterSet values(entry.parameters);
    for (const ParameterSpec& parameter : entry.parameters)
    {
        given.emplace_back(parameter.name, parameters.GetText(parameter.name));
        values.Set(parameter.name, given.back().second);
    }
    const std::uint64_t seed = source.seed + source.index;
    // First, as it checks the size of the whole.
    TrafficMatrix dispatch = GenerateTraffic(source.traffic, source.experts, seed, given);
    std::vector<Time> feedForward = FeedForwardTimes(entry.generate(source.experts, seed, values),
                                                     source.experts,
                                                     TimeOf(parameters, "ffn_time"));
    const std::vector<Time> gate(source.experts, TimeOf(parameters, "gate_time"));
    const std::vector<Time> aggregation(source.experts, TimeOf(parameters, "aggregation_time"));
    return {std::move(dispatch), gate, std::move(feedForward), aggregation};
}

MoeLayer
LayerOf(const ParameterSet& parameters, const LayerSource& source)
{
    if (!IsLimoe(source.traffic))
    {
        return GeneratedLayer(parameters, source);
    }
    MoeLayer layer =
        LimoeLikeLayer(source.traffic == "limoe-b32" ? LimoeModel::B32 : LimoeModel::B16,
                       source.index,
                       source.seed,
                       source.experts);
    Rescale(layer.gate, TimeOf(parameters, "gate_time"));
    Rescale(layer.feedForward, TimeOf(parameters, "ffn_time"));
    Rescale(layer.aggregation, TimeOf(parameters, "aggregation_time"));
    return layer;
}

/// The scenario's unless the traffic has its own.
std::uint64_t
TrafficSeedOf(const WorkloadSpec& spec)
{
    const std::int64_t given = spec.parameters.GetInteger("traffic_seed");
    return given > 0 ? static_cast<std::uint64_t>(given) : spec.seed;
}

} // namespace

std::vector<ParameterSpec>
MoeModelParameters()
{
    const std::vector<std::string> generators = NamesOf(TrafficEntries());
    std::vector<std::string> second = generators;
    second.insert(second.begin(), SAME);
    std::vector<ParameterSpec> result{
        {"experts", ParameterType::INTEGER, "8", "experts of a model, one per rank"},
        {"layers", ParameterType::INTEGER, "1", "mixture-of-experts layers, one after the other"},
        {"models",
         ParameterType::INTEGER,
         "1",
         "1, or 2 that share all ranks and compute in turn on each"},
        {"traffic",
         ParameterType::CHOICE,
         "limoe-b32",
         "generator of the dispatches (echelon list traffic)",
         generators},
        {"second_traffic",
         ParameterType::CHOICE,
         SAME,
         "that of the second model",
         std::move(second)},
        {"traffic_seed",
         ParameterType::INTEGER,
         "0",
         "seed of the traffic and of random placements; 0: from the scenario's and the job's name"},
        {"gate_time",
         ParameterType::TIME,
         "0s",
         "of each expert; 0s: the traffic's own (limoe-*), or none"},
        {"ffn_time",
         ParameterType::TIME,
         "0s",
         "of the busiest expert, others by their tokens; 0s: the traffic's own (limoe-*), or none"},
        {"aggregation_time",
         ParameterType::TIME,
         "0s",
         "of each expert; 0s: the traffic's own (limoe-*), or none"},
        {"expert_placement",
         ParameterType::CHOICE,
         "aurora",
         "which rank holds which expert",
         NamesOf(ExpertPlacementEntries())},
        {"start",
         ParameterType::CHOICE,
         "together",
         "all-to-alls start when the last rank has computed, or each rank when it has",
         {"together", "each-rank"}},
        {"backward",
         ParameterType::BOOLEAN,
         "false",
         "backward passes follow, from the last layer to the first"},
        {"backward_ratio",
         ParameterType::NUMBER,
         "2",
         "backward compute time over forward compute time"}};
    // What generators take besides their layer.
    std::set<std::string> known{"layer"};
    for (const TrafficEntry& entry : TrafficEntries())
    {
        for (ParameterSpec parameter : entry.parameters)
        {
            if (known.insert(parameter.name).second)
            {
                parameter.help = parameter.name == "bytes" ? parameter.help + "; not limoe-*"
                                                           : entry.name + ": " + parameter.help;
                result.push_back(std::move(parameter));
            }
        }
    }
    return result;
}

std::uint32_t
CheckMoeModel(const ParameterSet& parameters)
{
    const std::uint32_t experts = CountOf(parameters, "experts", 2);
    const std::uint32_t layers = CountOf(parameters, "layers");
    const std::int64_t models = parameters.GetInteger("models");
    if (models != 1 && models != 2)
    {
        throw ParameterError("models", "a rank holds experts of 1 or 2 models", "1 or 2");
    }
    if (layers > 1000)
    {
        throw ParameterError("layers", "more than 1000 layers", "from 1 to 1000 is possible");
    }
    if (parameters.GetInteger("traffic_seed") < 0)
    {
        throw ParameterError("traffic_seed", "a seed is not negative", "0: the scenario's");
    }
    const double ratio = parameters.GetNumber("backward_ratio");
    if (!(ratio >= 0 && ratio <= 100))
    {
        throw ParameterError("backward_ratio", "the ratio is not between 0 and 100", "2 is usual");
    }
    for (const char* name : {"gate_time", "ffn_time", "aggregation_time"})
    {
        const Time time = TimeOf(parameters, name);
        if (parameters.GetBoolean("backward") &&
            time.Seconds() * ratio > MAX_COMPUTE_TIME.Seconds())
        {
            throw ParameterError(name,
                                 "its backward time is more than 100 s",
                                 "less time or a smaller backward_ratio");
        }
    }
    if (parameters.GetText("expert_placement") == "exact" && models == 2 &&
        experts > MOST_TO_COLOCATE_EXACTLY)
    {
        throw ParameterError("expert_placement",
                             "two models are placed exactly on at most 8 ranks",
                             "aurora-search is nearly always as good");
    }
    return experts;
}

std::vector<std::vector<MoeLayer>>
MoeForwardLayers(const WorkloadSpec& spec)
{
    const ParameterSet& parameters = spec.parameters;
    const std::uint32_t experts = CheckMoeModel(parameters);
    const std::uint32_t layers = CountOf(parameters, "layers");
    const std::uint64_t seed = TrafficSeedOf(spec);
    const std::string first = parameters.GetText("traffic");
    const std::string second = parameters.GetText("second_traffic");
    std::vector<std::vector<MoeLayer>> models(
        static_cast<std::size_t>(parameters.GetInteger("models")));
    for (std::size_t m = 0; m < models.size(); ++m)
    {
        const std::string traffic = m == 0 || second == SAME ? first : second;
        // Models of different kinds have streams of their own; others need other layers.
        const std::uint32_t offset = m == 1 && (traffic == first || !IsLimoe(traffic)) ? layers : 0;
        for (std::uint32_t l = 0; l < layers; ++l)
        {
            models[m].push_back(LayerOf(parameters, {traffic, experts, offset + l, seed}));
        }
    }
    return models;
}

MoeInferenceModel
MoeInferenceModelOf(const WorkloadSpec& spec,
                    const Topology& topology,
                    const std::vector<DeviceId>& devices)
{
    const ParameterSet& parameters = spec.parameters;
    const std::uint32_t experts = CheckMoeModel(parameters);
    ECHELON_REQUIRE(devices.size() == experts, "one device per expert");
    const std::uint32_t layers = CountOf(parameters, "layers");
    const std::uint64_t seed = TrafficSeedOf(spec);

    MoeInferenceModel model;
    model.cluster.rate = PlanningFabric::Of(topology, devices).portRate;
    model.cluster.speed.assign(experts, 1.0);
    model.timeline.reading = RateReading::FLUID;
    model.timeline.start = parameters.GetText("start") == "together" ? AllToAllStart::TOGETHER
                                                                     : AllToAllStart::EACH_GPU;
    model.forwardLayers = layers;
    model.layers = MoeForwardLayers(spec);
    const ExpertPlacementEntry& entry =
        ExpertPlacementEntryOf(parameters.GetText("expert_placement"));
    for (std::uint32_t l = 0; l < layers; ++l)
    {
        const ExpertPlacementOptions options{model.timeline, seed + l};
        const MoeLayer& layer = model.layers[0][l];
        model.places.push_back(
            model.layers.size() == 1
                ? Colocation{entry.place(layer, model.cluster, options), {}}
                : entry.colocate(layer, model.layers[1][l], model.cluster, options));
    }
    for (std::uint32_t l = layers; parameters.GetBoolean("backward") && l-- > 0;)
    {
        for (std::vector<MoeLayer>& ofModel : model.layers)
        {
            ofModel.push_back(BackwardOf(ofModel[l], parameters.GetNumber("backward_ratio")));
        }
        model.places.push_back(Colocation(model.places[l]));
    }
    return model;
}

} // namespace echelon
