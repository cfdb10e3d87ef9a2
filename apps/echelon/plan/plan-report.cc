// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan-report.h"

#include "alltoall/entry-durations.h"
#include "base/units.h"
#include "support/printable.h"
#include "support/table-text.h"

#include <algorithm>

namespace echelon
{

using OrderedJson = nlohmann::ordered_json;

static bool
HasServers(const PlanningFabric& fabric)
{
    return fabric.scaleUpRate > 0;
}

/// A host's GPUs may share its interfaces, directly or by relays: only all of their bytes count.
static double
BoundOf(const PlanSubject& subject)
{
    return LowerBound(subject.traffic.matrix, subject.fabric, HasServers(subject.fabric));
}

static OrderedJson
RoutingFigures(const LoadedRouting& routing)
{
    OrderedJson figures;
    if (routing.tokens > 0)
    {
        figures["tokens"] = routing.tokens;
    }
    figures["experts"] = routing.experts;
    figures["top_k"] = routing.topK;
    figures["bytes_per_copy"] = routing.tokenBytes;
    figures["deduplicate"] = routing.deduplicated;
    figures["placement"] = routing.placement;
    figures["tokens_per_expert"] = routing.tokensOfExpert;
    figures["tokens_per_gpu"] = routing.tokensOnGpu;
    return figures;
}

static std::string
RatesText(const PlanningFabric& fabric)
{
    const auto [least, most] = std::minmax_element(fabric.portRate.begin(), fabric.portRate.end());
    return *least == *most ? FormatRate(*least) : FormatRate(*least) + " to " + FormatRate(*most);
}

OrderedJson
PlanHead(const PlanSubject& subject)
{
    const TrafficMatrix& matrix = subject.traffic.matrix;
    OrderedJson traffic{{"name", Printable(subject.name)},
                        {"format", subject.traffic.format},
                        {"collective", subject.combine ? "combine" : "dispatch"},
                        {"bytes", matrix.Total()},
                        {"busiest_port_bytes", matrix.BusiestPort()}};
    if (subject.traffic.routing)
    {
        traffic["routing"] = RoutingFigures(*subject.traffic.routing);
    }
    OrderedJson document{{"schema", "echelon/plan/1"},
                         {"traffic", std::move(traffic)},
                         {"gpus", matrix.Size()}};
    if (subject.topology)
    {
        document["topology"] = Printable(subject.topologyName);
    }
    if (subject.fabric.Homogeneous())
    {
        document["port_rate_bps"] = subject.fabric.portRate.front();
    }
    else
    {
        document["port_rates_bps"] = subject.fabric.portRate;
    }
    document["seed"] = subject.seed;
    document["gap"] = subject.gap;
    document["bound_s"] = BoundOf(subject);
    if (!subject.fabric.Homogeneous())
    {
        document["bound_one_sender_s"] = OneSenderBound(matrix, subject.fabric);
    }
    if (HasServers(subject.fabric))
    {
        document["bound_own_ports_s"] = LowerBound(matrix, subject.fabric);
    }
    for (const LeftOutOrder& left : subject.leftOut)
    {
        document["left_out"].push_back({{"order", left.order}, {"reason", left.reason}});
    }
    document["orders"] = OrderedJson::array();
    return document;
}

OrderedJson
OrderFigures(const PlannedOrder& planned, const PlanSubject& subject)
{
    std::size_t transmissions = 0;
    double bytes = 0;
    for (const Stage& stage : planned.plan.stages)
    {
        transmissions += stage.transmissions.size();
        for (const Transmission& one : stage.transmissions)
        {
            bytes += static_cast<double>(one.bytes);
        }
    }
    const std::size_t stages = planned.plan.stages.size();
    const double makespan = planned.timing.makespan.Seconds();
    const double bound = BoundOf(subject);
    return {{"order", planned.order},
            {"rule", std::string(ToText(planned.plan.rule))},
            {"reading", planned.plan.rule == StartRule::EXCLUSIVE ? "one-sender" : "fluid"},
            {"makespan_s", makespan},
            {"ratio", bound > 0 ? makespan / bound : 1.0},
            {"stages", stages},
            {"bytes_per_stage", stages > 0 ? bytes / static_cast<double>(stages) : 0.0},
            {"transmission_count", transmissions},
            {"fan_in", planned.timing.fanIn},
            {"planning_s", planned.planningSeconds}};
}

PlanTable::PlanTable(std::ostream& out, const std::vector<std::string>& orders)
    : m_out(out)
{
    m_widths.push_back(5);
    for (const std::string& order : orders)
    {
        m_widths[0] = std::max(m_widths[0], order.size());
    }
}

void
PlanTable::Line(const std::vector<std::string>& cells)
{
    m_out << TableLine(cells, m_widths) << std::endl;
}

void
PlanTable::Head(const OrderedJson& head, const PlanSubject& subject)
{
    const OrderedJson& traffic = head["traffic"];
    m_out << traffic["name"].get<std::string>() << ": " << traffic["collective"].get<std::string>()
          << " of " << FormatBytes(traffic["bytes"].get<double>()) << " between " << head["gpus"]
          << (head["gpus"] == 1 ? " GPU" : " GPUs") << ", ports of " << RatesText(subject.fabric)
          << '\n';
    if (subject.traffic.routing)
    {
        const LoadedRouting& routing = *subject.traffic.routing;
        m_out << routing.topK << " of " << routing.experts << " experts per token, "
              << routing.tokenBytes << " bytes per copy, one copy per "
              << (routing.deduplicated ? "host" : "expert") << "; " << routing.placement << '\n';
    }
    m_showsReading = head.contains("bound_one_sender_s");
    m_out << "bound " << DurationText(head["bound_s"]);
    if (m_showsReading)
    {
        m_out << " fluid, " << DurationText(head["bound_one_sender_s"])
              << " with one sender per receiver";
    }
    if (head.contains("bound_own_ports_s"))
    {
        m_out << ", " << DurationText(head["bound_own_ports_s"])
              << " with every GPU on its own port";
    }
    m_out << "; " << FormatBytes(traffic["busiest_port_bytes"].get<double>())
          << " through the busiest port\n";
    for (const LeftOutOrder& left : subject.leftOut)
    {
        m_out << "left out: " << left.reason << '\n';
    }
    m_out << '\n';
    m_widths.resize(1);
    std::vector<std::string> titles{"order",
                                    "makespan",
                                    "to bound",
                                    "stages",
                                    "per stage",
                                    "fan-in"};
    if (m_showsReading)
    {
        titles.emplace_back("reading");
    }
    titles.emplace_back("planning");
    for (std::size_t i = 1; i < titles.size(); ++i)
    {
        m_widths.push_back(
            std::max<std::size_t>(titles[i].size(), titles[i] == "reading" ? 10 : 9));
    }
    Line(titles);
}

void
PlanTable::Row(const OrderedJson& figures)
{
    std::vector<std::string> cells{figures["order"],
                                   DurationText(figures["makespan_s"]),
                                   FixedText(figures["ratio"], 4, ""),
                                   std::to_string(figures["stages"].get<std::size_t>()),
                                   FormatBytes(figures["bytes_per_stage"]),
                                   std::to_string(figures["fan_in"].get<std::uint32_t>())};
    if (m_showsReading)
    {
        cells.push_back(figures["reading"]);
    }
    cells.push_back(DurationText(figures["planning_s"]));
    Line(cells);
}

} // namespace echelon
