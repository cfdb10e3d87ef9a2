// SPDX-License-Identifier: GPL-2.0-only
#include "experts/traffic-generator.h"

#include "base/contracts.h"
#include "base/parameters.h"
#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace echelon
{

const ParameterSpec BYTES{"bytes",
                          ParameterType::BYTES,
                          "64MB",
                          "what a GPU sends, its own tokens included, in the mean"};

static double
NumberUpTo(const ParameterSet& values, const std::string& name, double largest)
{
    const double value = values.GetNumber(name);
    if (!(value >= 0 && value <= largest))
    {
        throw ParameterError(name,
                             name + " is out of range",
                             "from 0 to " + std::to_string(static_cast<int>(largest)) +
                                 " is possible");
    }
    return value;
}

static double
BytesPerGpu(const ParameterSet& values)
{
    return static_cast<double>(values.GetBytes("bytes"));
}

static double
Undisturbed()
{
    return 1;
}

/// weight[j] in each row, disturbed entry by entry, scaled so that every row
/// adds up to `bytes`.
static RawTraffic
ByShares(const std::vector<double>& weight,
         double bytes,
         const std::function<double()>& disturbance = Undisturbed)
{
    RawTraffic raw;
    for (std::size_t i = 0; i < weight.size(); ++i)
    {
        std::vector<double> row(weight);
        for (double& entry : row)
        {
            entry *= disturbance();
        }
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (const double entry : row)
        {
            raw.push_back(sum > 0 ? bytes * entry / sum : 0.0);
        }
    }
    return raw;
}

static RawTraffic
Balanced(std::uint32_t gpus, std::uint64_t /*seed*/, const ParameterSet& values)
{
    return ByShares(std::vector<double>(gpus, 1.0), BytesPerGpu(values));
}

static RawTraffic
UniformEntries(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/uniform");
    RawTraffic raw(std::size_t{gpus} * gpus);
    for (double& entry : raw)
    {
        entry = 2 * random.Uniform() * BytesPerGpu(values) / gpus;
    }
    return raw;
}

static RawTraffic
Zipf(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/zipf");
    std::vector<double> popularity;
    const double exponent = NumberUpTo(values, "exponent", 10);
    for (std::uint32_t k = 1; k <= gpus; ++k)
    {
        popularity.push_back(std::pow(k, -exponent));
    }
    random.Shuffle(popularity);
    const double noise = NumberUpTo(values, "noise", 5);
    return ByShares(popularity, BytesPerGpu(values), [&] {
        return std::exp(noise * random.Normal());
    });
}

static RawTraffic
OneHot(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/one-hot");
    const double hot = NumberUpTo(values, "hot", 1);
    std::vector<double> popularity(gpus, (1 - hot) / std::max(1U, gpus - 1));
    popularity[random.Below(gpus)] = hot;
    return ByShares(popularity, BytesPerGpu(values));
}

static RawTraffic
LognormalEntries(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/lognormal");
    const double sigma = NumberUpTo(values, "sigma", 5);
    RawTraffic raw(std::size_t{gpus} * gpus);
    for (double& entry : raw)
    {
        entry = std::exp(sigma * random.Normal());
    }
    const double mean = std::accumulate(raw.begin(), raw.end(), 0.0) / gpus;
    for (double& entry : raw)
    {
        entry *= BytesPerGpu(values) / mean;
    }
    return raw;
}

static RawTraffic
Sparse(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/sparse");
    const double density = NumberUpTo(values, "density", 1);
    RawTraffic raw(std::size_t{gpus} * gpus, 0.0);
    for (double& entry : raw)
    {
        // Two draws each, so that another density keeps the sizes.
        const bool present = random.Uniform() < density;
        const double size = 2 * random.Uniform() * BytesPerGpu(values) / gpus;
        entry = present ? size / density : 0.0;
    }
    return raw;
}

/// Sattolo's algorithm: one cycle, so that no GPU sends to itself.
static RawTraffic
Permutation(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    RandomStream random(seed, "traffic/permutation");
    std::vector<std::size_t> receiver(gpus);
    std::iota(receiver.begin(), receiver.end(), std::size_t{0});
    for (std::size_t i = gpus; i > 1; --i)
    {
        std::swap(receiver[i - 1], receiver[random.Below(i - 1)]);
    }
    RawTraffic raw(std::size_t{gpus} * gpus, 0.0);
    for (std::uint32_t i = 0; i < gpus; ++i)
    {
        raw[std::size_t{i} * gpus + receiver[i]] = BytesPerGpu(values);
    }
    return raw;
}

static RawTraffic
LimoeLike(LimoeModel model, std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    const std::int64_t layer = values.GetInteger("layer");
    if (layer < 0 || layer > 1000)
    {
        throw ParameterError("layer", "layer is out of range", "from 0 to 1000 is possible");
    }
    RawTraffic raw(std::size_t{gpus} * gpus, 0.0);
    if (gpus > 1)
    {
        const TrafficMatrix dispatch =
            LimoeLikeLayer(model, static_cast<std::uint32_t>(layer), seed, gpus).dispatch;
        for (std::uint32_t i = 0; i < gpus; ++i)
        {
            for (std::uint32_t j = 0; j < gpus; ++j)
            {
                raw[std::size_t{i} * gpus + j] = static_cast<double>(dispatch.At(i, j));
            }
        }
    }
    return raw;
}

static RawTraffic
LimoeB32(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    return LimoeLike(LimoeModel::B32, gpus, seed, values);
}

static RawTraffic
LimoeB16(std::uint32_t gpus, std::uint64_t seed, const ParameterSet& values)
{
    return LimoeLike(LimoeModel::B16, gpus, seed, values);
}

const std::vector<TrafficEntry>&
TrafficEntries()
{
    const ParameterSpec layer{"layer", ParameterType::INTEGER, "0", "which layer, from 0"};
    static const std::vector<TrafficEntry> ENTRIES{
        {"balanced", "every pair the same", {BYTES}, Balanced},
        {"uniform", "every pair uniform between 0 and twice the mean", {BYTES}, UniformEntries},
        {"zipf",
         "expert popularity k^-exponent in random order, disturbed by sender",
         {BYTES,
          {"exponent", ParameterType::NUMBER, "1.2", "of the popularity; 0: balanced"},
          {"noise", ParameterType::NUMBER, "0.2", "sigma of the lognormal disturbance per pair"}},
         Zipf},
        {"lognormal",
         "every pair lognormal",
         {BYTES, {"sigma", ParameterType::NUMBER, "1", "of the logarithm"}},
         LognormalEntries},
        {"sparse",
         "few pairs, uniform between 0 and twice their mean",
         {BYTES, {"density", ParameterType::NUMBER, "0.1", "part of the pairs that send"}},
         Sparse},
        {"permutation", "every GPU sends all to one other, each to another", {BYTES}, Permutation},
        {"one-hot",
         "one expert gets a given part of all tokens, the others equal parts of "
         "the rest",
         {BYTES, {"hot", ParameterType::NUMBER, "0.5", "part of the hot expert"}},
         OneHot},
        {"limoe-b32",
         "LIMoE B/32-like: 2.1 to 2.25 GB through the busiest port "
         "(experts/traffic-generator.h)",
         {layer},
         LimoeB32},
        {"limoe-b16",
         "LIMoE B/16-like: 3.0 to 3.2 GB through the busiest port "
         "(experts/traffic-generator.h)",
         {layer},
         LimoeB16}};
    return ENTRIES;
}

const TrafficEntry&
TrafficEntryOf(const std::string& name)
{
    return EntryOf(TrafficEntries(), name, "generate", "generator");
}

TrafficMatrix
GenerateTraffic(const std::string& name,
                std::uint32_t gpus,
                std::uint64_t seed,
                const std::vector<std::pair<std::string, std::string>>& parameters)
{
    const TrafficEntry& entry = TrafficEntryOf(name);
    ParameterSet values(entry.parameters);
    for (const auto& [parameter, value] : parameters)
    {
        values.Set(parameter, value);
    }
    TrafficMatrix matrix(gpus);
    const RawTraffic raw = entry.generate(gpus, seed, values);
    ECHELON_ENSURE(raw.size() == std::size_t{gpus} * gpus, "a generator fills the matrix");
    // One byte per entry more than needed, for what rounding adds.
    const double total = std::accumulate(raw.begin(), raw.end(), static_cast<double>(raw.size()));
    if (!(total <= static_cast<double>(TrafficMatrix::MAX_BYTES)))
    {
        throw ParameterError("bytes", "the whole matrix would exceed 4e18 bytes", "choose less");
    }
    for (std::uint32_t i = 0; i < gpus; ++i)
    {
        for (std::uint32_t j = 0; j < gpus; ++j)
        {
            matrix.Set(i, j, std::llround(raw[std::size_t{i} * gpus + j]));
        }
    }
    return matrix;
}

namespace
{

struct Measures
{
    const char* name;
    double leastBytes; ///< through the busiest port per all-to-all
    double mostBytes;
    double computing; ///< seconds per layer
};

const Measures&
MeasuresOf(LimoeModel model)
{
    static const Measures B32{"b32", 2.1e9, 2.25e9, 75e-3};
    static const Measures B16{"b16", 3.0e9, 3.2e9, 111e-3};
    return model == LimoeModel::B32 ? B32 : B16;
}

constexpr double POPULARITY_SIGMA = 0.5;
constexpr double GPU_SIGMA = 0.4;
constexpr double FEED_FORWARD_PART = 0.8;
constexpr double GATE_PART = 0.1;

} // namespace

MoeLayer
LimoeLikeLayer(LimoeModel model, std::uint32_t layer, std::uint64_t seed, std::uint32_t experts)
{
    ECHELON_REQUIRE(experts >= 2, "one expert alone sends nothing");
    const Measures& measures = MeasuresOf(model);
    RandomStream random(seed, std::string("limoe/") + measures.name + "/" + std::to_string(layer));
    const double busiest =
        measures.leastBytes + random.Uniform() * (measures.mostBytes - measures.leastBytes);
    std::vector<double> popularity;
    for (std::uint32_t e = 0; e < experts; ++e)
    {
        popularity.push_back(std::exp(POPULARITY_SIGMA * random.Normal()));
    }
    // Shares of each GPU's tokens; rows add up to 1.
    std::vector<double> share(std::size_t{experts} * experts);
    std::vector<double> sends(experts, 0.0);
    std::vector<double> receives(experts, 0.0);
    std::vector<double> computes(experts, 0.0);
    for (std::uint32_t i = 0; i < experts; ++i)
    {
        double sum = 0;
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            double& entry = share[std::size_t{i} * experts + j];
            entry = popularity[j] * std::exp(GPU_SIGMA * random.Normal());
            sum += entry;
        }
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            double& entry = share[std::size_t{i} * experts + j];
            entry /= sum;
            computes[j] += entry;
            if (i != j)
            {
                sends[i] += entry;
                receives[j] += entry;
            }
        }
    }
    const double scale = busiest / std::max(*std::max_element(sends.begin(), sends.end()),
                                            *std::max_element(receives.begin(), receives.end()));
    MoeLayer result{TrafficMatrix(experts), {}, {}, {}};
    for (std::uint32_t i = 0; i < experts; ++i)
    {
        for (std::uint32_t j = 0; j < experts; ++j)
        {
            result.dispatch.Set(i, j, std::llround(scale * share[std::size_t{i} * experts + j]));
        }
    }
    const double most = *std::max_element(computes.begin(), computes.end());
    const Time gate = Time::FromSeconds(GATE_PART * measures.computing);
    result.gate.assign(experts, gate);
    result.aggregation.assign(experts, gate);
    for (const double tokens : computes)
    {
        result.feedForward.push_back(
            Time::FromSeconds(FEED_FORWARD_PART * measures.computing * tokens / most));
    }
    return result;
}

} // namespace echelon
