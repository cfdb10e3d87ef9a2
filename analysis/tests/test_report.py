# SPDX-License-Identifier: GPL-2.0-only
"""The HTML report without a browser: what the page holds, byte for byte the same for equal results, and its bundle as built."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import zlib

import numpy as np
import synthetic
import synthetic_sweep

from echelon_analysis.errors import AnalysisError
from echelon_analysis.html import write_html
from echelon_analysis.html.compare_part import headline
from echelon_analysis.html.pack import Pack, tick_of, varints
from echelon_analysis.load import open_results

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent
UI = ANALYSIS / "report-ui"
HTML = ANALYSIS / "echelon_analysis/html"


def unseal(page):
    """(document, columns) of a page, read as report-ui/src/data.js does."""
    text = re.search(r'<script type="application/octet-stream" id="data">([^<]*)</script>', page).group(1)
    raw = zlib.decompress(base64.b64decode(text))
    length = int.from_bytes(raw[:4], "little")
    return json.loads(raw[4 : 4 + length]), raw[4 + length :]


def numbers(columns, column):
    """Values of a column, by the definition of zigzag varints."""
    values, total, at = [], 0, column["at"]
    for _ in range(column["n"]):
        zigzag, shift = 0, 0
        while True:
            byte = columns[at]
            at += 1
            zigzag |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        total += -(zigzag + 1) // 2 if zigzag % 2 else zigzag // 2
        values.append(total * column.get("scale", 1))
    return values


class PackTest(unittest.TestCase):
    def test_varints_take_seven_bits_a_byte_signs_interleaved(self):
        # 0 -> 0; -1 -> 1; 1 -> 2; 64 -> 128 = two bytes 0x80 0x01; 300 -> 600 = 4·128 + 88 -> 0xD8 0x04.
        self.assertEqual(varints(np.array([0, -1, 1, 64, 300])), bytes([0, 1, 2, 0x80, 1, 0xD8, 4]))

    def test_columns_come_back(self):
        pack = Pack(tick=1e-9)
        values = [0, 5, -7, 2**52, -(2**52), 3]
        columns = {"whole": pack.integers(values), "time": pack.times([0.0, 1.5e-9, 12.434816689]), "word": pack.words("abca")}
        document, data = unseal(f'<script type="application/octet-stream" id="data">{pack.seal(columns)}</script>')
        self.assertEqual(numbers(data, document["whole"]), values)
        self.assertEqual(document["word"]["words"], ["a", "b", "c"])
        self.assertEqual(numbers(data, document["word"]), [0, 1, 2, 0])
        for found, wanted in zip(numbers(data, document["time"]), [0.0, 2e-9, 12.434816689]):
            self.assertAlmostEqual(found, wanted, delta=1e-12)

    def test_tick_is_a_power_of_ten_below_the_longest_run(self):
        self.assertAlmostEqual(tick_of(22.5), 1e-7)
        self.assertAlmostEqual(tick_of(0.9), 1e-9)
        self.assertEqual(tick_of(0), 1e-12)


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def page_of(self, path, name="report.html"):
        return write_html(path, self.folder / name).read_text(encoding="utf-8")

    def test_equal_results_give_equal_bytes(self):
        first = self.page_of(synthetic.pipeline(self.folder / "one/r"))
        second = self.page_of(synthetic.pipeline(self.folder / "two/r"), "other.html")
        self.assertEqual(first, second)

    def test_sweep_gives_equal_bytes(self):
        first = self.page_of(synthetic_sweep.write(self.folder / "a/sweep"))
        second = self.page_of(synthetic_sweep.write(self.folder / "b/sweep"), "other.html")
        self.assertEqual(first, second)

    def test_policy_forbids_every_request(self):
        page = self.page_of(synthetic.figure2(self.folder / "r"))
        self.assertIn("default-src 'none'", page)
        # Nothing of the page's own markup asks for a file.
        markup = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
        self.assertNotRegex(markup, r"\b(src|action)=")
        self.assertEqual(set(re.findall(r'href="([^"]*)"', markup)), {"#main", "data:,"})

    def test_headline_says_who_is_first_and_by_how_much(self):
        # The paper's figure 2: with its three schedulers the makespans are those of summary.json.
        results = open_results(synthetic.figure2(self.folder / "r"))
        spans = {run["scheduler"]: run["makespan_s"] for run in results.runs}
        best = min(spans.values())
        first = headline(results)[0]
        winners = [name for name in results.labels if spans[name] == best]
        for name in winners:
            self.assertIn(name, first)
        self.assertIn(f"{100 * (1 - best / spans['fair']):.1f} % sooner than fair", first)

    def test_parts_of_the_page_are_those_of_the_files(self):
        path = synthetic.pipeline(self.folder / "r")
        results = open_results(path)
        document, columns = unseal(self.page_of(path))
        self.assertEqual(document["schedulers"], results.labels)
        self.assertEqual(document["groups"]["run"]["n"], len(results.groups))
        late = numbers(columns, document["groups"]["tardiness"])
        for found, wanted in zip(late, results.groups.tardiness_s):
            self.assertAlmostEqual(found, wanted, delta=0.51 * document["tick"])
        self.assertEqual(document["why"]["steps"]["run"]["n"], len(results.critical_path))
        waits = numbers(columns, document["why"]["waits"]["seconds"])
        self.assertAlmostEqual(sum(waits), results.waits.seconds.sum(), delta=document["tick"] * (1 + len(waits)))

    def test_bars_of_the_timeline_are_within_the_run(self):
        path = synthetic.pipeline(self.folder / "r")
        document, columns = unseal(self.page_of(path))
        jobs = {entry["job"]: entry for entry in document["gantt"]["jobs"]}
        self.assertEqual(set(jobs), {"llm", "solo"})
        for entry in jobs.values():
            for run, makespan in zip(entry["runs"], document["makespans"]):
                for part in (run["compute"], run["flows"]):
                    starts, durations = numbers(columns, part["start"]), numbers(columns, part["duration"])
                    self.assertTrue(all(0 <= s and s + d <= makespan * (1 + 1e-7) for s, d in zip(starts, durations)))
        # Lanes do not overlap: the page bisects them.
        flows = jobs["llm"]["runs"][0]["flows"]
        rows = list(zip(*(numbers(columns, flows[name]) for name in ("gpu", "lane", "start", "duration"))))
        self.assertEqual(rows, sorted(rows, key=lambda r: r[:3]))
        for a, b in zip(rows, rows[1:]):
            if a[:2] == b[:2]:
                self.assertLessEqual(a[2] + a[3], b[2] + 2.1 * document["tick"])

    def test_a_job_that_only_sends_shows_its_senders(self):
        path = synthetic.figure2(self.folder / "r")
        header = (path / "computes.csv").read_text(encoding="utf-8").splitlines()[0]
        (path / "computes.csv").write_text(header + "\n", encoding="utf-8")
        document, _ = unseal(self.page_of(path))
        senders = set(open_results(path).flows.source)
        self.assertEqual({device for device, _ in document["gantt"]["jobs"][0]["gpus"]}, senders)

    def test_missing_files_cost_their_section_alone(self):
        path = synthetic.pipeline(self.folder / "r")
        (path / "computes.csv").unlink()
        document, _ = unseal(self.page_of(path))
        self.assertIn("computes.csv", document["gantt"]["missing"])
        self.assertNotIn("missing", document["groups"])
        for name in ("flows", "groups", "jobs", "links", "critical_path", "waits", "link_series"):
            (path / f"{name}.csv").unlink()
        document, _ = unseal(self.page_of(path))
        self.assertTrue(document["headline"])
        self.assertTrue(all("missing" in document[name] for name in ("why", "gantt", "cdf", "links", "groups")))

    def test_sweep_counts_points_without_a_result(self):
        document, columns = unseal(self.page_of(synthetic_sweep.write(self.folder / "sweep", missing=2)))
        self.assertEqual(document["points"]["states"], [["done", 16], ["missing", 2]])
        self.assertIn("2 missing", document["headline"][-1])
        # synthetic_sweep.py derives the speed-ups: 1 + seed / 10 where packed, else 1.
        speedups = document["runs"]["metrics"][0]
        axes = {axis["name"]: axis for axis in document["axes"]}
        codes = {name: numbers(columns, axis["codes"]) for name, axis in axes.items()}
        rows = zip(numbers(columns, document["runs"]["point"]), numbers(columns, document["runs"]["scheduler"]), numbers(columns, speedups["values"]))
        for point, scheduler, found in rows:
            value = {name: axes[name]["values"][codes[name][point]] for name in axes}
            wanted = synthetic_sweep.speedup(value["placement"], value["seed"]) if document["schedulers"][scheduler] == "echelon" else 1.0
            self.assertAlmostEqual(found, wanted, places=4)

    def test_names_never_become_markup(self):
        name = "<script>window.harmed=1</script>"
        path = rename(synthetic.pipeline(self.folder / "r"), "solo", name)
        page = self.page_of(path)
        self.assertNotIn(name, page)
        document, _ = unseal(page)
        self.assertIn(name, document["jobs"])

    def test_an_unwritable_file_is_one_line(self):
        path = synthetic.figure2(self.folder / "r")
        (self.folder / "file").write_text("")
        with self.assertRaisesRegex(AnalysisError, "cannot be written"):
            write_html(path, self.folder / "file/report.html")


def rename(path, old, new):
    """Give a job another name in every file of the folder."""
    for file in path.iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(rf"\b{old}\b", new, text), encoding="utf-8")
    return path


class BundleTest(unittest.TestCase):
    def test_bundle_is_what_its_sources_build(self):
        npm, node = shutil.which("npm"), shutil.which("node")
        if not npm or not node:
            self.skipTest("npm is not installed")
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder) / "report-ui"
            shutil.copytree(UI, work, ignore=shutil.ignore_patterns("node_modules"))
            environment = {**os.environ, "npm_config_fetch_retries": "0", "npm_config_fetch_timeout": "20000"}
            installed = subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, env=environment, capture_output=True, text=True, timeout=200,
            )
            if installed.returncode:
                reason = (installed.stderr.strip().splitlines() or ["npm ci failed"])[0]
                if re.search(r"E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH)|network|E40[134]|E5\d\d", installed.stderr):
                    self.skipTest(f"the npm registry cannot be reached: {reason}")
                self.fail(installed.stderr)
            built = pathlib.Path(folder) / "built"
            built.mkdir()
            subprocess.run([node, "build.mjs", str(built)], cwd=work, check=True, timeout=60)
            for name in ("report.js", "LICENSES.txt"):
                self.assertTrue((built / name).read_bytes() == (HTML / name).read_bytes(), f"{name} is not what report-ui builds")

    def test_lock_names_no_registry(self):
        lock = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))
        for name, package in lock["packages"].items():
            # Packages come from the registry that npm is set to, and are known by their hash.
            self.assertNotIn("resolved", package, name)
            if name:
                self.assertIn("integrity", package, name)

    def test_licences_of_what_is_bundled_are_there(self):
        text = (HTML / "LICENSES.txt").read_text(encoding="utf-8")
        for word in ("echarts 6.1.0", "Apache License", "zrender", "BSD 3-Clause", "tslib", "Permission to use, copy, modify"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
