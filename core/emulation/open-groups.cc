// SPDX-License-Identifier: GPL-2.0-only
#include "emulation/open-groups.h"

namespace echelon
{

OpenGroups::OpenGroups(const EmulationInput& input, const Clock& clock, RunObserver& run)
    : m_input(input),
      m_clock(clock),
      m_run(run)
{
    for (const Job& job : input.jobs)
    {
        m_open.emplace_back(job.graph.Groups().size());
    }
}

OpenGroup&
OpenGroups::Of(JobId job, std::uint32_t iteration, GroupIndex index)
{
    OpenGroup& open = m_open[job.Value()][index];
    if (open.hasStarted && open.iteration == iteration)
    {
        return open;
    }
    const GroupTemplate& made = m_input.jobs[job.Value()].graph.Groups()[index];
    const double weight = made.weight * m_input.jobs[job.Value()].weight;
    open = {GroupId(m_started++), iteration, true, false, weight, m_clock.Now(), &made.arrangement};
    GroupRecord group;
    group.id = open.id;
    group.job = job;
    group.iteration = iteration;
    group.name = m_input.keepsRows ? made.name : std::string();
    group.shape = made.arrangement.GetShape();
    group.weight = open.weight;
    group.scaleUp = true;
    group.reference = open.reference;
    m_run.OnGroupStarted(group);
    return open;
}

} // namespace echelon
