// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/arrangement-loader.h"

#include "input/field-table.h"

#include <algorithm>

namespace echelon
{

constexpr std::int64_t MAX_POSITIONS = 1000000;

const FieldTable PIPELINE{"pipeline",
                          "An arrangement whose ideal finish times have equal distances.",
                          {{"positions", Whole(1, MAX_POSITIONS), "number of positions", REQUIRED},
                           {"period", A_TIME, "from one ideal finish time to the next", REQUIRED}}};

const FieldTable FSDP{
    "fsdp",
    "The arrangement of the gathers of one iteration of fully sharded data parallelism.",
    {{"layers", Whole(1, MAX_POSITIONS / 2), "number of layers", REQUIRED},
     {"forward", A_TIME, "computation of a layer in the forward pass", REQUIRED},
     {"backward", A_TIME, "computation of a layer in the backward pass", REQUIRED}}};

const FieldTable ARRANGEMENT{
    "arrangement",
    "The shape of an EchelonFlow that is no coflow; exactly one of the keys.",
    {{"pipeline", ObjectOf("pipeline"), "equal distances"},
     {"fsdp", ObjectOf("fsdp"), "first the forward pass, then the backward pass"},
     {"offsets",
      ListOf("time", 1, MAX_POSITIONS),
      "one for each position, the first `\"0s\"`, never decreasing"}}};

const FieldTable GROUP{
    "group",
    "An EchelonFlow of an explicit workload.",
    {{"name", NameUpTo(200), "unique; flows name it in `group`", REQUIRED},
     {"arrangement", SPECIAL, "coflow", "`\"coflow\"`, or an object with the shape"},
     {"weight", Real(1e-9, 1e9), 1, "in the weighted sum of tardiness"}}};

/// An arrangement's last offset must stay a time that an input may state.
static void
CheckSpan(const JsonNode& node, double seconds)
{
    if (seconds > MAX_SECONDS)
    {
        node.Fail("the last ideal finish time is too far from the first", "at most 1e6 s");
    }
}

static Arrangement
LoadPipeline(const Fields& fields)
{
    const auto positions = fields.Get<std::uint32_t>("positions");
    const auto period = fields.Get<Time>("period");
    CheckSpan(fields, period.Seconds() * positions);
    return Arrangement::Pipeline(positions, period);
}

static Arrangement
LoadFsdp(const Fields& fields)
{
    const auto layers = fields.Get<std::uint32_t>("layers");
    const auto forward = fields.Get<Time>("forward");
    const auto backward = fields.Get<Time>("backward");
    CheckSpan(fields, (forward + backward).Seconds() * layers);
    return Arrangement::Fsdp(layers, forward, backward);
}

static Arrangement
LoadOffsets(const JsonNode& node)
{
    std::vector<Time> offsets;
    for (const JsonNode& item : node.Items(MAX_POSITIONS))
    {
        const Time offset = item.Duration();
        if (offsets.empty() && offset != Time())
        {
            item.Fail("the first offset is not 0", "offsets count from the start of the head flow");
        }
        if (!offsets.empty() && offset < offsets.back())
        {
            item.Fail("\"" + item.Text() + "\" is before the offset of the position ahead of it",
                      "ideal finish times do not decrease with the position");
        }
        offsets.push_back(offset);
    }
    if (offsets.empty())
    {
        node.Fail("there are no offsets", "give one per position, the first \"0s\"");
    }
    return Arrangement::Explicit(std::move(offsets));
}

Arrangement
LoadArrangement(const JsonNode& node)
{
    if (node.IsText())
    {
        node.Choice({"coflow"});
        return Arrangement::Coflow();
    }
    const Fields object(node.Object(), ARRANGEMENT);
    const auto members = object.Members();
    if (members.size() != 1)
    {
        object.Fail("an arrangement has exactly one shape",
                    R"("coflow", {"pipeline": …}, {"fsdp": …} or {"offsets": […]})");
    }
    const auto& [shape, value] = members.front();
    if (shape == "pipeline")
    {
        return LoadPipeline({value.Object(), PIPELINE});
    }
    return shape == "fsdp" ? LoadFsdp({value.Object(), FSDP}) : LoadOffsets(value);
}

GroupTable::GroupTable(TaskGraph& graph,
                       const std::optional<JsonNode>& declared,
                       const std::vector<JsonNode>& used)
{
    std::map<std::string, GroupTemplate> templates;
    if (declared)
    {
        for (const JsonNode& item : declared->Items(MAX_POSITIONS))
        {
            const Fields node(item.Object(), GROUP);
            GroupTemplate group;
            node.Read("name", group.name);
            group.connection = group.name;
            if (const auto arrangement = node.Find("arrangement"))
            {
                group.arrangement = LoadArrangement(*arrangement);
            }
            node.Read("weight", group.weight);
            if (!templates.emplace(group.name, group).second)
            {
                node.At("name").Fail("there are two groups \"" + group.name + "\"", "rename one");
            }
        }
    }
    for (const JsonNode& node : used)
    {
        const std::string& name = node.Name();
        if (templates.count(name) > 0)
        {
            continue;
        }
        if (declared)
        {
            std::vector<std::string> names;
            for (const auto& [known, group] : templates)
            {
                names.push_back(known);
            }
            names.resize(std::min<std::size_t>(names.size(), 20));
            node.Fail("there is no group \"" + name + "\"", SuggestionFor(name, names));
        }
        templates[name] = {name, name, Arrangement::Coflow(), 1.0};
    }
    for (const auto& [name, group] : templates)
    {
        m_index[name] = graph.AddGroup(group);
    }
}

GroupIndex
GroupTable::IndexOf(const JsonNode& name) const
{
    return m_index.at(name.Text());
}

} // namespace echelon
