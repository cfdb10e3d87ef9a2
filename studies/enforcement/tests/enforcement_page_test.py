# SPDX-License-Identifier: GPL-2.0-only
"""What the study of enforcement concludes holds in its CSV file."""

import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1] / "analysis")]

import run as study  # noqa: E402


class Enforcement(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.grid = study.read_grid()

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
