# SPDX-License-Identifier: GPL-2.0-only
"""studies/finish-time-targets/README.md: points, CSV files and text belong together, its bars hold, and so does theory."""

import os
import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]

from finish_time_study import data as study  # noqa: E402
from finish_time_study import names, page, points, runs  # noqa: E402


class FinishTimeStudy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data, cls.waits, cls.buckets, cls.perturbed, cls.cost = study.read()
        cls.headline = study.compared(study.part(cls.data, part="headline"))

    def test_the_csv_has_every_point_under_every_scheduler(self):
        expected = list(points.points())
        keys = [name for name in points.COLUMNS if name != "load"]
        found = self.data.groupby(points.COLUMNS, sort=False)
        self.assertEqual(
            sorted(tuple(str(point[name]) for name in keys) for point in expected),
            sorted(tuple(str(value) for name, value in zip(points.COLUMNS, key) if name != "load") for key in found.groups),
        )
        for key, frame in found:
            of_packets = key[points.COLUMNS.index("part")] == "packet"
            self.assertEqual(list(frame.scheduler), names.PACKET_SCHEDULERS if of_packets else names.SCHEDULERS)

    def test_loads_are_those_asked_for(self):
        asked = {(point["kind"], point["load"]) for point in points.points() if point["load"]}
        given = self.data[~self.data.part.isin(["headline", "packet"])]
        self.assertEqual(asked, set(given.groupby(["kind", "load"]).groups))

    def test_the_map_has_at_least_400_points(self):
        self.assertGreaterEqual(len(study.compared(study.part(self.data, part=page.STUDIED))), 400)

    def test_page_is_written_from_the_csv(self):
        text = names.PAGE.read_text(encoding="utf-8")
        self.assertEqual(text, page.page(self.data, self.waits, self.perturbed, self.cost))
        self.assertNotIn("nan", text)

    def test_headline(self):
        """At least 12 % below the best baseline in each of 60 seeds and offsets, 15 % on average."""
        self.assertEqual(len(self.headline), 60)
        self.assertGreaterEqual(self.headline.saving.min(), 0.12)
        self.assertGreaterEqual(self.headline.saving.mean(), 0.15)

    def test_headline_by_hand(self):
        """LLaMA-2-7B: h = 4096, f = 11008, 32 blocks, 32,000 tokens: 32 (4 h² + 3 h f + 2 h) + 2 · 32000 h + h = 6,738,415,616.

        A ring of 8 sends 2 · 7/8 of them, 2 bytes each, over each edge: 23,584,454,656 bytes. Two of a job's eight edges leave each
        leaf by an uplink of 4 · 400 / 4 = 400 Gb/s: 0.94337818624 s. A block takes 2 s (4 h² + 3 h f) + 4 s² h operations a
        sequence forward, the output layer 2 s · 32000 h, with s = 4096; four sequences at 0.42 · 989e12 per second, and backward
        twice that: 1.8177458 s. Bytes take no time on the ideal network, but hops do: the buckets of the first block and of the
        embedding, one after the other, pass 13 steps of a ring over 4 links of 500 ns after the computation's end.
        """
        hand = study.by_hand()
        self.assertEqual(hand["parameters"], 6738415616)
        self.assertEqual(hand["bytes"], 23584454656)
        self.assertAlmostEqual(hand["uplink_s"], 0.94337818624, places=12)
        self.assertAlmostEqual(hand["iteration_s"], 1.8177458, places=7)
        ideal = hand["iteration_s"] + 2 * 13 * 4 * 500e-9
        self.assertLess(abs(self.headline.ideal_s / ideal - 1).max(), 1e-9)
        self.assertLess(abs(self.headline.load / (2 * hand["uplink_s"] / ideal) - 1).max(), 1e-9)

    def test_perturbations_start_from_points_of_the_study(self):
        """The unchanged ones are the points of the lines, and each kind has all."""
        common = study.compared(study.part(self.data, part=["line", "map"], **points.BASE, seed=points.LINE_SEEDS[0]))
        plain = self.perturbed[self.perturbed.speed == 1].set_index("kind").saving
        self.assertEqual(len(self.perturbed), len(names.KINDS) * len(points.SPEEDS))
        for row in common.itertuples():
            self.assertAlmostEqual(plain[row.kind], row.saving, places=9)

    def test_no_scheduler_beats_the_uplink(self):
        """Two jobs of 24 iterations send 48 times 0.943 s over an uplink, and the later starts within an iteration of the earlier.

        So the earlier one's start and the later one's end are 48 · 0.943 s apart at least; the later job's own time is that less
        the offset, which is at most one ideal iteration: its mean iteration is at least (48 · 0.943 - 1.818) / 24.
        """
        hand = study.by_hand()
        least = (48 * hand["uplink_s"] - hand["iteration_s"]) / 24
        slowest = study.part(self.data, part="headline").slowest_job_s
        self.assertGreater(slowest.min(), max(least, hand["iteration_s"]))

    def test_nobody_is_faster_than_an_ideal_network(self):
        quiet = self.data[self.data.noise <= 0.02]
        self.assertGreaterEqual((quiet.iteration_s / quiet.ideal_s).min(), 1)

    def test_parts_of_critical_paths_sum_to_the_iteration(self):
        keys = [*points.COLUMNS, "scheduler"]
        total = self.waits.groupby(["why", *keys]).seconds.sum().reset_index()
        joined = total.merge(self.data, on=keys)
        self.assertEqual(len(joined), len(total))
        self.assertLess(abs(joined.seconds / joined.iteration_s - 1).max(), 1e-8)

    def test_a_point_run_again_gives_the_same_numbers(self):
        again = runs.run_point(BINARY, points.point("headline", names.HEADLINE, points.HEADLINE_SEEDS[0], load=None))
        before = study.part(self.data, part="headline", seed=points.HEADLINE_SEEDS[0]).to_dict("records")
        self.assertEqual(len(again), len(before))
        for found, row in zip(again, before):
            for name, value in row.items():
                if isinstance(value, float):
                    self.assertLess(abs(found[name] - value), 1e-9 * max(value, 1), name)
                else:
                    self.assertEqual(found[name], value, name)


if __name__ == "__main__":
    unittest.main()
