// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a scheduler may know before the first flow starts, because training repeats itself: how late
 * its decisions will be, how long iterations take without contention, and how a run of the jobs as
 * profiled would go under another scheduler.
 *
 *     SebfScheduler sebf;
 *     const double seconds = forecast.run(sebf).iterationTime;
 *
 * emulation/forecast.h makes it from the input of a run, and RunEmulation hands it to
 * Scheduler::Prepare. The finish times that single flows have in the ideal run are part of a view
 * (ActiveFlow::idealFinish and latestFinish).
 */
#pragma once

#include "base/time.h"

#include <functional>
#include <string>
#include <vector>

namespace echelon
{

class Scheduler;

/// How a run would go, each figure a weighted sum in seconds.
struct RunForecast
{
    double iterationTime = 0; ///< Σ over jobs of weight × mean iteration time
    double tardiness = 0; ///< Σ over EchelonFlows that cross the network of weight × tardiness
};

struct Forecast
{
    Time controlDelay;                ///< from a decision until its rates are in force
    std::vector<Time> idealIteration; ///< by JobId: on an infinitely fast network between hosts
    /// Runs the jobs as profiled under a fresh scheduler on the fluid fabric, with the control
    /// delay and the fair share of the real run. It costs as much as such a run.
    std::function<RunForecast(Scheduler&)> run;
};

/// What a scheduler found out while it prepared; it goes into the engine's figures.
struct Preparation
{
    struct Cost
    {
        std::string member;
        double seconds = 0; ///< what the scheduler minimises
    };

    std::vector<Cost> costs; ///< of the policies that it tried; empty for most schedulers
    std::size_t selected = 0;
};

} // namespace echelon
