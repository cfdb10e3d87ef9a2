// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How a rack's uplinks are shared: a number of transmissions at once, the rate of each, and the
 * spines that they cross.
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
#include "alltoall/transmission-plan.h"
#include "matching/bipartite-edge-colouring.h"

#include <cstdint>
#include <optional>
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

/// Appends a transmission in equal parts over the given spines; parts over one spine as one.
void AppendOverSpines(std::vector<Transmission>& transmissions,
                      const Transmission& whole,
                      const std::vector<std::uint32_t>& spines);

/**
 * A spine for each transmission of a stage, such that no leaf-to-spine link is asked for more than
 * its rate.
 *
 *     SpinePinning pinning(fabric, slots);
 *     pinning.Pin(stage);                // sets Transmission::spine, splits where slots.parts > 1
 *
 * The inter-rack transmissions of a stage are the edges of a bipartite multigraph from racks to
 * racks; each of its parts takes a colour = a slot of a spine
 * (matching/bipartite-edge-colouring.h). Parts of one transmission over the same spine travel as
 * one. O(transmissions × racks) a stage.
 */
class SpinePinning
{
  public:
    /// @param fabric outlives this.
    SpinePinning(const PlanningFabric& fabric, const UplinkSlots& slots);

    /// @pre at most slots.perRack transmissions leave and enter each rack. The result is sorted as
    /// a stage is.
    void Pin(Stage& stage);

  private:
    const PlanningFabric& m_fabric;
    UplinkSlots m_slots;
    std::optional<BipartiteEdgeColouring> m_colouring; ///< none on a network that does not block
};

} // namespace echelon
