// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Why a run cannot come to its end, though the scenario is well formed.
 *
 *     throw RunTooLong("the flow of job \"a\" from device 1 to device 0", 9.6e6);
 *     // what(): the flow of job "a" from device 1 to device 0 would not end before 9600000 s, and
 *     // simulated time ends at 9223372 s (106 days)
 *     throw RunStalled(Time::FromSeconds(2), {"the flow of job …"}, 4);
 *     // what(): the run stalls at 2.00 s, when nothing can move any more: the flow of job … stands
 *     // still, and 3 more
 */
#pragma once

#include "base/time.h"
#include "fabric/fabric.h"
#include "flow/flow-table.h"
#include "metrics/records.h"
#include "taskgraph/task-graph.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace echelon
{

class RunFailure : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/// The run would last longer than Time can hold.
class RunTooLong : public RunFailure
{
  public:
    /// @param what the job, flow, link or device that lasts. @param seconds a lower bound of its
    /// end.
    RunTooLong(const std::string& what, double seconds);
};

/// Links are down for good, and flows wait for them.
class RunStalled : public RunFailure
{
  public:
    /// @param flows some of those that stand still, each a noun phrase. @param count all of them.
    RunStalled(Time now, const std::vector<std::string>& flows, std::size_t count);
};

/// Runs the clock until nothing is left to do. @throws RunTooLong that names an iteration that
/// runs, if what is next lies beyond the range of Time.
/// @param done the iterations of all jobs that are over, which grow while the clock runs.
void RunInTime(Clock& clock,
               const std::vector<Job>& jobs,
               const std::vector<IterationRecord>& done);

/// When nothing is left to do, a flow that still sends would end beyond the range of Time. Throws
/// RunTooLong that names the one that would end first, since no rate changes until then.
void RequireNoSlowFlow(const FlowTable& flows,
                       const Fabric& fabric,
                       const std::function<const Job&(FlowId)>& jobOf);

/// When nothing is left to do, flows that cross a link that is down wait for ever. Throws
/// RunStalled that names the first of them, if there are any.
void RequireNoStandingFlow(const FlowTable& flows,
                           const Fabric& fabric,
                           const Topology& topology,
                           const std::function<const Job&(FlowId)>& jobOf);

} // namespace echelon
