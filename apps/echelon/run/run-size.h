// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How large a run is: its memory and its packets. Both are known before the run starts, so a run
 * that is too large is refused at once with its size, instead of failing hours later.
 *
 *     RequirePackets(scenario);
 *     RequireMemory(scenario, ResultFiles::ALL, limit);
 *
 * Tasks, flows and groups are counted exactly. Bytes are these counts times constants that were
 * measured (docs/reference/scenario.md, "Limits") and rounded up. O(tasks) of the graphs. Errors:
 * InputError.
 */
#pragma once

#include "run/recorded-run.h"
#include "scenario/scenario.h"

namespace echelon
{

/// Segments times links: an hour of emulation for each scheduler.
inline constexpr double MAX_PACKET_HOPS = 1e11;

/// Bytes that a run of one scheduler takes, and the job that takes most.
struct RunSize
{
    double graphs = 0;  ///< task graphs, and where each job stands
    double records = 0; ///< what all iterations leave
    double fabric = 0;
    double flows = 0; ///< of all iterations
    std::size_t largest = 0;

    double Sum() const
    {
        return graphs + records + fabric;
    }
};

RunSize SizeOfRun(const Scenario& scenario, ResultFiles files);

/// @param limit in bytes. @throws InputError when a run would take more.
void RequireMemory(const Scenario& scenario, ResultFiles files, double limit);

/// @throws InputError when all jobs send more than MAX_PACKET_HOPS segments over links.
void RequirePackets(const Scenario& scenario);

} // namespace echelon
