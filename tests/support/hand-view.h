// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Small questions for schedulers, written by hand: links by number, flows with what matters to the
 * test.
 *
 *     HandView question({1.0, 2.0});                         // capacities, bits per second
 *     question.Group();
 *     question.Flow({LinkId(0), LinkId(1)}, 3.0).idealFinish = Time::FromSeconds(1);
 *     EXPECT_THAT(Rates(scheduler, question), ElementsAre(1.0));
 */
#pragma once

#include "sched/scheduler.h"
#include "support/routes.h"

#include <utility>

namespace echelon
{

/// Flows and groups get ids 0, 1, … as they are added; a flow joins the group added last.
class HandView
{
  public:
    explicit HandView(std::vector<BitRate> capacities)
        : capacity(std::move(capacities))
    {
        view.capacity = &capacity;
        view.jobs.emplace_back();
    }

    HandView(const HandView&) = delete;
    HandView& operator=(const HandView&) = delete;

    ActiveGroup& Group()
    {
        ActiveGroup group;
        group.id = GroupId(view.groups.size());
        view.groups.push_back(group);
        return view.groups.back();
    }

    ActiveFlow& Flow(const Path& path, double remainingBits)
    {
        ActiveFlow flow;
        flow.id = FlowId(view.flows.size());
        flow.group = static_cast<std::uint32_t>(view.groups.size() - 1);
        flow.route = RouteOf(path);
        flow.remainingBits = remainingBits;
        flow.sizeBits = remainingBits;
        view.flows.push_back(flow);
        return view.flows.back();
    }

    std::vector<BitRate> capacity;
    NetworkView view;
};

inline std::vector<BitRate>
Rates(Scheduler& scheduler, const HandView& question)
{
    return scheduler.Allocate(question.view).rates;
}

} // namespace echelon
