// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A scenario's "schedulers": names, or objects with parameters.
 *
 *     std::vector<SchedulerChoice> list = LoadSchedulers(root.At("schedulers"), control);
 *
 * An entry may set "control_delay" and "fair_share" for itself, which are otherwise those of the
 * scenario's "control". Errors: InputError.
 */
#pragma once

#include "input/json-document.h"
#include "scenario/scenario.h"

#include <vector>

namespace echelon
{

inline constexpr std::size_t MAX_SCHEDULERS = 64;

/// @param control of the scenario.
std::vector<SchedulerChoice> LoadSchedulers(const JsonNode& node, const ControlPlane& control);

/// The entries of the "schedulers" array that an override keeps: by label, else from the registry.
Json SelectSchedulers(const Json& schedulers, const std::vector<std::string>& wanted);

} // namespace echelon
