// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/blames.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

void
Merge(std::vector<Blame>& blames)
{
    std::stable_sort(blames.begin(), blames.end());
    std::size_t kept = 0;
    for (const Blame& blame : blames)
    {
        if (kept > 0 && !(blames[kept - 1] < blame))
        {
            blames[kept - 1].seconds += blame.seconds;
        }
        else
        {
            blames[kept++] = blame;
        }
    }
    blames.resize(kept);
}

void
Shorten(std::vector<Blame>& blames)
{
    Merge(blames);
    if (blames.size() <= MAX_NAMED_WAITS)
    {
        return;
    }
    std::vector<std::size_t> order(blames.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&blames](std::size_t a, std::size_t b) {
        return blames[b].seconds < blames[a].seconds;
    });
    for (std::size_t i = MAX_NAMED_WAITS; i < order.size(); ++i)
    {
        blames[order[i]].group.reset();
    }
    Merge(blames);
}

} // namespace echelon
