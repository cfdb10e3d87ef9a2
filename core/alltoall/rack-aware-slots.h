// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How a rack's uplinks are shared: a number of transmissions at once, and the rate of each.
 *
 *     UplinkSlots slots = ChooseUplinkSlots(matrix, fabric);
 *     slots.perRack;     // 4 on 8 ports of 100 Gb/s with 400 Gb/s of uplinks; rate 100 Gb/s
 *
 * If k = uplinks' rate / port rate is whole, there are k transmissions at port rate. Otherwise
 * there are either ⌊k⌋ at port rate, which leaves a part of the uplinks idle, or ⌈k⌉ at uplinks'
 * rate / ⌈k⌉, which leaves a part of the ports idle. The choice with the lower bound for this
 * traffic is taken, and ⌈k⌉ if both are equal. There are never more than the largest rack has
 * ranks, because then racks do not block, and slots only say which spines to take. A transmission
 * travels in `parts` equal parts, each over one slot of a spine; a spine link has `slotsPerSpine`
 * such slots. `parts` is the smallest number with slots for all. With unequal ports, `rate` is that
 * of the fastest port, and a slower pair occupies a slot longer. If racks have unequal uplinks, all
 * keep to the slowest. O(n²).
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct UplinkSlots
{
    bool blocking = false;     ///< false: the network does not block; the rest is meaningless
    std::uint32_t perRack = 0; ///< transmissions out of (into) a rack at a time
    BitRate rate = 0;          ///< that each may reach
    std::uint32_t parts = 1;   ///< of a transmission, over as many slots of spines
    std::uint32_t slotsPerSpine = 1;
};

UplinkSlots ChooseUplinkSlots(const TrafficMatrix& traffic, const PlanningFabric& fabric);

/**
 * How long each pair occupies its ports, row by row, in bytes at the rate of the fastest port;
 * rounded up; in multiples of bytes where all together pass 4 × 10^15, or 4 × 10^18 with the ranks'
 * number as a factor. Pairs of one server: 0, their bytes use no port.
 */
std::vector<std::int64_t> PortTimes(const TrafficMatrix& traffic,
                                    const PlanningFabric& fabric,
                                    const UplinkSlots& slots);

/// The largest sum of port times at a port, or per slot at a rack's uplinks: no schedule at these
/// rates, one sender per receiver, ends before.
double PortTimeBound(const std::vector<std::int64_t>& time,
                     const PlanningFabric& fabric,
                     const UplinkSlots& slots);

} // namespace echelon
