// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
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
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/rack-aware-slots.h"
#include "alltoall/transmission-plan.h"
#include "matching/bipartite-edge-colouring.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echelon
{

/// Appends a transmission in equal parts over the given spines; parts over one spine as one.
void AppendOverSpines(std::vector<Transmission>& transmissions,
                      const Transmission& whole,
                      const std::vector<std::uint32_t>& spines);

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
