// SPDX-License-Identifier: GPL-2.0-only
#include "model/compute-time.h"

namespace echelon
{

static Time
CheckedTime(double seconds)
{
    if (!(seconds <= MAX_COMPUTE_TIME.Seconds()))
    {
        throw ParameterError("peak_flops",
                             "one computation would take longer than 100 s",
                             "check peak_flops, utilisation, micro_batch and the model");
    }
    return Time::FromSeconds(seconds);
}

Time
ComputeModel::Forward(double flops) const
{
    return CheckedTime(flops / (peakFlops * utilisation));
}

Time
ComputeModel::Backward(double flops) const
{
    return CheckedTime(backwardRatio * flops / (peakFlops * utilisation));
}

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
    return measuredForward ? CheckedTime(backwardRatio * measuredForward->Seconds())
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
             "backward time over forward time; 3 with full activation recomputation"}};
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
    if (model.peakFlops <= 0)
    {
        throw ParameterError("peak_flops",
                             "the device computes nothing",
                             "989e12 for an H100, 312e12 for an A100");
    }
    if (model.backwardRatio < 0 || model.backwardRatio > 100)
    {
        throw ParameterError("backward_ratio", "the ratio is not between 0 and 100", "2 is usual");
    }
    return model;
}

} // namespace echelon
