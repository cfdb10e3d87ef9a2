// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Hears what happens in a run, event by event and in order of time.
 *
 *     class Recorder : public RunObserver { … };      // emulation/run-recorder.h
 *     Coordinator coordinator(topology, scheduler, fabric, flows, recorder, …);
 *
 * The driver, the coordinator and the sharing inside hosts tell it what they do, and keep no
 * records of their own. Flows are in the run's FlowTable from OnFlowStarted to OnFlowFinished.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "metrics/records.h"

#include <string>
#include <vector>

namespace echelon
{

class RunObserver
{
  public:
    virtual ~RunObserver() = default;

    /// The first flow of a group starts. @param group without flows, bytes and times of their ends.
    virtual void OnGroupStarted(const GroupRecord& group) = 0;
    virtual void OnFlowStarted(FlowId flow, TaskId task) = 0;
    virtual void OnFlowFinished(FlowId flow) = 0;

    /// A flow has this rate from now on, instead of the one in the table. A flow inside a host is
    /// told of only if it shares a port with another flow, or did.
    virtual void OnRate(FlowId flow, BitRate rate) = 0;
    /// OnRate has been called for all flows whose rate this decision changes.
    virtual void OnRatesInForce() = 0;
    /// A flow's last bit has left its source. It is called for the flows for which OnRate is.
    virtual void OnDeparture(FlowId flow) = 0;

    virtual void OnComputeDone(const ComputeRecord& compute) = 0;
    /// @param path the iteration's critical path, in order of time; without its job and iteration.
    virtual void OnIterationDone(const IterationRecord& iteration,
                                 const std::vector<PathStepRecord>& path) = 0;
};

} // namespace echelon
