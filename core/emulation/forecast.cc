// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/forecast.h"

#include "fabric/fluid-fabric.h"
#include "metrics/summary.h"

namespace echelon
{

using RunFunction = RunRecord (*)(const EmulationInput&, Scheduler&, Fabric&);

static RunForecast
RunAsProfiled(const EmulationInput& input,
              double goodputFactor,
              const std::shared_ptr<const IdealRuns>& idealRuns,
              Scheduler& scheduler,
              RunFunction runEmulation)
{
    std::vector<Job> profiled = input.jobs;
    for (Job& job : profiled)
    {
        job.variation = {};
    }
    EmulationInput ahead{input.topology, profiled, input.seed};
    ahead.control.controlDelay = input.control.controlDelay;
    ahead.control.fairShare = input.control.fairShare;
    ahead.keepsSeries = false;
    ahead.router = input.router;
    ahead.idealRuns = idealRuns;
    FluidFabric fabric(input.topology, goodputFactor);
    const RunRecord record = runEmulation(ahead, scheduler, fabric);
    RunForecast forecast;
    for (const IterationRecord& iteration : record.iterations)
    {
        const Job& job = input.jobs[iteration.job.Value()];
        forecast.iterationTime +=
            job.weight * (iteration.end - iteration.start).Seconds() / job.iterations;
    }
    forecast.tardiness = Summarise(record, input.topology).groups.tardinessSum;
    return forecast;
}

Forecast
ForecastOf(const EmulationInput& input,
           double goodputFactor,
           const std::shared_ptr<const IdealRuns>& idealRuns,
           RunFunction runEmulation)
{
    return {input.control.controlDelay,
            idealRuns->Lengths(),
            [&input, goodputFactor, idealRuns, runEmulation](Scheduler& scheduler) {
                return RunAsProfiled(input, goodputFactor, idealRuns, scheduler, runEmulation);
            }};
}

} // namespace echelon
