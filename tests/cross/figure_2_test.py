#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figure 2 of Pan et al., HotNets 2022, through the command line: the fluid fabric exactly, the packet fabric within 1 %.

The paper's link carries payload only, so the packet fabric runs without headers here.
"""

import csv
import json
import pathlib
import subprocess
import tempfile
import unittest

from _runs import ECHELON, SOURCE

SCENARIO = SOURCE / "scenarios" / "paper" / "echelonflow-fig2.json"
FABRICS = {"fluid": {"kind": "fluid"}, "packet": {"kind": "packet", "header": "0B"}}
# The paper's rows: when the flows finish, when the computation is done, in seconds. There is one group, so the rank of
# groups, in which echelon-paper differs, decides nothing.
PAPER = {"fair": ([4.5, 6.5, 7], 8.5), "sebf": ([7, 7, 7], 10), "echelon": ([5, 6, 7], 8), "echelon-paper": ([5, 6, 7], 8)}


def results(fabric):
    """{scheduler: (finish times of the flows, end of the computation)}"""
    with tempfile.TemporaryDirectory() as folder:
        command = [ECHELON, "run", str(SCENARIO), "--json", "--out", folder]
        command += ["--set", "/fabric=" + json.dumps(FABRICS[fabric]), "--set", "/expect={}"]
        command += ["--set", "/schedulers=" + json.dumps(list(PAPER))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        (file,) = pathlib.Path(folder).glob("*/*/flows.csv")
        with open(file, encoding="utf-8") as lines:
            flows = list(csv.DictReader(lines))
    return {
        run["scheduler"]: (
            [float(flow["finish_s"]) for flow in flows if int(flow["run"]) == index],
            run["makespan_s"],
        )
        for index, run in enumerate(json.loads(done.stdout)["runs"])
    }


def worst_error(scheduler, finishes, done):
    paper_finishes, paper_done = PAPER[scheduler]
    return max(abs(ours / paper - 1) for ours, paper in zip(finishes + [done], paper_finishes + [paper_done]))


class Figure2(unittest.TestCase):
    def check(self, fabric, bound):
        found = results(fabric)
        self.assertEqual(set(found), set(PAPER))
        for scheduler, (finishes, done) in found.items():
            with self.subTest(scheduler=scheduler):
                self.assertEqual(len(finishes), 3)
                self.assertLessEqual(worst_error(scheduler, finishes, done), bound)

    def test_fluid_is_exact(self):
        self.check("fluid", 1e-9)

    def test_packet_is_within_one_per_cent(self):
        self.check("packet", 0.01)


if __name__ == "__main__":
    unittest.main()
