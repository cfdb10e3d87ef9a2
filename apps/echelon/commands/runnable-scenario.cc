// SPDX-License-Identifier: GPL-2.0-only
#include "commands/runnable-scenario.h"

#include "results/summary-figures.h"
#include "run/run-size.h"

namespace echelon
{

Scenario
LoadRunnable(const std::string& file, const ScenarioOverrides& overrides, ResultFiles files)
{
    Scenario scenario = LoadScenario(file, DiskFiles(), overrides);
    RequireFigures(scenario);
    RequirePackets(scenario);
    RequireMemory(scenario, files, overrides.memory);
    return scenario;
}

} // namespace echelon
