// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one list of schedulers: name, purpose, parameters, how to make one.
 *
 *     std::unique_ptr<Scheduler> s = SchedulerEntryOf("echelon").make(parameters);
 *
 * To add a scheduler: one file in sched/ and one line in scheduler-registry.cc; `echelon list`, the
 * schemas, the contract suite and the reference pages follow. Every scheduler is work-conserving:
 * an unfinished flow crosses a link without spare capacity. Errors: ParameterError with a "did
 * you mean".
 */
#pragma once

#include "base/parameters.h"
#include "sched/scheduler.h"

#include <memory>
#include <string>
#include <vector>

namespace echelon
{

/// One line of the registry.
struct SchedulerEntry
{
    std::string name;
    std::string help; ///< one line, with the source
    std::vector<ParameterSpec> parameters;
    /// @throws ParameterError for a value out of range.
    std::unique_ptr<Scheduler> (*make)(const ParameterSet& parameters);
    bool knowsSizes = true; ///< rates depend on what flows have left to send
    bool foresees = false;  ///< it names the time of its next decision, from the rates it has given
    bool isMaxMin = false;  ///< what it decides is what flows come to that share by themselves
};

/// All schedulers, in the order of `echelon list schedulers`.
const std::vector<SchedulerEntry>& SchedulerEntries();

/// @throws ParameterError when there is no such scheduler.
const SchedulerEntry& SchedulerEntryOf(const std::string& name);

} // namespace echelon
