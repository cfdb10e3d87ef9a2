// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Max-min fairness on random instances: the defining property, checked without the solver, and a
 * naive oracle.
 */
#include "sharing/max-min.h"

#include "base/tolerances.h"
#include "network/big-switch.h"
#include "network/leaf-spine.h"
#include "support/random-view.h"

#include <gtest/gtest.h>

namespace echelon
{
namespace
{

/// Relative: sums over a few thousand flows.
constexpr double NOISE = 1e-9;

std::vector<double>
Solve(const NetworkView& view)
{
    MaxMinSolver solver;
    solver.Clear();
    for (const ActiveFlow& flow : view.flows)
    {
        solver.Add(flow.route, flow.multiplicity);
    }
    solver.Solve(*view.capacity);
    std::vector<double> rates;
    for (std::size_t i = 0; i < solver.Flows(); ++i)
    {
        rates.push_back(solver.Rate(i));
    }
    return rates;
}

/// Every flow crosses a full link on which none has a larger rate per unit of multiplicity. Loads
/// and maxima are taken afresh.
void
ExpectBottlenecks(const NetworkView& view, const std::vector<double>& rates)
{
    const std::vector<double> load = LinkLoads(view, rates);
    std::vector<double> largest(load.size(), 0.0);
    for (std::size_t i = 0; i < rates.size(); ++i)
    {
        for (const LinkId link : view.flows[i].route)
        {
            double& most = largest[link.Value()];
            most = std::max(most, rates[i] / view.flows[i].multiplicity);
        }
    }
    for (std::size_t l = 0; l < load.size(); ++l)
    {
        ASSERT_LE(load[l], (*view.capacity)[l] * (1 + CAPACITY_EXCESS)) << "link " << l;
    }
    for (std::size_t i = 0; i < rates.size(); ++i)
    {
        bool bottleneck = false;
        for (const LinkId link : view.flows[i].route)
        {
            const std::size_t l = link.Value();
            const bool full = load[l] >= (*view.capacity)[l] * (1 - NOISE);
            const double share = rates[i] / view.flows[i].multiplicity;
            bottleneck |= full && share >= largest[l] * (1 - NOISE);
        }
        ASSERT_TRUE(bottleneck) << "flow " << i << " has no bottleneck";
    }
}

/// Progressive filling by the definition: raise all unfrozen flows together until a link fills,
/// freeze its flows, repeat. O(n² hops).
std::vector<double>
ProgressiveFilling(const NetworkView& view)
{
    const std::size_t n = view.flows.size();
    std::vector<double> rates(n, 0.0);
    std::vector<bool> frozen(n, false);
    std::size_t left = n;
    while (left > 0)
    {
        std::vector<double> spare = *view.capacity;
        std::vector<double> weight(spare.size(), 0.0);
        for (std::size_t i = 0; i < n; ++i)
        {
            for (const LinkId link : view.flows[i].route)
            {
                spare[link.Value()] -= rates[i];
                weight[link.Value()] += frozen[i] ? 0 : view.flows[i].multiplicity;
            }
        }
        double step = std::numeric_limits<double>::infinity();
        for (std::size_t l = 0; l < spare.size(); ++l)
        {
            step = weight[l] > 0 ? std::min(step, spare[l] / weight[l]) : step;
        }
        for (std::size_t i = 0; i < n; ++i)
        {
            rates[i] += frozen[i] ? 0 : step * view.flows[i].multiplicity;
        }
        for (std::size_t i = 0; i < n; ++i)
        {
            for (const LinkId link : view.flows[i].route)
            {
                const std::size_t l = link.Value();
                const double rest = spare[l] - step * weight[l];
                if (!frozen[i] && rest <= NOISE * (*view.capacity)[l])
                {
                    frozen[i] = true;
                    --left;
                }
            }
        }
    }
    return rates;
}

/// Fabrics whose links differ in rate, so that levels do.
std::vector<Topology>
Fabrics()
{
    ServerSpec mixed{1, {10e9, Time()}, {}, {}};
    for (int h = 0; h < 16; ++h)
    {
        mixed.hostRates.push_back((1 + h % 5) * 4e9);
    }
    std::vector<Topology> fabrics;
    fabrics.push_back(MakeBigSwitch({16, mixed}));
    fabrics.push_back(MakeLeafSpine({4, 3, 4, mixed, {7e9, Time()}}));
    fabrics.push_back(
        MakeLeafSpine({4, 2, 2, {2, {10e9, Time()}, {}, {50e9, Time()}}, {5e9, Time()}}));
    return fabrics;
}

TEST(MaxMinProperty, EveryFlowHasABottleneckOnAThousandInstances)
{
    const std::vector<Topology> fabrics = Fabrics();
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
    {
        const auto flows = static_cast<std::uint32_t>(1 + seed * 7 % 400);
        const std::uint32_t most = seed % 2 == 0 ? 1 : 9;
        const RandomView question(fabrics[seed % fabrics.size()], {flows, 1, most}, seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        ASSERT_NO_FATAL_FAILURE(ExpectBottlenecks(question.view, Solve(question.view)));
    }
}

TEST(MaxMinProperty, AllToAllOfFourThousandFlows)
{
    const Topology topology =
        MakeLeafSpine({8, 8, 8, {1, {100e9, Time()}, {}, {}}, {100e9, Time()}});
    const RandomView question(topology, {4032, 1, 1}, 1);
    ExpectBottlenecks(question.view, Solve(question.view));
}

TEST(MaxMinProperty, EqualsProgressiveFilling)
{
    const std::vector<Topology> fabrics = Fabrics();
    for (std::uint64_t seed = 0; seed < 300; ++seed)
    {
        const auto flows = static_cast<std::uint32_t>(1 + seed % 40);
        const RandomView question(fabrics[seed % fabrics.size()], {flows, 1, 4}, 5000 + seed);
        const std::vector<double> expected = ProgressiveFilling(question.view);
        const std::vector<double> actual = Solve(question.view);
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            ASSERT_NEAR(actual[i], expected[i], NOISE * expected[i])
                << "flow " << i << ", seed " << seed;
        }
    }
}

} // namespace
} // namespace echelon
