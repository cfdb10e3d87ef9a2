// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario, loaded and validated: all that a run needs, as values of the core.
 *
 *     Scenario scenario = LoadScenario("scenarios/quickstart/quickstart.json", DiskFiles(), {});
 *     RunOne(scenario, scenario.schedulers[0], idealRuns);
 */
#pragma once

#include "base/parameters.h"
#include "control/control-plane.h"
#include "input/json-parser.h"
#include "network/network-condition.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// A fabric of the registry with its parameters.
struct FabricChoice
{
    std::string kind;
    ParameterSet parameters;
};

/// A scheduler of the registry with its parameters. Labels tell runs apart and are unique in a
/// scenario.
struct SchedulerChoice
{
    std::string label;
    std::string name;
    ParameterSet parameters;
    ControlPlane control; ///< the scenario's, but for what this entry sets of it
};

/// What a figure of the summary should be.
struct Expectation
{
    std::string pointer; ///< into summary.json
    std::optional<double> value;
    double relative = 0; ///< tolerated deviation as a part of |value|
    double absolute = 0; ///< tolerated deviation; the larger of the two counts
    std::optional<double> least;
    std::optional<double> largest;
    std::string file{};  ///< that the expectation stands in
    std::string place{}; ///< JSON pointer to it in that file
};

/// Everything that a scenario file says.
struct Scenario
{
    std::string file;
    std::string name;
    std::uint64_t seed = 1;
    Topology topology;
    std::string routing; ///< of RouterEntries()
    FabricChoice fabric;
    std::vector<Job> jobs; ///< by name
    std::vector<SchedulerChoice> schedulers;
    ControlPlane control;
    std::vector<LinkEvent> events; ///< by time, then by link
    std::vector<Expectation> expectations;
    /// Whether the expectations hold for this scenario: it was not changed, or they were changed
    /// with it.
    bool checkExpectations = true;
    Json resolved; ///< with every file and default filled in
    /// What is allowed but hardly meant, each a line that names its place.
    std::vector<std::string> warnings{};
};

} // namespace echelon
