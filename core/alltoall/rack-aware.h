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
 * slots of uplinks. Theorem, proofs and limits: docs/algorithms/all-to-all-leaf-spine.md.
 * Where racks block, first whole entries in list order (alltoall/rack-aware-whole.h), kept if they
 * end within the bound times 1 + gap; else matchings of a matrix extended by home slots
 * (alltoall/rack-aware-matrix.h), whose sum is LowerBound for traffic between racks alone, for
 * racks that do not block, and for racks whose uplinks have time for the rack's inner traffic too;
 * otherwise at most twice as long, in practice close to it. Complexity: O(n⁴ / 64) words for the
 * list at worst, a decomposition of (ranks + home slots)², and O(transmissions × racks) for spines.
 * Ties: by rank. Limits: uplinks that are whole multiples of the port rate are exact; others:
 * alltoall/rack-aware-slots.h. Ranks do not relay for other ranks of their server; traffic inside
 * servers goes with the first stage.
 */
#pragma once

#include "alltoall/order-options.h"

namespace echelon
{

Order PlanRackAware;

} // namespace echelon
