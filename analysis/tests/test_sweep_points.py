# SPDX-License-Identifier: GPL-2.0-only
"""Expansion of sweeps: which points there are, in which order, under which ids and columns."""

import json
import unittest

from sweep_case import OVERSUBSCRIPTION, SCENARIO, SweepCase

from echelon_sweep.expand import grid
from echelon_sweep.points import point_id
from echelon_sweep.prepare import columns
from echelon_sweep.spec import check_spec

SPINES = "/topology/spines"


class ExpansionTest(SweepCase):
    def points(self, **changes):
        return json.loads(self.tool("expand", self.spec(**changes), "--json").stdout)["points"]

    def test_grid(self):
        """Sorted by pointer (oversubscription before spines), the last axis faster, seeds fastest."""
        points = self.points(axes={SPINES: [2, 1], OVERSUBSCRIPTION: [1, 4]})
        told = [(p["parameters"][OVERSUBSCRIPTION], p["parameters"][SPINES], p["seed"]) for p in points]
        self.assertEqual(told, [(1, 2, 1), (1, 2, 2), (1, 1, 1), (1, 1, 2), (4, 2, 1), (4, 2, 2), (4, 1, 1), (4, 1, 2)])
        self.assertEqual(len({p["id"] for p in points}), 8)

    def test_order_of_keys_changes_nothing(self):
        one = self.points(axes={SPINES: [2, 1], OVERSUBSCRIPTION: [1, 4]})
        other = self.points(axes={OVERSUBSCRIPTION: [1, 4], SPINES: [2, 1]})
        self.assertEqual(one, other)

    def test_ids_belong_to_points(self):
        """More values, in another order, beside others: the ids of the points that stay are the same."""

        def by_parameters(points):
            return {(json.dumps(p["parameters"]), p["seed"]): p["id"] for p in points}

        few = by_parameters(self.points())
        more = by_parameters(self.points(axes={OVERSUBSCRIPTION: [8, 4, 2, 1]}, seeds=[5, 2, 1], files="tables"))
        self.assertEqual(few, {key: more[key] for key in few})

    def test_id_follows_the_scenario(self):
        before = {p["id"] for p in self.points()}
        changed = json.loads(json.dumps(SCENARIO))
        changed["jobs"][0]["iterations"] = 3
        self.write("small.json", changed)
        self.assertFalse(before & {p["id"] for p in self.points()})
        # Words change no result.
        self.write("small.json", {**SCENARIO, "description": "the same"})
        self.assertEqual(before, {p["id"] for p in self.points()})

    def test_id(self):
        """16 digits of SHA-256 over the canonical text: keys sorted, no spaces."""
        import hashlib

        text = '{"inputs":"00","parameters":{"/a":1},"program":"b","schema":"echelon/point/1","seed":7}'
        self.assertEqual(point_id("b", "00", {"/a": 1}, 7), hashlib.sha256(text.encode()).hexdigest()[:16])

    def test_zip(self):
        points = self.points(axes={SPINES: [2, 1], OVERSUBSCRIPTION: [1, 4]}, zip=[[SPINES, OVERSUBSCRIPTION]], seeds=None)
        self.assertEqual([(p["parameters"][OVERSUBSCRIPTION], p["parameters"][SPINES]) for p in points], [(1, 2), (4, 1)])

    def test_exclude(self):
        points = self.points(
            axes={SPINES: [1, 2], OVERSUBSCRIPTION: [1, 2, 4]}, exclude=[{SPINES: 2, OVERSUBSCRIPTION: [2, 4]}], seeds=None
        )
        told = [(p["parameters"][OVERSUBSCRIPTION], p["parameters"][SPINES]) for p in points]
        self.assertEqual(told, [(1, 1), (1, 2), (2, 1), (4, 1)])

    def test_whole_numbers_are_the_same_however_they_are_written(self):
        self.assertEqual(self.points(axes={OVERSUBSCRIPTION: [1, 2, 4]}), self.points(axes={OVERSUBSCRIPTION: [1.0, 2.0, 4.0]}))

    def test_exclude_tells_true_from_one(self):
        def cells(rule):
            document = {"schema": "echelon/sweep/1", "name": "s", "scenario": "small.json", "axes": {"/a": [1, True]}, "exclude": [rule]}
            return [json.dumps(cell["/a"]) for cell in grid(check_spec(document, str(self.folder / "s.json")))]

        self.assertEqual(cells({"/a": True}), ["1"])
        self.assertEqual(cells({"/a": [1.0]}), ["true"])

    def test_seeds(self):
        self.assertEqual([p["seed"] for p in self.points(seeds=None, axes=None)], [1])  # the scenario's, by default 1
        self.assertEqual([p["seed"] for p in self.points(seeds=None, replications=3, axes=None)], [1, 2, 3])
        self.write("small.json", {**SCENARIO, "seed": 9})
        self.assertEqual([p["seed"] for p in self.points(seeds=None, axes=None)], [9])

    def test_several_scenarios(self):
        self.write("other.json", {**SCENARIO, "schedulers": ["fair"]})
        points = self.points(scenario=["small.json", "other.json"], axes=None, seeds=None)
        self.assertEqual([(p["scenario"], p["parameters"]) for p in points], [(0, {"scenario": "small.json"}), (1, {"scenario": "other.json"})])

    def test_count(self):
        self.assertEqual(self.tool("expand", self.spec(), "--count").stdout, "6\n")
        listed = self.tool("expand", self.spec(resources={"time": "10min"})).stdout.splitlines()
        self.assertEqual(listed[-1], "6 points, at most 1 core hours (resources.time each)")

    def test_one_process_checks_all(self):
        fake = self.fake("echelon", f'#!/bin/sh\necho "$1" >> {self.folder}/calls\nexec {{real}} "$@"\n')
        self.tool("expand", self.spec(), "--count", binary=fake)
        self.assertEqual((self.folder / "calls").read_text().split(), ["--version", "check"])


class ColumnsTest(unittest.TestCase):
    def test_short(self):
        self.assertEqual(columns([OVERSUBSCRIPTION, "/jobs/0/workload/bytes"]), ["oversubscription", "bytes"])

    def test_longer_where_needed(self):
        self.assertEqual(columns(["/a/rate", "/b/rate", "/c/delay"]), ["a_rate", "b_rate", "delay"])
        self.assertEqual(columns(["/schedulers/0"]), ["schedulers_0"])
        self.assertEqual(columns(["/jobs/0/arrival", "/jobs/1/arrival"]), ["jobs_0_arrival", "jobs_1_arrival"])

    def test_names_of_the_tables_are_taken(self):
        self.assertEqual(columns(["/control/seed", "/status"]), ["control_seed", "axis_status"])
        # Also those of runs and jobs, with which the axes are joined.
        self.assertEqual(columns(["/jobs/0/iterations"]), ["jobs_0_iterations"])
        self.assertEqual(columns(["/fabric", "/a/slowdown"]), ["axis_fabric", "a_slowdown"])

    def test_strange_keys(self):
        self.assertEqual(columns(["/a/b-c", "/x/0", "/"]), ["b_c", "x_0", "axis__"])


if __name__ == "__main__":
    unittest.main()
