// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Changes to a scenario from the command line, made before it is validated.
 *
 *     ApplyOverride(document, "/topology/spines=8");
 *     ApplyOverride(document, "/jobs/0/placement=spread");       // not JSON, so a text
 *     ApplyOverride(document, "/schedulers=[\"fair\", \"echelon\"]");
 *
 * The pointer may lead into a file that the scenario names. Objects on the way that do not exist
 * are made;
 * "-" stands for the place after an array's last entry (RFC 6901).
 * Errors: InputError with the pointer as given, in the "file" --set.
 */
#pragma once

#include "input/json-document.h"

#include <string>

namespace echelon
{

/// @param assignment "/json/pointer=VALUE"; VALUE is JSON, or else a text.
void ApplyOverride(JsonDocument& document, const std::string& assignment);

/// The pointer of an assignment. @throws InputError when there is none.
std::string OverriddenPointer(const std::string& assignment);

} // namespace echelon
