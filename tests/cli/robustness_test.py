# SPDX-License-Identifier: GPL-2.0-only
"""Compute times that differ from the profile, and many jobs: what holds in the results of a run."""

import csv
import subprocess
import sys
import unittest

from _echelon import ROOT, CliTestCase

PROFILE_ERROR = ROOT / "scenarios" / "robustness" / "profile-error.json"
MANY_JOBS = ROOT / "scenarios" / "smoke" / "many-jobs.json"


class RobustnessTest(CliTestCase):
    def rows(self, name):
        [path] = (self.folder / "out").glob(f"*/*/{name}")
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_every_flow_finishes_whatever_the_error(self):
        exact = self.summary(PROFILE_ERROR, *self.noise(0))
        for sigma in (0.2, 1):
            for per in ("task", "job"):
                noisy = self.summary(PROFILE_ERROR, *self.noise(sigma, per))
                for before, after in zip(exact["runs"], noisy["runs"]):
                    with self.subTest(sigma=sigma, per=per, scheduler=after["scheduler"]):
                        self.assertEqual(before["flows"]["count"], after["flows"]["count"])
                        self.assertNotEqual(before["makespan_s"], after["makespan_s"])
                        # Schedulers and slowdowns go by the profile, which is the same.
                        for a, b in zip(before["jobs"], after["jobs"]):
                            self.assertEqual(a["ideal_time_s"], b["ideal_time_s"])

    @staticmethod
    def noise(sigma, per="task"):
        settings = []
        for job in range(4):
            settings += ["--set", f"/jobs/{job}/compute_noise/sigma={sigma}"]
            settings += ["--set", f"/jobs/{job}/compute_noise/per={per}"]
        return settings

    def test_arrangements_stay_those_of_the_profile(self):
        self.summary(PROFILE_ERROR)
        groups = {(row["run"], row["group"]): row for row in self.rows("groups.csv")}
        offsets = {}
        for row in self.rows("flows.csv"):
            group = groups[row["run"], row["group"]]
            offset = float(row["ideal_finish_s"]) - float(group["reference_s"])
            offsets.setdefault((group["job"], group["name"], row["position"]), set()).add(round(offset, 9))
        self.assertGreater(len(offsets), 100)
        # The same in every iteration and under every scheduler.
        self.assertEqual({len(values) for values in offsets.values()}, {1})

    def test_draws_are_the_same_under_every_scheduler(self):
        # One job alone, without contention: every scheduler takes the same time, another seed does not.
        keep = ["--set", '/jobs=[{"name": "a", "workload": {"kind": "tasks", "tasks": [{"id": "c", "kind": "compute",'
                ' "device": 0, "duration": "1s"}]}, "iterations": 3, "compute_noise": {"sigma": 0.2}}]']
        times = [[job["iteration_times_s"] for job in run["jobs"]] for run in self.summary(PROFILE_ERROR, *keep)["runs"]]
        self.assertTrue(all(other == times[0] for other in times))
        self.assertEqual(len(set(times[0][0])), 3)
        other = self.summary(PROFILE_ERROR, *keep, "--seed", "2")["runs"][0]["jobs"][0]["iteration_times_s"]
        self.assertNotEqual(other, times[0][0])

    def test_waiting_counts_and_the_analysis_agrees(self):
        self.summary(MANY_JOBS)
        first = {row["job"]: row for row in self.rows("jobs.csv") if row["run"] == "0"}
        self.assertEqual(float(first["train-2"]["arrival_s"]), 0.002)
        self.assertEqual(float(first["train-2"]["start_s"]), 0.008)
        self.assertEqual(float(first["train-2"]["ideal_s"]), 0.004)
        [results] = (self.folder / "out").glob("*/*")
        done = subprocess.run(
            [sys.executable, ROOT / "analysis" / "echelon-analysis", "check", results], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
