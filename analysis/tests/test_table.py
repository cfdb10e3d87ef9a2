# SPDX-License-Identifier: GPL-2.0-only
"""The comparison table and the metrics behind it, against figures derived by hand.

System: figure 2 of Pan et al. One link of 1 Gb/s; flows of 0.25 GB start at 1, 2, 3; ideal finishes 1, 2, 3 (r = 1, T = 1).

    fair     finishes 4.5, 6.5, 7: tardiness 3.5, 4.5, 4 -> t_H = 4.5; computation done at 7.5 + 1 = 8.5
    sebf     finishes 7, 7, 7:     tardiness 6, 5, 4     -> t_H = 6;   done at 7 + 3 = 10
    echelon  finishes 5, 6, 7:     tardiness 4, 4, 4     -> t_H = 4;   done at 7 + 1 = 8

CCT = 7 - 1 = 6 each. FCT equals tardiness here, since each flow starts at its ideal finish; p99 of 3 is the largest.
The link carries 6 Gb: utilisation 6 / 8.5, 6 / 10, 6 / 8; the second link is idle, so the mean is half of it.
"""

import json
import pathlib
import tempfile
import unittest

import synthetic

from echelon_analysis import metrics, table
from echelon_analysis.load import open_results
from echelon_analysis.units import decimals, format_time


class Figure2Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.results = open_results(synthetic.figure2(folder / "fig2"))

    def test_rows(self):
        rows = table.as_document(self.results)["rows"]
        expected = {
            "scheduler": ["fair", "sebf", "echelon"],
            "makespan_s": [8.5, 10, 8],
            "iteration_mean_s/train": [8.5, 10, 8],
            "speedup": [1, 0.85, 1.0625],
            "tardiness_sum_s": [4.5, 6, 4],
            "cct_mean_s": [6, 6, 6],
            "fct_p99_s": [4.5, 6, 4],
            "utilisation_max": [6 / 8.5, 0.6, 0.75],
        }
        for key, values in expected.items():
            for row, value in zip(rows, values):
                if isinstance(value, str):
                    self.assertEqual(row[key], value)
                else:
                    self.assertAlmostEqual(row[key], value, places=12, msg=key)

    def test_best(self):
        best = table.as_document(self.results)["best"]
        self.assertEqual(best["makespan_s"], ["echelon"])
        self.assertEqual(best["tardiness_sum_s"], ["echelon"])
        self.assertEqual(best["cct_mean_s"], [], "all alike: none is best")
        self.assertEqual(best["utilisation_max"], [], "neither high nor low is better")

    def test_text(self):
        lines = table.render(self.results).splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual(
            lines[4].split(), ["echelon", "8.00*", "8.00*", "1.062×*", "4.000*", "6.000", "4.000*", "75.0"]
        )
        self.assertIn("makespan [s]", lines[0])
        self.assertNotIn("*", lines[2] + lines[3])

    def test_the_document_is_json(self):
        json.loads(json.dumps(table.as_document(self.results), allow_nan=False))

    def test_metrics_from_the_csv_files(self):
        figures = metrics.summarise(self.results, 0)
        self.assertAlmostEqual(figures["makespan_s"], 8.5)
        self.assertAlmostEqual(figures["groups/tardiness_max_s"], 4.5)
        self.assertAlmostEqual(figures["flows/fct_mean_s"], 4.0)
        self.assertEqual(figures["flows/bytes"], 750_000_000)
        self.assertAlmostEqual(figures["links/utilisation_mean"], 3 / 8.5)
        self.assertEqual(metrics.differences(self.results), [])


class MetricsTest(unittest.TestCase):
    def test_nearest_rank(self):
        # 5 values: p50 is the ceil(2.5) = 3rd, p20 the 1st, p21 the 2nd, p100 the last.
        values = [40, 15, 50, 20, 35]
        for percent, expected in ((50, 35), (20, 15), (21, 20), (95, 50), (100, 50)):
            self.assertEqual(metrics.nearest_rank(values, percent), expected)
        self.assertEqual(metrics.nearest_rank([], 99), 0)

    def test_nearest_rank_counts_bundles(self):
        # 98 flows of 1 s and 2 of 9 s: the 99th of 100 is 9; with 99 of 1 s it is 1.
        self.assertEqual(metrics.nearest_rank([9, 1], 99, [2, 98]), 9)
        self.assertEqual(metrics.nearest_rank([9, 1], 99, [1, 99]), 1)

    def test_weights_and_scale_up(self):
        """Weight 2 and 3, tardiness 1 and 4 s: the sum is 14; the group inside a host does not count."""
        run = synthetic.Run("fair")
        run.groups = [
            ("a", 0, "x", "coflow", 2.0, 0, 0, 0),
            ("a", 0, "y", "coflow", 3.0, 0, 0, 0),
            ("a", 0, "inside", "coflow", 9.0, 1, 5, 100),
        ]
        run.flows = [(0, 0, 0, 1, 10, 4, 0.0, 1.0, 0.0), (1, 0, 0, 1, 10, 1, 1.0, 5.0, 1.0)]
        run.jobs = [("a", 0, 0.0, 5.0)]
        run.links = [("l", 100.0, 50)]
        with tempfile.TemporaryDirectory() as folder:
            results = open_results(synthetic.write(pathlib.Path(folder) / "w", "w", [run]))
            figures = metrics.summarise(results, 0)
            self.assertEqual(metrics.differences(results), [])
        self.assertEqual(figures["groups/count"], 2)
        self.assertAlmostEqual(figures["groups/tardiness_sum_s"], 14)
        self.assertAlmostEqual(figures["groups/cct_mean_s"], 2.5)
        self.assertEqual(figures["flows/count"], 5)
        self.assertAlmostEqual(figures["flows/fct_mean_s"], (4 * 1 + 4) / 5)
        self.assertAlmostEqual(figures["links/utilisation_max"], 0.8)

    def test_late_times_are_differences_of_picoseconds(self):
        """A flow of 8 ns after 10^6 s, where doubles are 0.1 ns apart: its time and the job's are 8 ns, and 9 would be noticed."""
        run = synthetic.Run("fair", groups=[("a", 0, "x", "coflow", 1.0, 0, 0, 0)])
        run.flows = [(0, 0, 0, 1, 1000, 1, 0.0, 8e-9, 0.0)]
        run.jobs = [("a", 0, 0.0, 8e-9)]
        run.links = [("l", 1e12, 1000)]
        with tempfile.TemporaryDirectory() as folder:
            path = synthetic.write(pathlib.Path(folder) / "late", "late", [run])
            for name in ("flows.csv", "jobs.csv", "groups.csv", "critical_path.csv"):
                rows = (path / name).read_text().replace("0.000000008000", "1000000.000000008000").split("\n")
                # What is a duration stays one; starts and arrivals move with the ends.
                times = {"start_s", "reference_s", "arrival_s", "finish_s", "end_s", "ideal_finish_s"}
                header = rows[0].split(",")
                cells = [row.split(",") for row in rows[1:] if row]
                for row in cells:
                    for k, column in enumerate(header):
                        if column in times:
                            row[k] = row[k].replace("0.000000000000", "1000000.000000000000", 1) if not row[k].startswith("1") else row[k]
                        else:
                            row[k] = row[k].replace("1000000.000000008000", "0.000000008000")
                (path / name).write_text("\n".join([rows[0], *(",".join(row) for row in cells), ""]))
            figures = metrics.summarise(open_results(path), 0)
            self.assertEqual(figures["flows/fct_mean_s"], 8e-9)
            self.assertEqual(figures["jobs/a/completion_time_s"], 8e-9)
            (path / "flows.csv").write_text((path / "flows.csv").read_text().replace("1000000.000000008000", "1000000.000000009000"))
            self.assertEqual(metrics.summarise(open_results(path), 0)["flows/fct_mean_s"], 9e-9)

    def test_a_summary_that_the_files_do_not_bear_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = synthetic.figure2(pathlib.Path(folder) / "f")
            summary = json.loads((path / "summary.json").read_text())
            summary["runs"][2]["groups"]["tardiness_sum_s"] = 3.9
            (path / "summary.json").write_text(json.dumps(summary))
            lines = metrics.differences(open_results(path))
        self.assertEqual(
            lines, ["echelon: groups/tardiness_sum_s: summary.json says 3.9, the CSV files say 4.0"]
        )


class ManyJobsTest(unittest.TestCase):
    def test_one_column_holds_the_mean_over_the_jobs(self):
        """Five jobs with iterations of 1 to 5 s: the mean is 3 s."""
        run = synthetic.Run("fair", jobs=[(f"j{i}", 0, 0.0, float(i)) for i in range(1, 6)])
        with tempfile.TemporaryDirectory() as folder:
            results = open_results(synthetic.write(pathlib.Path(folder) / "m", "m", [run]))
            row = table.as_document(results)["rows"][0]
        self.assertAlmostEqual(row["iteration_mean_s"], 3.0)


class UnitsTest(unittest.TestCase):
    def test_format_time(self):
        self.assertEqual(format_time(0.81237), "812.4 ms")
        self.assertEqual(format_time(8.5), "8.500 s")
        self.assertEqual(format_time(2e-12), "2.000 ps")
        self.assertEqual(format_time(0.0), "0 s")

    def test_decimals(self):
        self.assertEqual(decimals([12.3456, 1.0]), 2)
        self.assertEqual(decimals([12345.6]), 0)


if __name__ == "__main__":
    unittest.main()
