# SPDX-License-Identifier: GPL-2.0-only
"""echelon --version, check, list, usage; the shipped scenarios and scripts."""

import json
import subprocess
import unittest

from _echelon import BINARY, FIGURE_2, ROOT, CliTestCase, echelon, shipped_scenarios


class CommandsTest(CliTestCase):
    def test_version(self):
        out = self.run_ok("--version").stdout
        self.assertRegex(out, r"^echelon \d+\.\d+\.\d+ \(commit \S+, .+, ns-3 .+\)\n$")

    def test_usage_errors(self):
        for arguments in (
            [],
            ["runn"],
            ["run"],
            ["run", FIGURE_2, "--fabrik", "fluid"],
            ["run", FIGURE_2, "--seed", "one"],
            ["run", FIGURE_2, "--seed", "-1"],
            ["run", FIGURE_2, "--seed", "99999999999999999999"],
            ["run", FIGURE_2, "--seed"],
            ["list", "colours"],
        ):
            with self.subTest(arguments):
                done = echelon(*arguments, cwd=self.folder)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertEqual(done.stdout, "")

    def test_standard_output_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                [BINARY, "list", "schedulers"], stdout=full, stderr=subprocess.PIPE, text=True
            )
        self.assertEqual(done.returncode, 64)
        self.assert_one_line(done.stderr)

    def test_help(self):
        for arguments in (["--help"], ["run", "--help"], ["list", "--help"]):
            self.assertIn("--help", self.run_ok(*arguments).stdout)

    def test_list(self):
        names = {}
        for what in ("schedulers", "fabrics", "workloads", "placements"):
            document = json.loads(self.run_ok("list", what, "--json").stdout)
            self.assertEqual((document["schema"], document["what"]), ("echelon/list/1", what))
            names[what] = [entry["name"] for entry in document["entries"]]
            text = self.run_ok("list", what).stdout
            for name in names[what]:
                self.assertIn(f"\n{name}\n", "\n" + text)
        self.assertLessEqual({"fair", "fifo", "srpt", "edf", "sebf", "echelon"},
                             set(names["schedulers"]))
        self.assertLessEqual({"fluid", "packet"}, set(names["fabrics"]))

    def test_check_reports_every_file(self):
        bad = ROOT / "scenarios" / "invalid" / "name-empty.json"
        done = echelon("check", FIGURE_2, bad, FIGURE_2)
        self.assertEqual(done.returncode, 65)
        self.assertEqual(done.stdout.count(": ok, "), 2)
        self.assert_one_line(done.stderr)


class ShippedTest(CliTestCase):
    def test_check_accepts_every_scenario(self):
        self.run_ok("check", *shipped_scenarios())

    def test_expectations_hold(self):
        for folder in ("paper", "smoke"):
            for path in sorted((ROOT / "scenarios" / folder).glob("*.json")):
                with self.subTest(path.name):
                    self.assertIn("expect", json.loads(path.read_text()))
                    self.run_ok("run", path, "--quiet", "--out", self.folder)

    def test_quickstart(self):
        path = ROOT / "scenarios" / "quickstart" / "quickstart.json"
        summary = self.summary(path)
        self.assertEqual([run["scheduler"] for run in summary["runs"]],
                         ["fair", "srpt", "sebf", "bssi", "echelon", "least-slack"])
        bytes_moved = {run["flows"]["bytes"] for run in summary["runs"]}
        self.assertEqual(len(bytes_moved), 1)


if __name__ == "__main__":
    unittest.main()
