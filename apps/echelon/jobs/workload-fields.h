// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The keys that all workloads written in JSON have in common.
 *
 *     const FieldTable FLOWS{"flows", "A list of transfers.", {…}, WorkloadFields("flows")};
 */
#pragma once

#include "input/field-table.h"

#include <string>
#include <vector>

namespace echelon
{

/// @param kind the value of "kind".
inline std::vector<Field>
WorkloadFields(const std::string& kind)
{
    return {{"schema", OneOf({"echelon/workload/1"}), "the format of the file"},
            {"description", A_TEXT, "for people"},
            {"kind", OneOf({kind}), "the kind of the workload", REQUIRED}};
}

} // namespace echelon
