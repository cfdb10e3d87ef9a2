// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * `echelon convert` turns a foreign trace into a workload that jobs can name.
 *
 *     ConvertCommand({"coflow-benchmark", "FB2010-1Hr-150-0.txt", "facebook.json", 60, "1MB"});
 *
 * The file is written as a whole or not at all. Errors: InputError, OutputError.
 */
#pragma once

#include "base/units.h"

#include <cstdint>
#include <optional>
#include <string>

namespace echelon
{

struct ConvertOptions
{
    std::string format; ///< "coflow-benchmark", the only one so far
    std::string input;
    std::string output;
    std::optional<std::uint32_t> first; ///< coflows
    std::string megabyte = "1MB";
};

/// @returns the exit code.
int ConvertCommand(const ConvertOptions& options);

} // namespace echelon
