// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/explicit-workload.h"

#include "jobs/arrangement-loader.h"
#include "jobs/coflow-workload.h"
#include "jobs/workload-fields.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <tuple>

namespace echelon
{

namespace
{

const std::vector<std::string> TASK_KINDS{"compute", "flow", "barrier", "delay"};

const std::vector<Field> TASK_FIELDS{
    {"id", NameUpTo(200), "unique in the workload", REQUIRED},
    {"kind", OneOf(TASK_KINDS), "what the task does", REQUIRED},
    {"after", ListOf("text", 0, MAX_EXPLICIT_TASKS), "ids of the tasks that it waits for"}};

const std::vector<Field> TRANSFER_FIELDS{
    {"source", AN_INDEX, "device that sends", REQUIRED},
    {"destination", AN_INDEX, "device that receives", REQUIRED},
    {"bytes", ASize(1), "size of the flow", REQUIRED},
    {"position", Whole(0, 1000000), 0, "in the arrangement of the group"},
    {"count", Whole(1, 1000000), 1, "number of identical flows"}};

const FieldTable COMPUTE{"compute",
                         "A task that computes.",
                         {{"device", AN_INDEX, "where it computes", REQUIRED},
                          {"duration", A_TIME, "how long it computes", REQUIRED},
                          {"stream", Whole(0, 63), 0, "streams of a device run side by side"},
                          {"label", NameUpTo(200), "its name in results; the id if left out"}},
                         TASK_FIELDS};
const FieldTable FLOW_TASK{
    "flow",
    "A task that sends.",
    Joined({{"group", NameUpTo(200), "the EchelonFlow that it belongs to", REQUIRED}},
           TRANSFER_FIELDS),
    TASK_FIELDS};
const FieldTable DELAY{"delay",
                       "A task that takes time and nothing else.",
                       {{"duration", A_TIME, "how long it takes", REQUIRED}},
                       TASK_FIELDS};
const FieldTable BARRIER{"barrier", "A task that takes no time.", {}, TASK_FIELDS};

const FieldTable FLOW{
    "transfer",
    "An entry of `flows`.",
    {{"release", A_TIME, "0s", "when the flow starts, after the job's arrival"},
     {"group", NameUpTo(200), "its EchelonFlow; a coflow of its own if left out"}},
    TRANSFER_FIELDS};

const Field GROUPS{"groups",
                   ListOf("group", 0, MAX_EXPLICIT_TASKS),
                   "the EchelonFlows; without it every name stands for a coflow"};
const FieldTable TASKS{"tasks",
                       "A task graph by hand.",
                       {{"tasks", SPECIAL, "its tasks, at least one", REQUIRED}, GROUPS},
                       WorkloadFields("tasks")};
const FieldTable FLOWS{
    "flows",
    "A list of transfers.",
    {{"flows", ListOf("transfer", 1, MAX_EXPLICIT_TASKS), "its transfers", REQUIRED}, GROUPS},
    WorkloadFields("flows")};

DeviceId
LoadDevice(const JsonNode& node, const std::vector<DeviceId>& devices)
{
    const std::int64_t last = static_cast<std::int64_t>(devices.size()) - 1;
    return devices[static_cast<std::size_t>(node.Integer(0, last))];
}

/// "t2" before "t10".
bool
NaturalLess(const std::string& a, const std::string& b)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size())
    {
        if (isDigit(a[i]) && isDigit(b[j]))
        {
            const auto run = [&](const std::string& s, std::size_t from) {
                std::size_t to = from;
                while (to < s.size() && isDigit(s[to]))
                {
                    ++to;
                }
                while (from + 1 < to && s[from] == '0')
                {
                    ++from;
                }
                return std::pair(s.substr(from, to - from), to);
            };
            const auto [x, endOfX] = run(a, i);
            const auto [y, endOfY] = run(b, j);
            if (x != y)
            {
                return x.size() != y.size() ? x.size() < y.size() : x < y;
            }
            i = endOfX;
            j = endOfY;
        }
        else if (a[i] != b[j])
        {
            return a[i] < b[j];
        }
        else
        {
            ++i;
            ++j;
        }
    }
    return a.size() - i != b.size() - j ? a.size() - i < b.size() - j : a < b;
}

/// What tasks of kind "flow" and entries of "flows" share.
FlowTemplate
LoadTransfer(const Fields& fields, const std::vector<DeviceId>& devices)
{
    FlowTemplate flow;
    flow.source = LoadDevice(fields.At("source"), devices);
    flow.destination = LoadDevice(fields.At("destination"), devices);
    fields.Read("bytes", flow.bytes);
    fields.Read("position", flow.position);
    fields.Read("count", flow.multiplicity);
    return flow;
}

/// The "group" of every entry that has one.
std::vector<JsonNode>
GroupNames(const std::vector<JsonNode>& items)
{
    std::vector<JsonNode> names;
    for (const JsonNode& item : items)
    {
        if (const auto group = item.Find("group"))
        {
            names.push_back(*group);
        }
    }
    return names;
}

TaskId
AddTask(TaskGraph& graph,
        const JsonNode& node,
        const std::vector<DeviceId>& devices,
        const GroupTable& groups)
{
    const std::string& kind = node.At("kind").Choice(TASK_KINDS);
    if (kind == "compute")
    {
        const Fields fields(node, COMPUTE);
        return graph.AddCompute(LoadDevice(fields.At("device"), devices),
                                fields.Get<Time>("duration"),
                                fields.Get<std::string>(fields.Has("label") ? "label" : "id"),
                                fields.Get<std::uint16_t>("stream"));
    }
    if (kind == "flow")
    {
        const Fields fields(node, FLOW_TASK);
        FlowTemplate flow = LoadTransfer(fields, devices);
        flow.group = groups.IndexOf(fields.At("group"));
        return graph.AddFlow(flow);
    }
    if (kind == "delay")
    {
        return graph.AddDelay(Fields(node, DELAY).Get<Time>("duration"));
    }
    node.AllowKeys(BARRIER.Keys());
    return graph.AddBarrier();
}

/// @param nodes by task id.
void
RequireAcyclic(const TaskGraph& graph, const std::vector<JsonNode>& nodes)
{
    if (const std::optional<TaskId> stuck = graph.FirstStuck())
    {
        const JsonNode& node = nodes[stuck->Value()];
        node.At("after").Fail("the task \"" + node.At("id").Text() + "\" waits for itself",
                              "remove one dependency of the cycle");
    }
}

TaskGraph
LoadTasks(const JsonNode& workload, const std::vector<DeviceId>& devices)
{
    workload.AllowKeys(TASKS.Keys());
    std::vector<std::pair<std::string, JsonNode>> named;
    for (const JsonNode& item : workload.At("tasks").Items(MAX_EXPLICIT_TASKS))
    {
        const JsonNode node = item.Object();
        named.emplace_back(node.At("id").Name(), node);
    }
    if (named.empty())
    {
        workload.At("tasks").Fail("there are no tasks", "a job does at least one thing");
    }
    std::stable_sort(named.begin(), named.end(), [](const auto& a, const auto& b) {
        return NaturalLess(a.first, b.first);
    });
    std::vector<JsonNode> nodes;
    for (const auto& [id, node] : named)
    {
        nodes.push_back(node);
    }
    TaskGraph graph;
    const GroupTable groups(graph, workload.Find("groups"), GroupNames(nodes));
    std::map<std::string, TaskId> taskOf;
    for (const auto& [id, node] : named)
    {
        if (!taskOf.emplace(id, AddTask(graph, node, devices, groups)).second)
        {
            node.At("id").Fail("there are two tasks \"" + id + "\"", "rename one");
        }
    }
    for (const auto& [id, node] : named)
    {
        const auto after = node.Find("after");
        if (!after)
        {
            continue;
        }
        // In order of the tasks, so that the order of the list is no part of the graph.
        std::set<TaskId> befores;
        for (const JsonNode& before : after->Items(MAX_EXPLICIT_TASKS))
        {
            const auto it = taskOf.find(before.Text());
            if (it == taskOf.end())
            {
                before.Fail("there is no task \"" + before.Text() + "\"",
                            "\"after\" lists ids of tasks of the same workload");
            }
            befores.insert(it->second);
        }
        for (const TaskId before : befores)
        {
            graph.AddDependency(before, taskOf.at(id));
        }
    }
    RequireAcyclic(graph, nodes);
    return graph;
}

/// An entry of "flows".
struct ReleasedFlow
{
    Time release;
    FlowTemplate flow;
    std::optional<JsonNode> group;
};

TaskGraph
LoadFlows(const JsonNode& workload, const std::vector<DeviceId>& devices)
{
    workload.AllowKeys(FLOWS.Keys());
    std::vector<ReleasedFlow> flows;
    std::vector<JsonNode> nodes;
    for (const JsonNode& item : workload.At("flows").Items(MAX_EXPLICIT_TASKS))
    {
        const Fields node(item.Object(), FLOW);
        flows.push_back(
            {node.Get<Time>("release"), LoadTransfer(node, devices), node.Find("group")});
        nodes.push_back(node);
    }
    if (flows.empty())
    {
        workload.At("flows").Fail("there are no flows", "a job does at least one thing");
    }
    TaskGraph graph;
    const GroupTable groups(graph, workload.Find("groups"), GroupNames(nodes));
    const auto key = [](const ReleasedFlow& f) {
        return std::tuple(f.release,
                          f.flow.source,
                          f.flow.destination,
                          f.flow.bytes,
                          f.group ? f.group->Text() : std::string(),
                          f.flow.position,
                          f.flow.multiplicity);
    };
    std::stable_sort(flows.begin(), flows.end(), [&](const auto& a, const auto& b) {
        return key(a) < key(b);
    });
    std::optional<TaskId> delay;
    for (std::size_t i = 0; i < flows.size(); ++i)
    {
        ReleasedFlow& entry = flows[i];
        if (entry.group)
        {
            entry.flow.group = groups.IndexOf(*entry.group);
        }
        else
        {
            const std::string name = fmt::format("flow {}", i);
            entry.flow.group = graph.AddGroup({name, name, Arrangement::Coflow(), 1.0});
        }
        const TaskId task = graph.AddFlow(entry.flow);
        if (entry.release > Time())
        {
            if (i == 0 || flows[i - 1].release != entry.release)
            {
                delay = graph.AddDelay(entry.release);
            }
            graph.AddDependency(*delay, task);
        }
    }
    return graph;
}

} // namespace

bool
IsExplicitWorkload(const JsonNode& workload)
{
    const auto kind = workload.Find("kind");
    return kind && kind->IsText() &&
           (kind->Text() == "tasks" || kind->Text() == "flows" || kind->Text() == "coflows");
}

std::int64_t
RanksOf(const JsonNode& workload)
{
    if (workload.At("kind").Text() == "coflows")
    {
        return PlacesOf(workload);
    }
    std::int64_t ranks = 1;
    const auto list = workload.Find(workload.At("kind").Text());
    if (!list || !list->IsArray())
    {
        return ranks;
    }
    for (const Json& item : list->Value())
    {
        for (const char* key : {"device", "source", "destination"})
        {
            const auto value = item.is_object() ? item.find(key) : item.end();
            if (item.is_object() && value != item.end() && value->is_number_unsigned())
            {
                const auto rank = std::min<std::uint64_t>(value->get<std::uint64_t>(), 1U << 30);
                ranks = std::max(ranks, static_cast<std::int64_t>(rank) + 1);
            }
        }
    }
    return ranks;
}

TaskGraph
LoadExplicitWorkload(const JsonNode& workload, const std::vector<DeviceId>& devices)
{
    if (workload.At("kind").Text() == "coflows")
    {
        return BuildCoflowGraph(LoadCoflows(workload, static_cast<std::int64_t>(devices.size())),
                                devices);
    }
    return workload.At("kind").Text() == "tasks" ? LoadTasks(workload, devices)
                                                 : LoadFlows(workload, devices);
}

} // namespace echelon
