#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Queues under different windows against the fluid fabric: with the default every smoke scenario agrees as well as under pacing, within 2 %; a window
that is far too small or far too large does not, and the program says so.

A window W below what a path carries in its round trip R holds a flow to W / R whatever the link's rate: one flow of b bytes then takes about b R / W.
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from _runs import ECHELON, PACKET_HEADER, smoke_scenarios, summary

# Of the window far too large: switches' buffers hold 16 MiB a port.
LARGE = "1GiB"


def differences(path, window):
    """{scheduler: makespan under queues / fluid makespan - 1}"""
    fluid = summary(path, "--set", f'/fabric={{"kind": "fluid", "header": "{PACKET_HEADER}"}}')
    queues = summary(path, "--set", f'/fabric={{"kind": "packet", "enforcement": "queues", "window": "{window}"}}')
    return {
        ours["scheduler"]: theirs["makespan_s"] / ours["makespan_s"] - 1 for ours, theirs in zip(fluid["runs"], queues["runs"])
    }


def one_flow(window, delay="10us", size="4MB"):
    return {
        "schema": "echelon/scenario/1",
        "name": "one-flow",
        "topology": {"kind": "big-switch", "hosts": 2, "host_link": {"rate": "100Gbps", "delay": delay}},
        "jobs": [{"name": "a", "workload": {"kind": "flows", "flows": [{"source": 0, "destination": 1, "bytes": size}]}}],
        "schedulers": ["fair"],
        "fabric": {"kind": "packet", "header": 0, "enforcement": "queues", "window": window},
    }


class QueueWindows(unittest.TestCase):
    def test_the_default_agrees_with_the_fluid(self):
        for path in smoke_scenarios():
            for scheduler, difference in differences(path, "0B").items():
                with self.subTest(scenario=path.stem, scheduler=scheduler):
                    self.assertLessEqual(abs(difference), 0.02)

    def test_a_small_window_is_sent_once_a_round_trip(self):
        # Two links of 10 us each way, and a segment of 4096 B on two links of 80 ps a byte: R = 40.66 us. Segment 976, the last, is the first of
        # window 61: it starts after 61 R and takes 20 us and two transmissions of what is left, 2304 B.
        [run] = summary(one_flow(16 * 4096))["runs"]
        round_trip = 40e-6 + 2 * 4096 * 80e-12
        self.assertAlmostEqual(run["makespan_s"], 61 * round_trip + 20e-6 + 2 * 2304 * 80e-12, delta=1e-10)

    def test_warnings(self):
        # 100 Gb/s carry 508 kB in R.
        for window, word in (("0B", ""), ("64KiB", "less than the 512 KB"), ("1MB", ""), ("3MB", "far more than the 512 KB")):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "one-flow.json"
                path.write_text(json.dumps(one_flow(window)))
                done = subprocess.run([ECHELON, "check", path], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1 if word else 0, done.stderr)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
