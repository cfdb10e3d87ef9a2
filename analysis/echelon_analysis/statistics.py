# SPDX-License-Identifier: GPL-2.0-only
"""Computes means with confidence intervals.

    mean_interval([1.0, 2.0, 3.0])     # Interval(mean=2.0, low=-0.48…, high=4.48…, count=3): 95 %, Student's t
    mean_interval([1.0]).half          # nan: one value says nothing of its spread
    geometric_interval([0.5, 2.0])     # of ratios, by their logarithms: mean 1, never below zero

Student, The probable error of a mean, Biometrika 6, 1908.
"""

import dataclasses
import math

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95
# Figures draw no interval of fewer values: that of two is 18 times as wide as the values are apart, whatever they are.
LEAST_COUNT = 3


@dataclasses.dataclass(frozen=True)
class Interval:
    """The mean lies between low and high with the confidence that was asked for; these are nan for fewer than two values."""

    mean: float
    low: float
    high: float
    count: int

    @property
    def half(self):
        """Half the interval's width."""
        return 0.5 * (self.high - self.low)


def quantile(freedom, confidence=CONFIDENCE):
    """The t with `confidence` of Student's distribution between -t and t."""
    return float(stdtrit(freedom, 0.5 * (1.0 + confidence)))


def mean_interval(values, confidence=CONFIDENCE):
    """The mean of independent values and its confidence interval."""
    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return Interval(float(values[0]) if values.size else math.nan, math.nan, math.nan, int(values.size))
    mean = float(values.mean())
    half = float(quantile(values.size - 1, confidence) * values.std(ddof=1) / math.sqrt(values.size))
    return Interval(mean, mean - half, mean + half, int(values.size))


def geometric_interval(values, confidence=CONFIDENCE):
    """The geometric mean of independent positive values and its confidence interval, that of their logarithms."""
    found = mean_interval(np.log(np.asarray(values, dtype=float)), confidence)
    return Interval(math.exp(found.mean), math.exp(found.low), math.exp(found.high), found.count)
