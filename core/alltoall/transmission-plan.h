// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * An all-to-all as a sequence of transmissions, and when each may start: what an order returns, and
 * what becomes flows on a fabric.
 *
 *     TransmissionPlan plan = MakePlan("aurora", matrix, fabric, {});   //
 * alltoall/order-registry.h for (const Stage& stage : plan.stages) { … }
 *
 * A plan lists all bytes of the matrix exactly once per hop. A pair of ranks may appear in many
 * stages, and in one stage more than once only with different spines or targets. Relayed bytes
 * (order `fast`) make several hops: `target` is the rank that they are for in the end. A rank
 * forwards only what earlier stages brought it or what is its own.
 * tests/support/plan-checker.h checks all of this for every order.
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "base/units.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace echelon
{

/// Bytes over one hop between two ranks.
struct Transmission
{
    std::uint32_t source = 0;
    std::uint32_t destination = 0; ///< of this hop
    Bytes bytes = 0;               ///< > 0
    std::uint32_t target = 0;      ///< the last destination; equal to destination unless relayed
    std::optional<std::uint32_t> spine{}; ///< the spine to cross; none: the fabric chooses
};

/// When a transmission may start. Inside a server (scale-up) only the first and last rule of
/// EXCLUSIVE hold: ports are shared there.
enum class StartRule : std::uint8_t
{
    /// When its sender's and its receiver's transmissions of earlier stages are done, and what it
    /// forwards has arrived: one sender per receiver, one receiver per sender in each stage (with
    /// a spine: as many as add up to the port's rate).
    EXCLUSIVE,
    /// When its sender's transmission before it is done: the head of a queue per sender. Receivers
    /// share their port among all that send to them.
    SENDER_ORDER,
    /// At once; all share.
    UNORDERED,
};

/// "exclusive", "sender-order", "unordered".
std::string_view ToText(StartRule rule);

/// Transmissions of one stage, sorted by (source, destination, target, spine).
struct Stage
{
    std::vector<Transmission> transmissions;
};

struct TransmissionPlan
{
    std::uint32_t ranks = 0;
    StartRule rule = StartRule::EXCLUSIVE;
    std::vector<Stage> stages; ///< UNORDERED: at most one
};

/// The order in which a stage lists its transmissions.
void SortStage(Stage& stage);

/// The stages that have transmissions.
std::vector<Stage> WithoutEmpty(std::vector<Stage> stages);

/// The traffic that stays inside servers and uses only the scale-up ports. O(n²).
Stage InsideServers(const TrafficMatrix& traffic, const PlanningFabric& fabric);

/// Adds that traffic to the first stage of a plan of what crosses the network. Orders do not
/// arrange the scale-up ports, so it starts at once.
void AddInsideServers(TransmissionPlan& plan,
                      const TrafficMatrix& traffic,
                      const PlanningFabric& fabric);

} // namespace echelon
