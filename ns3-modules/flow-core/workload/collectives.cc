// SPDX-License-Identifier: GPL-2.0-only
#include "workload/collectives.h"

#include "base/contracts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

namespace echelon
{

namespace
{

/// Where a schedule's flows go in the graph.
struct Target
{
    TaskGraph& graph;
    const Topology& topology;
    const std::vector<DeviceId>& ranks;
    GroupIndex group;
    std::uint32_t position;

    TaskId AddFlow(const Transfer& transfer, Bytes bytes) const
    {
        return graph.AddFlow(
            {group, ranks[transfer.source], ranks[transfer.destination], bytes, position, 1});
    }

    Time Delay(const Transfer& transfer) const
    {
        // Equal-cost paths have equal delays, so any key will do.
        return topology.Delay(
            topology.Route(ranks[transfer.source], ranks[transfer.destination], 0));
    }
};

/// One entry per ordered pair of ranks.
template <class T>
class PairTable
{
  public:
    PairTable(std::size_t ranks, T initial)
        : m_ranks(ranks),
          m_entries(ranks * ranks, initial)
    {
    }

    T& At(const Transfer& transfer)
    {
        return m_entries[transfer.source * m_ranks + transfer.destination];
    }

    T& At(std::size_t source, std::size_t destination)
    {
        return m_entries[source * m_ranks + destination];
    }

  private:
    std::size_t m_ranks;
    std::vector<T> m_entries;
};

std::vector<TaskId>
AddFlows(const Target& target, const CollectiveSchedule& schedule, const std::vector<TaskId>& ready)
{
    TaskGraph& graph = target.graph;
    const std::size_t n = target.ranks.size();
    PairTable<Bytes> bytes(n, 0);
    for (const Transfer& transfer : schedule.transfers)
    {
        bytes.At(transfer) += transfer.Size();
    }
    const TaskId start = graph.AddBarrier();
    for (std::size_t rank = 0; rank < ready.size(); ++rank)
    {
        if (rank == 0 || ready[rank] != ready[rank - 1])
        {
            graph.AddDependency(ready[rank], start);
        }
    }
    std::vector<TaskId> flows;
    Time longest;
    // In the order of the schedule, so that a ring's flows are numbered along the ring.
    for (const Transfer& transfer : schedule.transfers)
    {
        Bytes& pair = bytes.At(transfer);
        if (pair > 0)
        {
            flows.push_back(target.AddFlow(transfer, pair));
            graph.AddDependency(start, flows.back());
            longest = std::max(longest, target.Delay(transfer));
            pair = 0;
        }
    }
    TaskId done = graph.AddBarrier();
    for (const TaskId flow : flows)
    {
        graph.AddDependency(flow, done);
    }
    if (schedule.forwards && schedule.steps > 1 && longest > Time())
    {
        const TaskId latency = graph.AddDelay((schedule.steps - 1) * longest);
        graph.AddDependency(done, latency);
        done = latency;
    }
    return std::vector<TaskId>(n, done);
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

std::vector<TaskId>
AddTransfers(const Target& target,
             const CollectiveSchedule& schedule,
             Bytes chunkBytes,
             const std::vector<TaskId>& ready)
{
    TaskGraph& graph = target.graph;
    const std::size_t n = target.ranks.size();
    PairTable<std::optional<TaskId>> last(n, std::nullopt);
    std::vector<std::optional<TaskId>> lastSent(n);
    std::vector<std::vector<Placed>> received(n);
    for (const Transfer& transfer : schedule.transfers)
    {
        const std::size_t chunks = static_cast<std::size_t>((transfer.Size() - 1) / chunkBytes) + 1;
        const Placed placed{transfer, TaskId(graph.Tasks().size())};
        // Where nothing is forwarded, only the sender's own order makes the steps.
        std::optional<TaskId>& previous =
            schedule.forwards ? last.At(transfer) : lastSent[transfer.source];
        for (std::size_t c = 0; c < chunks; ++c)
        {
            const Bytes begin = transfer.begin + static_cast<Bytes>(c) * chunkBytes;
            const Bytes size = std::min(chunkBytes, transfer.end - begin);
            const TaskId task = target.AddFlow(transfer, size);
            if (previous)
            {
                graph.AddDependency(*previous, task);
            }
            if (!last.At(transfer) && !ready.empty())
            {
                graph.AddDependency(ready[transfer.source], task);
                graph.AddDependency(ready[transfer.destination], task);
            }
            previous = task;
            last.At(transfer) = task;
        }
        if (schedule.forwards)
        {
            for (const Placed& input : received[transfer.source])
            {
                if (input.transfer.begin >= transfer.end || input.transfer.end <= transfer.begin)
                {
                    continue;
                }
                for (std::size_t c = 0; c < chunks; ++c)
                {
                    const Bytes begin = transfer.begin + static_cast<Bytes>(c) * chunkBytes;
                    const Bytes end = std::min(begin + chunkBytes, transfer.end);
                    if (begin < input.transfer.end && end > input.transfer.begin)
                    {
                        graph.AddDependency(ChunkBefore(input, end, chunkBytes),
                                            TaskId(placed.first.Value() + c));
                    }
                }
            }
            received[transfer.destination].push_back(placed);
        }
    }
    std::vector<TaskId> done;
    for (std::size_t rank = 0; rank < n; ++rank)
    {
        done.push_back(graph.AddBarrier());
        if (!ready.empty())
        {
            graph.AddDependency(ready[rank], done.back());
        }
        for (std::size_t other = 0; other < n; ++other)
        {
            for (const std::optional<TaskId>& task : {last.At(rank, other), last.At(other, rank)})
            {
                if (task)
                {
                    graph.AddDependency(*task, done.back());
                }
            }
        }
    }
    return done;
}

} // namespace

std::vector<TaskId>
AddSchedule(TaskGraph& graph,
            const Topology& topology,
            const std::vector<DeviceId>& ranks,
            const CollectiveSchedule& schedule,
            const CollectiveStyle& style,
            GroupIndex group,
            std::uint32_t position,
            const std::vector<TaskId>& ready)
{
    ECHELON_REQUIRE(ready.empty() || ready.size() == ranks.size(), "one ready task per rank");
    ECHELON_REQUIRE(style.chunkBytes > 0, "a chunk has at least one byte");
    if (schedule.transfers.empty())
    {
        return ready.empty() ? std::vector<TaskId>(ranks.size(), graph.AddBarrier()) : ready;
    }
    const Target target{graph, topology, ranks, group, position};
    switch (style.granularity)
    {
    case Granularity::FLOW:
        return AddFlows(target, schedule, ready);
    case Granularity::STEP:
        return AddTransfers(target, schedule, std::numeric_limits<Bytes>::max() / 2, ready);
    case Granularity::CHUNK:
        return AddTransfers(target, schedule, style.chunkBytes, ready);
    }
    throw ContractViolation("unknown granularity");
}

std::vector<TaskId>
AddCollective(TaskGraph& graph,
              const Topology& topology,
              const CollectiveSpec& spec,
              GroupIndex group,
              std::uint32_t position,
              const std::vector<TaskId>& ready)
{
    const auto n = static_cast<std::uint32_t>(spec.ranks.size());
    const CollectiveSchedule schedule =
        MakeSchedule(spec.kind, spec.style.allReduce, n, spec.bytes);
    if (spec.kind == CollectiveKind::ALL_TO_ALL && spec.style.PlansAllToAlls())
    {
        std::vector<std::vector<Bytes>> matrix(n, std::vector<Bytes>(n));
        for (const Transfer& transfer : schedule.transfers)
        {
            matrix[transfer.source][transfer.destination] += transfer.Size();
        }
        return AddAllToAll(graph, topology, spec.ranks, matrix, spec.style, group, position, ready);
    }
    return AddSchedule(graph, topology, spec.ranks, schedule, spec.style, group, position, ready);
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
            const std::vector<DeviceId>& ranks,
            const std::vector<std::vector<Bytes>>& matrix,
            const CollectiveStyle& style,
            GroupIndex group,
            std::uint32_t position,
            const std::vector<TaskId>& ready)
{
    const std::uint32_t n = static_cast<std::uint32_t>(ranks.size());
    ECHELON_REQUIRE(matrix.size() == n, "one row per rank");
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
                schedule.transfers.push_back({step, rank, to, 0, matrix[rank][to]});
            }
        }
    }
    return AddSchedule(graph, topology, ranks, schedule, style, group, position, ready);
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
             "at-once",
             "order of all-to-all transmissions; at-once: as the granularity says",
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
