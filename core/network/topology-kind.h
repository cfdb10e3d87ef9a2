// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What a kind of topology is told, and what it makes of that.
 *
 *     TopologyEntry entry{"ring",
 *                         "Switches in a ring.",
 *                         {{"switches", TopologyParameter::COUNT, "number of switches", true},
 *                          {"link", TopologyParameter::LINK, "between neighbours", true}},
 *                         HostsOfRing,
 *                         MakeRing};
 *     Topology topology = entry.make({{{"switches", 5}}, {{"link", {100e9, delay}}}}, server);
 *
 * The loader of topologies and the schemas follow the parameters. How hosts are attached
 * (network/host-links.h) is the same for all kinds. Errors: ParameterError that names a parameter.
 */
#pragma once

#include "network/host-links.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace echelon
{

/// Hosts of the largest topology.
inline constexpr std::uint32_t MOST_HOSTS = 65536;

/// A number or a link between switches.
struct TopologyParameter
{
    enum Type
    {
        COUNT,  ///< a whole number
        NUMBER, ///< a real number
        LINK,   ///< rate and delay
    };

    std::string name;
    Type type;
    std::string help; ///< one line of plain text or Markdown
    bool isRequired = false;
    double least = 1; ///< of a number
    double largest = MOST_HOSTS;
};

/// What is said of a topology, by the names of the parameters. What is left out is not in the maps.
struct TopologyValues
{
    std::map<std::string, double> numbers;
    std::map<std::string, LinkSpec> links; ///< of rate 0 where the rate is left out

    std::uint32_t Count(const std::string& name) const
    {
        return static_cast<std::uint32_t>(numbers.at(name));
    }
};

struct TopologyEntry
{
    std::string name;
    std::string summary;
    std::vector<TopologyParameter> parameters;
    /// The number of hosts. Refuses what would be too large before memory is taken for it.
    std::uint32_t (*hosts)(const TopologyValues& values);
    Topology (*make)(const TopologyValues& values, const ServerSpec& server);
};

} // namespace echelon
