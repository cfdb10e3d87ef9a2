// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Random but reproducible questions for schedulers.
 *
 *     RandomView question(MakeBigSwitch(…), {40, 8}, seed);
 *     const Allocation& a = scheduler.Allocate(question.view);
 *
 * Sizes, releases and ideal finish times are drawn so that no two flows tie by chance, save that
 * the flows of a group share a few ideal finish times.
 */
#pragma once

#include "base/random.h"
#include "network/big-switch.h"
#include "network/topology.h"
#include "sched/scheduler.h"
#include "support/routes.h"

#include <algorithm>

namespace echelon
{

struct RandomViewSpec
{
    std::uint32_t flows;
    std::uint32_t groups;
    std::uint32_t maxMultiplicity = 1;
};

/// A view and the capacities that it points to.
class RandomView
{
  public:
    static constexpr std::uint32_t JOBS = 2;

    RandomView(const Topology& topology, const RandomViewSpec& spec, std::uint64_t seed)
    {
        RandomStream stream(seed, "random view");
        for (const Link& link : topology.Links())
        {
            capacity.push_back(link.rate);
        }
        view.capacity = &capacity;
        view.now = Time::FromSeconds(10);
        for (std::uint32_t j = 0; j < JOBS; ++j)
        {
            ActiveJob job;
            job.id = JobId(2 * j + 1);
            job.weight = 1 + stream.Uniform();
            job.iterationStart = Time::FromSeconds(9 * stream.Uniform());
            view.jobs.push_back(job);
        }
        std::vector<std::vector<Time>> ideals(spec.groups);
        for (std::uint32_t g = 0; g < spec.groups; ++g)
        {
            ActiveGroup group;
            group.id = GroupId(3 * g + 1);
            group.job = g % JOBS;
            group.weight = 1 + static_cast<double>(stream.Below(3));
            group.reference = Time::FromSeconds(9 + stream.Uniform());
            view.groups.push_back(group);
            const std::uint64_t classes = 1 + stream.Below(4);
            for (std::uint64_t k = 0; k < classes; ++k)
            {
                ideals[g].push_back(group.reference + Time::FromSeconds(2 * stream.Uniform()));
            }
        }
        for (std::uint32_t i = 0; i < spec.flows; ++i)
        {
            ActiveFlow flow;
            flow.id = FlowId(2 * i);
            // Every group has a flow, as the contract says.
            flow.group =
                i < spec.groups ? i : static_cast<std::uint32_t>(stream.Below(spec.groups));
            const std::uint64_t source = stream.Below(topology.Devices());
            const std::uint64_t step = 1 + stream.Below(topology.Devices() - 1);
            flow.route = RouteBetween(topology,
                                      DeviceId(source),
                                      DeviceId((source + step) % topology.Devices()),
                                      stream.NextBits());
            flow.multiplicity = static_cast<std::uint32_t>(1 + stream.Below(spec.maxMultiplicity));
            flow.sizeBits = stream.Exponential(1e9) * flow.multiplicity + 1;
            flow.remainingBits = flow.sizeBits * (0.05 + 0.95 * stream.Uniform());
            flow.release = Time::FromSeconds(9 + stream.Uniform());
            flow.idealFinish = ideals[flow.group][stream.Below(ideals[flow.group].size())];
            flow.latestFinish = flow.idealFinish + Time::FromSeconds(stream.Uniform());
            view.groups[flow.group].sentBits += flow.sizeBits - flow.remainingBits;
            view.flows.push_back(flow);
        }
    }

    RandomView(const RandomView&) = delete;
    RandomView& operator=(const RandomView&) = delete;

    std::vector<BitRate> capacity;
    NetworkView view;
};

/// Load of every link under the given rates.
inline std::vector<double>
LinkLoads(const NetworkView& view, const std::vector<BitRate>& rates)
{
    std::vector<double> load(view.capacity->size(), 0.0);
    for (std::size_t i = 0; i < rates.size(); ++i)
    {
        for (const LinkId link : view.flows[i].route)
        {
            load[link.Value()] += rates[i];
        }
    }
    return load;
}

} // namespace echelon
