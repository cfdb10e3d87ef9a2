// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What one run (one scenario under one scheduler) leaves behind: plain records, one vector per
 * kind.
 *
 *     RunRecord record = RunEmulation(…);              // emulation/emulation.h
 *     RunSummary summary = Summarise(record, …);       // metrics/summary.h
 *
 * Every vector is sorted by id or (time, id), so that equal runs give equal bytes. The columns of
 * the result files are these fields; docs/reference/results.md documents both.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "flow/arrangement.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// A flow (or bundle) from start to finish.
struct FlowRecord
{
    FlowId id;
    GroupId group;
    DeviceId source;
    DeviceId destination;
    Bytes bytes = 0; ///< of one flow of the bundle
    std::uint32_t multiplicity = 1;
    std::uint32_t position = 0;
    TaskId task{};        ///< of its job's graph
    bool scaleUp = false; ///< stayed inside one host
    Time start;
    Time finish;      ///< arrival of the last byte
    Time idealFinish; ///< group reference + arrangement offset; may lie before start
};

static_assert(sizeof(FlowRecord) == 64, "millions of flows have to fit into memory");

/// An EchelonFlow.
struct GroupRecord
{
    GroupId id;
    JobId job;
    std::uint32_t iteration = 0;
    std::string name;
    Arrangement::Shape shape = Arrangement::Shape::COFLOW;
    double weight = 1.0;
    std::uint64_t flows = 0; ///< bundles counted by multiplicity
    double bytes = 0;
    bool scaleUp = false; ///< no flow left its host
    Time reference;       ///< start of the head flow
    Time finish;          ///< finish of the last flow
    Time tardiness;       ///< max over flows of finish - ideal finish
};

/// A compute task.
struct ComputeRecord
{
    JobId job;
    std::uint32_t iteration = 0;
    DeviceId device;
    std::uint16_t stream = 0;
    std::uint32_t label = 0; ///< index into RunRecord::labels[job]
    Time start;
    Time end;
    TaskId task{}; ///< of its job's graph
};

/// One iteration of a job.
struct IterationRecord
{
    JobId job;
    std::uint32_t iteration = 0;
    Time start;
    Time end;
};

/// A step of an iteration's critical path (metrics/critical-path.h).
struct PathStepRecord
{
    enum class Kind : std::uint8_t
    {
        COMPUTE,
        FLOW,
        DELAY,
        DEVICE, ///< `task` waited for a stream that served other jobs
    };

    JobId job;
    std::uint32_t iteration = 0;
    std::uint32_t step = 0; ///< from 0, in order of time
    Kind kind = Kind::COMPUTE;
    bool isSent = false;            ///< FLOW: counts until it was sent
    std::uint32_t label = 0;        ///< COMPUTE, DEVICE: index into RunRecord::labels[job]
    std::optional<DeviceId> device; ///< that computes, is waited for, or sends
    std::optional<DeviceId> to;     ///< FLOW: that receives
    std::optional<FlowId> flow;     ///< FLOW
    Time start;
    Time end;
    Time waiting; ///< FLOW: beyond what the flow takes alone on its path
    Time queued;  ///< FLOW: of the waiting, in queues after its last bit had left the source
};

/// Part of a step's waiting.
struct WaitRecord
{
    JobId job;
    std::uint32_t iteration = 0;
    std::uint32_t step = 0;
    std::optional<LinkId> link;      ///< none: no competing flow, the step was held back
    std::optional<GroupId> blocking; ///< whose flows had the link's rate; none: many groups
    Time time;
};

/// A change of a link's allocated rate.
struct LinkRateRecord
{
    Time time;
    LinkId link;
    BitRate rate = 0; ///< payload bits per second allocated on the link from now on
};

/// A link's load in one of at most 128 equal bins of a run; only bins in which it has any.
struct LinkLoadRecord
{
    LinkId link;
    Time start;
    Time duration;           ///< the last bin ends with the run
    BitRate rate = 0;        ///< average, payload bits per second
    std::uint64_t queue = 0; ///< largest number of bytes on the wire that waited at its egress
};

/// What passed between agents and coordinator; engine figures, not results.
struct ControlCounts
{
    std::uint64_t decisions = 0;
    std::uint64_t reports = 0;     ///< sent, repeated ones included
    std::uint64_t reportsLost = 0; ///< of those
};

/// The parts of a step, of an iteration, or of a job (metrics/critical-path.h).
struct PathTimes
{
    Time compute;
    Time transmission;
    Time waiting; ///< for bandwidth
    Time delay;   ///< delays of the workload, and waiting for a device that served other jobs

    Time Sum() const
    {
        return compute + transmission + waiting + delay;
    }

    PathTimes& operator+=(const PathTimes& other)
    {
        compute += other.compute;
        transmission += other.transmission;
        waiting += other.waiting;
        delay += other.delay;
        return *this;
    }
};

/// What a summary needs of flows, computations and steps that have no row of their own.
struct RunTotals
{
    struct FlowTime
    {
        Time duration;
        std::uint32_t multiplicity = 0;
    };

    std::vector<FlowTime> flowTimes; ///< of flows between hosts, in order of their ids
    double flowBytes = 0;
    std::uint64_t scaleUpFlows = 0;
    std::vector<Time> computeTimes;   ///< by JobId; may be shorter
    std::vector<PathTimes> pathTimes; ///< by JobId; may be shorter
};

/// Everything that one run leaves behind.
struct RunRecord
{
    Time makespan;                                ///< end of the last job
    std::vector<std::string> jobNames;            ///< by JobId
    std::vector<Time> jobArrivals;                ///< by JobId
    std::vector<Time> jobIdealIterations;         ///< by JobId: on an infinitely fast network
    std::vector<std::uint32_t> jobDevices;        ///< by JobId: number of devices that compute
    std::vector<std::vector<std::string>> labels; ///< by JobId: labels of compute tasks
    std::deque<FlowRecord> flows;                 ///< by id; a list that grows without being copied
    std::vector<GroupRecord> groups;              ///< by id
    std::vector<ComputeRecord> computes;          ///< by (start, device, stream)
    std::vector<IterationRecord> iterations;      ///< by (job, iteration)
    std::vector<PathStepRecord> criticalPath;     ///< by (job, iteration, step)
    std::vector<WaitRecord> waits;         ///< by (job, iteration, step, longest first, group)
    std::vector<double> linkBits;          ///< by LinkId: payload bits carried
    std::vector<LinkRateRecord> linkRates; ///< by (time, link); network links only
    std::vector<LinkLoadRecord> linkLoads; ///< by (link, start); network links only
    std::uint64_t rateChanges = 0;         ///< that `waits` are worked out from
    bool rateLogFull = false; ///< there were more: whom later waits are due to is not known
    RunTotals totals;         ///< of what is not in `flows`, `computes` and `criticalPath`
    ControlCounts control;
};

} // namespace echelon
