// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * One iteration of each job on an infinitely fast network between hosts (taskgraph/ideal-run.h).
 *
 *     const IdealRuns runs(jobs, topology);
 *     runs[JobId(0)].length;
 *
 * They depend on neither scheduler nor fabric, so that runs of the same jobs under several
 * schedulers can share them. A graph that several jobs share is run once. Only the length and the
 * latest finishes are kept: 8 bytes a task of each graph. Errors: RunTooLong that names the job.
 */
#pragma once

#include "taskgraph/ideal-run.h"
#include "taskgraph/task-graph.h"

#include <map>
#include <vector>

namespace echelon
{

class IdealRuns
{
  public:
    IdealRuns(const std::vector<Job>& jobs, const Topology& topology);
    IdealRuns(const IdealRuns&) = delete;
    IdealRuns& operator=(const IdealRuns&) = delete;

    const IdealRun& operator[](JobId job) const
    {
        return *m_byJob[job.Value()];
    }

    /// By JobId.
    std::vector<Time> Lengths() const;

  private:
    std::map<const void*, IdealRun> m_byGraph; ///< by TaskGraph::Identity
    std::vector<const IdealRun*> m_byJob;
};

} // namespace echelon
