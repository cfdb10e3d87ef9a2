#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Competitors that are in phase: where the packet fabric and the fluid fabric differ by a tenth, and why.

scenarios/robustness/pairs-in-phase.json: two jobs of two GPUs exchange 32,768 bytes again and again over the same two uplinks of C = 40 Gb/s,
two exchanges after each computation, all computations alike. With headers an exchange is n = 8 segments of s = 4178 · 8 / C = 0.8356 us on an
uplink; the four links of a path have delays of 2.2 us together.

Fluid: both exchanges start at the same instant, share the uplinks equally and end at the same instant, 2 n s + 2.2 us = 15.5696 us later. So the
next ones start together as well: the jobs stay in phase for ever, and every exchange takes twice its transmission time.

Packets: segments of the two flows alternate on an uplink, so one flow ends a segment before the other, and its job starts the next exchange s
earlier. Each exchange adds s to the distance, until after n of them no segments meet. From then on each job has the uplinks nearly to itself.

The cause is the coincidence: when the second job arrives n s later, the fluid fabric does not keep them in phase, and the fabrics agree.
"""

import csv
import json
import pathlib
import subprocess
import tempfile
import unittest

from _runs import ECHELON, PACKET_HEADER, SOURCE, both_fabrics

SCENARIO = SOURCE / "scenarios" / "robustness" / "pairs-in-phase.json"
SEGMENTS = 8
SEGMENT_S = 4178 * 8 / 40e9
DELAY_S = 2.2e-6
FABRICS = {"fluid": {"kind": "fluid", "header": PACKET_HEADER}, "packet": {"kind": "packet"}}


def exchanges(fabric):
    """Times of all exchanges of the first job's first GPU, in order, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        setting = "/fabric=" + json.dumps(FABRICS[fabric])
        subprocess.run([ECHELON, "run", SCENARIO, "--quiet", "--out", folder, "--set", setting], check=True)
        [path] = pathlib.Path(folder).glob("*/*/flows.csv")
        with open(path, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["source"] == "0"]
    rows.sort(key=lambda row: float(row["start_s"]))
    return [float(row["finish_s"]) - float(row["start_s"]) for row in rows]


def difference(offset_s):
    """(fluid, packet) makespans when the second job arrives so much later."""
    fluid, packet = both_fabrics(SCENARIO, "--set", f"/jobs/1/arrival={round(offset_s * 1e12)}ps")
    return fluid["runs"][0]["makespan_s"], packet["runs"][0]["makespan_s"]


class PairsInPhase(unittest.TestCase):
    def test_a_fluid_keeps_them_in_phase(self):
        times = exchanges("fluid")
        self.assertEqual(len(times), 256)
        for time in times:
            self.assertAlmostEqual(time, 2 * SEGMENTS * SEGMENT_S + DELAY_S, delta=1e-11)

    def test_packets_let_them_drift_apart_by_a_segment_each_time(self):
        times = exchanges("packet")
        self.assertEqual(len(times), 256)
        for before, after in zip(times[:3], times[1:4]):
            self.assertAlmostEqual(before - after, SEGMENT_S, delta=1e-11)
        # Then some are alone: 2.2 us and two more transmissions at 400 Gb/s on the way.
        alone = (SEGMENTS + 0.2) * SEGMENT_S + DELAY_S
        self.assertLess(sum(times[128:]) / 128, 0.5 * (alone + times[0]))

    def test_the_fabrics_agree_once_they_are_apart(self):
        fluid, packet = difference(0)
        self.assertLess(packet / fluid, 0.9)
        fluid, packet = difference(SEGMENTS * SEGMENT_S)
        self.assertLess(abs(packet / fluid - 1), 0.03)


if __name__ == "__main__":
    unittest.main()
