// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The groups (EchelonFlows) that the templates of task graphs stand for in the iterations that run.
 *
 *     OpenGroups groups(input, clock, recorder);
 *     OpenGroup& group = groups.Of(job, iteration, index);   // starts now if it has not started
 *
 * The first flow of a group to start sets its reference time. Of: O(1). Memory: 48 bytes for each
 * group of the task graphs.
 */
#pragma once

#include "control/run-observer.h"
#include "emulation/emulation-input.h"
#include "sim/clock.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// The group of a template in the last iteration in which it has started.
struct OpenGroup
{
    GroupId id;
    std::uint32_t iteration = 0;
    bool hasStarted = false;
    bool isCoordinated = false; ///< the coordinator has it
    double weight = 1;
    Time reference;
    const Arrangement* arrangement = nullptr;
};

class OpenGroups
{
  public:
    /// All parameters outlive this.
    OpenGroups(const EmulationInput& input, const Clock& clock, RunObserver& run);

    OpenGroup& Of(JobId job, std::uint32_t iteration, GroupIndex index);

  private:
    const EmulationInput& m_input;
    const Clock& m_clock;
    RunObserver& m_run;
    std::size_t m_started = 0;
    std::vector<std::vector<OpenGroup>> m_open; ///< by JobId and GroupIndex
};

} // namespace echelon
