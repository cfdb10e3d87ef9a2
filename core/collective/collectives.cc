// SPDX-License-Identifier: GPL-2.0-only
#include "collective/collectives.h"

#include "base/contracts.h"
#include "collective/collective-flows.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace echelon
{

namespace
{

/// Where a collective's flows go in the graph.
struct Target
{
    TaskGraph& graph;
    const Topology& topology;
    const std::vector<DeviceId>& ranks;
    const Channels& channels;
    GroupIndex group;
    std::uint32_t position;

    TaskId AddFlow(const Transfer& transfer, Bytes bytes) const
    {
        const auto [source, destination] = EndsOf(channels,
                                                  topology,
                                                  ranks,
                                                  transfer.channel,
                                                  transfer.source,
                                                  transfer.destination);
        return graph.AddFlow({group, source, destination, bytes, position, 1});
    }
};

/// What a collective without bytes is done after.
std::vector<TaskId>
AddNothing(const Target& target, const std::vector<TaskId>& ready)
{
    return ready.empty() ? std::vector<TaskId>(target.ranks.size(), target.graph.AddBarrier())
                         : ready;
}

/// Granularity flow.
std::vector<TaskId>
AddFlows(const Target& target, const CollectiveFlows& collective, const std::vector<TaskId>& ready)
{
    if (collective.flows.empty())
    {
        return AddNothing(target, ready);
    }
    TaskGraph& graph = target.graph;
    const TaskId start = graph.AddBarrier();
    for (std::size_t rank = 0; rank < ready.size(); ++rank)
    {
        if (rank == 0 || ready[rank] != ready[rank - 1])
        {
            graph.AddDependency(ready[rank], start);
        }
    }
    graph.Reserve(collective.flows.size() + 2, 2 * collective.flows.size() + 1);
    for (const PairFlow& flow : collective.flows)
    {
        const TaskId task = graph.AddFlow(
            {target.group, flow.source, flow.destination, flow.bytes, target.position});
        graph.AddDependency(start, task);
    }
    TaskId done = graph.AddBarrier();
    for (std::uint32_t flow = start.Value() + 1; flow < done.Value(); ++flow)
    {
        graph.AddDependency(TaskId(flow), done);
    }
    const Time later = LaterLatencies(target.topology, collective);
    if (later > Time())
    {
        const TaskId latency = graph.AddDelay(later);
        graph.AddDependency(done, latency);
        done = latency;
    }
    return std::vector<TaskId>(target.ranks.size(), done);
}

/// A transfer in the graph: its chunks are tasks first, first + 1, …
struct Placed
{
    Transfer transfer;
    TaskId first;
};

/// The last chunk of `sent` that holds bytes before `end`.
TaskId
ChunkBefore(const Placed& sent, Bytes end, Bytes chunkBytes)
{
    const Bytes last = std::min(end, sent.transfer.end) - 1 - sent.transfer.begin;
    return TaskId(sent.first.Value() + static_cast<std::size_t>(last / chunkBytes));
}

/// The transfers of one channel from one rank to another follow each other.
struct Connection
{
    std::uint32_t source;
    std::uint32_t destination;
    std::optional<TaskId> last{};
};

/// Adds a schedule, transfer by transfer; see the granularities step and chunk.
class TransferBuilder
{
  public:
    TransferBuilder(const Target& target,
                    const CollectiveSchedule& schedule,
                    Bytes chunkBytes,
                    const std::vector<TaskId>& ready)
        : m_target(target),
          m_forwards(schedule.forwards),
          m_relays(schedule.relays),
          m_chunkBytes(chunkBytes),
          m_ready(ready),
          m_lastSent(target.ranks.size()),
          m_received(target.ranks.size() * target.channels.orders.size())
    {
    }

    void Add(const Transfer& transfer)
    {
        TaskGraph& graph = m_target.graph;
        const std::size_t chunks = ChunksOf(transfer.Size(), m_chunkBytes);
        const Placed placed{transfer, TaskId(graph.Tasks().size())};
        Connection& connection = ConnectionOf(transfer);
        // Where nothing is forwarded, only the sender's own order makes the steps.
        std::optional<TaskId>& previous =
            m_forwards ? connection.last : m_lastSent[transfer.source];
        for (std::size_t c = 0; c < chunks; ++c)
        {
            const Bytes begin = transfer.begin + static_cast<Bytes>(c) * m_chunkBytes;
            const Bytes size = std::min(m_chunkBytes, transfer.end - begin);
            const TaskId task = m_target.AddFlow(transfer, size);
            if (previous)
            {
                graph.AddDependency(*previous, task);
            }
            if (!connection.last && !m_ready.empty())
            {
                graph.AddDependency(m_ready[transfer.source], task);
                graph.AddDependency(m_ready[transfer.destination], task);
            }
            previous = task;
            connection.last = task;
        }
        if (m_forwards)
        {
            for (const Placed& input : ReceivedBy(transfer.source, transfer.channel))
            {
                Await(input, placed, chunks);
            }
            std::vector<Placed>& received = ReceivedBy(transfer.destination, transfer.channel);
            // Of a relay the receipts of this step and of the one before may be needed yet.
            if (m_relays && received.size() == 2)
            {
                received.erase(received.begin());
            }
            received.push_back(placed);
        }
    }

    /// Per rank, the task after which all that it sends and receives is done.
    std::vector<TaskId> Finish()
    {
        // By rank, then by the other rank: what is sent to it before what is received from it.
        std::vector<std::tuple<std::uint32_t, std::uint32_t, bool, TaskId>> ends;
        for (const Connection& connection : m_connections)
        {
            ends.emplace_back(connection.source, connection.destination, false, *connection.last);
            ends.emplace_back(connection.destination, connection.source, true, *connection.last);
        }
        std::sort(ends.begin(), ends.end());
        std::vector<TaskId> done;
        auto next = ends.begin();
        for (std::uint32_t rank = 0; rank < m_target.ranks.size(); ++rank)
        {
            done.push_back(m_target.graph.AddBarrier());
            if (!m_ready.empty())
            {
                m_target.graph.AddDependency(m_ready[rank], done.back());
            }
            for (; next != ends.end() && std::get<0>(*next) == rank; ++next)
            {
                m_target.graph.AddDependency(std::get<3>(*next), done.back());
            }
        }
        return done;
    }

  private:
    Connection& ConnectionOf(const Transfer& transfer)
    {
        const std::uint64_t n = m_target.ranks.size();
        const std::uint64_t key =
            (transfer.channel * n + transfer.source) * n + transfer.destination;
        const auto [it, isNew] = m_indices.try_emplace(key, m_connections.size());
        if (isNew)
        {
            m_connections.push_back({transfer.source, transfer.destination});
        }
        return m_connections[it->second];
    }

    std::vector<Placed>& ReceivedBy(std::uint32_t rank, std::uint32_t channel)
    {
        return m_received[channel * m_target.ranks.size() + rank];
    }

    /// The chunks of `sent` wait for those of `input` that hold bytes of theirs.
    void Await(const Placed& input, const Placed& sent, std::size_t chunks)
    {
        const Transfer& transfer = sent.transfer;
        if (input.transfer.begin >= transfer.end || input.transfer.end <= transfer.begin)
        {
            return;
        }
        for (std::size_t c = 0; c < chunks; ++c)
        {
            const Bytes begin = transfer.begin + static_cast<Bytes>(c) * m_chunkBytes;
            const Bytes end = begin + std::min(m_chunkBytes, transfer.end - begin);
            if (begin < input.transfer.end && end > input.transfer.begin)
            {
                m_target.graph.AddDependency(ChunkBefore(input, end, m_chunkBytes),
                                             TaskId(sent.first.Value() + c));
            }
        }
    }

    const Target& m_target;
    bool m_forwards;
    bool m_relays;
    Bytes m_chunkBytes;
    const std::vector<TaskId>& m_ready;
    std::vector<Connection> m_connections;
    std::unordered_map<std::uint64_t, std::size_t> m_indices; ///< by pair; looked up only
    std::vector<std::optional<TaskId>> m_lastSent;            ///< by rank
    std::vector<std::vector<Placed>> m_received;              ///< by channel and rank
};

std::vector<TaskId>
AddTransfers(const Target& target,
             const CollectiveSchedule& schedule,
             Bytes chunkBytes,
             const std::vector<TaskId>& ready)
{
    if (schedule.transfers.empty())
    {
        return AddNothing(target, ready);
    }
    TransferBuilder builder(target, schedule, chunkBytes, ready);
    for (const Transfer& transfer : schedule.transfers)
    {
        builder.Add(transfer);
    }
    return builder.Finish();
}

/// Who sends how much to whom; see AddAllToAll.
CollectiveSchedule
ShiftsOf(const std::vector<std::vector<Bytes>>& matrix)
{
    const auto n = static_cast<std::uint32_t>(matrix.size());
    CollectiveSchedule schedule;
    schedule.forwards = false;
    schedule.steps = n - 1;
    for (std::uint32_t step = 0; step + 1 < n; ++step)
    {
        for (std::uint32_t rank = 0; rank < n; ++rank)
        {
            const std::uint32_t to = (rank + step + 1) % n;
            if (matrix[rank][to] > 0)
            {
                schedule.transfers.push_back({step, rank, to, 0, matrix[rank][to], 0});
            }
        }
    }
    return schedule;
}

/// The even matrix of an all-to-all of `bytes` a rank.
std::vector<std::vector<Bytes>>
EvenMatrix(std::uint32_t n, Bytes bytes)
{
    std::vector<std::vector<Bytes>> matrix(n, std::vector<Bytes>(n));
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            matrix[i][j] = i == j ? 0 : PartBegin(bytes, n, j + 1) - PartBegin(bytes, n, j);
        }
    }
    return matrix;
}

} // namespace

Bytes
ChunkBytesOf(const CollectiveStyle& style)
{
    return style.granularity == Granularity::CHUNK ? style.chunkBytes
                                                   : std::numeric_limits<Bytes>::max() / 2;
}

std::size_t
ChunksOf(Bytes bytes, Bytes chunkBytes)
{
    return bytes == 0 ? 0 : static_cast<std::size_t>((bytes - 1) / chunkBytes) + 1;
}

std::vector<TaskId>
AddCollective(TaskGraph& graph,
              const Topology& topology,
              const CollectiveSpec& spec,
              GroupIndex group,
              std::uint32_t position,
              const std::vector<TaskId>& ready)
{
    ECHELON_REQUIRE(ready.empty() || ready.size() == spec.ranks.size(), "one ready task per rank");
    ECHELON_REQUIRE(spec.style.chunkBytes > 0, "a chunk has at least one byte");
    const CollectiveStyle& style = spec.style;
    if (spec.kind == CollectiveKind::ALL_TO_ALL && style.PlansAllToAlls())
    {
        const auto n = static_cast<std::uint32_t>(spec.ranks.size());
        return AddAllToAll(graph,
                           topology,
                           {spec.ranks, EvenMatrix(n, spec.bytes), style},
                           group,
                           position,
                           ready);
    }
    const Channels channels =
        HasChannels(spec.kind) ? ChannelsOf(topology, spec.ranks) : OneChannel(spec.ranks);
    const Target target{graph, topology, spec.ranks, channels, group, position};
    if (style.granularity == Granularity::FLOW)
    {
        return AddFlows(
            target,
            FlowsOf(topology, spec.ranks, channels, spec.kind, style.allReduce, spec.bytes),
            ready);
    }
    return AddTransfers(target,
                        MakeSchedule(spec.kind, style.allReduce, channels.orders, spec.bytes),
                        ChunkBytesOf(style),
                        ready);
}

TrafficMatrix
MatrixOf(const std::vector<std::vector<Bytes>>& rows)
{
    TrafficMatrix matrix(static_cast<std::uint32_t>(rows.size()));
    for (std::uint32_t i = 0; i < rows.size(); ++i)
    {
        for (std::uint32_t j = 0; j < rows.size(); ++j)
        {
            matrix.Set(i, j, rows[i][j]);
        }
    }
    return matrix;
}

std::vector<TaskId>
AddAllToAll(TaskGraph& graph,
            const Topology& topology,
            const AllToAllSpec& spec,
            GroupIndex group,
            std::uint32_t position,
            const std::vector<TaskId>& ready)
{
    const auto& [ranks, matrix, style] = spec;
    ECHELON_REQUIRE(matrix.size() == ranks.size(), "one row per rank");
    ECHELON_REQUIRE(style.chunkBytes > 0, "a chunk has at least one byte");
    if (style.PlansAllToAlls())
    {
        ECHELON_REQUIRE(position == 0, "the positions of a planned all-to-all are its stages");
        return AddPlannedAllToAll(graph,
                                  ranks,
                                  PlanAllToAll(style.allToAll, topology, ranks, MatrixOf(matrix)),
                                  group,
                                  ready,
                                  style.lookahead);
    }
    const Channels channels = OneChannel(ranks);
    const Target target{graph, topology, ranks, channels, group, position};
    const CollectiveSchedule schedule = ShiftsOf(matrix);
    return style.granularity == Granularity::FLOW
               ? AddFlows(target, FlowsOf(topology, ranks, channels, schedule), ready)
               : AddTransfers(target, schedule, ChunkBytesOf(style), ready);
}

std::vector<ParameterSpec>
CollectiveParameters()
{
    std::vector<std::string> orders;
    for (const OrderEntry& entry : OrderEntries())
    {
        orders.push_back(entry.name);
    }
    return {{"all_reduce",
             ParameterType::CHOICE,
             "ring",
             "algorithm of all-reduces; tree: double binary tree",
             {"ring", "halving-doubling", "tree"}},
            {"granularity",
             ParameterType::CHOICE,
             "flow",
             "flow: one flow per pair of ranks; step: one per step; chunk: pipelined chunks",
             {"flow", "step", "chunk"}},
            {"chunk", ParameterType::BYTES, "1MB", "largest chunk at granularity chunk"},
            {"all_to_all",
             ParameterType::CHOICE,
             "unordered",
             "order of all-to-all transmissions; unordered: as the granularity says",
             orders},
            {"lookahead",
             ParameterType::INTEGER,
             std::to_string(DEFAULT_LOOKAHEAD),
             "stages of a planned all-to-all that stand by at each port, from 0 to 64"}};
}

CollectiveStyle
CollectiveStyleOf(const ParameterSet& parameters)
{
    static const std::map<std::string, CollectiveAlgorithm> ALGORITHMS{
        {"ring", CollectiveAlgorithm::RING},
        {"halving-doubling", CollectiveAlgorithm::HALVING_DOUBLING},
        {"tree", CollectiveAlgorithm::TREE}};
    static const std::map<std::string, Granularity> GRANULARITIES{{"flow", Granularity::FLOW},
                                                                  {"step", Granularity::STEP},
                                                                  {"chunk", Granularity::CHUNK}};
    const std::int64_t lookahead = parameters.GetInteger("lookahead");
    if (lookahead < 0 || lookahead > 64)
    {
        throw ParameterError("lookahead", "lookahead is not between 0 and 64", "0 or 1 is usual");
    }
    const CollectiveStyle style{ALGORITHMS.at(parameters.GetText("all_reduce")),
                                GRANULARITIES.at(parameters.GetText("granularity")),
                                parameters.GetBytes("chunk"),
                                parameters.GetText("all_to_all"),
                                static_cast<std::uint32_t>(lookahead)};
    if (style.chunkBytes < 1)
    {
        throw ParameterError("chunk", "a chunk has at least one byte", "1MB is usual");
    }
    return style;
}

} // namespace echelon
