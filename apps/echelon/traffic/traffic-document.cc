// SPDX-License-Identifier: GPL-2.0-only
#include "traffic/traffic-document.h"

#include "experts/token-routing.h"
#include "input/field-table.h"
#include "support/exit-codes.h"
#include "traffic/routed-traffic.h"
#include "traffic/routing-trace.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace echelon
{

namespace
{

constexpr std::size_t MAX_TOKENS = 100'000'000;
constexpr std::int64_t MAX_LOAD = std::int64_t{1} << 50;

const FieldTable MATRIX{
    "traffic",
    "The bytes between all pairs of GPUs.",
    {{"schema", OneOf({"echelon/traffic/1"}), "the format of the file", REQUIRED},
     {"description", A_TEXT, "for people"},
     {"matrix",
      SPECIAL,
      "n rows of n whole bytes: row = sender, column = receiver; the diagonal is read and dropped",
      REQUIRED}}};

const std::vector<Field> ROUTING_FIELDS{
    {"schema", OneOf({"echelon/routing/1"}), "the format of the file", REQUIRED},
    {"description", A_TEXT, "for people"},
    {"experts", Whole(1, MAX_EXPERTS), "of the layer; here or as an option"},
    {"top_k", Whole(1, MAX_TOP_K), "experts of a token; here or as an option"},
    {"gpus", Whole(1, MAX_PLAN_GPUS), "participants; here or as an option"},
    {"hidden", Whole(1, MAX_HIDDEN), "elements of a token; here or as an option"},
    {"bytes_per_element", Whole(1, MAX_ELEMENT_BYTES), 2, "size of an element"},
    {"expert_gpus",
     SPECIAL,
     "the GPU of each expert; if left out, expert e of E lives on GPU ⌊e n / E⌋"}};

const FieldTable ROUTING{
    "routing",
    "The experts that the gate chose for each token.",
    Joined(ROUTING_FIELDS,
           {{"tokens",
             SPECIAL,
             "for every token its `top_k` different experts, counted from 0",
             REQUIRED},
            {"gates", SPECIAL, "the weights that belong to them; they are checked and not used"},
            {"token_gpus", SPECIAL, "the GPU where each token starts"},
            {"token_placement",
             OneOf({"blocks", "round-robin"}),
             "blocks",
             "where tokens start without `token_gpus`: `\"blocks\"` of equal size, or "
             "`\"round-robin\"`"},
            {"deduplicate", A_FLAG, false, "a token goes to each host once"}})};

const FieldTable LOADS{"loads",
                       "The copies of tokens that each expert gets, in place of the tokens.",
                       Joined(ROUTING_FIELDS,
                              {{"expert_loads",
                                SPECIAL,
                                "the copies for each expert, or numbers in proportion to them",
                                REQUIRED},
                               {"tokens_per_gpu",
                                Whole(0, MAX_LOAD / MAX_EXPERTS),
                                "there are gpus × tokens_per_gpu × top_k copies",
                                REQUIRED}})};

/// JsonNode::Integer without its bookkeeping while all is well: arrays here are long.
std::int64_t
FastInteger(const JsonNode& array, std::size_t index, std::int64_t least, std::int64_t largest)
{
    const Json& value = array.Value()[index];
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() <= static_cast<std::uint64_t>(largest) &&
        static_cast<std::int64_t>(value.get<std::uint64_t>()) >= least)
    {
        return value.get<std::int64_t>();
    }
    return array.Item(index).Integer(least, largest);
}

/// GPUs by token or expert.
std::vector<std::uint32_t>
GpusOf(const JsonNode& array, std::size_t size, const char* what, std::uint32_t gpus)
{
    if (array.ArraySize(MAX_TOKENS) != size)
    {
        array.Fail(
            fmt::format("there are {} entries for {} {}", array.ArraySize(MAX_TOKENS), size, what),
            "give the GPU of each");
    }
    std::vector<std::uint32_t> result;
    result.reserve(size);
    for (std::size_t i = 0; i < size; ++i)
    {
        result.push_back(static_cast<std::uint32_t>(FastInteger(array, i, 0, gpus - 1)));
    }
    return result;
}

void
CheckHead(const Fields& fields)
{
    std::string description;
    fields.Read("description", description);
}

LoadedTraffic
LoadMatrix(const JsonNode& root, const RoutingOptions& options)
{
    CheckHead({root, MATRIX});
    if (!options.Given().empty())
    {
        throw UsageError(options.Given() + " is for routing traces; " + root.File() +
                         " holds a matrix");
    }
    const JsonNode rows = root.At("matrix");
    const std::size_t gpus = rows.ArraySize(MAX_PLAN_GPUS);
    if (gpus == 0)
    {
        rows.Fail("the matrix is empty", "n rows of n whole bytes");
    }
    TrafficMatrix matrix(static_cast<std::uint32_t>(gpus));
    Bytes total = 0;
    for (std::uint32_t i = 0; i < gpus; ++i)
    {
        const JsonNode row = rows.Item(i);
        if (row.ArraySize(MAX_PLAN_GPUS) != gpus)
        {
            row.Fail(fmt::format("the row has {} entries, and there are {} rows",
                                 row.ArraySize(MAX_PLAN_GPUS),
                                 gpus),
                     "n rows of n whole bytes");
        }
        for (std::uint32_t j = 0; j < gpus; ++j)
        {
            const Bytes bytes = FastInteger(row, j, 0, TrafficMatrix::MAX_BYTES);
            if (i != j && bytes > TrafficMatrix::MAX_BYTES - total)
            {
                row.Item(j).Fail("the matrix holds more than 4e18 bytes up to here",
                                 "use smaller entries");
            }
            total += i != j ? bytes : 0;
            matrix.Set(i, j, bytes);
        }
    }
    return {std::move(matrix), "json-matrix"};
}

std::uint32_t
OptionOrKey(const std::optional<std::uint32_t>& option, const Fields& fields, const char* key)
{
    return option ? *option : fields.Get<std::uint32_t>(key);
}

/// Top-k different experts for each token.
TokenRouting
LoadTokens(const JsonNode& tokens, std::uint32_t experts, std::uint32_t topK)
{
    TokenRouting routing{experts, topK, {}};
    const std::size_t count = tokens.ArraySize(MAX_TOKENS);
    if (count == 0)
    {
        tokens.Fail("there are no tokens", "give the experts of at least one");
    }
    routing.chosen.reserve(count * topK);
    for (std::size_t t = 0; t < count; ++t)
    {
        const JsonNode token = tokens.Item(t);
        if (token.ArraySize(MAX_TOP_K) != topK)
        {
            token.Fail(fmt::format("the token has {} experts, \"top_k\" is {}",
                                   token.ArraySize(MAX_TOP_K),
                                   topK),
                       "every token goes to top_k experts");
        }
        for (std::uint32_t k = 0; k < topK; ++k)
        {
            const auto expert = static_cast<std::uint32_t>(FastInteger(token, k, 0, experts - 1));
            if (std::find(routing.chosen.end() - k, routing.chosen.end(), expert) !=
                routing.chosen.end())
            {
                token.Item(k).Fail(fmt::format("expert {} is chosen twice", expert),
                                   "the experts of a token differ");
            }
            routing.chosen.push_back(expert);
        }
    }
    return routing;
}

/// They do not change the traffic; that they fit the tokens is a check on the file.
void
CheckGates(const JsonNode& gates, const TokenRouting& routing)
{
    if (gates.ArraySize(MAX_TOKENS) != routing.Tokens())
    {
        gates.Fail(fmt::format("there are gate weights for {} of {} tokens",
                               gates.ArraySize(MAX_TOKENS),
                               routing.Tokens()),
                   "top_k weights per token, or no \"gates\"");
    }
    for (std::size_t t = 0; t < routing.Tokens(); ++t)
    {
        const JsonNode weights = gates.Item(t);
        if (weights.ArraySize(MAX_TOP_K) != routing.topK)
        {
            weights.Fail(fmt::format("the token has {} gate weights, \"top_k\" is {}",
                                     weights.ArraySize(MAX_TOP_K),
                                     routing.topK),
                         "one per expert of the token");
        }
        for (std::size_t k = 0; k < routing.topK; ++k)
        {
            weights.Item(k).Number(0, 1e9);
        }
    }
}

/// The shortest text that reads back to the same double: "1040.5".
std::string
NumberText(double value)
{
    return Json(value == std::floor(value) ? Json(static_cast<std::int64_t>(value)) : Json(value))
        .dump();
}

/// Copies for each expert, and what was done to the loads that the file gives, "" if nothing.
struct ExpertLoads
{
    std::vector<std::int64_t> copies;
    std::string scaling;
};

/// Loads are measured or smoothed, so they are shares of the copies that there are: they need be
/// neither whole nor complete.
ExpertLoads
LoadMeasuredLoads(const JsonNode& array, std::int64_t copies)
{
    const std::size_t experts = array.ArraySize(MAX_EXPERTS);
    std::vector<double> loads;
    ExpertLoads result;
    double sum = 0; // exact while the loads are whole
    for (std::size_t e = 0; e < experts; ++e)
    {
        loads.push_back(array.Item(e).Number(0, static_cast<double>(MAX_LOAD / MAX_EXPERTS)));
        result.copies.push_back(static_cast<std::int64_t>(loads.back()));
        sum += loads.back();
    }
    if (!(sum > 0) && copies > 0)
    {
        array.Fail("no expert has a load", "give the copies of each, or their shares");
    }
    if (std::accumulate(result.copies.begin(), result.copies.end(), std::int64_t{0}) == copies &&
        sum == static_cast<double>(copies))
    {
        return result;
    }
    for (double& load : loads)
    {
        load /= sum > 0 ? sum : 1;
    }
    result.copies = TokensPerRank(copies, loads, static_cast<std::uint32_t>(experts));
    result.scaling = fmt::format("loads of {} in all scaled to {} copies", NumberText(sum), copies);
    return result;
}

LoadedTraffic
LoadLoads(const JsonNode& root, std::uint32_t topK, RoutingSettings settings)
{
    const JsonNode array = root.At("expert_loads");
    const std::size_t experts = array.ArraySize(MAX_EXPERTS);
    if (experts == 0)
    {
        array.Fail("there are no experts", "give the tokens of each");
    }
    if (const auto stated = root.Find("experts");
        stated && stated->Integer(1, MAX_EXPERTS) != static_cast<std::int64_t>(experts))
    {
        array.Fail(fmt::format("there are {} loads, \"experts\" is {}",
                               experts,
                               stated->Integer(1, MAX_EXPERTS)),
                   "one load per expert");
    }
    const std::int64_t perGpu = root.At("tokens_per_gpu").Integer(0, MAX_LOAD / MAX_EXPERTS);
    const double copies = static_cast<double>(perGpu) * settings.gpus * topK;
    if (copies > static_cast<double>(MAX_LOAD))
    {
        root.At("tokens_per_gpu")
            .Fail("all GPUs together have more than 1e15 copies of tokens", "use fewer tokens");
    }
    const ExpertLoads loads = LoadMeasuredLoads(array, static_cast<std::int64_t>(copies));
    if (const auto gpus = root.Find("expert_gpus"))
    {
        settings.gpuOfExpert = GpusOf(*gpus, experts, "experts", settings.gpus);
    }
    return LoadedTrafficOf(
        loads.copies,
        loads.scaling,
        topK,
        settings,
        [&](const auto& problem, const auto& hint) { array.Fail(problem, hint); });
}

LoadedTraffic
LoadRouting(const JsonNode& root, const RoutingOptions& options)
{
    const bool loads = root.Has("expert_loads");
    const Fields fields(root, loads ? LOADS : ROUTING);
    CheckHead(fields);
    RoutingSettings settings;
    settings.gpus = OptionOrKey(options.gpus, fields, "gpus");
    const std::uint32_t topK = OptionOrKey(options.topK, fields, "top_k");
    const std::uint32_t hidden = OptionOrKey(options.hidden, fields, "hidden");
    const std::uint32_t elementBytes = options.elementBytes
                                           ? *options.elementBytes
                                           : fields.Get<std::uint32_t>("bytes_per_element");
    settings.tokenBytes = Bytes{hidden} * elementBytes;
    if (loads)
    {
        if (options.tokenPlacement || options.deduplicate || options.experts)
        {
            throw UsageError((options.tokenPlacement ? std::string("--token-placement")
                              : options.deduplicate  ? std::string("--deduplicate")
                                                     : std::string("--experts")) +
                             " is for routing traces; " + root.File() +
                             " holds the experts' loads");
        }
        return LoadLoads(root, topK, settings);
    }
    const std::uint32_t experts = OptionOrKey(options.experts, fields, "experts");
    if (topK > experts)
    {
        root.FailAt("top_k",
                    fmt::format("a token cannot go to {} of {} experts", topK, experts),
                    "top_k is at most the number of experts");
    }
    const TokenRouting routing = LoadTokens(root.At("tokens"), experts, topK);
    if (const auto gates = root.Find("gates"))
    {
        CheckGates(*gates, routing);
    }
    if (const auto gpus = root.Find("token_gpus"))
    {
        settings.tokenPlacement = "given";
        settings.gpuOfToken = GpusOf(*gpus, routing.Tokens(), "tokens", settings.gpus);
        if (const auto placement = root.Find("token_placement"))
        {
            placement->Fail("\"token_gpus\" and \"token_placement\" are both given", "keep one");
        }
    }
    else
    {
        settings.tokenPlacement = fields.Get<std::string>("token_placement");
    }
    if (options.tokenPlacement)
    {
        settings.tokenPlacement = *options.tokenPlacement;
        if (settings.tokenPlacement == "samples")
        {
            throw UsageError("--token-placement samples: " + root.File() + " has no samples");
        }
    }
    if (const auto gpus = root.Find("expert_gpus"))
    {
        settings.gpuOfExpert = GpusOf(*gpus, experts, "experts", settings.gpus);
    }
    if (fields.Get<bool>("deduplicate") || options.deduplicate)
    {
        settings.gpusPerHost = options.gpusPerHost;
    }
    return RoutedTrafficOf(
        "json-routing",
        routing,
        {},
        settings,
        [&](const auto& problem, const auto& hint) { root.At("tokens").Fail(problem, hint); });
}

} // namespace

LoadedTraffic
LoadTrafficDocument(const JsonNode& root, const RoutingOptions& options)
{
    if (!root.IsObject())
    {
        root.Fail("expected a JSON object", R"({"schema": "echelon/traffic/1", "matrix": …})");
    }
    const std::string& schema =
        root.At("schema").Choice({"echelon/traffic/1", "echelon/routing/1"});
    return schema == "echelon/traffic/1" ? LoadMatrix(root, options) : LoadRouting(root, options);
}

} // namespace echelon
