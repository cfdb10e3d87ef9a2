// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Layers and clusters for what places experts.
 *
 *     MoeLayer layer = RandomLayer(8, seed, "a", LayerKind::GENERAL);
 *     GpuCluster cluster = FourKinds(8);
 */
#pragma once

#include "base/random.h"
#include "experts/expert-placement.h"
#include "experts/moe-layer.h"
#include "experts/token-routing.h"

#include <cmath>
#include <string>
#include <vector>

namespace echelon
{

/// How the traffic and the computations of two experts relate.
enum class LayerKind
{
    GENERAL,   ///< any traffic, any computations
    ALIGNED,   ///< any traffic; computations grow with the busier port
    SYMMETRIC, ///< ALIGNED, and every expert sends what it receives
};

/// Part of the time that the bytes take at 100 Gb/s.
inline Time
Scaled(Bytes bytes, double part)
{
    return Time::FromSeconds(part * 8 * static_cast<double>(bytes) / 100e9);
}

/// Skewed traffic, about 1 GB per expert; computations are about a fifth of a layer.
inline MoeLayer
RandomLayer(std::uint32_t n, std::uint64_t seed, const std::string& name, LayerKind kind)
{
    RandomStream stream(seed, name);
    const double exponent = 1.5 * stream.Uniform();
    const std::vector<double> shares = ExpertShares(n, exponent, stream.NextBits(), 0);
    MoeLayer layer{TrafficMatrix(n), {}, {}, {}};
    for (std::uint32_t i = 0; i < n; ++i)
    {
        const double bytes = 1e9 * std::exp(0.4 * stream.Normal());
        for (std::uint32_t j = 0; j < n; ++j)
        {
            const double noise = std::exp(0.4 * stream.Normal());
            layer.dispatch.Set(i, j, static_cast<Bytes>(bytes * shares[j] * noise));
        }
    }
    if (kind == LayerKind::SYMMETRIC)
    {
        layer.dispatch = layer.dispatch.Plus(layer.dispatch.Transposed());
    }
    const std::vector<Bytes> busier = BusierPorts(layer.dispatch);
    const std::vector<Bytes> sent = layer.dispatch.RowSums();
    const std::vector<Bytes> received = layer.dispatch.ColumnSums();
    for (std::uint32_t i = 0; i < n; ++i)
    {
        const bool general = kind == LayerKind::GENERAL;
        layer.gate.push_back(Scaled(general ? sent[i] : busier[i], 0.1));
        layer.feedForward.push_back(Scaled(general ? received[i] : busier[i], 0.25));
        layer.aggregation.push_back(Scaled(general ? sent[i] : busier[i], 0.1));
    }
    return layer;
}

/// 100, 80, 50 and 40 Gb/s in equal numbers as far as n allows, and speeds in proportion.
inline GpuCluster
FourKinds(std::uint32_t n)
{
    GpuCluster cluster;
    for (std::uint32_t gpu = 0; gpu < n; ++gpu)
    {
        const double gigabits[] = {100, 80, 50, 40};
        cluster.rate.push_back(1e9 * gigabits[gpu * 4 / n]);
        cluster.speed.push_back(gigabits[gpu * 4 / n] / 100);
    }
    return cluster;
}

} // namespace echelon
