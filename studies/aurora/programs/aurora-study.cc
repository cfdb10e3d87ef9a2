// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The runs behind studies/aurora/README.md, as the lines of studies/aurora/data/aurora.csv on
 * standard output. studies/aurora/run.py makes the page and the figures of them.
 *
 *     aurora-study > aurora.csv                 all parts, 10 seeds
 *     aurora-study orders scaling --seeds 3     two parts
 *     aurora-study planning-times               wall-clock seconds of the plans of "scaling"
 *
 * Real routing traces are read from $ECHELON_DATA/moe-routing, or ../shared/data/moe-routing; they
 * are left out where there are none. The same traces and seeds give the same bytes.
 */
#include "study-parts.h"
#include "study-row.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace
{

const std::vector<std::pair<std::string, std::function<void(const study::StudyInput&)>>> PARTS{
    {"orders", study::RunOrders},
    {"placements", study::RunPlacements},
    {"colocations", study::RunColocations},
    {"forecasts", study::RunForecasts},
    {"skews", study::RunSkews},
    {"scaling", study::RunScaling}};

/// Measured, not computed: only when it is asked for.
constexpr const char* PLANNING_TIMES = "planning-times";

} // namespace

int
main(int argc, char** argv)
{
    const char* data = std::getenv("ECHELON_DATA");
    study::StudyInput input{10, std::string(data ? data : "../shared/data") + "/moe-routing"};
    std::vector<std::string> wanted;
    CLI::App app("The runs behind studies/aurora/README.md");
    app.add_option("parts",
                   wanted,
                   "orders, placements, colocations, forecasts, skews, scaling (these by default), "
                   "planning-times");
    app.add_option("--seeds", input.seeds, "of the LIMoE-like layers");
    CLI11_PARSE(app, argc, argv);
    try
    {
        study::PrintHeader();
        for (const auto& [name, run] : PARTS)
        {
            if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
            {
                run(input);
            }
        }
        if (std::find(wanted.begin(), wanted.end(), PLANNING_TIMES) != wanted.end())
        {
            study::RunPlanningTimes(input);
        }
    }
    catch (const std::exception& error)
    {
        std::fprintf(stderr, "aurora-study: %s\n", error.what());
        return 1;
    }
    return 0;
}
