# SPDX-License-Identifier: GPL-2.0-only
"""Writes numbers for people, with one unit and one number of decimals for a whole column or axis.

    scale = time_scale([0.0012, 0.0345])     # TimeScale(factor=1000.0, unit='ms')
    scale.factor * 0.0012                    # 1.2
"""

import dataclasses
import math
import re


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


# What scenarios write behind a number, in the unit of its kind.
_QUANTITIES = {
    "bit/s": {"bps": 1.0, "kbps": 1e3, "Mbps": 1e6, "Gbps": 1e9, "Tbps": 1e12},
    "s": {"ps": 1e-12, "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0},
    "B": {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30},
}


def quantity(text):
    """'25Gbps' -> (25e9, 'bit/s', '25', 'Gbps'): value, unit, and as written; None for what is no quantity."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", text) if isinstance(text, str) else None
    for unit, factors in _QUANTITIES.items():
        if found and found[2] in factors:
            return float(found[1]) * factors[found[2]], unit, found[1], found[2]
    return None
