// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What `echelon plan` says: the document echelon/plan/1 and the table for people.
 *
 *     OrderedJson document = PlanHead(subject);
 *     document["orders"].push_back(OrderFigures(planned, subject));
 *     PlanTable table(std::cout, subject);  table.Head();  table.Row(document["orders"][0]);
 *
 * Every key is in docs/reference/plan.md.
 */
#pragma once

#include "alltoall/plan-time.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/transmission-plan.h"
#include "network/topology.h"
#include "traffic/traffic-loader.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace echelon
{

/// An order of all that the fabric does not allow.
struct LeftOutOrder
{
    std::string order;
    std::string reason;
};

/// One all-to-all on one fabric.
struct PlanSubject
{
    std::string name; ///< of the file or generator
    LoadedTraffic traffic;
    PlanningFabric fabric;
    std::optional<Topology> topology; ///< rank r is its device r; none: `fabric` says all
    std::string topologyName;
    bool combine = false;
    std::uint64_t seed = 1;
    double gap = 0;
    std::vector<LeftOutOrder> leftOut{};
};

/// One order's plan for it.
struct PlannedOrder
{
    std::string order;
    TransmissionPlan plan;
    PlanTiming timing;
    double planningSeconds = 0;
};

/// The document up to its orders, which are an empty array.
nlohmann::ordered_json PlanHead(const PlanSubject& subject);

/// An entry of "orders", without its transmissions.
nlohmann::ordered_json OrderFigures(const PlannedOrder& planned, const PlanSubject& subject);

class PlanTable
{
  public:
    PlanTable(std::ostream& out, const std::vector<std::string>& orders);

    /// @param head of PlanHead.
    void Head(const nlohmann::ordered_json& head, const PlanSubject& subject);
    /// @param figures of OrderFigures.
    void Row(const nlohmann::ordered_json& figures);

  private:
    void Line(const std::vector<std::string>& cells);

    std::ostream& m_out;
    std::vector<std::size_t> m_widths;
    bool m_showsReading = false; ///< bounds differ between readings
};

} // namespace echelon
