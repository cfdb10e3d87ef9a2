// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * echelon list: what a scenario or a plan can name, with parameters, types, defaults and units.
 *
 *     return ListCommand("schedulers", false);
 *
 * As JSON: {"schema": "echelon/list/1", "what": "schedulers", "entries": [{"name", "help",
 * "parameters": […]}]}.
 */
#pragma once

#include <string>
#include <vector>

namespace echelon
{

/// What can be listed.
std::vector<std::string> Listings();

/// @param what one of Listings().
int ListCommand(const std::string& what, bool json);

} // namespace echelon
