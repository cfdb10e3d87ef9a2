// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The parts of the study; each prints its lines. Names of contenders and variants are explained on
 * the page that studies/aurora/run.py makes of them.
 *
 *     const StudyInput input{LayersOf(…), …};
 *     RunOrders(input);
 */
#pragma once

#include "study-layers.h"

#include "support/layer-timeline.h"

#include <cstdint>
#include <string>

namespace study
{

struct StudyInput
{
    std::uint64_t seeds = 1;   ///< of LIMoE-like layers, from 1
    std::string routingFolder; ///< of the traces; they are left out when it is not there
};

/// All all-to-alls start together, when the last GPU has computed: a collective call.
inline constexpr auto START = echelon::AllToAllStart::TOGETHER;

/// Exclusive, GPUs alike: orders and how senders contend.
void RunOrders(const StudyInput& input);

/// Exclusive, GPUs of four kinds: placements.
void RunPlacements(const StudyInput& input);

/// Two models on GPUs alike, and on GPUs of four kinds.
void RunColocations(const StudyInput& input);

/// Plans and placements made on a layer's traffic, run with other layers' mixed in.
void RunForecasts(const StudyInput& input);

/// What skew and correlation of the traffic do to orders and placements.
void RunSkews(const StudyInput& input);

/// 8 to 1,024 GPUs.
void RunScaling(const StudyInput& input);

/// Wall-clock seconds of the same plans: the one part that differs from run to run.
void RunPlanningTimes(const StudyInput& input);

} // namespace study
