// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Collectives as tasks: flows of one group with their dependencies, at one of three granularities.
 *
 *     CollectiveSpec spec{CollectiveKind::ALL_REDUCE, ranks, 100000000, style};
 *     GroupIndex g = graph.AddGroup({"dp bucket0", "dp", Arrangement::Coflow(), 1.0});
 *     std::vector<TaskId> done = AddCollective(graph, topology, spec, g, 0, ready);  // per rank
 *
 * - flow: one flow per pair of ranks that talk, with all its bytes; a barrier before and one after.
 *   The latencies of all steps but one, (steps - 1) × the longest propagation delay between ranks
 *   that talk, follow as a delay. On a non-blocking fabric a ring, or halving-doubling over a
 *   power of two, takes the same time as at step granularity. Trees and the broadcast chain take
 *   what they would with vanishing chunks. All-to-all starts all flows at once, without the delay.
 * - step: one flow per transfer (collective/collective-schedule.h). It starts when both ranks are
 *   ready, what its source must have received before (overlapping bytes) has arrived, and the
 *   pair's previous transfer (all-to-all: the source's) is done.
 * - chunk: as step, each transfer cut into chunks of at most `chunkBytes`; a chunk waits only for
 *   the chunks that it needs. A pair has one chunk under way at a time, so choose chunks well
 *   above rate × delay.
 *
 * All-to-alls may follow a planned order of transmissions instead (`allToAll`); then the order says
 * what is one flow and when it starts, at every granularity, and the group becomes an EchelonFlow
 * of the plan's stages (collective/planned-all-to-all.h).
 *
 * On hosts with several interfaces a collective runs in channels, each with its part of the bytes
 * (collective/collective-channels.h). At granularity flow, what the channels send between two ranks
 * of a host is one flow; between hosts every channel has flows of its own. At step and chunk each
 * channel proceeds by itself. In all-to-alls every rank uses its own interface.
 *
 * Reduction itself takes no time. Tasks: flow O(pairs), step O(transfers), chunk O(bytes /
 * chunkBytes) per transfer; collective/collective-tasks.h counts them. Time and memory are those of
 * the tasks; a ring at granularity flow takes O(channels × ranks).
 */
#pragma once

#include "base/parameters.h"
#include "collective/collective-schedule.h"
#include "collective/planned-all-to-all.h"
#include "network/topology.h"
#include "taskgraph/task-graph.h"

#include <string>
#include <vector>

namespace echelon
{

/// How finely a collective is cut into flows.
enum class Granularity
{
    FLOW,
    STEP,
    CHUNK,
};

/// The choices that all collectives of a job share.
struct CollectiveStyle
{
    CollectiveAlgorithm allReduce = CollectiveAlgorithm::RING;
    Granularity granularity = Granularity::FLOW;
    Bytes chunkBytes = 1000000;                  ///< > 0
    std::string allToAll = "unordered";          ///< an order of alltoall/order-registry.h
    std::uint32_t lookahead = DEFAULT_LOOKAHEAD; ///< of planned orders

    /// Whether all-to-alls follow a plan rather than the granularity.
    bool PlansAllToAlls() const
    {
        return allToAll != "unordered";
    }
};

/// One collective over distinct ranks. For the meaning of `bytes` see collective-schedule.h.
struct CollectiveSpec
{
    CollectiveKind kind = CollectiveKind::ALL_REDUCE;
    std::vector<DeviceId> ranks;
    Bytes bytes = 0;
    CollectiveStyle style{};
};

/**
 * @param position of all the flows in the group's arrangement.
 * @param ready per rank, the task after which it may take part; or empty: at once.
 * @returns per rank, the task after which it is done; `ready` itself when there is nothing to send.
 */
std::vector<TaskId> AddCollective(TaskGraph& graph,
                                  const Topology& topology,
                                  const CollectiveSpec& spec,
                                  GroupIndex group,
                                  std::uint32_t position,
                                  const std::vector<TaskId>& ready);

/// An all-to-all in which rank i sends matrix[i][j] bytes to rank j; the diagonal is ignored.
struct AllToAllSpec
{
    const std::vector<DeviceId>& ranks;
    const std::vector<std::vector<Bytes>>& matrix;
    const CollectiveStyle& style;
};

/// Parameters and result as those of AddCollective.
/// @param position 0 if the style plans all-to-alls: the group is theirs.
std::vector<TaskId> AddAllToAll(TaskGraph& graph,
                                const Topology& topology,
                                const AllToAllSpec& spec,
                                GroupIndex group,
                                std::uint32_t position,
                                const std::vector<TaskId>& ready);

/// The rows as a traffic matrix.
TrafficMatrix MatrixOf(const std::vector<std::vector<Bytes>>& rows);

/// The largest flow of a transfer: all of it unless the granularity is chunk.
Bytes ChunkBytesOf(const CollectiveStyle& style);

/// Flows of one transfer. @pre bytes >= 0, chunkBytes > 0.
std::size_t ChunksOf(Bytes bytes, Bytes chunkBytes);

/// The parameters all_reduce, granularity, chunk, all_to_all and lookahead.
std::vector<ParameterSpec> CollectiveParameters();

/// @throws ParameterError when chunk is zero or lookahead out of range.
CollectiveStyle CollectiveStyleOf(const ParameterSet& parameters);

} // namespace echelon
