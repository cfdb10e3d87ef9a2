#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Ring all-reduce on a non-blocking fabric against its closed form, on both fabrics and at two granularities.

n ranks on one big switch, links of B = 100 Gb/s and delay d = 500 ns each, so a hop from rank to rank has delay 2 d. S bytes are cut into n
chunks of S / n; 2 (n - 1) steps, in each of which every rank sends one chunk to its neighbour:

    T = 2 (n - 1) (S / n × 8 / B + 2 d)

n divides S here, and a byte takes 80 ps, so T is a whole number of picoseconds and the fluid fabric must meet it to 1e-9.
The packet fabric adds a header of h bytes to each segment of s bytes, and stores and forwards: in each step the first segment is sent a second
time by the switch before the last hop begins, which adds one segment per step at granularity `step`, and once in all at granularity `flow`:

    T_packet = 2 (n - 1) (S / n × 8 / B × (s + h) / s + 2 d) + steps × (s + h) × 8 / B,    steps = 2 (n - 1) or 1
"""

import unittest

from _runs import summary

RATE = 100e9
DELAY = 500e-9
SEGMENT = 4096
HEADER = 82
RANKS = (2, 3, 4, 8, 16, 32, 64)
# Multiples of every n above times a segment: so no chunk ends in a part of a segment.
UNIT = 3 * 64 * SEGMENT
SIZES = (UNIT, 10 * UNIT, 100 * UNIT)


def scenario(ranks, size, granularity):
    return {
        "schema": "echelon/scenario/1",
        "name": "ring",
        "seed": 1,
        "topology": {"kind": "big-switch", "hosts": ranks, "host_link": {"rate": "100Gbps", "delay": "500ns"}},
        "jobs": [
            {
                "name": "ring",
                "workload": {
                    "schema": "echelon/workload/1",
                    "kind": "collective",
                    "operation": "all-reduce",
                    "ranks": ranks,
                    "bytes": f"{size}B",
                    "granularity": granularity,
                },
            }
        ],
        "schedulers": ["fair"],
    }


def closed_form(ranks, size):
    return 2 * (ranks - 1) * (size / ranks * 8 / RATE + 2 * DELAY)


def closed_form_packet(ranks, size, granularity):
    steps = 2 * (ranks - 1)
    wire = size / ranks * 8 / RATE * (SEGMENT + HEADER) / SEGMENT
    forwarded = steps if granularity == "step" else 1
    return steps * (wire + 2 * DELAY) + forwarded * (SEGMENT + HEADER) * 8 / RATE


class RingAllReduce(unittest.TestCase):
    def test_fluid_meets_the_closed_form(self):
        worst = 0
        for ranks in RANKS:
            for size in SIZES:
                for granularity in ("flow", "step"):
                    with self.subTest(ranks=ranks, size=size, granularity=granularity):
                        run = summary(scenario(ranks, size, granularity))["runs"][0]
                        error = abs(run["makespan_s"] / closed_form(ranks, size) - 1)
                        worst = max(worst, error)
                        self.assertLessEqual(error, 1e-9)
        print(f"fluid: worst relative error {worst:.1e}")

    def test_packet_is_within_one_per_cent_after_header_overhead(self):
        worst = 0
        for ranks in RANKS:
            for size in SIZES[1:]:
                for granularity in ("flow", "step"):
                    with self.subTest(ranks=ranks, size=size, granularity=granularity):
                        run = summary(scenario(ranks, size, granularity), "--fabric", "packet")["runs"][0]
                        error = abs(run["makespan_s"] / closed_form_packet(ranks, size, granularity) - 1)
                        worst = max(worst, error)
                        self.assertLessEqual(error, 0.01)
        print(f"packet: worst relative error {worst:.1e}")


if __name__ == "__main__":
    unittest.main()
