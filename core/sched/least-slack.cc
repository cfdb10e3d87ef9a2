// SPDX-License-Identifier: GPL-2.0-only
#include "sched/least-slack.h"

#include "sched/group-ranking.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace echelon
{

void
LeastSlackScheduler::BuildStages(const NetworkView& view)
{
    m_flows.resize(view.flows.size());
    std::iota(m_flows.begin(), m_flows.end(), 0);
    const auto place = [&view](std::uint32_t i) {
        return std::make_tuple(view.flows[i].group, view.flows[i].idealFinish, i);
    };
    std::sort(m_flows.begin(), m_flows.end(), [&place](std::uint32_t a, std::uint32_t b) {
        return place(a) < place(b);
    });
    m_stages.clear();
    const std::uint32_t* const end = m_flows.data() + m_flows.size();
    for (const std::uint32_t* begin = m_flows.data(); begin != end;)
    {
        const ActiveFlow& head = view.flows[*begin];
        Stage stage{begin, begin};
        Time latest = head.latestFinish;
        while (stage.last != end && view.flows[*stage.last].group == head.group &&
               view.flows[*stage.last].idealFinish == head.idealFinish)
        {
            latest = std::min(latest, view.flows[*stage.last].latestFinish);
            ++stage.last;
        }
        const ActiveGroup& group = view.groups[head.group];
        const double slack = std::max(0.0, (latest - view.now).Seconds());
        const double needed = m_madd.Bottleneck(view, stage, view.capacity->data());
        stage.rank = TimeKey((needed + slack) / group.weight);
        stage.isOfFirstJob = m_first && view.jobs[group.job].id == *m_first;
        const bool isFirst =
            m_stages.empty() || view.flows[*m_stages.back().first].group != head.group;
        if (!isFirst)
        {
            stage.rank = std::max(stage.rank, m_stages.back().rank);
        }
        m_stages.push_back(stage);
        begin = stage.last;
    }
}

void
LeastSlackScheduler::DoAllocate(const NetworkView& view, Allocation& out)
{
    BuildStages(view);
    std::sort(m_stages.begin(), m_stages.end(), [](const Stage& a, const Stage& b) {
        return std::make_tuple(!a.isOfFirstJob, a.rank, a.first) <
               std::make_tuple(!b.isOfFirstJob, b.rank, b.first);
    });
    m_residual.Reset(view);
    for (const Stage& stage : m_stages)
    {
        m_madd.Give(view, stage, m_residual, out.rates);
    }
    for (const Stage& stage : m_stages)
    {
        GiveInOrder(view, stage, m_residual, out.rates);
    }
}

} // namespace echelon
