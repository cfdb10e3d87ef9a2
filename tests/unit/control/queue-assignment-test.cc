// SPDX-License-Identifier: GPL-2.0-only
#include "control/queue-assignment.h"

#include "base/random.h"
#include "support/routes.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

using Entries = std::vector<QueueAssignment::Entry>;

/// Flows on given paths with given rates; ids in order.
class Question
{
  public:
    void Add(const Path& path, BitRate rate, std::uint32_t multiplicity = 1)
    {
        m_routes.push_back(RouteOf(path));
        m_rates.push_back({rate, multiplicity});
    }

    Entries Flows() const
    {
        Entries flows;
        for (std::size_t i = 0; i < m_routes.size(); ++i)
        {
            flows.push_back({FlowId(i), m_routes[i], m_rates[i].second, m_rates[i].first, 0});
        }
        return flows;
    }

  private:
    std::vector<Route> m_routes;
    std::vector<std::pair<BitRate, std::uint32_t>> m_rates;
};

std::vector<int>
QueuesOf(const Entries& flows)
{
    std::vector<int> queues;
    for (const auto& flow : flows)
    {
        queues.push_back(flow.queue);
    }
    return queues;
}

TEST(QueueAssignment, AsManyRatesAsQueuesAreEnforcedExactly)
{
    // One link of 100, rates 60, 10, 10, 20: classes {60}, {20}, {10, 10}. Weights are the sums, so
    // a flow's share is weight / flows of its queue = its rate.
    const std::vector<BitRate> capacity{100};
    Question question;
    for (const double rate : {60, 10, 10, 20})
    {
        question.Add({LinkId(0)}, rate);
    }
    QueueAssignment assignment(capacity, 3);
    Entries flows = question.Flows();
    assignment.Assign(flows);
    EXPECT_EQ(QueuesOf(flows), (std::vector<int>{0, 2, 2, 1}));
    std::vector<double> weights;
    for (const QueueWeight& weight : assignment.ChangedWeights())
    {
        weights.push_back(weight.weight);
    }
    EXPECT_EQ(weights, (std::vector<double>{60, 20, 20}));
    // The same again changes nothing.
    assignment.Assign(flows);
    EXPECT_TRUE(assignment.ChangedWeights().empty());
}

TEST(QueueAssignment, FlowsThatWaitHaveTheLastQueueAndTheLeastWeight)
{
    // Link of 1024: the flow without a rate gets 1024 / 1024 = 1.
    const std::vector<BitRate> capacity{1024};
    Question question;
    question.Add({LinkId(0)}, 1000);
    question.Add({LinkId(0)}, 0);
    QueueAssignment assignment(capacity, 2);
    Entries flows = question.Flows();
    assignment.Assign(flows);
    EXPECT_EQ(QueuesOf(flows), (std::vector<int>{0, 1}));
    ASSERT_EQ(assignment.ChangedWeights().size(), 2U);
    EXPECT_EQ(assignment.ChangedWeights()[1].weight, 1);
}

TEST(QueueAssignment, OneQueueHoldsEverything)
{
    const std::vector<BitRate> capacity{100};
    Question question;
    question.Add({LinkId(0)}, 90);
    question.Add({LinkId(0)}, 0);
    QueueAssignment assignment(capacity, 1);
    Entries flows = question.Flows();
    assignment.Assign(flows);
    EXPECT_EQ(QueuesOf(flows), (std::vector<int>{0, 0}));
}

TEST(QueueAssignment, BundlesCountByTheRateOfTheirFlows)
{
    // A bundle of 4 at 40 and a flow at 10 have the same rate per flow: one class.
    const std::vector<BitRate> capacity{100};
    Question question;
    question.Add({LinkId(0)}, 40, 4);
    question.Add({LinkId(0)}, 10);
    question.Add({LinkId(0)}, 30);
    QueueAssignment assignment(capacity, 2);
    Entries flows = question.Flows();
    assignment.Assign(flows);
    EXPECT_EQ(QueuesOf(flows), (std::vector<int>{1, 1, 0}));
}

TEST(QueueAssignment, SetsWithoutACommonLinkArePartedAlone)
{
    // Links {0, 1} and {2}. The rates of the second set are far lower; it still uses both queues.
    const std::vector<BitRate> capacity{100, 100, 100};
    Question question;
    question.Add({LinkId(0), LinkId(1)}, 80);
    question.Add({LinkId(1)}, 20);
    question.Add({LinkId(2)}, 2);
    question.Add({LinkId(2)}, 1);
    QueueAssignment assignment(capacity, 2);
    Entries flows = question.Flows();
    assignment.Assign(flows);
    EXPECT_EQ(QueuesOf(flows), (std::vector<int>{0, 1, 0, 1}));
}

/// Sum over classes of squared distances of log2(rate) to the class's mean.
double
Spread(const std::vector<double>& logs, const std::vector<int>& classes)
{
    std::map<int, std::vector<double>> members;
    for (std::size_t i = 0; i < logs.size(); ++i)
    {
        members[classes[i]].push_back(logs[i]);
    }
    double spread = 0;
    for (const auto& [number, values] : members)
    {
        double mean = 0;
        for (const double x : values)
        {
            mean += x / static_cast<double>(values.size());
        }
        for (const double x : values)
        {
            spread += (x - mean) * (x - mean);
        }
    }
    return spread;
}

TEST(QueueAssignment, NoOtherPartHasLessSpread)
{
    // 9 random rates in 3 queues, against all 28 contiguous parts into 3 classes at most.
    RandomStream random(1, "queue-assignment");
    for (int round = 0; round < 50; ++round)
    {
        const std::vector<BitRate> capacity{1e12};
        std::vector<double> rates;
        for (int i = 0; i < 9; ++i)
        {
            rates.push_back(std::exp2(30 * random.Uniform()));
        }
        std::sort(rates.rbegin(), rates.rend());
        Question question;
        std::vector<double> logs;
        for (const double rate : rates)
        {
            question.Add({LinkId(0)}, rate);
            logs.push_back(std::log2(rate));
        }
        QueueAssignment assignment(capacity, 3);
        Entries flows = question.Flows();
        assignment.Assign(flows);
        double best = Spread(logs, std::vector<int>(9, 0));
        for (int first = 1; first < 9; ++first)
        {
            for (int second = first; second < 9; ++second)
            {
                std::vector<int> classes(9, 0);
                for (int i = first; i < 9; ++i)
                {
                    classes[i] = i < second ? 1 : 2;
                }
                best = std::min(best, Spread(logs, classes));
            }
        }
        EXPECT_NEAR(Spread(logs, QueuesOf(flows)), best, 1e-9);
    }
}

} // namespace
} // namespace echelon
