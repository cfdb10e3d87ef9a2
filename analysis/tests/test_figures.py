# SPDX-License-Identifier: GPL-2.0-only
"""Figures: they are there, are what they say, hold something, and come out the same every time."""

import json
import pathlib
import struct
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from unittest import mock

import numpy as np
import pandas as pd
import synthetic

from echelon_analysis import bars, gantt, heatmap, queues, style, why
from echelon_analysis.bars import draw_bars
from echelon_analysis.cdf import distribution, draw_cdf, samples_by_run, thinned
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.figures import write_figures
from echelon_analysis.gantt import Choice, _joined, draw_gantt
from echelon_analysis.html import why_part
from echelon_analysis.load import open_results


def figure_of(module, draw):
    """The figure that draw() would save, for a look at what is on it."""
    kept = []
    original = module.save
    module.save = lambda figure, out: kept.append(figure) or [out]
    try:
        draw()
    finally:
        module.save = original
    return kept[0]


class FiguresTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.figure2 = open_results(synthetic.figure2(cls.folder / "fig2"))
        cls.pipeline = open_results(synthetic.pipeline(cls.folder / "pipe"))

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
        self.assert_figure(draw_gantt(self.figure2, self.folder / "g", Choice("train", ("fair", "echelon"))))

    def test_gantt_of_a_pipeline_by_default(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "p"))

    def test_gantt_of_one_scheduler_in_a_window(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "w", Choice(schedulers=["sebf"], window=(0.0, 0.1))))

    def test_gantt_of_an_empty_window(self):
        with self.assertRaisesRegex(UsageError, "from 2 s to 1 s shows nothing.*lasts 0.4125 s"):
            draw_gantt(self.pipeline, self.folder / "e", Choice(window=(2.0, 1.0)))

    def test_gantt_of_a_job_that_sends_nothing(self):
        self.assert_figure(draw_gantt(self.pipeline, self.folder / "s", Choice(job="solo")))

    def test_bars_of_one_micro_batch_are_joined(self):
        """Over 1000 s a pixel is 0.8 s and a narrow bar 4 s: 1-2 and 2.5-8 are micro-batch 0; 9-15 is too far, 15-17 another
        but narrow; 17.5-40 is neither."""
        bars = _joined([1, 2.5, 9, 15, 17.5], [2, 8, 15, 17, 40], ["0", "0", "0", "1", "2"], 1000)
        self.assertEqual(bars, [[1, 8, "0"], [9, 17, None], [17.5, 40, "2"]])

    def test_gantt_of_two_streams(self):
        """Two slices of one GPU at the same time: half the height each, and both are there."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 2.0)])
        run.compute = [(0, "a", 0, "F0", 0.0, 1.0), (0, "a", 0, "W0", 0.0, 2.0, 1)]
        results = open_results(synthetic.write(self.folder / "streams", "streams", [run]))
        self.assertEqual(results.computes.stream.tolist(), [0, 1])
        self.assert_figure(draw_gantt(results, self.folder / "two"))

    def test_cdf(self):
        self.assert_figure(draw_cdf(self.pipeline, self.folder / "cdf"))

    def test_cdf_of_values_without_a_logarithm(self):
        """Tardiness of -1 s, 0 s and up to 1000 times the median."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 2000.0)])
        for group, late in enumerate((-1.0, 0.0, 1.0, 1000.0)):
            run.groups.append(("a", 0, "x", "coflow", 1.0, 0, 0, 0))
            run.flows.append((group, 0, 0, 1, 1, 1, 1.0, 1.0 + abs(late), 1.0 + abs(late) - late))
        results = open_results(synthetic.write(self.folder / "log", "log", [run]))
        self.assertEqual(samples_by_run(results)[0][0].tolist(), [-1, 0, 1, 1000])
        self.assert_figure(draw_cdf(results, self.folder / "log"))

    def test_cdf_points(self):
        x, y = distribution([3.0, 1.0, 1.0, 2.0])
        self.assertEqual(x.tolist(), [1, 2, 3])
        self.assertEqual(y.tolist(), [0.5, 0.75, 1.0])
        self.assertEqual([a.size for a in distribution([])], [0, 0])

    def test_cdf_counts_bundles(self):
        """Values 1, 2, 3 that occur 1, 2 and 5 times."""
        x, y = distribution([3.0, 1.0, 2.0], [5, 1, 2])
        self.assertEqual(x.tolist(), [1, 2, 3])
        self.assertEqual(y.tolist(), [1 / 8, 3 / 8, 1.0])
        # An all-reduce of the pipeline is a bundle of 2: 12 groups of 6 flows and 8 bundles in each of 3 iterations.
        values, counts = samples_by_run(self.pipeline, "fct")[0]
        self.assertEqual((values.size, counts.sum()), (3 * (72 + 8), 3 * (72 + 16)))

    def test_cdf_of_cct(self):
        """Figure 2: the last flow ends at 7, the first starts at 1, under every scheduler."""
        for values, counts in samples_by_run(self.figure2, "cct"):
            self.assertEqual((values.tolist(), counts.tolist()), ([6.0], [1]))

    def test_thinned_keeps_ends_and_shape(self):
        x, y = distribution(np.arange(100_000.0))
        some, shares = thinned(x, y)
        self.assertLess(some.size, 2500)
        self.assertEqual((some[0], some[-1], shares[-1]), (0.0, 99_999.0, 1.0))
        self.assertLess(np.abs(np.interp(x, some, shares) - y).max(), 1 / 1000)
        few, shares = thinned(x, y, 10)
        self.assertLessEqual(few.size, 20)
        self.assertEqual(((shares > 0.95).sum(), few[-1]), (9, 99_999.0), "the tail has as many points as the rest")

    def test_cdf_leaves_scale_up_out(self):
        # 2 replicas × 6 pipeline groups + 4 all-reduces in each of 3 iterations; the group inside hosts is not among them.
        self.assertEqual([len(values) for values, _ in samples_by_run(self.pipeline)], [48, 48, 48])

    def test_cdf_without_network_flows(self):
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 1.0)], groups=[("a", 0, "x", "coflow", 1.0, 1, 1, 1)])
        results = open_results(synthetic.write(self.folder / "in", "in", [run]))
        with self.assertRaisesRegex(AnalysisError, "no EchelonFlow crossed the network"):
            draw_cdf(results, self.folder / "none.png")

    def test_bars(self):
        self.assert_figure(draw_bars(self.pipeline, self.folder / "bars"))

    def test_bars_are_means_and_whiskers_intervals(self):
        """1, 2, 3 s: mean 2, half 4.302652730 / √3; bars of fewer than three values have no whisker."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 1.0), ("a", 1, 1.0, 3.0), ("a", 2, 3.0, 6.0), ("b", 0, 0.0, 6.0)])
        results = open_results(synthetic.write(self.folder / "whisker", "whisker", [run]))
        first, second = figure_of(bars, lambda: draw_bars(results, "x.png")).axes
        self.assertEqual([p.get_width() for p in first.patches], [2.0])
        [whisker] = [line for line in first.get_lines() if line.get_gid() == "whisker"]
        [dots] = [line for line in first.get_lines() if line.get_gid() == "values"]
        # 2 - 2.48 would be below zero: the axis cuts it. The upper end is cut at 1.6 times the bar.
        self.assertEqual(list(whisker.get_xdata()), [0.0, 3.2])
        self.assertEqual(list(dots.get_xdata()), [1, 2, 3])
        self.assertEqual([line.get_gid() for line in second.get_lines() if line.get_gid()], [])
        panels = [bars.Panel("a", ("fair",), (np.array([1.0, 2.0, 3.0]),)), bars.Panel("b", ("fair",), (np.array([6.0]),))]
        text = bars.describe(panels, "iterations")
        self.assertIn("Whiskers: 95 % confidence interval of the mean, Student's t, n = 3; none where n < 3.", text)
        self.assertEqual(bars.whiskers([1, 2]), "No whiskers: n < 3.")
        self.assertIn("there are no whiskers", bars.describe(panels[1:], "iterations"))

    def test_heat_map(self):
        """Figure 2: the link is full from 1 to 7 of 8.5, 10 and 8 s, in bins of 0.5 s; the idle one is not shown."""
        figure = figure_of(heatmap, lambda: heatmap.draw_heatmap(self.figure2, "x.png"))
        meshes = [axes.collections[0] for axes in figure.axes if axes.get_title(loc="left") in self.figure2.labels]
        self.assertEqual(len(meshes), 3)
        for mesh in meshes:
            values = np.asarray(mesh.get_array()).ravel()
            self.assertEqual(values.tolist()[:14], [0.0] * 2 + [1.0] * 12)
            self.assertEqual(values.sum(), 12)
        rows, tiers, total = heatmap.chosen_links(self.figure2)
        self.assertEqual((rows, tiers, total), ([0], ["host → switch"], 2))
        self.assert_figure(heatmap.draw_heatmap(self.pipeline, self.folder / "heat")[0])

    def test_heat_map_of_many_links_shows_the_busiest_by_tier(self):
        """Of 100 links the 60 that carry most, in their tiers, by number."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 8.0)])
        run.links = [(f"host{k}->leaf{k // 10}", 1e9, 1_000_000 * (k + 1)) for k in range(80)]
        run.links += [(f"leaf{k}->spine0", 1e9, 500_000_000) for k in range(20)]
        run.series = [(k, 0.0, 8.0, 1e6 * (k + 1), 0) for k in range(80)]
        results = open_results(synthetic.write(self.folder / "many", "many", [run]))
        rows, tiers, total = heatmap.chosen_links(results)
        self.assertEqual((rows, total), (list(range(40, 100)), 100))
        self.assertEqual((tiers.count("host → leaf"), tiers.count("leaf → spine")), (40, 20))
        edges, grid = heatmap.utilisation(results, 0, rows)
        self.assertEqual(edges.tolist(), [0, 8])
        self.assertAlmostEqual(grid[0, 0], 41e6 / 1e9, places=15)
        figure = figure_of(heatmap, lambda: heatmap.draw_heatmap(results, "x.png"))
        self.assertEqual([text.get_text() for text in figure.axes[0].get_yticklabels()], ["host → leaf\n(40 links)", "leaf → spine\n(20 links)"])
        paths, notes = heatmap.draw_heatmap(results, self.folder / "many-links")
        self.assert_figure(paths)
        self.assertEqual(notes, ["shown are the 60 busiest of 100 links; --links chooses how many"])

    def queue_results(self):
        """Link 1 queues up to 3 kB from 2 to 4 s under fair and 1 kB from 3 to 4 s under echelon; link 0 up to 2 kB; link 2 never."""
        made = []
        for scheduler, rows in (
            ("fair", [(0, 1.0, 1.0, 1e6, 2000), (1, 2.0, 1.0, 1e6, 3000), (1, 3.0, 1.0, 1e6, 500), (2, 0.0, 1.0, 1e6, 0)]),
            ("echelon", [(1, 3.0, 1.0, 1e6, 1000)]),
        ):
            run = synthetic.Run(scheduler, jobs=[("a", 0, 0.0, 5.0)], series=rows, fabric="packet")
            run.links = [(f"leaf{k}->spine0", 1e9, 1000) for k in range(3)]
            made.append(run)
        return open_results(synthetic.write(self.folder / "queue", "queue", made))

    def test_queues(self):
        results = self.queue_results()
        self.assertEqual(queues.deepest_links(results), [1, 0])
        edges, depths = queues.queue_series(results, 0, 1)
        self.assertEqual((edges.tolist(), depths.tolist()), ([0, 2, 3, 4, 5], [0, 3000, 500, 0]))
        figure = figure_of(queues, lambda: queues.draw_queues(results, "x.png"))
        drawn = [p.get_data() for p in figure.axes[0].patches]
        self.assertEqual(figure.axes[0].get_title(loc="left"), "leaf1 → spine0")
        self.assertEqual(drawn[0].values.tolist(), [0, 3, 0.5, 0], "in kB")
        self.assertEqual(drawn[1].edges.tolist(), [0, 3, 4, 5])
        self.assert_figure(queues.draw_queues(results, self.folder / "queues"))

    def test_queues_that_there_are_not(self):
        with self.assertRaisesRegex(AnalysisError, "the fluid fabric .* has no queues"):
            queues.draw_queues(self.figure2, self.folder / "x.png")
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 5.0)], fabric="packet")
        results = open_results(synthetic.write(self.folder / "no-queue", "no-queue", [run]))
        with self.assertRaisesRegex(AnalysisError, "no queue held a byte"):
            queues.draw_queues(results, self.folder / "x.png")

    def test_why(self):
        """Figure 2: 4 s of compute, 2 s of transmission; waiting 2.5, 4, 2 s, for the flows of the same EchelonFlow."""
        frame = why.parts(self.figure2)
        self.assertEqual(frame.compute_s.tolist(), [4, 4, 4])
        self.assertEqual(frame.transmission_s.tolist(), [2, 2, 2])
        self.assertEqual(frame.waiting_s.tolist(), [2.5, 4, 2])
        self.assertEqual(frame.total_s.tolist(), [8.5, 10, 8])
        waits = why.waited_for(self.figure2)
        self.assertEqual(waits.values.tolist(), [[run, "train", "train", "pp forward 0->1", wait] for run, wait in enumerate((2.5, 4, 2))])
        figure = figure_of(why, lambda: why.draw_why(self.figure2, "x.png"))
        widths = [p.get_width() for p in figure.axes[0].patches]
        self.assertEqual(widths, [4, 4, 4, 2, 2, 2, 2.5, 4, 2, 0, 0, 0], "compute, transmission, waiting, delay")
        self.assert_figure(why.draw_why(self.figure2, self.folder / "why"))

    def test_waits_are_summed_over_iterations_and_named(self):
        """Two iterations wait 3 + 1 s for b's 'dp' and 2 s for nobody: 2 and 1 s an iteration."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 5.0), ("a", 1, 5.0, 9.0)])
        flow = ("flow", "dp", 0, 1, 0, 0)
        run.path = [("a", 0, *flow, 0.0, 5.0, 2.0), ("a", 1, *flow, 5.0, 9.0, 1.0)]
        run.waits = [("a", 0, 0, 0, "b", 0, 5, "dp", 3.0), ("a", 1, 0, 0, "b", 1, 9, "dp", 1.0), ("a", 1, 0, -1, "", -1, -1, "(unattributed)", 2.0)]
        results = open_results(synthetic.write(self.folder / "waits", "waits", [run]))
        waits = why.waited_for(results)
        self.assertEqual(waits.values.tolist(), [[0, "a", "b", "dp", 2.0], [0, "a", "", "(unattributed)", 1.0]])
        text = why.render(results)
        self.assertIn("fair: waits 3.000 s an iteration for", text)
        self.assertIn("66.7 %  dp of b", text)
        self.assertIn("33.3 %  (unattributed)", text)

    def test_waits_for_more_than_have_a_row(self):
        """2 s at a link for EchelonFlows without a row are attributed to others: in text and page they stand apart from the second that is unattributed."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 5.0)])
        run.path = [("a", 0, "flow", "dp", 0, 1, 0, 0, 0.0, 5.0, 2.0)]
        run.waits = [("a", 0, 0, 3, "", -1, -1, "(many others)", 2.0), ("a", 0, 0, -1, "", -1, -1, "(unattributed)", 1.0)]
        results = open_results(synthetic.write(self.folder / "crowd", "crowd", [run]))
        self.assertEqual(why.waited_for(results).blocking_name.tolist(), ["(many others)", "(unattributed)"])
        plain = mock.Mock(integers=list, words=list, times=list)
        waits = why_part.why(results, plain)["waits"]
        rows = list(zip(waits["blocking_name"], waits["blocking_group"], waits["seconds"]))
        self.assertEqual(rows, [("(unattributed)", -1, 1.0), ("(many others)", why_part.MANY, 2.0)])

    def test_why_says_when_the_log_of_rates_was_full(self):
        path = synthetic.figure2(self.folder / "log-full")
        self.assertEqual(why.notes(open_results(path)), [])
        summary = json.loads((path / "summary.json").read_text())
        for engine, full in zip(summary["engine"], (False, True, True)):
            engine["rate_log_full"] = full
        (path / "summary.json").write_text(json.dumps(summary))
        [note] = why.notes(open_results(path))
        self.assertIn("the log of rates was full under sebf, echelon", note)
        self.assertIn(note, write_figures(open_results(path), self.folder / "log-full-figures", ["svg"])[1])

    def test_waits_by_kind(self):
        """3 and 2 s for two buckets of b are 5 s for its 'dp'; 4 s for an own transfer come next. Other jobs and runs stay apart."""
        rows = [("a", "pp forward 0->1", 4.0), ("b", "dp bucket 3", 3.0), ("b", "dp bucket 1", 2.0)]
        kinds = [["b", "dp bucket", 5.0, 2, "dp bucket 3", 3.0], ["a", "pp forward", 4.0, 1, "pp forward 0->1", 4.0]]
        of = [(0, "a"), (0, "b"), (1, "a")]
        waits = pd.DataFrame(
            [(*key, *row) for key in of for row in rows], columns=["run", "job", "blocking_job", "blocking_name", "seconds"]
        )
        self.assertEqual(why.by_kind(waits).values.tolist(), [[*key, *kind] for key in of for kind in kinds])

    def test_figures_of_jobs_that_only_send(self):
        """The sender is shown; a GPU that only receives is not."""
        run = synthetic.Run("fair", jobs=[("a", 0, 0.0, 2.0)], groups=[("a", 0, "send-recv", "coflow", 1.0, 0, 0, 0)])
        run.flows = [(0, 0, 0, 1, 1000, 1, 0.0, 2.0, 1.0)]
        run.path = [("a", 0, "flow", "send-recv", 0, 1, 0, 0, 0.0, 2.0, 1.0)]
        run.links = [("host0->switch0", 1e9, 1000)]
        run.series = [(0, 0.0, 2.0, 4000.0, 0)]
        results = open_results(synthetic.write(self.folder / "sends", "sends", [run]))
        figure = figure_of(gantt, lambda: draw_gantt(results, "x.png"))
        self.assertEqual([label.get_text() for label in figure.axes[0].get_yticklabels()], ["GPU 0"])
        paths, _ = write_figures(results, self.folder / "sends-figures", ["svg"])
        self.assertIn("gantt.svg", [p.name for p in paths])

    def test_figures_of_folders_without_all_files(self):
        """A folder without computations has no Gantt chart; --files summary leaves out every table."""
        path = synthetic.figure2(self.folder / "less")
        (path / "computes.csv").unlink()
        paths, notes = write_figures(open_results(path), self.folder / "tables-figures", ["svg"])
        self.assertEqual(notes[0], "no Gantt chart: computes.csv is not in the folder (run with --files tables)")
        self.assertEqual(len(notes), 2, "and the fluid fabric has no queues")
        names = ["table.txt", "why.txt", "iteration-times.svg", "critical-path.svg"]
        self.assertEqual(
            [p.name for p in paths], [*names, "tardiness-cdf.svg", "fct-cdf.svg", "cct-cdf.svg", "link-utilisation.svg"]
        )
        self.assertIn("fair: waits 2.500 s", (self.folder / "tables-figures" / "why.txt").read_text())
        for table in path.glob("*.csv"):
            table.unlink()
        paths, notes = write_figures(open_results(path), self.folder / "summary-figures", ["svg"])
        self.assertEqual([p.name for p in paths], names)
        self.assertEqual(len(notes), 5, notes)
        self.assertIn("whom iterations waited for is not told: waits.csv is not in the folder", notes[0])
        text = (self.folder / "summary-figures" / "why.txt").read_text()
        self.assertIn("waiting for bandwidth", text)
        self.assertNotIn("fair: waits", text)

    def test_a_wrong_file_is_found_before_anything_is_written(self):
        path = synthetic.figure2(self.folder / "wrong-file")
        (path / "waits.csv").write_text("nothing\n")
        with self.assertRaisesRegex(AnalysisError, "waits.csv: line 1"):
            write_figures(open_results(path), self.folder / "wrong-figures")
        self.assertFalse((self.folder / "wrong-figures").exists())

    def test_figures_are_the_same_every_time(self):
        formats = ["png", "svg", "pdf"]
        first, notes = write_figures(self.pipeline, self.folder / "one", formats)
        again, _ = write_figures(open_results(self.folder / "pipe"), self.folder / "two", formats)
        self.assertEqual(notes, ["no figure of queues: the fluid fabric gives every flow a rate and has no queues"])
        names = ("gantt", "iteration-times", "critical-path", "tardiness-cdf", "fct-cdf", "cct-cdf", "link-utilisation")
        self.assertEqual(
            [p.name for p in first], ["table.txt", "why.txt"] + [f"{n}.{f}" for n in names for f in formats]
        )
        for a, b in zip(first, again):
            self.assertEqual(a.read_bytes(), b.read_bytes(), a.name)
            self.assertNotIn(b"CreationDate", a.read_bytes() if a.suffix == ".pdf" else b"")
        self.assertEqual((self.folder / "one" / "gantt.pdf").read_bytes()[:5], b"%PDF-")

    def test_one_file_for_each_format(self):
        names = lambda out, formats=None: [p.name for p in style.output_paths(out, formats)]  # noqa: E731
        self.assertEqual(names("a/x.pdf"), ["x.pdf"])
        self.assertEqual(names("a/x"), ["x.png", "x.svg"])
        self.assertEqual(names("a/x.png", ["svg", "pdf"]), ["x.svg", "x.pdf"])
        self.assertEqual(names("a/run-0.5-x"), ["run-0.5-x.png", "run-0.5-x.svg"])

    def test_other_kinds_of_files_are_refused(self):
        with self.assertRaisesRegex(UsageError, "cannot write .gif"):
            draw_cdf(self.pipeline, self.folder / "x.gif")


if __name__ == "__main__":
    unittest.main()
