# SPDX-License-Identifier: GPL-2.0-only
"""The page of the study of the distance to the optimum says what its CSV files say, and what it concludes holds in them."""

import pathlib
import sys
import unittest

import pandas

FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1] / "analysis")]

import run as study  # noqa: E402


class Optimality(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = pandas.read_csv(study.CSV)
        cls.wide = pandas.read_csv(study.WITHOUT_OPTIMA)

    def test_page_is_written_from_the_csv(self):
        text = study.PAGE.read_text(encoding="utf-8")
        self.assertEqual(text, study.page(self.rows, self.wide))
        self.assertNotIn("nan", text)

    def test_nobody_beats_the_optimum(self):
        self.assertGreaterEqual((self.rows.tardiness_ms / self.rows.lower_ms).min(), 1 - 1e-6)

    def test_echelon_is_near_the_best_online_scheduler_and_below_the_literal_rank_on_every_mix(self):
        means = study.means_of(study.to_best(self.wide))
        self.assertLess(means["echelon"]["all"], 1.04)
        for name in study.OURS_ALL:
            self.assertTrue((means[name] <= means[study.PAPERS]).all(), name)

    def test_both_files_hold_the_same_runs(self):
        wide = self.wide.set_index(["mix", "instance"])
        for row in self.rows.itertuples():
            self.assertLess(abs(wide.loc[(row.mix, row.instance), row.scheduler] / row.tardiness_ms - 1), 1e-8)

    def test_echelon_is_sebf_on_coflows(self):
        wide = self.wide[self.wide.mix == "coflow"]
        self.assertLess((wide["echelon"] / wide["sebf"] - 1).abs().max(), 1e-8)


if __name__ == "__main__":
    unittest.main()
