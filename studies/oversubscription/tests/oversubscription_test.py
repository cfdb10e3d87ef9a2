# SPDX-License-Identifier: GPL-2.0-only
"""studies/oversubscription/README.md: its sweeps, CSV files and text belong together, and theory holds for the numbers."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]

from echelon_sweep.expand import grid as cells_of  # noqa: E402
from echelon_sweep.spec import read_spec  # noqa: E402
from oversubscription_study import data as study  # noqa: E402
from oversubscription_study import page  # noqa: E402

AXES = {
    "placement": "/jobs/0/placement",
    "oversubscription": "/topology/oversubscription",
    "jobs": "/jobs/0/arrivals/count",
}


def spec_of(part):
    return read_spec(FOLDER / "scenarios" / f"{study.SWEEPS[part]}.json")


def points_of(spec):
    """(placement, oversubscription, jobs, seed) of every point that the specification has."""
    return {(*(cell[pointer] for pointer in AXES.values()), seed) for cell in cells_of(spec) for seed in spec.seeds}


class Study(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.jobs, cls.waits, cls.cost = study.read_csv()

    def test_sweeps_make_the_points_of_the_csv(self):
        """Each with as many jobs as its axis says, once under every scheduler of the scenario."""
        scenario = json.loads((FOLDER / "scenarios" / "llama2-70b-jobs.json").read_text())
        grid = study.grid(self.jobs)
        expected = points_of(spec_of("grid"))
        with_portfolio = points_of(spec_of("portfolio"))
        self.assertLess(with_portfolio, expected)
        [only] = spec_of("portfolio").schedulers
        self.assertEqual(set(spec_of("grid").schedulers + spec_of("portfolio").schedulers), set(scenario["schedulers"]))
        rows = grid.groupby([*AXES, "seed"])
        self.assertEqual(set(rows.groups), expected)
        for point, frame in rows:
            self.assertEqual(len(frame), point[2] * (len(scenario["schedulers"]) - (point not in with_portfolio)))
            self.assertEqual(only in set(frame.scheduler), point in with_portfolio)
            self.assertFalse(frame.duplicated(["scheduler", "job"]).any())
        packet = study.part(self.jobs, part="packet")
        self.assertEqual(set(packet.groupby([*AXES, "seed"]).groups), points_of(spec_of("packet")))
        long = study.part(self.jobs, part="long")
        self.assertEqual(set(long.groupby([*AXES, "seed"]).groups), points_of(spec_of("long")))
        for part in ("faster", "slower"):
            found = study.part(self.jobs, part=part)
            self.assertEqual(set(found.groupby([*AXES, "seed"]).groups), points_of(spec_of("perturbed")))
        self.assertEqual(set(self.waits.groupby([*AXES, "seed"]).groups), points_of(spec_of("waits")))

    def test_page_is_written_from_the_csv(self):
        text = (FOLDER / "README.md").read_text(encoding="utf-8")
        self.assertEqual(text, page.page(self.jobs, self.waits, self.cost))
        self.assertNotIn("nan", text)

    def test_parts_of_critical_paths_sum_to_the_iteration(self):
        total = self.jobs[study.PARTS].sum(axis=1)
        self.assertLess((total / self.jobs.iteration_s - 1).abs().max(), 1e-9)

    def test_waits_sum_to_the_waiting_of_the_same_points(self):
        """The two sweeps run the same points: per iteration and job, the rows of waits add up to waiting_s."""
        keys = [*AXES, "seed", "scheduler"]
        waited = self.waits.groupby(keys).seconds.sum()
        grid = study.grid(self.jobs).astype({"oversubscription": int, "jobs": int}).groupby(keys).waiting_s.mean()
        self.assertLess((waited / grid[waited.index] - 1).abs().max(), 1e-8)

    def test_no_job_saves_more_than_it_waits_under_fair(self):
        """The chain that is critical under fair runs under every scheduler, none of its tasks faster than alone."""
        pairs = study.against_waiting(self.jobs)
        self.assertEqual(len(pairs), (study.grid(self.jobs).scheduler != study.REFERENCE).sum())
        self.assertEqual(list(pairs[pairs.saved_s > pairs.fair_waiting_s * (1 + 1e-9)].job), [])

    def test_nobody_beats_a_network_that_takes_no_time(self):
        least = study.part(self.jobs, part="bound").set_index(["seed", "job"]).iteration_s.rename("least")
        grid = study.grid(self.jobs).join(least, on=["seed", "job"])
        self.assertGreater((grid.iteration_s / grid.least).min(), 1)

    def test_perturbed_runs_belong_to_the_grid(self):
        """A millionth of the computing time moves fair sharing's iterations by about as much, and its flops are the scenario's."""
        scenario = json.loads((FOLDER / "scenarios" / "llama2-70b-jobs.json").read_text())
        self.assertEqual(study.PEAK_FLOPS, scenario["jobs"][0]["parallelism"]["peak_flops"])
        keys = [*AXES, "seed", "scheduler", "job"]
        grid = study.part(study.grid(self.jobs), scheduler="fair").set_index(keys).iteration_s
        for part in ("faster", "slower"):
            found = study.part(self.jobs, part=part, scheduler="fair").set_index(keys).iteration_s
            self.assertLess((found / grid[found.index] - 1).abs().max(), 1e-3)

    def test_one_packed_job_by_hand(self):
        """Two stages' hosts share a leaf, so only interfaces count. The last micro-batch's backward pass hides the rest.

        Stage 0: 20 layers of 2 h² + 2 h · 1024 + 3 h f + 2 h = 855,654,400 parameters and 32,000 h of vocabulary, h = 8192,
        f = 28672: 17,375,232,000; a ring of two sends each once, 2 bytes: 34.750464 GB a host, 0.69500928 s at 400 Gb/s.
        """
        hand = page.by_hand()
        self.assertEqual(hand["layer"], 855654400)
        self.assertAlmostEqual(hand["all_reduce"], 0.69500928, places=12)
        expected = study.bound(self.jobs, 1) + hand["all_reduce"] - hand["hidden"]
        one = study.part(study.points(study.grid(self.jobs)), scheduler="fair", placement="packed", jobs=1)
        self.assertLess((one.iteration_s / expected - 1).abs().max(), 0.005)

    def test_a_point_run_again_gives_the_same_numbers(self):
        where = {"placement": "packed", "oversubscription": 2, "jobs": 1, "seed": 1}
        schedulers = ["fair", "least-slack"]
        changes = [f"{AXES[name]}={json.dumps(value)}" for name, value in where.items() if name in AXES]
        changes.append(f"/schedulers={json.dumps(schedulers)}")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [
                    *(BINARY, "run", FOLDER / "scenarios" / "llama2-70b-jobs.json", "--json", "--quiet", "--files", "summary"),
                    *("--seed", str(where["seed"]), "--out", folder, *(f"--set={change}" for change in changes)),
                ],
                capture_output=True, text=True, check=True,
            )
        summary = json.loads(done.stdout)
        for run in summary["runs"]:
            [job] = run["jobs"]
            [row] = study.part(study.grid(self.jobs), scheduler=run["scheduler"], **where).to_dict("records")
            count = len(job["iteration_times_s"])
            iteration = sum(job["iteration_times_s"]) / count
            self.assertLess(abs(row["iteration_s"] / iteration - 1), 1e-9)
            for part in study.PARTS:
                self.assertLess(abs(row[part] - job["critical_path"][part] / count), 1e-9 * iteration, part)


if __name__ == "__main__":
    unittest.main()
