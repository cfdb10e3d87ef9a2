// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * SpreadOut: in stage i, rank s sends to rank (s + i) mod n; no rank waits for another.
 *
 *     TransmissionPlan plan = PlanSpreadOut(matrix, fabric, {});
 *
 * The common all-to-all of MPI and NCCL; baseline in "FAST: An Efficient Scheduler for All-to-All
 * GPU Communication" (NSDI 2026), Section 2. Receivers are distinct within a stage, but senders
 * that finish early run ahead of it. O(n²).
 */
#pragma once

#include "alltoall/order-options.h"
#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

namespace echelon
{

TransmissionPlan PlanSpreadOut(const TrafficMatrix& traffic,
                               const PlanningFabric& fabric,
                               const OrderOptions& options);

} // namespace echelon
