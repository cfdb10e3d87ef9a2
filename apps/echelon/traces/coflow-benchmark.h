// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The text format of the public coflow trace (coflow-benchmark).
 *
 *     150 526                                line 1: ports, coflows
 *     7 1300 2 4 9 1 12:48.0                 id, arrival in ms, mappers: number and ports,
 *     CoflowTrace t = ParseCoflowBenchmark(file, text, options);   // reducers: number, port:MB
 *
 * Ports are numbered from 0. The format does not say what a megabyte is, so the caller does. Sizes
 * are rounded to the nearest byte. Errors: InputError with the line's number.
 */
#pragma once

#include "workload/coflow-trace.h"

#include <cstdint>
#include <optional>
#include <string>

namespace echelon
{

struct CoflowBenchmarkOptions
{
    std::optional<std::uint32_t> first; ///< only this many coflows, in the order of the file
    Bytes megabyte = 1000000;
};

struct CoflowBenchmark
{
    std::uint32_t ports = 0;
    CoflowTrace trace;
};

/// @param file its name, for errors.
CoflowBenchmark ParseCoflowBenchmark(const std::string& file,
                                     const std::string& text,
                                     const CoflowBenchmarkOptions& options);

} // namespace echelon
