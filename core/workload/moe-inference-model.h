// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * What the workload `moe-inference` runs: layers of one or two models of mixture-of-experts, the
 * cluster as the placement planner sees it, and the GPU of every expert.
 *
 *     WorkloadSpec spec{"moe-inference", ParameterSet(MoeInferenceWorkload().parameters)};
 *     MoeInferenceModel model = MoeInferenceModelOf(spec, topology, devices);
 *     model.layers[0].front().dispatch;     // the traffic of the first layer
 *
 * GPU g is rank g. Rates are those of the devices' ports (alltoall/planning-fabric.h), speeds
 * are 1. Layer l of model m has the traffic of its generator with seed s + l, or s + layers + l for
 * the second model; `limoe-*` has its own layer l (layers + l when the second model is of the same
 * kind) with seed s. So `echelon plan --generate` makes the same matrices.
 * Errors: ParameterError. O(layers × (experts² + placing)).
 */
#pragma once

#include "experts/expert-placement-registry.h"
#include "model/workload-spec.h"
#include "network/topology.h"

#include <cstdint>
#include <vector>

namespace echelon
{

struct MoeInferenceModel
{
    GpuCluster cluster;
    TimelineOptions timeline;                  ///< fluid rates; when all-to-alls start
    std::vector<std::vector<MoeLayer>> layers; ///< by model; forward, then backward from the last
    std::vector<Colocation> places;            ///< by layer; with one model only `first`
    std::uint32_t forwardLayers = 0;           ///< of layers[m]; the rest are backward passes

    const Placement& PlaceOf(std::size_t model, std::size_t layer) const
    {
        return model == 0 ? places[layer].first : places[layer].second;
    }
};

/// experts, layers, models, traffic, its size and shape, times, expert_placement, start, backward.
std::vector<ParameterSpec> MoeModelParameters();

/// Checks what does not need the topology. @returns experts. @throws ParameterError.
std::uint32_t CheckMoeModel(const ParameterSet& parameters);

/// The forward layers, by model. @throws ParameterError.
std::vector<std::vector<MoeLayer>> MoeForwardLayers(const WorkloadSpec& spec);

/// @param devices one per expert. @throws ParameterError.
MoeInferenceModel MoeInferenceModelOf(const WorkloadSpec& spec,
                                      const Topology& topology,
                                      const std::vector<DeviceId>& devices);

} // namespace echelon
