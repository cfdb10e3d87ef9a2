// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Rack-aware order: matchings in which no more transmissions leave or enter a rack than its uplinks
 * carry at port rate, each over a spine of its own.
 *
 *     TransmissionPlan plan = PlanRackAware(matrix, fabric, {});
 *
 * Problem: shortest all-to-all on an oversubscribed leaf-spine, one sender per receiver, each at
 * its port's rate. Ours; it extends the decomposition of Aurora (arXiv 2410.17043, Theorem 4.2) by
 * slots of uplinks. Theorem, proof and limits: docs/algorithms/all-to-all-leaf-spine.md.
 * Makespan = LowerBound for traffic between racks alone, for racks that do not block, and for racks
 * whose uplinks have time for the rack's inner traffic too; else at most its sum with the bound of
 * what found no gap, in practice close to the bound.
 * Complexity: a decomposition of (ranks + home slots)², and O(transmissions × racks) for spines.
 * Ties: by rank. `gap` as for Birkhoff orders. On a network that does not block: Aurora's stages.
 * Limits: whole multiples of the port rate are exact; see moe/rack-aware-slots.h for others. Ranks
 * do not relay for other ranks of their server; traffic inside servers goes with the first stage.
 */
#pragma once

#include "moe/order-registry.h"

namespace echelon
{

TransmissionPlan PlanRackAware(const TrafficMatrix& traffic,
                               const PlanningFabric& fabric,
                               const OrderOptions& options);

} // namespace echelon
