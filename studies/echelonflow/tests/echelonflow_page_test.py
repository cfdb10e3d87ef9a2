# SPDX-License-Identifier: GPL-2.0-only
"""The page of the study of EchelonFlow says what its CSV files say, and what it concludes holds in them."""

import pathlib
import sys
import unittest

import pandas

FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1] / "analysis")]

import run as study  # noqa: E402


class EchelonFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = study.with_ratios(pandas.read_csv(study.CSV, keep_default_na=False))
        cls.spread = study.with_ratios(pandas.read_csv(study.SPREAD, keep_default_na=False))

    def test_page_is_written_from_the_csv(self):
        text = study.PAGE.read_text(encoding="utf-8")
        self.assertEqual(text, study.page(self.data, self.spread))
        self.assertNotIn("nan", text)

    def test_every_point_is_there_once_under_every_scheduler(self):
        for frame, points in ((self.data, study.points()), (self.spread, study.perturbed_points())):
            points = pandas.DataFrame(points)
            found = frame[[*points.columns, "scheduler"]].drop_duplicates()
            self.assertEqual(len(found), len(frame))
            self.assertEqual(len(frame), len(points) * len(study.SCHEDULERS))
            self.assertEqual(len(found.merge(points, on=list(points.columns))), len(frame))

    def test_echelon_is_sebf_where_all_groups_are_coflows(self):
        grid = study.grid(self.data)
        coflows = grid[grid.paradigm.isin(study.COFLOWS)]
        self.assertLess(study.apart(coflows, "echelon", "sebf"), 1e-9)

    def test_third_digits_hold(self):
        middle = study.part(study.grid(self.data), slower=1, oversubscription=4)
        frame = pandas.concat([middle.assign(perturbation=0.0), self.spread])
        self.assertLess(study.half_range(frame, ["paradigm"]).max(), 1e-3)
        self.assertLess(study.half_range(frame, ["paradigm", "seed"]).max(), 5e-3)

    def test_arrangements_pay_and_the_literal_rank_does_not(self):
        """Means over the 81 cells of each seed: echelon and least-slack below sebf and below the literal reading."""
        for seed in study.SEEDS:
            cells = study.part(study.grid(self.data), seed=seed)
            mean = cells.groupby("scheduler").to_fair.mean()
            self.assertEqual(len(cells), 81 * len(study.SCHEDULERS))
            for name in ("echelon", "least-slack"):
                self.assertLess(mean[name], min(mean["echelon-paper"], mean["sebf"]))
        self.assertLess(study.part(study.grid(self.data), scheduler="echelon").to_fair.mean(), 0.89)


if __name__ == "__main__":
    unittest.main()
