# SPDX-License-Identifier: GPL-2.0-only
"""Figures: they are there, are what they say, hold something, and come out the same every time."""

import pathlib
import struct
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import numpy as np
import synthetic

from echelon_analysis.bars import draw_bars
from echelon_analysis.cdf import distribution, draw_cdf, tardiness_by_run
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.gantt import _joined, draw_gantt
from echelon_analysis.load import open_results
from echelon_analysis.report import write_report


class FiguresTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.figure2 = open_results(synthetic.figure2(cls.folder / "fig2"))
        cls.pipeline = open_results(synthetic.pipeline(cls.folder / "pipe"))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def assert_figure(self, paths):
        """A PNG of some hundred pixels and many colours, and an SVG with many shapes."""
        import matplotlib.image

        png, svg = paths
        data = png.read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", data[16:24])
        self.assertGreater(width, 500)
        self.assertGreater(height, 200)
        pixels = (matplotlib.image.imread(png)[:, :, :3] * 255).astype(int)
        self.assertGreater(len(np.unique(pixels @ [65536, 256, 1])), 20)
        self.assertGreater((pixels.min(axis=2) < 250).mean(), 0.02, "hardly any ink")
        root = ElementTree.parse(svg).getroot()
        self.assertTrue(root.tag.endswith("svg"))
        self.assertGreater(sum(1 for e in root.iter() if e.tag.endswith("path")), 10)
        self.assertNotIn(b"<dc:date>", svg.read_bytes())

    def test_gantt(self):
        paths, notes = draw_gantt(self.figure2, self.folder / "g.png", "train", ("fair", "echelon"))
        self.assert_figure(paths)
        self.assertEqual(notes, [])

    def test_gantt_of_a_pipeline_by_default(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "p.svg")[0])

    def test_gantt_of_one_scheduler_in_a_window(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "w", schedulers=["sebf"], window=(0.0, 0.1))[0])

    def test_gantt_of_an_empty_window(self):
        with self.assertRaisesRegex(UsageError, "from 2 s to 1 s shows nothing.*lasts 0.4125 s"):
            draw_gantt(self.pipeline, self.folder / "e", window=(2.0, 1.0))

    def test_gantt_of_a_job_that_sends_nothing(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "s", job="solo")[0])

    def test_bars_of_one_micro_batch_are_joined(self):
        """Over 1000 s a pixel is 0.8 s and a narrow bar 4 s: 1-2 and 2.5-8 are micro-batch 0; 9-15 is too far, 15-17 another
        but narrow; 17.5-40 is neither."""
        bars = _joined([1, 2.5, 9, 15, 17.5], [2, 8, 15, 17, 40], ["0", "0", "0", "1", "2"], 1000)
        self.assertEqual(bars, [[1, 8, "0"], [9, 17, None], [17.5, 40, "2"]])

    def test_gantt_of_two_streams(self):
        """Two slices of one GPU at the same time: half the height each, and both are there."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 2.0)])
        run.compute = [(0, "a", 0, "F0", 0.0, 1.0), (0, "a", 0, "W0", 0.0, 2.0, 1)]
        results = open_results(synthetic.write(self.folder / "streams", "streams", [run], 1))
        self.assertEqual(results.timeline.compute.stream.tolist(), [0, 1])
        self.assert_figure(draw_gantt(results, self.folder / "two.png")[0])

    def test_gantt_says_when_slices_are_missing(self):
        results = open_results(synthetic.pipeline(self.folder / "cut", slices_left_out=1234))
        self.assertIn("1,234 shortest slices", draw_gantt(results, self.folder / "c.png")[1][0])

    def test_cdf(self):
        self.assert_figure(draw_cdf(self.pipeline, self.folder / "cdf.png"))

    def test_cdf_of_values_without_a_logarithm(self):
        """Tardiness of -1 s, 0 s and up to 1000 times the median."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 2000.0)])
        for group, late in enumerate((-1.0, 0.0, 1.0, 1000.0)):
            run.groups.append(("a", 0, "x", "coflow", 1.0, 0, 0, 0))
            run.flows.append((group, 0, 0, 1, 1, 1, 1.0, 1.0 + abs(late), 1.0 + abs(late) - late))
        results = open_results(synthetic.write(self.folder / "log", "log", [run], 2))
        self.assertEqual(tardiness_by_run(results)[0].tolist(), [-1, 0, 1, 1000])
        self.assert_figure(draw_cdf(results, self.folder / "log.png"))

    def test_cdf_points(self):
        x, y = distribution([3.0, 1.0, 1.0, 2.0])
        self.assertEqual(x.tolist(), [1, 1, 2, 3])
        self.assertEqual(y.tolist(), [0.25, 0.5, 0.75, 1.0])

    def test_cdf_leaves_scale_up_out(self):
        # 2 replicas × 6 pipeline groups + 4 all-reduces in each of 3 iterations; the group inside hosts is not among them.
        self.assertEqual([len(s) for s in tardiness_by_run(self.pipeline)], [48, 48, 48])

    def test_cdf_without_network_flows(self):
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 1.0)], groups=[("a", 0, "x", "coflow", 1.0, 1, 1, 1)])
        results = open_results(synthetic.write(self.folder / "in", "in", [run], 1))
        with self.assertRaisesRegex(AnalysisError, "no EchelonFlow crossed the network"):
            draw_cdf(results, self.folder / "none.png")

    def test_bars(self):
        self.assert_figure(draw_bars(self.pipeline, self.folder / "bars.png"))

    def test_report_is_the_same_every_time(self):
        first, notes = write_report(self.pipeline, self.folder / "one")
        again, _ = write_report(open_results(self.folder / "pipe"), self.folder / "two")
        self.assertEqual(notes, [])
        self.assertEqual(
            [p.name for p in first],
            ["table.txt", "gantt.png", "gantt.svg", "iteration-times.png", "iteration-times.svg",
             "tardiness-cdf.png", "tardiness-cdf.svg"],
        )
        for a, b in zip(first, again):
            self.assertEqual(a.read_bytes(), b.read_bytes(), a.name)

    def test_other_kinds_of_files_are_refused(self):
        with self.assertRaisesRegex(UsageError, "cannot write .pdf"):
            draw_cdf(self.pipeline, self.folder / "x.pdf")


if __name__ == "__main__":
    unittest.main()
