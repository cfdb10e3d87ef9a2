// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Time to decompose all-to-all traffic into stages: DecomposeIntoMatchings within 1 % and exactly,
 * and the textbook's Birkhoff decomposition with a Hungarian matching from scratch per stage.
 *
 *     build/release/bin/planning-benchmark                      under a minute
 *     build/release/bin/planning-benchmark --textbook           three minutes more
 *     build/release/bin/planning-benchmark --benchmark_filter=/320
 *
 * Prints one table. Traffic is dense and skewed, bytes per pair of GPUs, no GPU to itself:
 *   zipf        expert loads 1 / rank in random places, each cell times lognormal noise (σ 0.5);
 *   lognormal   cells exp(σ N), σ = 1: all rows and columns are nearly as full;
 *   full        a sum of 4 n random permutations of lognormal amounts: all exactly as full.
 * Every plan is checked: the sum of durations against the bound, and every cell carried.
 *
 * Textbook: pad from the north-west corner until all lines are as full, then repeat: a perfect
 * matching of the largest sum of cells, from scratch, for the least of its cells. Up to 64 GPUs all
 * of it is timed. For more only with --textbook, and as an estimate, marked by ~: time of a stage
 * × stages. Of 320 GPUs every 250th stage is timed, and the others start from the last one's
 * potentials; of 1,024 GPUs the first two are timed, and the number of stages follows from those of
 * 64 and 320 by its power of n.
 *
 * Times are processor time: planning has one thread.
 */
#include "base/contracts.h"
#include "base/random.h"
#include "matching/assignment.h"
#include "matching/birkhoff.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>

namespace echelon
{
namespace
{

using Matrix = std::vector<std::int64_t>;

constexpr double GAP = 0.01;
constexpr double BYTES_PER_PAIR = 1e7;
constexpr double ZIPF_NOISE = 0.5;
constexpr std::uint32_t PERMUTATIONS_PER_GPU = 4;
const char* const TRAFFIC[] = {"zipf", "lognormal", "full"};

/// GPUs, repetitions, and the bar on plans within the gap. Of the textbook: one stage in how many
/// is from scratch, and how many there are at most.
struct Size
{
    std::uint32_t gpus;
    int repetitions;
    double barMs;
    std::size_t timedEvery;
    std::size_t mostStages;
};

constexpr std::size_t ALL_STAGES = 1'000'000;
constexpr Size SIZES[] = {{16, 200, 0, 1, ALL_STAGES},
                          {64, 100, 1, 1, ALL_STAGES},
                          {320, 20, 50, 250, ALL_STAGES},
                          {1024, 3, 2000, 1, 2}};

struct Outcome
{
    std::size_t stages = 0;
    double bytesPerStage = 0; ///< of a GPU that is never idle
    double stretch = 0;       ///< durations over the bound
    bool isEstimate = false;
    bool isCutShort = false; ///< the number of stages is not known
    double textbookStageMs = 0;
};

/// By size, traffic and method.
std::map<std::tuple<std::uint32_t, std::string, std::string>, Outcome> g_outcomes;

Matrix
MakeTraffic(const std::string& kind, std::uint32_t n)
{
    RandomStream stream(1, "planning/" + kind);
    Matrix matrix(static_cast<std::size_t>(n) * n);
    const auto cell = [&matrix, n](std::uint32_t row, std::uint32_t column) -> std::int64_t& {
        return matrix[static_cast<std::size_t>(row) * n + column];
    };
    if (kind == "full")
    {
        std::vector<std::uint32_t> target(n);
        std::iota(target.begin(), target.end(), 0);
        for (std::uint32_t k = 0; k < PERMUTATIONS_PER_GPU * n; ++k)
        {
            stream.Shuffle(target);
            const auto amount =
                static_cast<std::int64_t>(BYTES_PER_PAIR * std::exp(stream.Normal()));
            for (std::uint32_t row = 0; row < n; ++row)
            {
                cell(row, target[row]) += amount;
            }
        }
        return matrix;
    }
    std::vector<double> load(n, 1);
    if (kind == "zipf")
    {
        double mean = 0;
        for (std::uint32_t expert = 0; expert < n; ++expert)
        {
            load[expert] = 1.0 / (expert + 1);
            mean += load[expert] / n;
        }
        std::for_each(load.begin(), load.end(), [mean](double& value) { value /= mean; });
        stream.Shuffle(load);
    }
    const double noise = kind == "zipf" ? ZIPF_NOISE : 1;
    for (std::uint32_t row = 0; row < n; ++row)
    {
        for (std::uint32_t column = 0; column < n; ++column)
        {
            if (row != column)
            {
                const double value = load[column] * std::exp(noise * stream.Normal());
                cell(row, column) = static_cast<std::int64_t>(BYTES_PER_PAIR * value);
            }
        }
    }
    return matrix;
}

const Matrix&
Traffic(const std::string& kind, std::uint32_t n)
{
    static std::map<std::pair<std::string, std::uint32_t>, Matrix> matrices;
    Matrix& matrix = matrices[{kind, n}];
    if (matrix.empty())
    {
        matrix = MakeTraffic(kind, n);
    }
    return matrix;
}

struct Sums
{
    std::vector<std::int64_t> row;
    std::vector<std::int64_t> column;
    std::int64_t bound = 0;
};

Sums
SumsOf(std::uint32_t n, const Matrix& matrix)
{
    Sums sums{std::vector<std::int64_t>(n), std::vector<std::int64_t>(n), 0};
    for (std::size_t i = 0; i < matrix.size(); ++i)
    {
        sums.row[i / n] += matrix[i];
        sums.column[i % n] += matrix[i];
    }
    sums.bound = std::max(*std::max_element(sums.row.begin(), sums.row.end()),
                          *std::max_element(sums.column.begin(), sums.column.end()));
    return sums;
}

/// All cells carried once, within the gap. @returns the durations' sum.
std::int64_t
Check(std::uint32_t n, Matrix rest, const std::vector<WeightedMatching>& stages, double gap)
{
    const std::int64_t bound = SumsOf(n, rest).bound;
    std::int64_t duration = 0;
    for (const WeightedMatching& stage : stages)
    {
        duration += stage.duration;
        for (const MatchedCell& cell : stage.cells)
        {
            rest[static_cast<std::size_t>(cell.row) * n + cell.column] -= cell.amount;
        }
    }
    ECHELON_ENSURE(std::all_of(rest.begin(), rest.end(), [](auto left) { return left == 0; }),
                   "every byte is sent once");
    ECHELON_ENSURE(static_cast<double>(duration - bound) <= gap * static_cast<double>(bound),
                   "the plan is within the gap");
    return duration;
}

void
Plan(benchmark::State& state, const std::string& kind, const std::string& method, double gap)
{
    const auto n = static_cast<std::uint32_t>(state.range(0));
    const Matrix& matrix = Traffic(kind, n);
    std::vector<WeightedMatching> stages;
    for (auto _ : state)
    {
        stages = DecomposeIntoMatchings(n, matrix, gap);
        benchmark::DoNotOptimize(stages.data());
    }
    Outcome& outcome = g_outcomes[{n, kind, method}];
    if (outcome.stages == 0)
    {
        const auto duration = static_cast<double>(Check(n, matrix, stages, gap));
        outcome.stages = stages.size();
        outcome.bytesPerStage = duration / static_cast<double>(stages.size());
        outcome.stretch = duration / static_cast<double>(SumsOf(n, matrix).bound);
    }
}

void
PadNorthWest(std::uint32_t n, Matrix& matrix, Sums& sums)
{
    std::uint32_t row = 0;
    std::uint32_t column = 0;
    while (row < n && column < n)
    {
        const std::int64_t added =
            std::min(sums.bound - sums.row[row], sums.bound - sums.column[column]);
        matrix[static_cast<std::size_t>(row) * n + column] += added;
        sums.row[row] += added;
        sums.column[column] += added;
        sums.row[row] == sums.bound ? ++row : ++column;
    }
}

/// A perfect matching of cells other than 0: one that is costs more than all else.
/// @param potentials of an earlier stage, to start from; empty: from scratch.
std::int64_t
CarryTextbookStage(std::uint32_t n,
                   Matrix& padded,
                   Matrix& weights,
                   std::vector<std::int64_t>& potentials,
                   std::int64_t bound)
{
    for (std::size_t i = 0; i < padded.size(); ++i)
    {
        weights[i] = padded[i] > 0 ? padded[i] : -bound;
    }
    const std::vector<std::uint32_t> columnOf = MaximumAssignment(n, weights, potentials);
    std::int64_t least = bound;
    for (std::uint32_t row = 0; row < n; ++row)
    {
        least = std::min(least, padded[static_cast<std::size_t>(row) * n + columnOf[row]]);
    }
    ECHELON_ENSURE(least > 0, "Birkhoff: a perfect matching of cells other than 0");
    for (std::uint32_t row = 0; row < n; ++row)
    {
        padded[static_cast<std::size_t>(row) * n + columnOf[row]] -= least;
    }
    return least;
}

double
ProcessorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void
Textbook(benchmark::State& state, const std::string& kind, const Size& size)
{
    const std::uint32_t n = size.gpus;
    Matrix padded = Traffic(kind, n);
    Outcome outcome;
    Sums sums = SumsOf(n, padded);
    const std::int64_t bound = sums.bound;
    std::int64_t covered = 0;
    double seconds = 0;
    std::size_t timed = 0;
    for (auto _ : state)
    {
        PadNorthWest(n, padded, sums);
        Matrix weights(padded.size());
        std::vector<std::int64_t> potentials;
        for (; covered < bound && outcome.stages < size.mostStages; ++outcome.stages)
        {
            const bool isTimed = outcome.stages % size.timedEvery == 0;
            if (isTimed)
            {
                potentials.clear();
            }
            const double begin = ProcessorSeconds();
            covered += CarryTextbookStage(n, padded, weights, potentials, bound);
            seconds += isTimed ? ProcessorSeconds() - begin : 0;
            timed += isTimed ? 1 : 0;
        }
    }
    outcome.isCutShort = covered < bound;
    outcome.isEstimate = timed < outcome.stages || outcome.isCutShort;
    outcome.textbookStageMs = 1e3 * seconds / static_cast<double>(timed);
    outcome.bytesPerStage = static_cast<double>(bound); // of all, so far
    outcome.stretch = 1;
    g_outcomes[{n, kind, "textbook"}] = outcome;
}

/// The stages of a textbook's decomposition that was cut short: its number goes on as a power of n.
void
ExtrapolateStages()
{
    for (auto& [key, outcome] : g_outcomes)
    {
        const auto& [n, kind, method] = key;
        const auto less = g_outcomes.find({64, kind, "textbook"});
        const auto more = g_outcomes.find({320, kind, "textbook"});
        if (outcome.isCutShort && less != g_outcomes.end() && more != g_outcomes.end())
        {
            const auto few = static_cast<double>(less->second.stages);
            const auto many = static_cast<double>(more->second.stages);
            const double power = std::log(many / few) / std::log(320.0 / 64);
            outcome.stages = static_cast<std::size_t>(many * std::pow(n / 320.0, power));
        }
    }
}

/// Collects the times, and prints the table at the end.
class Table : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context&) override
    {
        std::printf("%5s %-10s %-9s %11s %11s %9s %11s %9s  %s\n",
                    "GPUs",
                    "traffic",
                    "method",
                    "min ms",
                    "median ms",
                    "stages",
                    "bytes/stage",
                    "/ bound",
                    "textbook's time / median");
        return true;
    }

    void ReportRuns(const std::vector<Run>& runs) override
    {
        for (const Run& run : runs)
        {
            if (run.run_type == Run::RT_Iteration)
            {
                m_milliseconds[run.run_name.function_name + "/" + run.run_name.args].push_back(
                    run.GetAdjustedCPUTime());
            }
        }
    }

    void Finalize() override
    {
        ExtrapolateStages();
        for (auto& [key, outcome] : g_outcomes)
        {
            const auto& [n, kind, method] = key;
            std::vector<double> times =
                m_milliseconds[method + "/" + kind + "/" + std::to_string(n)];
            std::sort(times.begin(), times.end());
            const bool isTextbook = method == "textbook";
            const auto stages = static_cast<double>(outcome.stages);
            const double median =
                isTextbook ? outcome.textbookStageMs * stages : times[times.size() / 2];
            std::printf("%5u %-10s %-9s %s%10.3f %11.3f %9zu %11.4g %9.5f",
                        n,
                        kind.c_str(),
                        method.c_str(),
                        outcome.isEstimate ? "~" : " ",
                        isTextbook ? median : times.front(),
                        median,
                        outcome.stages,
                        isTextbook ? outcome.bytesPerStage / stages : outcome.bytesPerStage,
                        outcome.stretch);
            PrintRatio(n, kind, method, median);
        }
    }

  private:
    static void PrintRatio(std::uint32_t n,
                           const std::string& kind,
                           const std::string& method,
                           double median)
    {
        const auto textbook = g_outcomes.find({n, kind, "textbook"});
        if (method != "textbook" && textbook != g_outcomes.end())
        {
            const Outcome& outcome = textbook->second;
            std::printf("  %s%.0f",
                        outcome.isEstimate ? "~" : "",
                        outcome.textbookStageMs * static_cast<double>(outcome.stages) / median);
        }
        for (const Size& size : SIZES)
        {
            if (method == "gap" && size.gpus == n && size.barMs > 0)
            {
                std::printf("  bar %g ms: %s", size.barMs, median < size.barMs ? "met" : "MISSED");
            }
        }
        std::printf("\n");
    }

    std::map<std::string, std::vector<double>> m_milliseconds; ///< by name of the benchmark
};

void
RegisterPlan(const std::string& kind, const char* method, double gap, const Size& size)
{
    benchmark::RegisterBenchmark(
        (std::string(method) + "/" + kind).c_str(),
        [kind, method, gap](benchmark::State& state) { Plan(state, kind, method, gap); })
        ->Arg(size.gpus)
        ->Iterations(1)
        ->Repetitions(size.repetitions)
        ->Unit(benchmark::kMillisecond);
}

/// @param textbook of all sizes, not only of those at which all its stages are timed.
void
Register(bool textbook)
{
    for (const Size& size : SIZES)
    {
        for (const char* kind : TRAFFIC)
        {
            RegisterPlan(kind, "gap", GAP, size);
            RegisterPlan(kind, "exact", 0, size);
            if (!textbook && (size.timedEvery > 1 || size.mostStages < ALL_STAGES))
            {
                continue;
            }
            benchmark::RegisterBenchmark((std::string("textbook/") + kind).c_str(),
                                         [kind = std::string(kind), size](benchmark::State& state) {
                                             Textbook(state, kind, size);
                                         })
                ->Arg(size.gpus)
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    }
}

} // namespace
} // namespace echelon

int
main(int argc, char** argv)
{
    char** const end = std::remove_if(argv + 1, argv + argc, [](const char* argument) {
        return std::string_view(argument) == "--textbook";
    });
    const bool textbook = end != argv + argc;
    argc = static_cast<int>(end - argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 1;
    }
    echelon::Register(textbook);
    echelon::Table table;
    benchmark::RunSpecifiedBenchmarks(&table);
    return 0;
}
