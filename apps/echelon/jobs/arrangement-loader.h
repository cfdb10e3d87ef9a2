// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The EchelonFlows that an explicit workload declares: their names, arrangements and weights.
 *
 *     GroupTable groups(graph, workload.Find("groups"));
 *     GroupIndex g = groups.IndexOf(task.At("group"));
 *
 * Groups enter the graph in the order of their names, so that the order of input does not matter.
 * Without a declaration list every name is a coflow. Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "taskgraph/task-graph.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace echelon
{

/// "coflow", {"pipeline": …}, {"fsdp": …} or {"offsets": […]}.
Arrangement LoadArrangement(const JsonNode& node);

/// Names of groups to their indices in one task graph.
class GroupTable
{
  public:
    /**
     * @param declared the workload's "groups", if any.
     * @param used the "group" values of all flows, in any order.
     */
    GroupTable(TaskGraph& graph,
               const std::optional<JsonNode>& declared,
               const std::vector<JsonNode>& used);

    GroupIndex IndexOf(const JsonNode& name) const;

  private:
    std::map<std::string, GroupIndex> m_index;
};

} // namespace echelon
