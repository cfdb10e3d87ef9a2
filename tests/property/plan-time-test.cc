// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Times of plans that share ports against a simulation that fills rates by the definition of
 * max-min fairness and knows neither levels of ports nor queues per receiver.
 */
#include "alltoall/plan-time.h"

#include "alltoall/order-registry.h"
#include "sharing/port-sharing.h"
#include "support/random-traffic.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

namespace echelon
{
namespace
{

/// Relative, of times after hundreds of events.
constexpr double NOISE = 1e-8;

struct Sending
{
    std::uint32_t sender;
    std::uint32_t receiver;
    double bits;
    double release = 0;           ///< seconds
    std::size_t after = SIZE_MAX; ///< another that must have ended
    double rate = 0;
    double end = -1;
};

/// All rates rise together; those at a full port stop.
void
FillRates(std::vector<Sending*>& active, const std::vector<BitRate>& rates)
{
    std::vector<double> out = rates;
    std::vector<double> in = rates;
    std::vector<Sending*> rising = active;
    for (Sending* one : active)
    {
        one->rate = 0;
    }
    while (!rising.empty())
    {
        std::vector<int> outCount(rates.size(), 0);
        std::vector<int> inCount(rates.size(), 0);
        for (const Sending* one : rising)
        {
            ++outCount[one->sender];
            ++inCount[one->receiver];
        }
        double step = std::numeric_limits<double>::infinity();
        for (const Sending* one : rising)
        {
            step = std::min({step,
                             out[one->sender] / outCount[one->sender],
                             in[one->receiver] / inCount[one->receiver]});
        }
        for (Sending* one : rising)
        {
            one->rate += step;
            out[one->sender] -= step;
            in[one->receiver] -= step;
        }
        rising.erase(std::remove_if(rising.begin(),
                                    rising.end(),
                                    [&](const Sending* one) {
                                        return out[one->sender] <= 1e-9 * rates[one->sender] ||
                                               in[one->receiver] <= 1e-9 * rates[one->receiver];
                                    }),
                     rising.end());
    }
}

void
Simulate(std::vector<Sending>& all, const std::vector<BitRate>& rates)
{
    double now = 0;
    std::vector<double> left;
    for (const Sending& one : all)
    {
        left.push_back(one.bits);
    }
    for (;;)
    {
        std::vector<Sending*> active;
        double next = std::numeric_limits<double>::infinity();
        for (Sending& one : all)
        {
            if (one.end >= 0 || (one.after != SIZE_MAX && all[one.after].end < 0))
            {
                continue;
            }
            if (one.release > now)
            {
                next = std::min(next, one.release);
                continue;
            }
            active.push_back(&one);
        }
        if (active.empty() && next == std::numeric_limits<double>::infinity())
        {
            return;
        }
        FillRates(active, rates);
        for (const Sending* one : active)
        {
            next = std::min(next, now + left[one - all.data()] / one->rate);
        }
        for (Sending* one : active)
        {
            double& bits = left[one - all.data()];
            bits -= one->rate * (next - now);
            if (bits <= 1e-9 * one->bits)
            {
                one->end = next;
            }
        }
        now = next;
    }
}

std::vector<BitRate>
RandomRates(std::uint32_t n, RandomStream& stream)
{
    std::vector<BitRate> rates;
    for (std::uint32_t i = 0; i < n; ++i)
    {
        rates.push_back(1e9 * static_cast<double>(1 + stream.Below(4)));
    }
    return rates;
}

TEST(PlanTimeOracle, SharedPortsWithReleases)
{
    RandomStream stream(1, "shared");
    for (int k = 0; k < 200; ++k)
    {
        const auto n = static_cast<std::uint32_t>(2 + stream.Below(6));
        const std::vector<BitRate> rates = RandomRates(n, stream);
        std::vector<SharedTransmission> shared;
        std::vector<Sending> naive;
        for (std::uint64_t count = 1 + stream.Below(40); count > 0; --count)
        {
            const auto sender = static_cast<std::uint32_t>(stream.Below(n));
            const auto receiver = static_cast<std::uint32_t>(stream.Below(n));
            const double bits = static_cast<double>(1 + stream.Below(1000)) * 1e3;
            const double release = static_cast<double>(stream.Below(4)) * 1e-4;
            shared.push_back({sender, receiver, bits, release * 1e12});
            naive.push_back({sender, receiver, bits, release});
        }
        Simulate(naive, rates);
        const std::vector<double> ends = ShareMaxMin(rates, rates, shared);
        for (std::size_t i = 0; i < ends.size(); ++i)
        {
            ASSERT_NEAR(ends[i], naive[i].end * 1e12, NOISE * naive[i].end * 1e12)
                << "instance " << k << ", transmission " << i;
        }
    }
}

TEST(PlanTimeOracle, OrdersOfSendersAndAllAtOnce)
{
    RandomStream stream(1, "orders");
    for (std::uint32_t k = 0; k < 105; ++k)
    {
        const auto n = static_cast<std::uint32_t>(2 + stream.Below(7));
        const TrafficMatrix traffic =
            RandomTraffic(TRAFFIC_SHAPES[k % TRAFFIC_SHAPES.size()], n, stream);
        const PlanningFabric fabric = PlanningFabric::BigSwitch(RandomRates(n, stream));
        for (const std::string order : {"sjf", "random", "spread-out", "unordered"})
        {
            const TransmissionPlan plan = MakePlan(order, traffic, fabric, {k});
            std::vector<Sending> naive;
            std::vector<std::size_t> last(n, SIZE_MAX);
            for (const Stage& stage : plan.stages)
            {
                for (const Transmission& one : stage.transmissions)
                {
                    naive.push_back(
                        {one.source, one.destination, 8.0 * static_cast<double>(one.bytes)});
                    if (plan.rule == StartRule::SENDER_ORDER)
                    {
                        naive.back().after = last[one.source];
                        last[one.source] = naive.size() - 1;
                    }
                }
            }
            Simulate(naive, fabric.portRate);
            const PlanTiming timing = TimePlan(plan, fabric);
            for (std::size_t i = 0; i < naive.size(); ++i)
            {
                ASSERT_NEAR(timing.transmissions[i].end.Seconds(),
                            naive[i].end,
                            NOISE * naive[i].end + 1e-12)
                    << order << ", matrix " << k << ", transmission " << i;
            }
        }
    }
}

} // namespace
} // namespace echelon
