// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Flows and EchelonFlows (flow groups).
 *
 *     FlowGroup group{GroupId(0), JobId(0), 0, "pp s0->s1", Arrangement::Pipeline(8, T), 1.0};
 *     Flow flow{FlowId(0), group.id, DeviceId(0), DeviceId(8), 25000000, 1, 3, topology.Route(…)};
 *
 * Reference time r of a group: the start of the first of its flows to start. Ideal finish time of a flow: r + the arrangement's
 * offset at the flow's position. Flow tardiness: finish - ideal finish. EchelonFlow tardiness: the largest over its flows.
 * (Pan et al., HotNets 2022, Section 3.) A finish is the arrival of the last byte at the destination.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "flow/arrangement.h"
#include "topology/path.h"

#include <string>

namespace echelon
{

/// An EchelonFlow; a coflow when the arrangement is Arrangement::Coflow().
struct FlowGroup
{
    GroupId id;
    JobId job;
    std::uint32_t iteration = 0;
    std::string name; ///< what it carries: "dp bucket 3 stage 0", "pp forward 0->1", …
    Arrangement arrangement = Arrangement::Coflow();
    double weight = 1.0; ///< > 0
};

/// A transfer of bytes from one device to another along one path.
struct Flow
{
    FlowId id;
    GroupId group;
    DeviceId source;
    DeviceId destination;
    Bytes bytes = 0;                ///< of one flow, > 0
    std::uint32_t multiplicity = 1; ///< a bundle of this many identical flows; rates and bytes below are the bundle's
    std::uint32_t position = 0;     ///< in the group's arrangement
    Path path;

    /// Bits of the whole bundle.
    double Bits() const
    {
        return 8.0 * static_cast<double>(bytes) * multiplicity;
    }
};

} // namespace echelon
