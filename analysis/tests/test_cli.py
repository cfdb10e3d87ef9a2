# SPDX-License-Identifier: GPL-2.0-only
"""The command line as users start it: by the launcher, from another folder."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import synthetic

LAUNCHER = pathlib.Path(__file__).resolve().parent.parent / "echelon-analysis"


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.path = synthetic.figure2(cls.folder / "fig2" / "run")

    def call(self, *arguments):
        return subprocess.run([LAUNCHER, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)

    def assert_error(self, done, code, *parts):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_table(self):
        done = self.call("table", "fig2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("echelon", done.stdout)

    def test_table_json(self):
        done = self.call("table", self.path, "--json")
        document = json.loads(done.stdout)
        self.assertEqual(document["schema"], "echelon/table/1")
        self.assertEqual(document["rows"][0]["makespan_s"], 8.5)

    def test_check(self):
        done = self.call("check", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        wrong = synthetic.figure2(self.folder / "wrong")
        text = (wrong / "summary.json").read_text().replace('"makespan_s": 8.5', '"makespan_s": 8.4')
        (wrong / "summary.json").write_text(text)
        self.assert_error(self.call("check", wrong), 1, "makespan_s: summary.json says 8.4, the CSV files say 8.5")

    def test_figures(self):
        done = self.call("figures", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, "note: no figure of queues: the fluid fabric gives every flow a rate and has no queues\n"))
        self.assertEqual(len(done.stdout.splitlines()), 9, done.stdout)
        for name in ("table.txt", "why.txt", "gantt.png", "gantt.svg", "tardiness-cdf.svg", "iteration-times.png"):
            self.assertTrue((self.path / "figures" / name).exists(), name)

    def test_figures_in_chosen_formats(self):
        done = self.call("figures", self.path, "--format", "pdf", "-o", "pdfs")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = sorted(p.name for p in (self.folder / "pdfs").iterdir())
        self.assertEqual({pathlib.Path(n).suffix for n in names}, {".pdf", ".txt"})
        self.assertEqual(len(names), 9)

    def test_the_suffix_is_the_format(self):
        done = self.call("gantt", self.path, "--schedulers", "sebf", "echelon", "--job", "train", "-o", "out/x.pdf")
        self.assertEqual(done.stdout.split(), ["out/x.pdf"], done.stderr)
        done = self.call("bars", self.path, "-o", "out/y")
        self.assertEqual(done.stdout.split(), ["out/y.png", "out/y.svg"], done.stderr)
        done = self.call("bars", self.path, "-o", "out/z.png", "--format", "svg,pdf")
        self.assertEqual(done.stdout.split(), ["out/z.svg", "out/z.pdf"], done.stderr)

    def test_why_is_text_and_a_picture_on_demand(self):
        done = self.call("why", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("fair: waits 2.500 s an iteration for", done.stdout)
        done = self.call("why", self.path, "-o", "out/why.svg")
        self.assertEqual(done.stdout.splitlines()[-1], "out/why.svg")

    def test_queues_of_the_fluid_fabric(self):
        self.assert_error(self.call("queues", self.path, "-o", "q.png"), 65, "the fluid fabric", "has no queues")

    def test_bad_input(self):
        self.assert_error(self.call("table", "nowhere"), 65, "nowhere: no such folder")
        broken = synthetic.figure2(self.folder / "broken")
        (broken / "groups.csv").write_text("run,group\n")
        self.assert_error(self.call("figures", broken), 65, "groups.csv: line 1")
        self.assertFalse((broken / "figures" / "gantt.png").exists())

    def test_usage(self):
        self.assert_error(self.call("tables", self.path), 64, "invalid choice: 'tables'")
        self.assert_error(self.call("cdf", self.path), 64, "-o/--out")
        self.assert_error(self.call("cdf", self.path, "-o", "x.gif"), 64, "x.gif: cannot write .gif files", ".png, .svg, .pdf")
        self.assert_error(self.call("cdf", self.path, "-o", "x", "--format", "gif"), 64, "'gif' is not a format")
        self.assert_error(self.call("bars", self.path, "-o", "x", "--where", "a=1"), 64, "is no sweep")
        self.assert_error(self.call("bars", self.path, "-o", "x", "--where", "a"), 64, "'a' is not AXIS=VALUE")
        self.assert_error(
            self.call("gantt", self.path, "--job", "trian", "-o", "x"), 64, "no job 'trian' (did you mean 'train'?)"
        )


if __name__ == "__main__":
    unittest.main()
