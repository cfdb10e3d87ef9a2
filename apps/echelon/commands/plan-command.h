// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon plan` plans one all-to-all under several transmission orders, and prints the lower
 * bound, makespan, stages and planning time.
 *
 *     PlanOptions options;
 *     options.traffic = "traffic/moe-8.csv";
 *     return PlanCommand(options);
 *
 * With `out` the whole plans are written too, or nothing is. Errors: InputError, UsageError,
 * OutputError.
 */
#pragma once

#include "traffic/traffic-loader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

struct PlanOptions
{
    std::optional<std::string> traffic;  ///< file; or
    std::optional<std::string> generate; ///< name of a generator
    std::vector<std::string> parameters; ///< KEY=VALUE, of the generator
    RoutingOptions routing;
    bool combine = false;            ///< plan the transposed traffic
    std::vector<std::string> orders; ///< empty: all
    std::optional<std::string> bandwidth;
    std::optional<std::string> topology;
    std::uint64_t seed = 1;
    double gap = 0;
    bool json = false;
    std::optional<std::string> out;
};

/// @returns the exit code.
int PlanCommand(const PlanOptions& options);

} // namespace echelon
