// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The layers, clusters and mixtures that the study runs.
 *
 *     for (const StudyLayer& layer : PaperLayers(seed)) { … }      // LIMoE-like, 8 experts
 *     std::vector<StudyLayer> real = RoutingLayers(folder, 64);    // of DeepSeek-V2-Lite
 *
 * Routing layers rest on assumptions. Tokens are in equal runs over the GPUs in the trace's order,
 * and so are experts. The hidden size is 2,048 in bf16, so a copy has 4,096 bytes, and there is no
 * deduplication. An expert has 3 × 2,048 × 1,408 weights (config of DeepSeek-V2-Lite) and computes
 * 2 operations per weight and token at 100 × 10^12 operations per second. The gate takes 2 × 2,048
 * operations per token and expert, and the aggregation 2 × 2,048 per copy.
 */
#pragma once

#include "alltoall/planning-fabric.h"
#include "experts/moe-layer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace study
{

struct StudyLayer
{
    std::string traffic;
    std::string name;
    std::uint64_t seed;
    echelon::MoeLayer layer;

    /// A seed of what is drawn for this layer.
    std::uint64_t Draw(std::uint64_t number) const;
};

/// Six layers of LIMoE models that the paper gives times of.
std::vector<StudyLayer> PaperLayers(std::uint64_t seed);

/// The four MoE layers of one LIMoE-like model. @param sixteen B/16 instead of B/32. @param data 0
/// or 1: which data set.
std::vector<StudyLayer> ModelLayers(bool sixteen, std::uint32_t data, std::uint64_t seed);

/// Layers 1, 5, 13 and 26; nothing when the folder has no traces.
/// @param folder moe-routing of the data. @param gpus each with 64 / gpus experts.
std::vector<StudyLayer> RoutingLayers(const std::string& folder, std::uint32_t gpus);

/// 100 Gb/s, speed 1.
echelon::GpuCluster HomogeneousGpus(std::uint32_t gpus);

/// 100, 80, 50 and 40 Gb/s in equal numbers, speeds in proportion; the first fastest.
echelon::GpuCluster HeterogeneousGpus(std::uint32_t gpus);

echelon::PlanningFabric FabricOf(const echelon::GpuCluster& cluster);

/// Traffic and computing of layers[k], `part` of it replaced by the mean of the other layers.
echelon::MoeLayer MixIn(const std::vector<StudyLayer>& layers, std::size_t k, double part);

} // namespace study
