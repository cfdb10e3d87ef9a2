// SPDX-License-Identifier: GPL-2.0-only
#include "jobs/arrangement-loader.h"

#include <algorithm>

namespace echelon
{

namespace
{

constexpr std::int64_t MAX_POSITIONS = 1000000;

/// An arrangement's last offset must stay a time that an input may state.
void
CheckSpan(const JsonNode& node, double seconds)
{
    if (seconds > MAX_SECONDS)
    {
        node.Fail("the last ideal finish time is too far from the first", "at most 1e6 s");
    }
}

Arrangement
LoadPipeline(const JsonNode& node)
{
    node.AllowKeys({"positions", "period"});
    const std::int64_t positions = node.At("positions").Integer(1, MAX_POSITIONS);
    const Time period = node.At("period").Duration();
    CheckSpan(node, period.Seconds() * static_cast<double>(positions));
    return Arrangement::Pipeline(static_cast<std::uint32_t>(positions), period);
}

Arrangement
LoadFsdp(const JsonNode& node)
{
    node.AllowKeys({"layers", "forward", "backward"});
    const std::int64_t layers = node.At("layers").Integer(1, MAX_POSITIONS / 2);
    const Time forward = node.At("forward").Duration();
    const Time backward = node.At("backward").Duration();
    CheckSpan(node, (forward + backward).Seconds() * static_cast<double>(layers));
    return Arrangement::Fsdp(static_cast<std::uint32_t>(layers), forward, backward);
}

Arrangement
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

} // namespace

Arrangement
LoadArrangement(const JsonNode& node)
{
    if (node.IsText())
    {
        node.Choice({"coflow"});
        return Arrangement::Coflow();
    }
    const JsonNode object = node.Object();
    object.AllowKeys({"pipeline", "fsdp", "offsets"});
    const auto members = object.Members();
    if (members.size() != 1)
    {
        object.Fail("an arrangement has exactly one shape",
                    R"("coflow", {"pipeline": …}, {"fsdp": …} or {"offsets": […]})");
    }
    const auto& [shape, value] = members.front();
    if (shape == "pipeline")
    {
        return LoadPipeline(value.Object());
    }
    return shape == "fsdp" ? LoadFsdp(value.Object()) : LoadOffsets(value);
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
            const JsonNode node = item.Object();
            node.AllowKeys({"name", "arrangement", "weight"});
            GroupTemplate group;
            group.name = node.At("name").Name();
            group.connection = group.name;
            if (const auto arrangement = node.Find("arrangement"))
            {
                group.arrangement = LoadArrangement(*arrangement);
            }
            if (const auto weight = node.Find("weight"))
            {
                group.weight = weight->Number(1e-9, 1e9);
            }
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
