// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Traffic matrices of all shapes for the suites of transmission orders.
 *
 *     TrafficMatrix traffic = RandomTraffic(TrafficShape::ZIPF, 8, stream);
 */
#pragma once

#include "alltoall/traffic-matrix.h"
#include "base/random.h"

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace echelon
{

enum class TrafficShape
{
    UNIFORM,
    ZIPF,        ///< receivers of very unequal popularity
    SPARSE,      ///< one entry in five
    PERMUTATION, ///< one receiver per sender
    HOT,         ///< one receiver gets most
    ZERO_ROWS,   ///< half of the ranks send nothing
    SMALL,       ///< entries 0 to 3: many ties
    POWERS,      ///< powers of two up to 2²⁷: many magnitudes
};

constexpr std::array<TrafficShape, 8> TRAFFIC_SHAPES{TrafficShape::UNIFORM,
                                                     TrafficShape::ZIPF,
                                                     TrafficShape::SPARSE,
                                                     TrafficShape::PERMUTATION,
                                                     TrafficShape::HOT,
                                                     TrafficShape::ZERO_ROWS,
                                                     TrafficShape::SMALL,
                                                     TrafficShape::POWERS};

inline TrafficMatrix
RandomTraffic(TrafficShape shape, std::uint32_t n, RandomStream& stream)
{
    constexpr std::uint64_t LARGEST = 1'000'000;
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    stream.Shuffle(order);
    TrafficMatrix traffic(n);
    for (std::uint32_t i = 0; i < n; ++i)
    {
        for (std::uint32_t j = 0; j < n; ++j)
        {
            Bytes bytes = 1 + static_cast<Bytes>(stream.Below(LARGEST));
            switch (shape)
            {
            case TrafficShape::UNIFORM:
                break;
            case TrafficShape::ZIPF:
                bytes = 1 + static_cast<Bytes>(static_cast<double>(bytes) /
                                               std::pow(order[j] + 1, 1.2));
                break;
            case TrafficShape::SPARSE:
                bytes = stream.Below(5) == 0 ? bytes : 0;
                break;
            case TrafficShape::PERMUTATION:
                bytes = order[i] == j ? bytes : 0;
                break;
            case TrafficShape::HOT:
                bytes = j == order[0] ? 20 * bytes : bytes;
                break;
            case TrafficShape::ZERO_ROWS:
                bytes = order[i] % 2 == 0 ? bytes : 0;
                break;
            case TrafficShape::SMALL:
                bytes = static_cast<Bytes>(stream.Below(4));
                break;
            case TrafficShape::POWERS:
                bytes = Bytes{1} << stream.Below(28);
                break;
            }
            traffic.Set(i, j, bytes);
        }
    }
    return traffic;
}

} // namespace echelon
