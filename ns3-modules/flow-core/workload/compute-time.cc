// SPDX-License-Identifier: GPL-2.0-only
#include "workload/compute-time.h"

namespace echelon
{

namespace
{

/// Keeps the longest compute time of any accepted model far from the end of simulated time.
constexpr double LEAST_SPEED = 1e6;

} // namespace

Time
ComputeModel::Forward(double flops, const std::optional<Time>& measured) const
{
    return measured ? *measured : Forward(flops);
}

Time
ComputeModel::Backward(double flops,
                       const std::optional<Time>& measuredForward,
                       const std::optional<Time>& measuredBackward) const
{
    if (measuredBackward)
    {
        return *measuredBackward;
    }
    return measuredForward ? Time::FromSeconds(backwardRatio * measuredForward->Seconds())
                           : Backward(flops);
}

std::vector<ParameterSpec>
ComputeParameters()
{
    return {{"peak_flops",
             ParameterType::NUMBER,
             "989e12",
             "peak operations per second of a device; H100 989e12, A100 312e12 (dense bf16)"},
            {"utilisation",
             ParameterType::NUMBER,
             "0.4",
             "part of the peak that computations reach, above 0 and at most 1"},
            {"backward_ratio",
             ParameterType::NUMBER,
             "2",
             "backward time over forward time; 3 with full activation recomputation"},
            {"value_bytes",
             ParameterType::INTEGER,
             "2",
             "bytes of one activation, weight or gradient on the network; bf16: 2"},
            {"micro_batch",
             ParameterType::INTEGER,
             "1",
             "samples (sequences) of one micro-batch of one replica"}};
}

ComputeModel
ComputeModelOf(const ParameterSet& parameters)
{
    const ComputeModel model{parameters.GetNumber("peak_flops"),
                             parameters.GetNumber("utilisation"),
                             parameters.GetNumber("backward_ratio")};
    if (model.utilisation <= 0 || model.utilisation > 1)
    {
        throw ParameterError("utilisation",
                             "the utilisation is not above 0 and at most 1",
                             "0.3 to 0.6 is usual in training");
    }
    if (model.peakFlops * model.utilisation < LEAST_SPEED)
    {
        throw ParameterError("peak_flops",
                             "the device computes less than 1e6 operations per second",
                             "989e12 for an H100, 312e12 for an A100");
    }
    if (model.backwardRatio < 0 || model.backwardRatio > 100)
    {
        throw ParameterError("backward_ratio", "the ratio is not between 0 and 100", "2 is usual");
    }
    return model;
}

} // namespace echelon
