// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Compute times: operations divided by the rate at which a device really works.
 *
 *     ComputeModel model{989e12, 0.4, 2.0};
 *     Time forward = model.Forward(flops);        // flops / (peak × utilisation)
 *     Time backward = model.Backward(flops);      // backward ratio × the same
 *
 * The backward pass computes two products (for the input's and for the weight's gradient) per
 * product of the forward pass, so the ratio is 2; with full activation recomputation it is 3. Times
 * are rounded to picoseconds. Formula: docs/reference/workloads.md.
 */
#pragma once

#include "base/parameters.h"
#include "base/time.h"
#include "model/model-profile.h"

#include <optional>
#include <vector>

namespace echelon
{

/// How fast a device computes.
struct ComputeModel
{
    double peakFlops = 0;   ///< operations per second, > 0
    double utilisation = 0; ///< the part of the peak that is reached, in (0, 1]
    double backwardRatio = 0;

    /// @throws ParameterError when it takes longer than MAX_COMPUTE_TIME.
    Time Forward(double flops) const;
    Time Backward(double flops) const;

    /// The measured forward time if there is one, else `flops` by the formula.
    Time Forward(double flops, const std::optional<Time>& measured) const;
    /// The measured backward time, or ratio × the measured forward time, or the formula.
    Time Backward(double flops,
                  const std::optional<Time>& measuredForward,
                  const std::optional<Time>& measuredBackward) const;
};

/// The parameters peak_flops, utilisation and backward_ratio.
std::vector<ParameterSpec> ComputeParameters();

/// @throws ParameterError when a value is out of range.
ComputeModel ComputeModelOf(const ParameterSet& parameters);

} // namespace echelon
