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
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.path = synthetic.figure2(cls.folder / "fig2" / "run")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

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

    def test_report(self):
        done = self.call("report", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 4)
        for name in ("table.txt", "gantt.png", "gantt.svg", "tardiness-cdf.svg", "iteration-times.png"):
            self.assertTrue((self.path / "figures" / name).exists(), name)

    def test_gantt(self):
        done = self.call("gantt", self.path, "--schedulers", "sebf", "echelon", "--job", "train", "-o", "out/x.png")
        self.assertEqual(done.stdout.split(), ["out/x.png", "out/x.svg"], done.stderr)

    def test_bad_input(self):
        self.assert_error(self.call("table", "nowhere"), 65, "nowhere: no such folder")
        broken = synthetic.figure2(self.folder / "broken")
        (broken / "groups.csv").write_text("run,group\n")
        self.assert_error(self.call("report", broken), 65, "groups.csv: line 1")
        self.assertFalse((broken / "figures" / "gantt.png").exists())

    def test_usage(self):
        self.assert_error(self.call("tables", self.path), 64, "invalid choice: 'tables'")
        self.assert_error(self.call("cdf", self.path), 64, "-o/--out")
        self.assert_error(
            self.call("gantt", self.path, "--job", "trian", "-o", "x"), 64, "no job 'trian' (did you mean 'train'?)"
        )


if __name__ == "__main__":
    unittest.main()
