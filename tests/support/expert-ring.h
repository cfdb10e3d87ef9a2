// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * A layer of experts whose placements can be worked out by hand.
 */
#pragma once

#include "experts/moe-layer.h"

#include <vector>

namespace echelon
{

/// Experts in a ring: expert i sends bytes[i] to the next and computes for i seconds.
inline MoeLayer
Ring(const std::vector<Bytes>& bytes)
{
    const auto n = static_cast<std::uint32_t>(bytes.size());
    MoeLayer layer{TrafficMatrix(n), {}, {}, {}};
    for (std::uint32_t i = 0; i < n; ++i)
    {
        layer.dispatch.Set(i, (i + 1) % n, bytes[i]);
        layer.gate.push_back(Time::FromSeconds(1));
        layer.feedForward.push_back(Time::FromSeconds(static_cast<double>(i)));
        layer.aggregation.push_back(Time::FromSeconds(2));
    }
    return layer;
}

} // namespace echelon
