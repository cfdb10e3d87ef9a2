# SPDX-License-Identifier: GPL-2.0-only
"""Random rates, delays, durations and sizes, as scenarios write them; one in eight sources goes to the ends of what is allowed."""

import math

RATES = ["1Gbps", "10Gbps", "25Gbps", "100Gbps", "200Gbps", "400Gbps", "33.333333333Gbps", "37.3Gbps", "999999999bps"]
DELAYS = ["0s", "1ps", "100ns", "500ns", "1us", "3.7us", "50us"]


class RandomChoices:
    """Takes what it needs from `random`, so one seed means one row of choices. Whoever derives says whether the fabric is `fluid`."""

    def __init__(self, random):
        self.random = random
        self.extreme = random.random() < 0.125

    def chance(self, probability):
        return self.random.random() < probability

    def of(self, *choices):
        return self.random.choice(choices)

    def whole(self, least, most):
        return self.random.randint(least, most)

    def spread(self, least, most):
        """A whole number whose logarithm is uniform."""
        return min(most, max(least, round(math.exp(self.random.uniform(math.log(least), math.log(most))))))

    def rate(self):
        if self.extreme and self.chance(0.3):
            # Packets take as long as they are many, and those that a slow link loses come again.
            return self.of("1000000Tbps", "0.1Tbps", *(["1bps", "1Kbps"] if self.fluid else []))
        return self.of(*RATES)

    def delay(self):
        if self.extreme and self.chance(0.2):
            return self.of("1s", "1000s", "1000000s")
        return self.of(*DELAYS)

    def duration(self, most_us=2000):
        return self.of("0s", f"{self.spread(1, most_us)}us", f"{self.spread(1, most_us * 1000)}ns", f"{self.spread(1, 10**9)}ps")

    def size(self, most=4_000_000):
        if self.extreme and self.chance(0.2):
            return self.of(1, "1000TB", 1125899906842624) if self.fluid else self.of(1, "20MB", 2**24)
        if self.chance(0.15):
            return self.of(1, 2, 4095, 4096, 4097, 8192, 65536)
        size = self.spread(1, most)
        return self.of(size, f"{size}B", f"{max(1, size // 1000)}KB", f"{max(1, size // 1024)}KiB")
