// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The arrows of one job in a timeline, iteration by iteration: arrows.h says which.
 *
 *     JobArrows finder(run, job);
 *     finder.Find(records, arrows);       // of one iteration; appends
 *
 * Tasks without a slice pass on the latest cause in their order, and the first consumer against it.
 */
#pragma once

#include "run/recorded-run.h"
#include "timeline/relays.h"

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace echelon
{

/// A compute task or a network flow.
struct ArrowEnd
{
    bool isFlow;
    std::uint32_t index; ///< into the record's computes or flows
};

struct TimelineArrow
{
    ArrowEnd from;
    ArrowEnd to;
};

/// The records of the tasks of one iteration of one job.
struct IterationRecords
{
    std::vector<std::uint32_t> computes; ///< indices into the run's record
    std::vector<std::uint32_t> flows;
};

class JobArrows
{
  public:
    JobArrows(const RecordedRun& run, const Job& job);

    void Find(const IterationRecords& records, std::vector<TimelineArrow>& arrows);

  private:
    /// What a task did in this iteration.
    struct Happened
    {
        std::optional<std::uint32_t> index; ///< into the record's computes or flows
        Time start;
        Time end;
    };

    /// Until when something waited, and which task with a slice it waited for last.
    struct Cause
    {
        Time until;
        std::optional<std::uint32_t> task;
    };

    /// The first task with a slice to start at a device.
    struct Consumer
    {
        std::uint32_t device;
        Time start;
        std::uint32_t task;

        bool operator<(const Consumer& other) const
        {
            return std::tuple(device, start, task) <
                   std::tuple(other.device, other.start, other.task);
        }
    };

    /// What comes after a relay.
    struct Consumers
    {
        std::vector<Consumer> byDevice; ///< the first of each device
        std::optional<Consumer> first;
    };

    void Fill(const IterationRecords& records);
    /// Where the task computes, or sends from.
    std::uint32_t DeviceOf(std::uint32_t task) const;
    /// Whether the flow starts from where the task computed, or brought its bytes.
    bool LeavesItsBytesAt(std::uint32_t task, std::uint32_t flow) const;
    /// What a task waited for last. Of simultaneous causes, one that left its bytes where a flow
    /// starts comes first, then the first one.
    Cause CauseOf(std::uint32_t task) const;
    void PassForwards(std::uint32_t relay);
    Consumer ConsumerAt(std::uint32_t task) const;
    void PassBackwards(std::uint32_t relay);
    /// The task that takes on the bytes of a network flow.
    std::optional<std::uint32_t> ConsumerOf(std::uint32_t flow) const;
    ArrowEnd EndAt(std::uint32_t task) const;
    void AddArrowsOf(std::uint32_t flow, std::vector<TimelineArrow>& arrows);

    const RunRecord& m_record;
    const std::vector<Task>& m_tasks;
    RelayGraph m_graph;
    std::vector<Happened> m_happened; ///< by task
    std::vector<Cause> m_last;        ///< by relay
    std::vector<Consumers> m_next;    ///< by relay
};

} // namespace echelon
