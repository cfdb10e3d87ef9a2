# SPDX-License-Identifier: GPL-2.0-only
"""echelon convert: the coflow-benchmark format to a workload, and what such a workload does."""

import json
import os
import pathlib
import unittest

from _echelon import ROOT, CliTestCase, echelon, load

TRACE = ROOT / "tests" / "data" / "small-coflows.txt"
DATA = pathlib.Path(os.environ.get("ECHELON_DATA", ROOT.parent / "shared" / "data"))
FACEBOOK = DATA / "coflow" / "FB2010-1Hr-150-0.txt"

# Each spoils a line of the small trace: what replaces it, and what the message says.
SPOILT = [
    (1, "4", "line 1: the line ends before the number of coflows"),
    (1, "4 3 2", "line 1: there are more than two numbers"),
    (1, "0 3", "line 1: the number of ports 0 is out of range"),
    (1, "4 2", "line 4: there are more than 2 coflows"),
    (1, "4 5", "line 5: the file ends after 3 of 5 coflows"),
    (2, "x 0 1 0 1 2:5.0", 'line 2: "x" is not the id'),
    (2, "1 -4 1 0 1 2:5.0", "line 2: the arrival in ms -4 is out of range"),
    (2, "1 nan 1 0 1 2:5.0", 'line 2: "nan" is not the arrival in ms'),
    (2, "1 0 0 1 2:5.0", "line 2: the number of mappers 0 is out of range"),
    (2, "1 0 1 4 1 2:5.0", "line 2: the port of a mapper 4 is out of range"),
    (2, "1 0 2 0 1 1", "line 2: the line ends before the port and size of reducer 1"),
    (2, "1 0 1 0 1 2", 'line 2: "2" is not a reducer'),
    (2, "1 0 1 0 1 2:", 'line 2: "" is not the size in MB'),
    (2, "1 0 1 0 1 2:5.0 3:1.0", 'line 2: "3:1.0" comes after the last reducer'),
    (2, "1 0 1 0 1 2:1e-9", "line 2: reducer 2:1e-9 has less than a byte"),
    (2, "1 0 1 0 1 2:1e300", "line 2: the size in MB 1e300 is out of range"),
    (3, "1 0 1 0 1 2:5.0", "line 3: coflow 1 was on line 2 already"),
    (3, "\x01\x80", "line 3: \"\\u0001?\" is not the id"),
]


class ConvertTest(CliTestCase):
    def convert(self, *arguments, trace=TRACE):
        out = self.folder / "out.json"
        done = self.run_ok("convert", "coflow-benchmark", trace, "-o", out, *arguments)
        return done.stdout, load(out)

    def scenario(self, workload, hosts, scheduler="fair"):
        return self.write(
            "scenario.json",
            {
                "schema": "echelon/scenario/1",
                "name": "trace",
                "topology": {"kind": "big-switch", "hosts": hosts, "host_link": {"rate": "1Gbps"}},
                "jobs": [{"name": "trace", "workload": workload}],
                "schedulers": [scheduler],
            },
        )

    def test_small_trace(self):
        said, workload = self.convert()
        self.assertIn("3 coflows, 6 flows, 18000000 bytes, 4 ports", said)
        self.assertEqual(workload["kind"], "coflows")
        self.assertEqual(
            workload["coflows"],
            [
                {"id": 1, "arrival": "0ms", "mappers": [0, 1],
                 "reducers": [[2, 8000000], [1, 2000000]]},
                {"id": 2, "arrival": "250ms", "mappers": [3], "reducers": [[3, 5000000]]},
                {"id": 5, "arrival": "500500000000ps", "mappers": [2], "reducers": [[0, 3000000]]},
            ],
        )

    # On 1 Gb/s, coflow 1: places 0 and 1 send 4 MB each into 2, 64 ms; beside that 0 sends 1 MB
    # to 1 and 1 keeps 1 MB at home. Fair: 0's port carries 40 Mbit, 2's 64 Mbit. Coflow 2 stays
    # at home and has no time. Coflow 5: 24 ms.
    def test_small_trace_runs(self):
        self.convert()
        for scheduler in ("fair", "sebf"):
            summary = self.summary(self.scenario("out.json", 4, scheduler))["runs"][0]
            self.assertEqual(summary["groups"]["count"], 2)
            self.assertAlmostEqual(summary["groups"]["cct_mean_s"], (0.064 + 0.024) / 2, 9)
            self.assertAlmostEqual(summary["makespan_s"], 0.5005 + 0.024, 9)

    def test_options(self):
        _, first = self.convert("--first", "1")
        self.assertEqual([coflow["id"] for coflow in first["coflows"]], [1])
        _, binary = self.convert("--megabyte", "1MiB")
        self.assertEqual(binary["coflows"][0]["reducers"], [[2, 8 << 20], [1, 2 << 20]])
        for arguments in (["--first", "0"], ["--megabyte", "2MB"]):
            done = echelon("convert", "coflow-benchmark", TRACE, "-o", "x", *arguments)
            self.assertEqual(done.returncode, 64)

    def test_bad_lines(self):
        lines = TRACE.read_text().splitlines()
        for number, line, message in SPOILT:
            with self.subTest(line=line):
                spoilt = lines.copy()
                spoilt[number - 1] = line
                path = self.folder / "bad.txt"
                path.write_text("\n".join(spoilt) + "\n", encoding="latin-1")
                done = echelon("convert", "coflow-benchmark", path, "-o", self.folder / "o.json")
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assert_one_line(done.stderr)
                self.assertIn(f"{path}: {message}", done.stderr)
                self.assertRegex(done.stderr, r"\([^()]+.*\)\n$")
                self.assertEqual(list(self.folder.iterdir()), [path])

    def test_files(self):
        empty = self.write("empty.txt", "")
        for path, message in ((empty, "the file is empty"), ("none.txt", "no such file"),
                              (self.folder, "directory")):
            done = echelon("convert", "coflow-benchmark", path, "-o", self.folder / "o.json")
            self.assertEqual(done.returncode, 65, done.stderr)
            self.assert_one_line(done.stderr)
            self.assertIn(message, done.stderr)
        done = echelon("convert", "coflow-benchmark", TRACE, "-o", self.folder / "none" / "o.json")
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assert_one_line(done.stderr)

    @unittest.skipUnless(FACEBOOK.is_file(), f"no {FACEBOOK}: set ECHELON_DATA")
    def test_facebook_trace(self):
        said, workload = self.convert(trace=FACEBOOK)
        self.assertIn("526 coflows, 706397 flows, 35533534000000 bytes, 150 ports", said)
        self.assertEqual(workload["coflows"][-1]["arrival"], "3629235ms")
        self.convert("--first", "60", trace=FACEBOOK)
        scenario = self.scenario("out.json", 150)
        figures = {}
        for scheduler in ("fair", "sebf"):
            run = self.summary(scenario, "--scheduler", scheduler)["runs"][0]
            self.assertEqual(run["groups"]["count"], 60)
            figures[scheduler] = run["groups"]
        for figure in ("cct_mean_s", "cct_p95_s"):
            self.assertGreater(figures["fair"][figure], 1.2 * figures["sebf"][figure])


if __name__ == "__main__":
    unittest.main()
