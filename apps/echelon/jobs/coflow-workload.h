// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Workloads of kind "coflows": a trace of shuffles, written compactly. docs/reference/workloads.md.
 *
 *     {"kind": "coflows", "coflows": [
 *       {"id": 1, "arrival": "100ms", "mappers": [0, 1], "reducers": [[2, 1000000]]}]}
 *
 * A reducer is a pair of its place and the bytes that all mappers together send to it. Errors:
 * InputError.
 */
#pragma once

#include "input/json-document.h"
#include "workload/coflow-trace.h"

namespace echelon
{

/// Tasks, flows, or places on one side of a coflow in a workload that is written out.
inline constexpr std::size_t MAX_EXPLICIT_TASKS = 1000000;
inline constexpr std::size_t MAX_COFLOWS = 1000000;
/// Largest place, least 1.
inline constexpr std::int64_t MAX_PLACES = 65536;

/// @param places how many there are; flows beyond MAX_EXPLICIT_TASKS are refused.
CoflowTrace LoadCoflows(const JsonNode& workload, std::int64_t places);

/// One more than the largest place. Reads no more than it needs; LoadCoflows checks.
std::int64_t PlacesOf(const JsonNode& workload);

/// Writes the workload that LoadCoflows reads back to the same trace. @throws OutputError.
void WriteCoflows(const std::string& path,
                  const CoflowTrace& trace,
                  const std::string& description);

} // namespace echelon
