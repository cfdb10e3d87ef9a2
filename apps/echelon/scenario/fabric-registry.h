// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of fabrics: name, purpose, parameters, how to make one.
 *
 *     ParameterSet values(FabricEntryOf("fluid")->parameters);
 *     std::unique_ptr<Fabric> fabric = FabricEntryOf("fluid")->make(topology, values, true);
 *
 * ns-3's simulator is process-wide state: at most one packet fabric per process.
 */
#pragma once

#include "base/parameters.h"
#include "fabric/fabric.h"
#include "network/topology.h"
#include "scenario/scenario.h"

#include <memory>
#include <string>
#include <vector>

namespace echelon
{

/// One line of the registry.
struct FabricEntry
{
    std::string name;
    std::string help;
    std::vector<ParameterSpec> parameters;
    /// @throws ParameterError for values that do not fit together.
    void (*check)(const ParameterSet& parameters);
    /// @param recordsLoads whether Fabric::MeasuredLoads will be asked for, if the fabric has them.
    std::unique_ptr<Fabric> (*make)(const Topology& topology,
                                    const ParameterSet& parameters,
                                    bool recordsLoads);
    /// Whether links may change their rates and flows may be split over several paths.
    bool isFluid;
};

/// All fabrics of this build, in the order of `echelon list fabrics`.
const std::vector<FabricEntry>& FabricEntries();

/// Payload bits for each bit on the wire: segment / (segment + header).
double GoodputFactorOf(const ParameterSet& parameters);

/// Null when there is none of that name.
const FabricEntry* FabricEntryOf(const std::string& name);

/**
 * Options of a fabric that are allowed but hardly meant on a topology.
 *
 *     for (const std::string& warning : FabricWarnings(scenario.fabric, scenario.topology)) { … }
 *
 * Each is one sentence that names the option, what it does to the results, and a better value.
 */
std::vector<std::string> FabricWarnings(const FabricChoice& fabric, const Topology& topology);

} // namespace echelon
