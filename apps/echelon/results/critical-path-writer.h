// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Why iterations took their time: critical_path.csv and waits.csv of docs/reference/results.md.
 *
 *     WriteCriticalPath(folder + "/critical_path.csv", run);   // without the header line
 *     out << CRITICAL_PATH_HEADER << '\n';
 *
 * Errors: OutputError.
 */
#pragma once

#include "run/recorded-run.h"

#include <string>

namespace echelon
{

inline constexpr const char* CRITICAL_PATH_HEADER =
    "run,scheduler,job,iteration,step,kind,name,device,to,flow,group,start_s,end_s,compute_s,"
    "transmission_s,waiting_s,delay_s";

inline constexpr const char* WAITS_HEADER =
    "run,scheduler,job,iteration,step,link,blocking_job,blocking_iteration,blocking_group,"
    "blocking_name,seconds";

void WriteCriticalPath(const std::string& path, const RecordedRun& run);

void WriteWaits(const std::string& path, const RecordedRun& run);

} // namespace echelon
