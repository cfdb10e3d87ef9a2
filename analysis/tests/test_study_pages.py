# SPDX-License-Identifier: GPL-2.0-only
"""The pages of the studies of EchelonFlow, of the distance to the optimum and of enforcement say what their CSV files say."""

import importlib.util
import os
import pathlib
import sys
import unittest

import pandas

ROOT = pathlib.Path(os.environ.get("ECHELON_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
STUDIES = ROOT / "docs" / "studies"
sys.path[:0] = [str(ROOT / "analysis")]


def tool(name):
    """tools/NAME.py as a module."""
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class EchelonFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.study = tool("echelonflow-study")
        cls.data = cls.study.with_ratios(pandas.read_csv(cls.study.CSV, keep_default_na=False))
        cls.spread = cls.study.with_ratios(pandas.read_csv(cls.study.SPREAD, keep_default_na=False))

    def test_page_is_written_from_the_csv(self):
        text = (STUDIES / "echelonflow.md").read_text(encoding="utf-8")
        self.assertEqual(text, self.study.page(self.data, self.spread))
        self.assertNotIn("nan", text)

    def test_every_point_is_there_once_under_every_scheduler(self):
        for frame, points in ((self.data, self.study.points()), (self.spread, self.study.perturbed_points())):
            points = pandas.DataFrame(points)
            found = frame[[*points.columns, "scheduler"]].drop_duplicates()
            self.assertEqual(len(found), len(frame))
            self.assertEqual(len(frame), len(points) * len(self.study.SCHEDULERS))
            self.assertEqual(len(found.merge(points, on=list(points.columns))), len(frame))

    def test_echelon_is_sebf_where_all_groups_are_coflows(self):
        grid = self.study.grid(self.data)
        coflows = grid[grid.paradigm.isin(self.study.COFLOWS)]
        self.assertLess(self.study.apart(coflows, "echelon", "sebf"), 1e-9)

    def test_third_digits_hold(self):
        middle = self.study.part(self.study.grid(self.data), slower=1, oversubscription=4)
        frame = pandas.concat([middle.assign(perturbation=0.0), self.spread])
        self.assertLess(self.study.half_range(frame, ["paradigm"]).max(), 1e-3)
        self.assertLess(self.study.half_range(frame, ["paradigm", "seed"]).max(), 5e-3)

    def test_arrangements_pay_and_the_literal_rank_does_not(self):
        """Means over the 81 cells of each seed: echelon and least-slack below sebf and below the literal reading."""
        for seed in self.study.SEEDS:
            cells = self.study.part(self.study.grid(self.data), seed=seed)
            mean = cells.groupby("scheduler").to_fair.mean()
            self.assertEqual(len(cells), 81 * len(self.study.SCHEDULERS))
            for name in ("echelon", "least-slack"):
                self.assertLess(mean[name], min(mean["echelon-paper"], mean["sebf"]))
        self.assertLess(self.study.part(self.study.grid(self.data), scheduler="echelon").to_fair.mean(), 0.89)


class Optimality(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.study = tool("optimality-study")
        cls.rows = pandas.read_csv(cls.study.CSV)
        cls.wide = pandas.read_csv(cls.study.WITHOUT_OPTIMA)

    def test_page_is_written_from_the_csv(self):
        text = (STUDIES / "optimality.md").read_text(encoding="utf-8")
        self.assertEqual(text, self.study.page(self.rows, self.wide))
        self.assertNotIn("nan", text)

    def test_nobody_beats_the_optimum(self):
        self.assertGreaterEqual((self.rows.tardiness_ms / self.rows.lower_ms).min(), 1 - 1e-6)

    def test_echelon_is_near_the_best_online_scheduler_and_below_the_literal_rank_on_every_mix(self):
        means = self.study.means_of(self.study.to_best(self.wide))
        self.assertLess(means["echelon"]["all"], 1.04)
        for name in self.study.OURS_ALL:
            self.assertTrue((means[name] <= means[self.study.PAPERS]).all(), name)

    def test_both_files_hold_the_same_runs(self):
        wide = self.wide.set_index(["mix", "instance"])
        for row in self.rows.itertuples():
            self.assertLess(abs(wide.loc[(row.mix, row.instance), row.scheduler] / row.tardiness_ms - 1), 1e-8)

    def test_echelon_is_sebf_on_coflows(self):
        wide = self.wide[self.wide.mix == "coflow"]
        self.assertLess((wide["echelon"] / wide["sebf"] - 1).abs().max(), 1e-8)


class Enforcement(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.grid = tool("enforcement-page").read_grid()

    def test_one_queue_is_fairness_whatever_is_decided(self):
        alone = self.grid[1].groupby("delay")
        self.assertTrue((alone.max() == alone.min()).all())

    def test_two_queues_bring_most_of_what_pacing_gains(self):
        now = self.grid.xs("0us", level="delay")
        for name in ("sebf", "echelon"):
            self.assertGreater(now[1][name] - now[2][name], 0.5 * (now[1][name] - now[0][name]), name)

    def test_late_decisions_cost_pacing_more_than_queues(self):
        echelon = self.grid.loc["echelon"]
        self.assertGreater(echelon[0]["1ms"], echelon[8]["1ms"])


if __name__ == "__main__":
    unittest.main()
