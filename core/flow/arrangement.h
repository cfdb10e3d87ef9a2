// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Arrangement functions: the ideal finish times of an EchelonFlow's flows, relative to its
 * reference time.
 *
 *     Arrangement a = Arrangement::Pipeline(8, microBatchComputeTime);
 *     Time d3 = reference + a.Offset(3);       // 3 T after the head flow's start
 *
 * Source: Pan, Lei, Li, Xie, Yuan, Xia, "Efficient Flow Scheduling in Distributed Deep Learning
 * Training with Echelon Formation" (HotNets 2022), Section 3 and Table 1: coflow (Eq 5), pipeline
 * (Eq 6), FSDP (Eq 7). Offsets are non-decreasing in the position; position 0 has offset 0.
 */
#pragma once

#include "base/time.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace echelon
{

/// A value: one offset per position. Positions past the last repeat the last offset's value.
class Arrangement
{
  public:
    /// The paradigm's shape, for tables and analysis.
    enum class Shape
    {
        COFLOW,
        PIPELINE,
        FSDP,
        EXPLICIT,
    };

    /// d_j = r for all j (Eq 5): a coflow.
    static Arrangement Coflow();

    /// d_j = r + j T (Eq 6). @param positions number of micro-batches. @param period T, the
    /// consumer's compute time for one.
    static Arrangement Pipeline(std::uint32_t positions, Time period);

    /**
     * FSDP's all-gathers C_0 … C_(2n-1) of an n-layer model (Eq 7): + T_fwd per step while 1 <= i
     * <= n-1, then + T_bwd.
     * @param layers n. Position i is the i-th all-gather.
     */
    static Arrangement Fsdp(std::uint32_t layers, Time forward, Time backward);

    /**
     * The same for units that differ, by unit: what lies between the needs of two all-gathers is
     * the pass that the first one feeds. Deviation from Eq 7: C_n is needed T_fwd after C_(n-1),
     * when the last unit's forward pass ends; Eq 7 adds T_bwd there, so that everything in the
     * backward pass would be due T_bwd - T_fwd too late. @pre as many of both, > 0.
     */
    static Arrangement Fsdp(const std::vector<Time>& forward, const std::vector<Time>& backward);

    /// Any other. @pre offsets non-empty, offsets[0] == 0, non-decreasing.
    static Arrangement Explicit(std::vector<Time> offsets);

    /// Ideal finish of position j, relative to the reference time.
    Time Offset(std::uint32_t position) const
    {
        return position < m_offsets.size() ? m_offsets[position] : m_offsets.back();
    }

    Shape GetShape() const
    {
        return m_shape;
    }

    const std::vector<Time>& Offsets() const
    {
        return m_offsets;
    }

  private:
    Arrangement(Shape shape, std::vector<Time> offsets);

    Shape m_shape;
    std::vector<Time> m_offsets;
};

/// "coflow", "pipeline", "fsdp", "explicit".
std::string_view ToText(Arrangement::Shape shape);

} // namespace echelon
