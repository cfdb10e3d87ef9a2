// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Builds a task graph from what each rank does, one operation after the other, as message-passing
 * programs and traces tell it.
 *
 *     RankProgram program({DeviceId(0), DeviceId(4)});         // the device of each rank
 *     program.Compute(0, T, "F0");
 *     program.Send(0, 1, 25000000, 7);                         // to rank 1, with tag 7
 *     program.Receive(1, 0, 7);
 *     program.Compute(1, T, "F0");
 *     TaskGraph graph = program.Build();
 *
 * The operations of a rank follow one another: a computation starts when the operation before has
 * ended, and what follows a receive waits for the message. A send does not hold its rank up. The
 * n-th send from one rank to another with a tag belongs to the n-th receive there with that tag.
 * A collective is named by (group, sequence): it starts when all its members have come to it, and
 * all go on when it has ended. `addCollective` puts its flows between the two barriers.
 *
 * Complexity: O(log n) for an operation, besides the tasks of collectives. Errors: Build throws
 * ParameterError for a send without a receive, a receive without a send, a collective that not all
 * members come to, and ranks that wait for each other.
 */
#pragma once

#include "taskgraph/task-graph.h"

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace echelon
{

class RankProgram
{
  public:
    using Rank = std::uint32_t;

    /// Adds the flows of a collective after `begin` and before `end`.
    using AddCollective = std::function<void(TaskGraph& graph, TaskId begin, TaskId end)>;

    explicit RankProgram(std::vector<DeviceId> devices);

    void Compute(Rank rank, Time duration, std::string_view label);

    /// @param bytes > 0. Each pair of ranks and tag is one group of the graph.
    void Send(Rank rank, Rank to, Bytes bytes, std::uint32_t tag);
    void Receive(Rank rank, Rank from, std::uint32_t tag);

    /// Every member calls this once. The function of the member that comes first counts.
    /// @param members how many ranks take part.
    void Collective(Rank rank,
                    std::uint32_t group,
                    std::uint32_t sequence,
                    std::uint32_t members,
                    const AddCollective& addCollective);

    /// @throws ParameterError for a program that cannot run to its end.
    TaskGraph Build();

  private:
    using Channel = std::tuple<Rank, Rank, std::uint32_t>; ///< from, to, tag

    /// The flows of a channel and what waits for them, each in order.
    struct Messages
    {
        GroupIndex group = 0;
        std::vector<TaskId> flows;
        std::vector<TaskId> receives;
    };

    struct Meeting
    {
        TaskId begin;
        TaskId end;
        std::uint32_t members = 0;
        std::uint32_t arrived = 0;
    };

    Messages& MessagesOf(const Channel& channel);
    /// The task comes after the rank's operation before, and what follows waits for `last`.
    void Continue(Rank rank, TaskId first, TaskId last);

    TaskGraph m_graph;
    std::vector<DeviceId> m_devices;
    std::vector<std::optional<TaskId>> m_last; ///< by rank: what its next operation waits for
    std::map<Channel, Messages> m_messages;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Meeting> m_meetings;
};

} // namespace echelon
