// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * Every numerical tolerance of the core, named, in one place.
 *
 * Rates and remaining volumes are doubles; times are integers (see base/time.h). A tolerance here
 * bounds the noise of double arithmetic, never a modelling error.
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

/// A link whose flows leave less than this of its capacity, relative, is full. Far above the noise
/// of a sum of thousands of rates; the rates of a full link are max-min up to this times the
/// capacity over the rate.
inline constexpr double FULL_LINK = 1e-12;

/// Levels (rates per flow) on one link that differ by less than this, relative, are the same level.
inline constexpr double SAME_LEVEL = 1e-11;

/// Flows this far below a link's level, relative, cannot have had their bottleneck there: far above
/// SAME_LEVEL, since it only saves work.
inline constexpr double BELOW_LEVEL = 1e-6;

/// A coflow counts as having reached a limit of bits sent when it is this close below it, relative:
/// far above the noise of the sum.
inline constexpr double OVER_LIMIT = 1e-9;

/// A flow this close below a whole quantum of attained service has reached it, in quanta.
inline constexpr double OVER_QUANTUM = 1e-6;

/// The integral of a flow's rate and the flow's volume that differ by less than this, relative, are
/// the same volume: noise of a sum over thousands of rates in force one after the other.
inline constexpr double SAME_VOLUME = 1e-10;

/// Average link rates that differ by less than this, relative, are one record of a series.
inline constexpr double SAME_RATE = 1e-9;

/// A predicted finish this close above a whole picosecond is rounded down to it, in picoseconds.
inline constexpr double COMPLETION_SLACK_PS = 1e-3;

/// Flows whose predicted finish times differ by at most this many picoseconds finish in the same
/// event.
inline constexpr long long COMPLETION_COALESCE_PS = 2;

/// What takes no longer than this above the time it takes alone has not waited, in picoseconds: the
/// rates and finishes of flows are rounded, and finishes are joined.
inline constexpr long long WAIT_ROUNDING_PS = 2 * COMPLETION_COALESCE_PS;

} // namespace echelon
