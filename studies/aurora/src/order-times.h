// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * How long dispatch and combine take in an order, under a contention model.
 *
 *     OrderTimes t = TimesInOrder("sjf", Contention::HOL_SHARED, dispatch, fabric, seed);
 *     double both = t.dispatch + t.combine;
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "alltoall/traffic-matrix.h"
#include "alltoall/transmission-plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace study
{

/// How senders contend if no plan coordinates them.
enum class Contention : std::uint8_t
{
    PLAN,       ///< as the plan's own rule says
    HOL_SINGLE, ///< head of line; a receiver serves one sender at a time
    SKIPPING,   ///< a receiver serves one sender at a time, and senders skip busy receivers
};

/// Seconds.
struct OrderTimes
{
    double dispatch = 0;
    double combine = 0;
    std::size_t stages = 0; ///< of the dispatch
    std::size_t transmissions = 0;
};

double TimeOf(const echelon::TransmissionPlan& plan,
              const echelon::PlanningFabric& fabric,
              Contention contention);

OrderTimes TimesInOrder(const std::string& order,
                        Contention contention,
                        const echelon::TrafficMatrix& dispatch,
                        const echelon::PlanningFabric& fabric,
                        std::uint64_t seed);

/// An order, a contention model, and what the page calls the model.
struct Discipline
{
    std::string order;
    Contention contention;
    std::string variant;
};

/// Orders with the contention models that apply to them.
const std::vector<Discipline>& Disciplines();

std::size_t TransmissionsOf(const echelon::TransmissionPlan& plan);

} // namespace study
