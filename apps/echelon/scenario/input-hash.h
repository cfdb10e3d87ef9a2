// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A hash of everything that a scenario asks for: equal hashes mean equal results of one program.
 *
 *     const std::string hash = HashOfInputs(LoadScenario("a.json", DiskFiles()));  // "1f0c…"
 *
 * 64 hexadecimal digits over the resolved scenario, with the files that it names, and without what
 * only describes it: name, description and expectations. Linear in the scenario's size.
 */
#pragma once

#include "scenario/scenario.h"

#include <string>

namespace echelon
{

std::string HashOfInputs(const Scenario& scenario);

} // namespace echelon
