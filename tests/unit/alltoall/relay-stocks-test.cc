// SPDX-License-Identifier: GPL-2.0-only
#include "alltoall/relay-stocks.h"

#include <gtest/gtest.h>
#include <vector>

namespace echelon
{
namespace
{

/// The arrivals that a transmission forwards.
std::vector<int>
Taken(RelayStocks<int>& stocks, const Transmission& transmission)
{
    std::vector<int> taken;
    stocks.Take(transmission, [&taken](int arrival) { taken.push_back(arrival); });
    return taken;
}

TEST(RelayStocks, OwnBytesGoFirstAndThenArrivalsInOrder)
{
    // Ranks 0 and 2 bring rank 1 each 10 bytes for rank 3, and rank 1 sends 35 in three parts, of
    // which 35 - 20 = 15 are its own. The first 12 are own; of the next 12 are 3 own and 9 of the
    // first arrival; the last 11 are the first arrival's last byte and all 10 of the second.
    const Transmission first{0, 1, 10, 3};
    const Transmission second{2, 1, 10, 3};
    const std::vector<Transmission> parts{{1, 3, 12, 3}, {1, 3, 12, 3}, {1, 3, 11, 3}};
    const TransmissionPlan plan{4,
                                StartRule::EXCLUSIVE,
                                {{{first, second}}, {{parts[0]}}, {{parts[1]}}, {{parts[2]}}}};
    RelayStocks<int> stocks(plan);
    EXPECT_EQ(Taken(stocks, first), std::vector<int>());
    EXPECT_EQ(Taken(stocks, second), std::vector<int>());
    stocks.Bring(first, 100);
    stocks.Bring(second, 200);
    EXPECT_EQ(Taken(stocks, parts[0]), std::vector<int>());
    EXPECT_EQ(Taken(stocks, parts[1]), std::vector<int>{100});
    EXPECT_EQ(Taken(stocks, parts[2]), (std::vector<int>{100, 200}));
}

TEST(RelayStocks, RefusesToForwardWhatHasNotCome)
{
    // All that rank 1 sends to rank 2 is rank 0's.
    const TransmissionPlan plan{3, StartRule::EXCLUSIVE, {{{{1, 2, 10, 2}}}, {{{0, 1, 10, 2}}}}};
    RelayStocks<int> stocks(plan);
    EXPECT_THROW(Taken(stocks, {1, 2, 10, 2}), ContractViolation);
}

TEST(RelayStocks, WithoutRelaysNothingIsKept)
{
    RelayStocks<int> stocks({2, StartRule::EXCLUSIVE, {{{{0, 1, 10, 1}}}}});
    EXPECT_EQ(Taken(stocks, {0, 1, 10, 1}), std::vector<int>());
}

} // namespace
} // namespace echelon
