# SPDX-License-Identifier: GPL-2.0-only
"""Reading result folders: what is read, and one line for all that is wrong."""

import json
import pathlib
import tempfile
import unittest

import synthetic

from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.load import open_results


class LoadTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.path = synthetic.figure2(self.folder / "fig2" / "0001")

    def test_tables_and_units(self):
        results = open_results(self.path)
        self.assertEqual(results.labels, ["fair", "sebf", "echelon"])
        self.assertEqual(len(results.flows), 9)
        self.assertEqual(results.flows.finish_s.tolist(), [4.5, 6.5, 7, 7, 7, 7, 5, 6, 7])
        self.assertEqual(results.flows.attrs["units"]["start_s"], "s")
        self.assertEqual(results.links.attrs["units"]["rate_bps"], "bit/s")
        self.assertEqual(str(results.flows.bytes.dtype), "int64")
        self.assertEqual(results.reference_run, 0)

    def test_computations(self):
        compute = open_results(self.path).computes
        self.assertEqual(len(compute), 18)
        consumer = compute[(compute.run == 2) & (compute.device == 1)]
        self.assertEqual(consumer.start_s.tolist(), [5, 6, 7])

    def test_a_folder_that_holds_one_run_is_enough(self):
        self.assertEqual(open_results(self.folder / "fig2").path, self.path)

    def test_quoted_names_survive(self):
        results = open_results(synthetic.pipeline(self.folder / "p"))
        self.assertIn("dp bucket 0, stage 1", set(results.groups.name))

    def test_equal_schedulers_get_distinct_labels(self):
        summary = json.loads((self.path / "summary.json").read_text())
        summary["runs"][1]["scheduler"] = "fair"
        (self.path / "summary.json").write_text(json.dumps(summary))
        self.assertEqual(open_results(self.path).labels, ["fair", "fair #2", "echelon"])

    def expect(self, *parts, path=None, error=AnalysisError, use=lambda r: (r.flows, r.groups, r.jobs, r.links, r.computes)):
        with self.assertRaises(error) as caught:
            use(open_results(path or self.path))
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        for part in parts:
            self.assertIn(part, line)

    def edit(self, name, old, new):
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def test_no_folder(self):
        self.expect("no such folder", "results/<name>/<run-id>", path=self.folder / "none")

    def test_folder_without_results(self):
        (self.folder / "empty").mkdir()
        self.expect("holds no summary.json", path=self.folder / "empty")

    def test_folder_with_two_runs(self):
        synthetic.figure2(self.folder / "fig2" / "0002")
        self.expect("holds the results of 2 runs", "0001, 0002", path=self.folder / "fig2")

    def test_other_schema(self):
        self.edit("manifest.json", "echelon/results/2", "echelon/results/1")
        self.expect("manifest.json", "schema is 'echelon/results/1'", "this version reads 'echelon/results/2'")

    def test_summary_without_schema(self):
        self.edit("summary.json", '"schema"', '"scheme"')
        self.expect("summary.json", "has no schema")

    def test_summary_without_runs(self):
        (self.path / "summary.json").write_text('{"schema": "echelon/summary/2", "runs": []}')
        self.expect("/runs: is empty")

    def test_summary_without_a_figure(self):
        self.edit("summary.json", '"tardiness_sum_s"', '"tardy"')
        self.expect("/runs/0/groups/tardiness_sum_s: is missing")

    def test_summary_without_a_part_of_the_critical_path(self):
        self.edit("summary.json", '"delay_s"', '"delayed_s"')
        self.expect("/runs/0/jobs/0/critical_path/delay_s: is missing")

    def test_summary_cut_short(self):
        text = (self.path / "summary.json").read_text()
        (self.path / "summary.json").write_text(text[:100])
        self.expect("summary.json", "not JSON")

    def test_missing_table(self):
        (self.path / "flows.csv").unlink()
        self.expect("flows.csv: is missing", "run with --files tables")
        (self.path / "computes.csv").unlink()
        self.expect("computes.csv: is missing", "run with --files tables", use=lambda r: r.computes)
        results = open_results(self.path)
        self.assertEqual(results.lacks("groups.csv"), "")
        self.assertEqual(results.lacks("flows.csv"), "flows.csv is not in the folder (run with --files tables)")
        self.assertIn("flows.csv and computes.csv are not", results.lacks("flows.csv", "groups.csv", "computes.csv"))

    def test_other_columns(self):
        self.edit("flows.csv", ",source,", ",from,")
        self.expect("flows.csv: line 1", "first difference: 'from'", "expected run,flow,group")

    def test_not_a_number(self):
        self.edit("flows.csv", "6.500000000000", "soon")
        self.expect("flows.csv: line 3: column finish_s: 'soon' is not a number")

    def test_fraction_of_a_byte(self):
        self.edit("links.csv", "750000000", "0.5")
        self.expect("links.csv: line 2: column bytes: '0.5' is not a number")

    def test_row_cut_short(self):
        text = (self.path / "jobs.csv").read_text()
        (self.path / "jobs.csv").write_text(text[: text.rindex(",")])
        self.expect("jobs.csv: line 4: column ideal_s: '' is not a number")

    def test_row_too_long(self):
        (self.path / "jobs.csv").write_text((self.path / "jobs.csv").read_text() + "0,fair,a,1,0,1,1,1,1,1,1\n")
        self.expect("jobs.csv")

    def test_run_that_the_summary_does_not_know(self):
        self.edit("jobs.csv", "2,echelon", "7,echelon")
        self.expect("jobs.csv: line 4: run 7 is not in summary.json", "runs 0 to 2")

    def test_computation_of_an_unknown_job_or_stream(self):
        self.edit("computes.csv", "0,train,0,F0,", "0,trein,0,F0,")
        self.expect("computes.csv: line 2: column job: 'trein' is no job of summary.json")
        self.edit("computes.csv", "0,trein,0,F0,0,0,", "0,train,0,F0,0,-1,")
        self.expect("computes.csv: line 2: column stream: '-1' is below 0")

    def test_a_row_of_computations_stands_for_each_of_its_gpus(self):
        before = open_results(self.path).computes
        self.edit("computes.csv", "0,train,0,F0,0,0,", "0,train,0,F0,0-2 5,0,")
        found = open_results(self.path).computes
        self.assertEqual(len(found), len(before) + 3)
        self.assertEqual(found[found.index == found.index[0]].device.tolist(), [0, 1, 2, 5])

    def test_computation_on_no_list_of_gpus(self):
        for old, new in (("0", "a"), ("a", "3-1"), ("3-1", ""), ("", "0-99999999"), ("0-99999999", "5 7-0")):
            self.edit("computes.csv", f"0,train,0,F0,{old},0,", f"0,train,0,F0,{new},0,")
            self.expect(f"computes.csv: line 2: column devices: '{new}' is no list of GPUs")

    def test_unknown_scheduler_suggests_one(self):
        self.expect("did you mean 'echelon'?", error=UsageError, use=lambda r: r.run_index("echellon"))


if __name__ == "__main__":
    unittest.main()
