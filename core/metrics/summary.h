// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The figures of one run, as in summary.json. Definitions and derivations:
 * docs/reference/metrics.md.
 *
 *     RunSummary s = Summarise(record, topology);
 *     s.makespan; s.groups.tardinessSum; s.jobs[0].iterationTimes;
 *
 * Percentiles: nearest rank (the smallest value with at least p of the sample at or below it). Flow
 * and group figures cover flows that cross the network between hosts; scale-up flows count in
 * `scaleUpFlows` only, since no scheduler competes there. When a run has no network flow at all the
 * figures are 0.
 */
#pragma once

#include "metrics/critical-path.h"
#include "metrics/records.h"
#include "network/topology.h"

#include <string>
#include <vector>

namespace echelon
{

/// Times in seconds throughout.
struct JobSummary
{
    std::string name;
    double completionTime = 0; ///< from arrival to the end of the last iteration
    double idealTime = 0;      ///< all iterations as profiled, on an infinitely fast network
    double slowdown = 0;       ///< completion time / ideal time; 0 when the ideal time is
    std::vector<double> iterationTimes;
    double computeUtilisation =
        0;                  ///< compute time of all its devices / (devices × completion time)
    PathTimes criticalPath; ///< of all iterations; their sum is that of the iteration times
};

/// Slowdowns: over the jobs that have one; 0 when there are none.
struct AllJobsSummary
{
    double completionMean = 0;
    double completionP95 = 0;
    double slowdownMean = 0;
    double slowdownMax = 0;
    double fairness = 0; ///< Jain's index of the slowdowns: (Σ s)² / (n Σ s²)
};

struct GroupsSummary
{
    std::uint64_t count = 0;
    double tardinessSum = 0; ///< weighted: Σ w × t_H
    double tardinessMax = 0;
    double cctMean = 0; ///< finish - reference
    double cctP95 = 0;
};

struct FlowsSummary
{
    std::uint64_t count = 0;
    double bytes = 0;
    double fctMean = 0; ///< finish - start
    double fctP99 = 0;
    std::uint64_t scaleUpCount = 0;
};

struct LinksSummary
{
    double utilisationMean = 0; ///< over network links, @see LinkUtilisation
    double utilisationMax = 0;
};

/// Payload bits carried / (rate × makespan), 0 for a run without length. Times are rounded to whole
/// picoseconds, so that a link that was always full may seem to have carried more: that much above
/// 1 counts as 1.
double LinkUtilisation(double bits, BitRate rate, Time makespan);

struct RunSummary
{
    double makespan = 0;
    std::vector<JobSummary> jobs; ///< by name
    AllJobsSummary allJobs;
    GroupsSummary groups;
    FlowsSummary flows;
    LinksSummary links;
};

RunSummary Summarise(const RunRecord& record, const Topology& topology);

} // namespace echelon
