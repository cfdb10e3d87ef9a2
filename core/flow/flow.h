// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Flows, and what the group of a flow (its EchelonFlow) means for it.
 *
 *     const Route route = router.Choose(DeviceId(0), DeviceId(8), key);
 *     Flow flow{FlowId(0), GroupId(0), DeviceId(0), DeviceId(8), 25000000, 1, 3, route};
 *     Time ideal = reference + arrangement.Offset(flow.position);
 *
 * Reference time r of a group: the start of the first of its flows to start. Ideal finish time of a
 * flow: r + the arrangement's offset at the flow's position. Flow tardiness: finish - ideal finish.
 * EchelonFlow tardiness: the largest over its flows. (Pan et al., HotNets 2022, Section 3.) A
 * finish is the arrival of the last byte at the destination.
 */
#pragma once

#include "base/ids.h"
#include "base/units.h"
#include "network/route-table.h"

namespace echelon
{

/// A transfer of bytes from one device to another along a route.
struct Flow
{
    FlowId id;
    GroupId group;
    DeviceId source;
    DeviceId destination;
    Bytes bytes = 0; ///< of one flow, > 0
    std::uint32_t multiplicity =
        1; ///< a bundle of this many identical flows; rates and bytes below are the bundle's
    std::uint32_t position = 0; ///< in the group's arrangement
    Route route;

    /// Bits of the whole bundle.
    double Bits() const
    {
        return 8.0 * static_cast<double>(bytes) * multiplicity;
    }
};

} // namespace echelon
