// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/ideal-runs.h"

#include "emulation/run-failure.h"

namespace echelon
{

IdealRuns::IdealRuns(const std::vector<Job>& jobs, const Topology& topology)
{
    for (const Job& job : jobs)
    {
        const auto [place, isNew] = m_byGraph.try_emplace(job.graph.Identity());
        IdealRun& run = place->second;
        m_byJob.push_back(&run);
        if (!isNew)
        {
            continue;
        }
        try
        {
            run = RunIdeally(job.graph, topology);
        }
        catch (const TimeOverflow& overflow)
        {
            throw RunTooLong("an iteration of job \"" + job.name + "\"", overflow.Seconds());
        }
        run.start = std::vector<Time>();
        run.finish = std::vector<Time>();
    }
}

std::vector<Time>
IdealRuns::Lengths() const
{
    std::vector<Time> lengths;
    for (const IdealRun* run : m_byJob)
    {
        lengths.push_back(run->length);
    }
    return lengths;
}

} // namespace echelon
