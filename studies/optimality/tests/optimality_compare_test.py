# SPDX-License-Identifier: GPL-2.0-only
"""Instances as scenarios, the store of optima, and schedulers of the built program against the bounds."""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER)]

from optimality import compare  # noqa: E402
from optimality.instances import MIXES, Group, Instance, Transfer, make  # noqa: E402
from optimality.store import Store, fill  # noqa: E402

LAUNCHER = FOLDER / "echelon-optimality"


class InstancesTest(unittest.TestCase):
    def test_equal_seeds_give_equal_instances(self):
        for mix in MIXES:
            self.assertEqual(make(mix, 7), make(mix, 7))
            self.assertNotEqual(make(mix, 7).key(), make(mix, 8).key())

    def test_shapes(self):
        for mix in MIXES:
            for index in range(20):
                instance = make(mix, index)
                self.assertEqual(instance.hosts_per_leaf is None, index % 2 == 0)
                self.assertTrue(2 <= len(instance.groups) <= 6)
                self.assertEqual(min(g.arrival for g in instance.groups), 0)
                for group in instance.groups:
                    self.assertEqual(min(t.release for t in group.transfers), 0)
                    self.assertEqual(group.offsets[0], 0)

    def test_paths_on_leaf_spine(self):
        # Two leaves of 2 hosts, oversubscription 2: an uplink carries 2 / 2 hosts' rates.
        instance = Instance("a", 4, 2, ())
        self.assertEqual(instance.path(0, 1), [("0->", 1.0), ("->1", 1.0)])
        self.assertEqual(instance.path(1, 2), [("1->", 1.0), ("->2", 1.0), ("up0", 1.0), ("down1", 1.0)])


class CompareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.binary = compare.find_binary()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_figure_2_in_the_emulator(self):
        # The paper's figure with B = 1 kB/µs and 1 ms for 1 s: fair sharing is 4.5 ms late, the optimum is 4.
        transfers = tuple(Transfer(j, 1000 * j, 0, 1, 2000) for j in range(3))
        instance = Instance("figure-2", 2, None, (Group("g", 0, 1.0, (0, 1000, 2000), transfers),))
        store = Store(self.folder / "figure-2.jsonl")
        fill(store, [instance], 10.0, 1)
        self.assertTrue(store[instance.key()]["exact"])
        self.assertAlmostEqual(store[instance.key()]["upper"], 4.0, places=6)
        found = compare.simulate(instance, ["fair", "echelon"], self.binary)
        self.assertAlmostEqual(found["fair"], 4.5, places=6)
        self.assertAlmostEqual(found["echelon"], 4.0, places=6)

    def test_no_scheduler_is_below_the_bound(self):
        instances = [make(mix, index) for mix in MIXES for index in (2, 5)]
        store = Store(self.folder / "some.jsonl")
        fill(store, instances, 1.0, 2)
        schedulers = ["fair", "fifo", "srpt", "edf", "sebf", "echelon"]
        rows = compare.compare(store, instances, schedulers, self.binary)
        self.assertEqual(len(rows), len(instances) * len(schedulers))
        self.assertEqual(compare.violations(rows), [])
        wrong = dict(rows[0], tardiness_ms=rows[0]["lower_ms"] * 0.99)
        self.assertEqual(len(compare.violations([wrong])), 1)
        # What is settled is read back, and not solved again.
        again = Store(self.folder / "some.jsonl")
        self.assertEqual(again.records, store.records)
        self.assertTrue(all(again.settled(i.key(), 1.0) for i in instances))

    def test_errors_of_the_emulator_are_reported(self):
        instance = make("coflow", 2)
        store = Store(self.folder / "some-error.jsonl")
        fill(store, [instance], 1.0, 1)
        with self.assertRaisesRegex(compare.AnalysisError, "no-such-scheduler"):
            compare.compare(store, [instance], ["no-such-scheduler"], self.binary)


class CommandLineTest(unittest.TestCase):
    def test_compare_writes_table_and_figure(self):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ["compare", "--mix", "coflow", "--instances", "2", "--time-limit", "1", "--out", folder]
            done = subprocess.run([LAUNCHER, *arguments], capture_output=True, text=True, env=os.environ)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("| coflow | echelon | 2 |", done.stdout)
            rows = list(csv.DictReader((pathlib.Path(folder) / "instances.csv").open()))
            self.assertEqual([r["scheduler"] for r in rows], ["fair", "sebf", "echelon"] * 2)
            for name in ("table.csv", "table.md", "ratio.png", "ratio.svg", "optima.jsonl"):
                self.assertTrue((pathlib.Path(folder) / name).exists(), name)

    def test_usage(self):
        done = subprocess.run([LAUNCHER, "compare", "--mix", "none"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (64, "", 1))


if __name__ == "__main__":
    unittest.main()
