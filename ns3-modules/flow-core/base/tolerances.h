// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Every numerical tolerance of the core, named, in one place.
 *
 * Rates and remaining volumes are doubles; times are integers (see base/time.h). A tolerance here bounds the noise of double
 * arithmetic, never a modelling error.
 */
#pragma once

namespace echelon
{

/// Relative noise of a short sum or quotient of doubles.
inline constexpr double ROUNDING = 1e-12;

/// A link counts as over capacity when its load exceeds the capacity by more than this, relative.
inline constexpr double CAPACITY_EXCESS = 1e-9;

/// A residual capacity below this fraction of the link's rate is noise and counts as zero.
inline constexpr double CAPACITY_EPSILON = 1e-11;

/// A predicted finish this close above a whole picosecond is rounded down to it, in picoseconds.
inline constexpr double COMPLETION_SLACK_PS = 1e-3;

/// Flows whose predicted finish times differ by at most this many picoseconds finish in the same event.
inline constexpr long long COMPLETION_COALESCE_PS = 2;

} // namespace echelon
