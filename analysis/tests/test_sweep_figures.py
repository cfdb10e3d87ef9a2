# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps: what is loaded, and that what is drawn is what one computes by hand from synthetic_sweep.py."""

import contextlib
import io
import math
import pathlib
import sqlite3
import tempfile
import unittest
import warnings
from unittest import mock

import numpy as np
import synthetic_sweep

from echelon_analysis import bars, cli, lines, why
from echelon_analysis.bars import draw_bars_of_sweep, sweep_panels
from echelon_analysis.cdf import draw_cdf_of_sweep
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.figures import write_sweep_figures
from echelon_analysis.statistics import geometric_interval, mean_interval, quantile
from echelon_analysis.sweep import load_sweep, load_sweep_tables, open_sweep


def caption_of(module, draw):
    """The caption of the figure that draw() would save."""
    found = []
    with mock.patch.object(module, "caption", lambda figure, text: found.append(text)), mock.patch.object(module, "save", mock.Mock()):
        draw()
    return found[0]


class SweepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.path = synthetic_sweep.write(cls.folder / "demo")
        cls.kept = synthetic_sweep.write(cls.folder / "kept", tables=True)
        cls.sweep = open_sweep(cls.path)


class LoadTest(SweepTest):
    def test_frames_hold_the_axes(self):
        runs, jobs = load_sweep(self.path)
        self.assertEqual(len(runs), 3 * 2 * 3 * 2)
        self.assertEqual(len(jobs), 3 * 2 * 3 * 2 * 2)
        self.assertEqual(
            list(runs.columns),
            ["point", "oversubscription", "placement", "seed", "scheduler", "makespan_s", "tardiness_sum_s"],
        )
        self.assertEqual(runs.attrs["units"]["makespan_s"], "s")
        self.assertEqual(jobs.attrs["descriptions"]["iteration_time_mean_s"], "mean iteration")
        self.assertEqual(runs.groupby("oversubscription").makespan_s.mean().tolist(), [4, 8, 16])

    def test_kept_tables_of_all_points(self):
        """Figure 2 at each of the 18 points: one EchelonFlow under each of three schedulers, three flows in it."""
        groups = load_sweep_tables(self.kept, "groups")
        self.assertEqual(len(groups), 18 * 3)
        self.assertEqual(groups[groups.oversubscription == 8].tardiness_s.tolist(), [4.5, 6, 4] * 6)
        flows = load_sweep_tables(self.kept, "flows")
        self.assertEqual(flows.scheduler.tolist()[:4], ["fair", "fair", "fair", "sebf"])
        self.assertEqual(flows.attrs["units"]["start_s"], "s")

    def expect(self, *parts, path, error=AnalysisError, use=open_sweep):
        with self.assertRaises(error) as caught:
            use(path)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        for part in parts:
            self.assertIn(part, line)

    def test_long_values_are_numbered(self):
        """A list of GPUs as the value of an axis: '#2' in titles, and after --where."""
        path = synthetic_sweep.write(self.folder / "long")
        with sqlite3.connect(path / "results.sqlite") as database:
            database.execute("UPDATE points SET placement = ? WHERE placement = 'spread'", ('["0-15","24-39","48-63","72-87"]',))
        sweep = open_sweep(path)
        self.assertEqual([sweep.short("placement", v) for v in sweep.values("placement")], ["#1", "#2"])
        self.assertEqual(set(sweep.where([("placement", "#2")]).points.placement), {'["0-15","24-39","48-63","72-87"]'})

    def test_quantities_are_numbers(self):
        """'100Gbps' comes after '25Gbps', 75 Gbit/s away, and both share the unit; '25Gbps' and 'packed' are names."""
        path = synthetic_sweep.write(self.folder / "rates")
        with sqlite3.connect(path / "results.sqlite") as database:
            database.execute("UPDATE points SET placement = CASE placement WHEN 'packed' THEN '100Gbps' ELSE '25Gbps' END")
        sweep = open_sweep(path)
        self.assertEqual(sweep.values("placement"), ["25Gbps", "100Gbps"])
        self.assertEqual(sweep.numbers("placement"), {"25Gbps": 25e9, "100Gbps": 100e9})
        self.assertEqual(sweep.ticks("placement", sweep.values("placement")), (["25", "100"], "Gbps"))
        self.assertEqual(sweep.middle("placement"), "100Gbps")
        self.assertIsNone(self.sweep.numbers("placement"))

    def test_what_is_no_sweep(self):
        self.expect("none: no such folder", path=self.folder / "none")
        (self.folder / "empty").mkdir()
        self.expect("results.sqlite: is missing", "echelon-sweep gather", path=self.folder / "empty")
        text = self.folder / "text"
        text.mkdir()
        (text / "results.sqlite").write_text("no database at all, though it is long enough to be looked at twice")
        self.expect("is no database of a sweep", "gather", path=text)

    def test_other_version(self):
        path = synthetic_sweep.write(self.folder / "old", schema="echelon/sweep-results/0")
        self.expect("schema is 'echelon/sweep-results/0'", "gather again", path=path)

    def test_table_that_is_missing(self):
        path = synthetic_sweep.write(self.folder / "less")
        with sqlite3.connect(path / "results.sqlite") as database:
            database.execute("DROP TABLE jobs")
        self.expect("lacks the table 'jobs'", path=path)

    def test_column_that_is_missing(self):
        path = synthetic_sweep.write(self.folder / "columns")
        with sqlite3.connect(path / "results.sqlite") as database:
            database.execute("ALTER TABLE jobs DROP COLUMN compute_s")
        self.expect("the table 'jobs' lacks the column 'compute_s'", path=path)

    def test_points_that_are_missing(self):
        path = synthetic_sweep.write(self.folder / "partial", missing=5)
        self.expect("of 18 points 5 have no result (5 missing)", "--partial", path=path)
        runs, _ = load_sweep(path, partial=True)
        self.assertEqual(runs.point.nunique(), 13)
        self.expect("no point has a result", path=synthetic_sweep.write(self.folder / "none-done", missing=18),
                    use=lambda p: open_sweep(p, partial=True))

    def test_tables_that_were_not_kept(self):
        self.expect("groups.csv: is missing", '"files": "tables"', path=self.path, use=lambda p: load_sweep_tables(p, "groups"))

    def test_points_that_are_missing_are_told(self):
        """The first 5 points are those of oversubscription 2 but one: packed with seeds 1 to 3, and spread with 1 and 2."""
        sweep = open_sweep(synthetic_sweep.write(self.folder / "told", missing=5), partial=True)
        self.assertEqual(sweep.lacking(), "5 of 18 points have no result and are left out")
        self.assertEqual(sweep.where([("placement", "spread")]).lacking(), "2 of 9 points have no result and are left out")
        some = sweep.where([("placement", "spread"), ("seed", "1")])
        self.assertEqual(some.remarks(), " Where placement = spread, seed = 1. 1 of 3 points has no result and is left out.")
        self.assertEqual((self.sweep.lacking(), self.sweep.remarks()), ("", ""))
        self.assertIn("5 of 18 points have no result and are left out.", why.render_sweep(sweep))
        for module, draw in (
            (lines, lambda: lines.draw_lines(sweep, "x.png", "oversubscription")),
            (bars, lambda: draw_bars_of_sweep(sweep, "x.png")),
            (why, lambda: why.draw_why_of_sweep(sweep, "x.png")),
        ):
            text = caption_of(module, draw)
            self.assertIn("5 of 18 points have no result and are left out.", text.replace("\n", " "), module.__name__)

    def test_points_that_are_missing_are_a_note(self):
        path = synthetic_sweep.write(self.folder / "noted", missing=5)
        with contextlib.redirect_stderr(io.StringIO()) as told, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(cli.main(["bars", str(path), "--partial", "-o", str(self.folder / "noted.png")]), 0)
        self.assertEqual(told.getvalue(), "note: 5 of 18 points have no result and are left out\n")

    def test_where(self):
        some = self.sweep.where([("oversubscription", "4"), ("placement", "packed")])
        self.assertEqual(len(some.points), 3)
        self.assertEqual(some.where_text(), "oversubscription = 4, placement = packed")
        self.assertEqual(some.varying_axes(), [])
        self.expect("no point has placement = pakced (did you mean 'packed'?)", path=[("placement", "pakced")],
                    error=UsageError, use=self.sweep.where)
        self.expect("no axis 'place'", "'placement'", path=[("place", "packed")], error=UsageError, use=self.sweep.where)
        self.expect("no point has oversubscription = x", path=[("oversubscription", "x")], error=UsageError, use=self.sweep.where)


class StatisticsTest(unittest.TestCase):
    def test_quantiles_of_student(self):
        """Abramowitz and Stegun, table 26.10, A = 0.95."""
        for freedom, t in ((1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042), (120, 1.980)):
            self.assertAlmostEqual(quantile(freedom), t, places=3, msg=freedom)

    def test_interval(self):
        """1, 2, 3: deviation 1, so half = 4.3027 / √3."""
        found = mean_interval([1.0, 2.0, 3.0])
        self.assertEqual((found.mean, found.count), (2.0, 3))
        self.assertAlmostEqual(found.half, 4.302652729749 / math.sqrt(3), places=9)

    def test_geometric_interval(self):
        """e^-1, 1, e: logarithms -1, 0, 1 with deviation 1."""
        found = geometric_interval([math.exp(-1), 1.0, math.e])
        self.assertAlmostEqual(found.mean, 1.0, places=12)
        self.assertAlmostEqual(found.low, math.exp(-4.302652729749 / math.sqrt(3)), places=9)
        self.assertAlmostEqual(found.low * found.high, 1.0, places=12)

    def test_one_value_has_no_interval(self):
        found = mean_interval([5.0])
        self.assertEqual((found.mean, found.count), (5.0, 1))
        self.assertTrue(math.isnan(found.half))


class LinesTest(SweepTest):
    def test_speedup_is_the_geometric_mean_of_the_jobs(self):
        values, label, unit = lines.metric_values(self.sweep, "speedup")
        self.assertEqual((label, unit), ("speed-up of iteration time", ""))
        rows = values.merge(self.sweep.points, on="point")
        for row in rows.itertuples():
            expected = synthetic_sweep.speedup(row.placement, row.seed) if row.scheduler == "echelon" else 1.0
            self.assertAlmostEqual(row.value, expected, places=12)

    def test_points_and_whiskers(self):
        """Packed: 1.1, 1.2, 1.3 by seed; mean 1.2, deviation 0.1. Of speed-ups the geometric mean is drawn, 1.716^(1/3)."""
        packed = self.sweep.where([("placement", "packed")])
        values = lines.metric_values(packed, "speedup")[0]
        for _, interval in lines.curves(packed, values, "oversubscription", geometric_interval)["echelon"]:
            self.assertAlmostEqual(interval.mean, 1.716 ** (1 / 3), places=12)
        found = lines.curves(packed, values, "oversubscription")
        self.assertEqual([value for value, _ in found["echelon"]], [2, 4, 8])
        for _, interval in found["echelon"]:
            self.assertAlmostEqual(interval.mean, 1.2, places=12)
            self.assertAlmostEqual(interval.half, 4.302652729749 * 0.1 / math.sqrt(3), places=9)

    def test_speedup_of_a_column_of_the_runs(self):
        values, label, _ = lines.metric_values(self.sweep, "speedup:tardiness_sum_s")
        rows = values[values.scheduler == "echelon"].merge(self.sweep.points, on="point")
        expected = [synthetic_sweep.speedup(p, s) for p, s in zip(rows.placement, rows.seed)]
        self.assertTrue(np.allclose(rows.value, expected, rtol=1e-12))
        self.assertEqual(label, "speed-up of tardiness sum")

    def test_a_metric_itself(self):
        values, label, unit = lines.metric_values(self.sweep, "makespan_s")
        self.assertEqual((label, unit), ("makespan", "s"))
        self.assertEqual(sorted(set(values.value)), [4, 8, 16])

    def test_what_is_drawn(self):
        """The lines of the figure itself: echelon at 2, 4, 8, one panel per placement."""
        drawn = []
        original = lines.save
        lines.save = lambda figure, out: drawn.append(figure) or [out]
        try:
            paths, notes = lines.draw_lines(self.sweep, "x.png", "oversubscription", by="placement")
        finally:
            lines.save = original
        self.assertEqual((paths, notes), (["x.png"], []))
        panels = [axes for axes in drawn[0].axes if axes.get_visible()]
        self.assertEqual([axes.get_title(loc="left") or axes.get_title() for axes in panels], ["placement packed", "placement spread"])
        for axes, mean in zip(panels, (1.716 ** (1 / 3), 1.0)):
            [line] = [line for line in axes.get_lines() if line.get_label() == "echelon"]
            self.assertEqual(list(line.get_xdata()), [2, 4, 8])
            self.assertTrue(np.allclose(line.get_ydata(), mean, rtol=1e-12))

    def test_axes_that_are_not_named_become_panels(self):
        across, down, _, notes = lines.facets(self.sweep, "oversubscription")
        self.assertEqual((across, down, notes), ("placement", None, []))

    def test_errors(self):
        for x, y, by, text in (
            ("oversubscribed", "speedup", None, "no axis 'oversubscribed' (did you mean 'oversubscription'?)"),
            ("oversubscription", "makespan", None, "no metric 'makespan' (did you mean 'makespan_s'?)"),
            ("oversubscription", "speedup:makespans", None, "no metric 'makespans'"),
            ("oversubscription", "speedup", "oversubscription", "is the x axis already"),
        ):
            with self.assertRaisesRegex(UsageError, text.replace("(", r"\(").replace("?)", r"\?\)")):
                lines.draw_lines(self.sweep, self.folder / "x.png", x, y, by)
        with self.assertRaisesRegex(UsageError, "has one value"):
            lines.draw_lines(self.sweep.where([("placement", "packed")]), self.folder / "x.png", "placement")


class SchedulersTest(SweepTest):
    """Sweeps whose points do not all compare the same schedulers."""

    def test_points_without_the_reference_have_no_speedup(self):
        """Packed points ran fair and echelon, the 9 spread ones sebf and echelon: speed-ups are those of the packed ones."""
        choice = {"packed": ("fair", "echelon"), "spread": ("sebf", "echelon")}
        sweep = open_sweep(synthetic_sweep.write(self.folder / "mixed", schedulers=choice.get))
        some, notes = lines.comparable(sweep)
        self.assertEqual(set(some.points.placement), {"packed"})
        self.assertEqual(notes, ["speed-ups leave out 9 of 18 points, which have no run of 'fair'"])
        values, _, _ = lines.metric_values(some, "speedup")
        self.assertAlmostEqual(values[values.scheduler == "echelon"].value.min(), 1.1, places=12)
        paths, told = write_sweep_figures(sweep, self.folder / "mixed-figures", ["svg"])
        self.assertIn("speedup-oversubscription", {p.stem for p in paths})
        self.assertEqual(told[0], notes[0])
        self.assertEqual(lines.comparable(self.sweep), (self.sweep, []))
        with self.assertRaisesRegex(AnalysisError, "has no run of 'fair' to compare with"):
            lines.draw_lines(sweep, self.folder / "x.png", "oversubscription")

    def test_one_scheduler_has_nobody_to_compare_with(self):
        sweep = open_sweep(synthetic_sweep.write(self.folder / "alone", schedulers=lambda _: ("fair",)))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            paths, notes = write_sweep_figures(sweep, self.folder / "alone-figures", ["svg"])
        self.assertEqual({p.stem for p in paths}, {"why", "iteration-times", "critical-path"})
        self.assertEqual(notes[0], "no speed-ups: there is no other scheduler to compare with 'fair'")
        with self.assertRaisesRegex(UsageError, "every run is of 'fair', so there is no speed-up"):
            lines.draw_lines(sweep, self.folder / "x.png", "oversubscription")
        self.assertTrue(lines.draw_lines(sweep, self.folder / "t.svg", "oversubscription", "makespan_s")[0])


class OtherFiguresTest(SweepTest):
    def test_figures_of_points_that_differ_in_nothing_but_the_seed(self):
        """No axis varies: one panel of the three seeds, or of the one point; its title the sweep's name."""
        seeds = self.sweep.where([("oversubscription", "2"), ("placement", "packed")])
        [panel] = sweep_panels(seeds)
        self.assertEqual((panel.title, [len(sample) for sample in panel.samples]), ("demo", [3, 3]))
        one = seeds.where([("seed", "1")])
        for number, sweep in enumerate((seeds, one)):
            paths, notes = write_sweep_figures(sweep, self.folder / f"alike-{number}", ["svg"])
            self.assertEqual({p.stem for p in paths}, {"why", "iteration-times", "critical-path"})
            self.assertEqual(len(notes), 1, "no distributions")
        self.assertIn("mean over 1 point:", why.render_sweep(one))

    def test_bars_are_the_mean_over_jobs_of_each_seed(self):
        """Oversubscription 2, packed, seed 1: a takes 2 / 1.21 s under echelon, b 2 s."""
        panels = sweep_panels(self.sweep)
        self.assertEqual([p.title for p in panels[:2]], ["oversubscription 2, placement packed", "oversubscription 2, placement spread"])
        fair, echelon = panels[0].samples
        self.assertEqual(fair.tolist(), [2, 2, 2])
        self.assertTrue(np.allclose(echelon, [(2 / s**2 + 2) / 2 for s in (1.1, 1.2, 1.3)], rtol=1e-12))
        paths, notes = draw_bars_of_sweep(self.sweep, self.folder / "b.svg")
        self.assertEqual((len(paths), notes), (1, []))

    def test_parts_of_the_critical_path(self):
        """Two iterations of b at oversubscription 2, 4, 8: 2 s of compute, 0.2 s of transmission; of the mean iteration half of it."""
        frame = why.parts_of_sweep(self.sweep)
        row = frame[(frame.job == "b") & (frame.scheduler == "fair")].iloc[0]
        self.assertAlmostEqual(row.compute_s, 1.0, places=12)
        self.assertAlmostEqual(row.transmission_s, 0.1, places=12)
        self.assertAlmostEqual(row.waiting_s, (2 + 4 + 8) / 3 - 1.1, places=12)
        self.assertAlmostEqual(row.total_s, 14 / 3, places=12)
        self.assertIn("mean over 18 points", why.render_sweep(self.sweep))

    def test_cdf_over_all_points(self):
        [path] = draw_cdf_of_sweep(open_sweep(self.kept), self.folder / "c.png", "fct")
        self.assertTrue(path.stat().st_size > 1000)

    def test_all_figures_twice(self):
        first, notes = write_sweep_figures(self.sweep, self.folder / "one", ["png", "svg", "pdf"])
        again, _ = write_sweep_figures(open_sweep(self.path), self.folder / "two", ["png", "svg", "pdf"])
        self.assertEqual(len(notes), 1)
        self.assertIn("no distributions", notes[0])
        names = {p.stem for p in first}
        self.assertEqual(names, {"why", "speedup-oversubscription", "speedup-placement", "iteration-times", "critical-path"})
        for a, b in zip(first, again):
            self.assertEqual(a.read_bytes(), b.read_bytes(), a.name)


if __name__ == "__main__":
    unittest.main()
