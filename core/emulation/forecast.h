// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a scheduler may know of a run before it starts (sched/forecast.h), from the run's input.
 *
 *     scheduler.Prepare(ForecastOf(input, goodput, idealRuns, RunEmulation));
 *     forecast.run(other).iterationTime;             // one run on the fluid fabric
 *
 * The jobs of such a run take the times that their profiles say, and the control plane has the
 * run's control delay and fair share but loses nothing. The forecast itself costs nothing, each
 * call of `run` one run of the jobs.
 */
#pragma once

#include "emulation/emulation-input.h"
#include "fabric/fabric.h"
#include "metrics/records.h"
#include "sched/forecast.h"

#include <memory>

namespace echelon
{

/// @param input outlives the forecast. @param goodputFactor of the fabric of the run.
/// @param idealRuns of the input's jobs. @param runEmulation RunEmulation of emulation/emulation.h,
/// which itself makes a forecast.
Forecast ForecastOf(const EmulationInput& input,
                    double goodputFactor,
                    const std::shared_ptr<const IdealRuns>& idealRuns,
                    RunRecord (*runEmulation)(const EmulationInput&, Scheduler&, Fabric&));

} // namespace echelon
