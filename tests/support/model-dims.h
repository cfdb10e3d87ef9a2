// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * For tests: dimensions of published models and of a small one, and specifications over them.
 */
#pragma once

#include "model/model-profile.h"
#include "workload/workload-registry.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

namespace echelon
{

inline TransformerDims
Llama2With(std::int64_t layers,
           std::int64_t hidden,
           std::int64_t heads,
           std::int64_t kvHeads,
           std::int64_t ffnHidden)
{
    TransformerDims dims;
    dims.layers = layers;
    dims.hidden = hidden;
    dims.heads = heads;
    dims.kvHeads = kvHeads;
    dims.ffnHidden = ffnHidden;
    dims.vocabulary = 32000;
    dims.sequence = 4096;
    dims.gatedFfn = true;
    return dims;
}

inline TransformerDims
Mixtral()
{
    TransformerDims dims = Llama2With(32, 4096, 32, 8, 14336);
    dims.experts = 8;
    dims.topK = 2;
    return dims;
}

/// 8 blocks, hidden 64, feed-forward network 4 × 64, no output matrix of its own.
inline TransformerDims
Small()
{
    TransformerDims dims;
    dims.layers = 8;
    dims.hidden = 64;
    dims.heads = 4;
    dims.kvHeads = 4;
    dims.ffnHidden = 256;
    dims.vocabulary = 128;
    dims.sequence = 32;
    return dims;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

inline WorkloadSpec
SpecOf(const std::string& kind, const ModelProfile& model, const Settings& settings)
{
    WorkloadSpec spec{kind, ParameterSet(WorkloadEntryOf(kind).parameters), model};
    for (const auto& [name, value] : settings)
    {
        spec.parameters.Set(name, value);
    }
    return spec;
}

inline WorkloadSpec
SpecOf(const std::string& kind, const TransformerDims& dims, const Settings& settings)
{
    return SpecOf(kind, ModelProfile{"model", dims, {}}, settings);
}

/// The parameter that the layout of a spec complains about; "" if none.
inline std::string
ComplaintOf(const WorkloadSpec& spec)
{
    try
    {
        LayoutOf(spec);
    }
    catch (const ParameterError& error)
    {
        EXPECT_FALSE(error.Hint().empty());
        return error.Parameter();
    }
    return "";
}

} // namespace echelon
