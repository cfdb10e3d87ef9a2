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

    def test_unknown_words_are_named_with_the_nearest_known_one(self):
        # Not with what follows them: the parser takes "fair" for the scenario and has a file too many then.
        for arguments, named, hint in (
            (["lst"], "lst", "list"),
            (["chek", FIGURE_2], "chek", "check"),
            (["run", "--schedulers", "fair", FIGURE_2], "--schedulers", "--scheduler"),
            (["run", FIGURE_2, "--file=summary"], "--file", "--files"),
            (["plan", "--generat", "zipf"], "--generat", "--generate"),
        ):
            with self.subTest(arguments):
                done = echelon(*arguments, cwd=self.folder)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertRegex(done.stderr, f'(there is|has) no (command|option) "{named}" .did you mean "{hint}".')

    def test_convert_names_the_formats(self):
        done = echelon("convert", "chakra", FIGURE_2, "-o", self.folder / "o.json")
        self.assertEqual(done.returncode, 64)
        self.assert_one_line(done.stderr)
        self.assertIn("chakra", done.stderr)
        self.assertIn("coflow-benchmark", done.stderr)

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
        makespans = {run["scheduler"]: run["makespan_s"] for run in summary["runs"]}
        self.assertEqual(list(makespans), ["fair", "srpt", "sebf", "bssi", "echelon-paper", "echelon", "least-slack"])
        bytes_moved = {run["flows"]["bytes"] for run in summary["runs"]}
        self.assertEqual(len(bytes_moved), 1)
        # What the README teaches with it.
        self.assertLess(makespans["echelon"], makespans["fair"])
        self.assertEqual(min(makespans, key=makespans.get), "least-slack")
        self.assert_readme_shows(summary)

    def assert_readme_shows(self, summary):
        """The README's first table has the makespan, the iteration times and the speed-up of this run, to the digits shown."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        table = text[text.index("\nscheduler "):]
        rows = [line.split() for line in table[:table.index("\n\n")].splitlines()[2:]]
        self.assertEqual([row[0] for row in rows], [run["scheduler"] for run in summary["runs"]])
        for row, run in zip(rows, summary["runs"]):
            shown = [float(row[i]) for i in (1, 3, 5, 7, 9)]
            found = [run["makespan_s"]] + [sum(job["iteration_times_s"]) / len(job["iteration_times_s"]) for job in run["jobs"]]
            found.append(summary["runs"][0]["makespan_s"] / run["makespan_s"])
            for value, exact in zip(shown, found):
                self.assertAlmostEqual(value / exact, 1, delta=6e-4, msg=row)


if __name__ == "__main__":
    unittest.main()
