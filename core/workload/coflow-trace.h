// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A trace of MapReduce shuffles: each coflow moves bytes from all its mappers to all its reducers.
 *
 *     CoflowTrace trace{{{1, Time(), {0, 1}, {{2, 10}}}}};   // 0 and 1 send 5 bytes each to 2
 *     TaskGraph graph = BuildCoflowGraph(trace, devices);    // places in the trace: devices[place]
 *
 * The reducers' bytes are split equally over the mappers, in whole bytes: of B bytes over m mappers
 * the first B mod m mappers send one byte more than the others, so the sum is exact. A flow between
 * equal places, or without bytes, needs no network and is left out. Each coflow is one group,
 * released at its arrival; if all its flows are left out, it has only its release.
 *
 * Source of the model: Chowdhury, Zhong, Stoica, "Efficient Coflow Scheduling with Varys" (SIGCOMM
 * 2014), Section 7, and its public trace. O(mappers × reducers) tasks per coflow.
 */
#pragma once

#include "base/time.h"
#include "taskgraph/task-graph.h"

#include <cstdint>
#include <vector>

namespace echelon
{

/// Where the bytes of a coflow go.
struct CoflowReducer
{
    std::uint32_t place = 0;
    Bytes bytes = 0; ///< from all mappers together
};

/// All mappers send to all reducers.
struct TracedCoflow
{
    std::uint32_t id = 0; ///< unique in the trace
    Time arrival;
    std::vector<std::uint32_t> mappers; ///< places; a place listed twice sends twice
    std::vector<CoflowReducer> reducers;
};

/// Coflows in any order.
struct CoflowTrace
{
    std::vector<TracedCoflow> coflows;
};

/// Mapper–reducer pairs of all coflows, those that need no network included.
double PairsOf(const CoflowTrace& trace);

/// Coflows in the order of (arrival, id). @pre every place < devices.size().
TaskGraph BuildCoflowGraph(const CoflowTrace& trace, const std::vector<DeviceId>& devices);

} // namespace echelon
