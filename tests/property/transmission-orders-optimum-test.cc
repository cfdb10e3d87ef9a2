// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Transmission orders of tiny all-to-alls against optima found by enumeration, which know nothing
 * of bounds or matchings of padded matrices; and the ratios that docs/algorithms/all-to-all.md
 * gives.
 */
#include "alltoall/entry-durations.h"
#include "alltoall/order-registry.h"
#include "alltoall/plan-time.h"
#include "support/random-traffic.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <gtest/gtest.h>
#include <map>

namespace echelon
{
namespace
{

/// At 8 Gb/s a byte takes 1 ns.
constexpr BitRate PORT = 8e9;

PlanningFabric
Switch(std::uint32_t ranks)
{
    return PlanningFabric::BigSwitch(std::vector<BitRate>(ranks, PORT));
}

/// In bytes of a port's time.
double
Makespan(const std::string& order, const TrafficMatrix& traffic, std::uint64_t seed = 1)
{
    const PlanningFabric fabric = Switch(traffic.Size());
    const TransmissionPlan plan = MakePlan(order, traffic, fabric, {seed});
    return TimePlan(plan, fabric).makespan.Seconds() * 1e9;
}

/// The fewest slots of one byte per port in which a matrix can be sent, by trying in every slot
/// every set of pairs without a common port. Memoised over what is left.
class SlotOptimum
{
  public:
    explicit SlotOptimum(std::uint32_t n)
        : m_size(n)
    {
    }

    int Of(const TrafficMatrix& traffic)
    {
        std::vector<std::uint8_t> left;
        for (std::uint32_t i = 0; i < m_size; ++i)
        {
            for (std::uint32_t j = 0; j < m_size; ++j)
            {
                left.push_back(static_cast<std::uint8_t>(traffic.At(i, j)));
            }
        }
        return Best(left);
    }

  private:
    int Best(const std::vector<std::uint8_t>& left)
    {
        if (std::all_of(left.begin(), left.end(), [](std::uint8_t bytes) { return bytes == 0; }))
        {
            return 0;
        }
        const auto known = m_best.find(left);
        if (known != m_best.end())
        {
            return known->second;
        }
        int best = INT32_MAX;
        std::vector<std::uint8_t> next = left;
        Slot(0, 0, next, best);
        return m_best[left] = best;
    }

    /// Rows from `row` on each send a byte to a column that is not taken, or none.
    void Slot(std::uint32_t row, std::uint32_t taken, std::vector<std::uint8_t>& next, int& best)
    {
        if (row == m_size)
        {
            // A slot that sends nothing leads nowhere.
            best = taken == 0 ? best : std::min(best, 1 + Best(next));
            return;
        }
        bool sent = false;
        for (std::uint32_t column = 0; column < m_size; ++column)
        {
            std::uint8_t& bytes = next[row * m_size + column];
            if (bytes > 0 && (taken >> column & 1U) == 0)
            {
                --bytes;
                Slot(row + 1, taken | 1U << column, next, best);
                ++bytes;
                sent = true;
            }
        }
        // Only a later row can make use of what this one leaves.
        if (!sent || row + 1 < m_size)
        {
            Slot(row + 1, taken, next, best);
        }
    }

    std::uint32_t m_size;
    std::map<std::vector<std::uint8_t>, int> m_best;
};

/// The matrix whose off-diagonal entries are the digits of a number.
TrafficMatrix
FromDigits(std::uint32_t n, std::uint32_t number, std::uint32_t base)
{
    TrafficMatrix traffic(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            if (i != j)
            {
                traffic.Set(i, j, number % base);
                number /= base;
            }
        }
    }
    return traffic;
}

TEST(TransmissionOrdersOptimum, AuroraOnAllMatricesOfThreeRanks)
{
    // Entries 0 to 3 in 6 cells.
    SlotOptimum optimum(3);
    for (std::uint32_t number = 0; number < 4096; ++number)
    {
        const TrafficMatrix traffic = FromDigits(3, number, 4);
        ASSERT_EQ(Makespan("aurora", traffic), optimum.Of(traffic)) << number;
    }
}

TEST(TransmissionOrdersOptimum, AuroraOnAllPatternsOfFourRanks)
{
    // Entries 0 and 1 in 12 cells.
    SlotOptimum optimum(4);
    for (std::uint32_t number = 0; number < 4096; ++number)
    {
        const TrafficMatrix traffic = FromDigits(4, number, 2);
        ASSERT_EQ(Makespan("aurora", traffic), optimum.Of(traffic)) << number;
    }
}

TEST(TransmissionOrdersOptimum, AuroraOnSampledMatricesOfFiveRanks)
{
    // Eight entries of 1 to 3.
    RandomStream stream(1, "optimum/5");
    for (int k = 0; k < 60; ++k)
    {
        TrafficMatrix traffic(5);
        for (int entry = 0; entry < 8; ++entry)
        {
            traffic.Set(static_cast<std::uint32_t>(stream.Below(5)),
                        static_cast<std::uint32_t>(stream.Below(5)),
                        static_cast<Bytes>(1 + stream.Below(3)));
        }
        ASSERT_EQ(Makespan("aurora", traffic), SlotOptimum(5).Of(traffic)) << k;
    }
}

/// The least makespan in which every entry is one transmission without a pause, between ports that
/// take one at a time: over all sequences by ascending start in which each starts as early as its
/// ports allow. Sequences are given up when a port's work passes the best end.
class WholeEntriesOptimum
{
  public:
    explicit WholeEntriesOptimum(const TrafficMatrix& traffic)
        : m_sending(traffic.Size()),
          m_receiving(traffic.Size())
    {
        for (std::uint32_t i = 0; i < traffic.Size(); ++i)
        {
            for (std::uint32_t j = 0; j < traffic.Size(); ++j)
            {
                if (traffic.At(i, j) > 0)
                {
                    m_entries.push_back({i, j, traffic.At(i, j), false});
                    m_sending[i].left += traffic.At(i, j);
                    m_receiving[j].left += traffic.At(i, j);
                }
            }
        }
        Search(m_entries.size(), 0);
    }

    Bytes Makespan() const
    {
        return m_best;
    }

  private:
    struct Entry
    {
        std::uint32_t source;
        std::uint32_t destination;
        Bytes bytes;
        bool sent;
    };

    struct Port
    {
        Bytes free = 0; ///< from when on
        Bytes left = 0;
    };

    bool Hopeless(Bytes start) const
    {
        const auto late = [this, start](const Port& port) {
            return port.left > 0 && std::max(port.free, start) + port.left >= m_best;
        };
        return std::any_of(m_sending.begin(), m_sending.end(), late) ||
               std::any_of(m_receiving.begin(), m_receiving.end(), late);
    }

    void Search(std::size_t left, Bytes lastStart)
    {
        if (left == 0)
        {
            m_best = 0;
            for (const Port& port : m_sending)
            {
                m_best = std::max(m_best, port.free);
            }
            return;
        }
        for (Entry& entry : m_entries)
        {
            const Port sending = m_sending[entry.source];
            const Port receiving = m_receiving[entry.destination];
            const Bytes start = std::max(sending.free, receiving.free);
            if (entry.sent || start < lastStart)
            {
                continue;
            }
            const Bytes end = start + entry.bytes;
            entry.sent = true;
            m_sending[entry.source] = {end, sending.left - entry.bytes};
            m_receiving[entry.destination] = {end, receiving.left - entry.bytes};
            if (end < m_best && !Hopeless(start))
            {
                Search(left - 1, start);
            }
            m_sending[entry.source] = sending;
            m_receiving[entry.destination] = receiving;
            entry.sent = false;
        }
    }

    std::vector<Entry> m_entries;
    std::vector<Port> m_sending;
    std::vector<Port> m_receiving;
    Bytes m_best = std::numeric_limits<Bytes>::max();
};

/// Ratios of a measured series.
class Ratios
{
  public:
    void Add(double ratio)
    {
        ++m_count;
        m_sum += ratio;
        m_worst = std::max(m_worst, ratio);
    }

    double Mean() const
    {
        return m_sum / m_count;
    }

    double Worst() const
    {
        return m_worst;
    }

    void Print(const std::string& what) const
    {
        std::printf("%-60s mean %.3f  worst %.3f\n", what.c_str(), Mean(), Worst());
    }

  private:
    int m_count = 0;
    double m_sum = 0;
    double m_worst = 0;
};

TEST(TransmissionOrdersOptimumSlow, WholeEntriesAgainstTheirOptimum)
{
    RandomStream stream(1, "optimum/whole");
    Ratios greedy;
    Ratios optimum;
    for (int k = 0; k < 1000; ++k)
    {
        const TrafficMatrix traffic = RandomTraffic(TrafficShape::UNIFORM, 4, stream);
        const auto best = static_cast<double>(WholeEntriesOptimum(traffic).Makespan());
        const double found = Makespan("greedy-max-weight", traffic);
        ASSERT_GE(found, best * (1 - 1e-9));
        ASSERT_LE(Makespan("aurora", traffic), best * (1 + 1e-9));
        greedy.Add(found / best);
        optimum.Add(best / static_cast<double>(traffic.BusiestPort()));
    }
    greedy.Print("4 ranks, uniform: greedy-max-weight / best with whole entries");
    optimum.Print("4 ranks, uniform: best with whole entries / bound");
    EXPECT_LT(greedy.Worst(), 1.4);
}

/// Makespan over bound of every order on 1,000 matrices of 8 ranks, equal ports.
std::map<std::string, Ratios>
RatiosOfOrders(TrafficShape shape, const std::string& name)
{
    std::map<std::string, Ratios> ratios;
    RandomStream stream(1, "ratios/" + name);
    for (std::uint64_t k = 0; k < 1000; ++k)
    {
        const TrafficMatrix traffic = RandomTraffic(shape, 8, stream);
        if (traffic.Total() == 0)
        {
            continue;
        }
        for (const OrderEntry& entry : OrderEntries())
        {
            ratios[entry.name].Add(Makespan(entry.name, traffic, k + 1) /
                                   static_cast<double>(traffic.BusiestPort()));
        }
    }
    for (const OrderEntry& entry : OrderEntries())
    {
        ratios[entry.name].Print("8 ranks, " + name + ": " + entry.name + " / bound");
    }
    return ratios;
}

TEST(TransmissionOrdersOptimumSlow, RatiosToTheBound)
{
    std::map<std::string, Ratios> ratios = RatiosOfOrders(TrafficShape::UNIFORM, "uniform");
    EXPECT_NEAR(ratios["aurora"].Worst(), 1, 1e-9);
    EXPECT_GT(ratios["aurora-alg1"].Worst(), 1.05);
    EXPECT_GT(ratios["aurora-alg1"].Mean(), 1.005);
    EXPECT_LT(ratios["aurora-alg1"].Mean(), 1.05);
    // The gain over an unordered network depends on how it contends.
    EXPECT_GT(ratios["sjf"].Mean(), 1.3);
    EXPECT_GT(ratios["random"].Mean(), 1.3);
    EXPECT_LT(ratios["unordered"].Mean(), 1.005);
    for (const auto& [shape, name] :
         std::map<TrafficShape, std::string>{{TrafficShape::ZIPF, "Zipf 1.2"},
                                             {TrafficShape::SPARSE, "sparse"}})
    {
        EXPECT_NEAR(RatiosOfOrders(shape, name)["aurora"].Worst(), 1, 1e-9) << name;
    }
}

/// One sender per receiver against fluid, 1,000 matrices of 8 ranks, two each at 100, 80, 50 and
/// 40 Gb/s, the receivers of most traffic at the fastest.
TEST(TransmissionOrdersOptimumSlow, ReadingsOfUnequalRates)
{
    const PlanningFabric fabric =
        PlanningFabric::BigSwitch({100e9, 100e9, 80e9, 80e9, 50e9, 50e9, 40e9, 40e9});
    RandomStream stream(1, "readings");
    for (const auto& [shape, name] :
         std::map<TrafficShape, std::string>{{TrafficShape::UNIFORM, "uniform"},
                                             {TrafficShape::ZIPF, "Zipf 1.2"},
                                             {TrafficShape::HOT, "one hot receiver"}})
    {
        Ratios ratios;
        for (int k = 0; k < 1000; ++k)
        {
            const TrafficMatrix drawn = RandomTraffic(shape, 8, stream);
            const std::vector<Bytes> received = drawn.ColumnSums();
            std::vector<std::uint32_t> byTraffic(8);
            std::iota(byTraffic.begin(), byTraffic.end(), 0U);
            std::stable_sort(byTraffic.begin(),
                             byTraffic.end(),
                             [&received](std::uint32_t a, std::uint32_t b) {
                                 return received[a] > received[b];
                             });
            std::vector<std::uint32_t> gpuOf(8);
            for (std::uint32_t gpu = 0; gpu < 8; ++gpu)
            {
                gpuOf[byTraffic[gpu]] = gpu;
            }
            const TrafficMatrix traffic = drawn.Permuted(gpuOf);
            ratios.Add(OneSenderBound(traffic, fabric) / LowerBound(traffic, fabric));
        }
        ratios.Print("8 ranks, " + name + ": one sender per receiver / fluid");
        EXPECT_GE(ratios.Mean(), 1);
    }
}

} // namespace
} // namespace echelon
