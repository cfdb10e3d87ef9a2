// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What pairings of experts are checked against: the closed solution of Theorem 6.2 and the bytes of
 * the busiest port.
 *
 *     BusiestPortOf(a, b, PairByBottleneck(a, b)) <= BusiestPortOf(a, b, PairSorted(a, b));
 */
#pragma once

#include "experts/colocation.h"
#include "experts/expert-placement.h"

#include <algorithm>

namespace echelon
{

/// The first model's experts by ascending bytes with the second's by descending: Theorem 6.2 of Li
/// et al. (arXiv 2410.17043). Bytes are the larger of sent and received.
inline Pairing
PairSorted(const TrafficMatrix& first, const TrafficMatrix& second)
{
    std::vector<std::uint32_t> ascending = DescendingOrder(BusierPorts(first));
    std::reverse(ascending.begin(), ascending.end());
    const std::vector<std::uint32_t> descending = DescendingOrder(BusierPorts(second));
    Pairing pairing(first.Size());
    for (std::size_t rank = 0; rank < ascending.size(); ++rank)
    {
        pairing[ascending[rank]] = descending[rank];
    }
    return pairing;
}

/// Bytes of the busiest port of both dispatches with this pairing.
inline Bytes
BusiestPortOf(const TrafficMatrix& first, const TrafficMatrix& second, const Pairing& pairing)
{
    const Colocation colocation = ColocationOf(pairing, PlaceInOrder(first.Size()));
    return first.Plus(second.Permuted(colocation.second)).BusiestPort();
}

} // namespace echelon
