// SPDX-License-Identifier: GPL-2.0-only
#include "base/id-window.h"

#include <gtest/gtest.h>
#include <memory>

namespace echelon
{
namespace
{

TEST(IdWindow, KeepsWhatIsNotReleased)
{
    // Ids 3 and 5 of the first block, 4 left out; 3 is released, 5 is still there.
    IdWindow<int> window;
    window.Add(3) = 30;
    window.Add(5) = 50;
    window.Release(3);
    EXPECT_EQ(window[5], 50);
    EXPECT_FALSE(window.Has(6));
    EXPECT_THROW(window.Add(5), ContractViolation);
}

TEST(IdWindow, GivesBackWhatIsOver)
{
    // 10^5 ids of which ten are in use at a time: never more than two blocks of values are alive.
    // One old id keeps its own block and no other.
    const auto alive = std::make_shared<int>(0);
    IdWindow<std::shared_ptr<int>> window;
    long most = 0;
    for (std::size_t id = 0; id < 100000; ++id)
    {
        window.Add(id) = alive;
        if (id >= 10 && id - 10 != 500)
        {
            window.Release(id - 10);
        }
        most = std::max(most, alive.use_count());
    }
    EXPECT_TRUE(window.Has(500));
    EXPECT_FALSE(window.Has(5000));
    EXPECT_LE(most, 1 + 3 * 1024);
}

} // namespace
} // namespace echelon
