# SPDX-License-Identifier: GPL-2.0-only
"""Numbers for people: one unit and one number of decimals for a whole column or axis.

    scale = time_scale([0.0012, 0.0345])     # TimeScale(factor=1000.0, unit='ms')
    scale.factor * 0.0012                    # 1.2
"""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class TimeScale:
    """Seconds × factor are in `unit`."""

    factor: float
    unit: str


def time_scale(seconds):
    """The unit in which the largest magnitude reads best."""
    largest = max((abs(s) for s in seconds), default=0.0)
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        if largest * factor >= 1.0:
            return TimeScale(factor, unit)
    return TimeScale(1.0, "s") if largest == 0 else TimeScale(1e12, "ps")


def decimals(values, digits=4):
    """Decimals that show the largest value with `digits` significant digits."""
    largest = max((abs(v) for v in values), default=0.0)
    if largest == 0:
        return 0
    return max(0, digits - 1 - math.floor(math.log10(largest)))


def format_time(seconds, digits=4):
    """'812.4 ms'."""
    scale = time_scale([seconds])
    value = seconds * scale.factor
    return f"{value:.{decimals([value], digits)}f} {scale.unit}"
