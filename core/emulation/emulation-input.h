// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a run is made of, besides its scheduler and its fabric.
 *
 *     EmulationInput input{topology, jobs, seed};
 *     input.control.controlDelay = Time::FromSeconds(50e-6);
 *     RunEmulation(input, *scheduler, fabric);           // emulation/emulation.h
 *
 * Ids of jobs follow the order of `jobs`.
 */
#pragma once

#include "control/control-plane.h"
#include "emulation/ideal-runs.h"
#include "network/network-condition.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace echelon
{

struct EmulationInput
{
    const Topology& topology;
    const std::vector<Job>& jobs;
    std::uint64_t seed = 1; ///< of the paths' hash (ECMP) and of the noise in compute times
    /// Called now and then with (iterations done, iterations in all), for progress displays; may be
    /// empty.
    std::function<void(std::uint64_t, std::uint64_t)> progress{};
    ControlPlane control{};
    ControlObserver* observer = nullptr; ///< of the control plane; may be null
    /// Whether the record holds what changes over time and what follows from it: the rates and
    /// loads of links, and whom critical flows waited for.
    bool keepsSeries = true;
    /// Whether it holds a row for each flow, computation and step of a critical path, and the names
    /// of groups. Otherwise what a summary needs of them is in RunRecord::totals.
    /// @pre keepsRows implies keepsSeries.
    bool keepsRows = true;
    std::string router = "ecmp"; ///< of RouterEntries()
    /// Events of the same time happen in this order. @pre the fabric's links may change, and no
    /// event gives a link more than the rate that it was built with: waits, utilisation and the
    /// bound of the run's end are measured against the network as built.
    std::vector<LinkEvent> events{};
    std::shared_ptr<const IdealRuns> idealRuns{}; ///< of the jobs; null: the run finds them
};

} // namespace echelon
