// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * echelon check: validates scenarios, one line each.
 *
 *     return CheckCommand({"a.json", "b.json"});
 *     // a.json: ok, 2 jobs, 136 GPUs, 41232 tasks, 6 schedulers
 *     // b.json: /jobs/0/name: the name is empty (…)            ← on stderr; exit code 65
 */
#pragma once

#include <string>
#include <vector>

namespace echelon
{

int CheckCommand(const std::vector<std::string>& files);

} // namespace echelon
