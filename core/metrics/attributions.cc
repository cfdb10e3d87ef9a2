// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/attributions.h"

#include <algorithm>
#include <numeric>

namespace echelon
{

void
Merge(std::vector<Attribution>& attributions)
{
    std::stable_sort(attributions.begin(), attributions.end());
    std::size_t kept = 0;
    for (const Attribution& attribution : attributions)
    {
        if (kept > 0 && !(attributions[kept - 1] < attribution))
        {
            attributions[kept - 1].seconds += attribution.seconds;
        }
        else
        {
            attributions[kept++] = attribution;
        }
    }
    attributions.resize(kept);
}

void
Shorten(std::vector<Attribution>& attributions)
{
    Merge(attributions);
    if (attributions.size() <= MAX_NAMED_WAITS)
    {
        return;
    }
    std::vector<std::size_t> order(attributions.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&attributions](std::size_t a, std::size_t b) {
        return attributions[b].seconds < attributions[a].seconds;
    });
    for (std::size_t i = MAX_NAMED_WAITS; i < order.size(); ++i)
    {
        attributions[order[i]].group.reset();
    }
    Merge(attributions);
}

} // namespace echelon
