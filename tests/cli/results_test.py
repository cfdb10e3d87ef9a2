# SPDX-License-Identifier: GPL-2.0-only
"""echelon run: the files of results, the same whatever the order of the input and the number of processes."""

import csv
import random
import subprocess
import unittest

from _echelon import BINARY, FIGURE_2, ROOT, CliTestCase, echelon, load, runs_text

RESULT_FILES = {
    "manifest.json",
    "scenario.resolved.json",
    "summary.json",
    "flows.csv",
    "groups.csv",
    "jobs.csv",
    "computes.csv",
    "links.csv",
    "link_series.csv",
    "critical_path.csv",
    "waits.csv",
    "timeline.json",
}

def shuffled_flows(seed):
    """Two jobs of random flows; the seed decides the order of the file alone."""
    numbers = random.Random(7)
    jobs = []
    for name in ("x", "y", "z"):
        flows = [
            {
                "release": f"{numbers.randrange(5)}ms",
                "source": numbers.randrange(8),
                "destination": 8 + numbers.randrange(8),
                "bytes": 1000 * numbers.randrange(1, 2000),
                "group": f"g{numbers.randrange(4)}",
            }
            for _ in range(60)
        ]
        jobs.append({"name": name, "workload": {"kind": "flows", "flows": flows}})
    order = random.Random(seed)
    order.shuffle(jobs)
    for job in jobs:
        order.shuffle(job["workload"]["flows"])
    return {
        "schema": "echelon/scenario/1",
        "name": "shuffled",
        "topology": str(ROOT / "topologies" / "leaf-spine-16.json"),
        "jobs": jobs,
        "schedulers": ["fair", "fifo", "srpt", "edf", "sebf", "echelon"],
    }


class ResultsTest(CliTestCase):
    def test_files(self):
        done = self.run_ok("run", FIGURE_2, "--json", "--out", "results", cwd=self.folder)
        [results] = (self.folder / "results" / "echelonflow-fig2").iterdir()
        self.assertEqual({path.name for path in results.iterdir()}, RESULT_FILES)
        self.assertEqual((results / "summary.json").read_text(), done.stdout)
        manifest = load(results / "manifest.json")
        self.assertEqual(manifest["run_id"], results.name)
        self.assertEqual(manifest["command"][1:3], ["run", str(FIGURE_2)])
        load(results / "timeline.json")
        with open(results / "flows.csv", newline="") as file:
            flows = list(csv.DictReader(file))
        # algorithms: fair 4.5, 6.5, 7; coflow 7, 7, 7; EchelonFlow 5, 6, 7.
        self.assertEqual(
            [row["finish_s"] for row in flows],
            [f"{t}0000000000" for t in
             "4.50 6.50 7.00 7.00 7.00 7.00 5.00 6.00 7.00".split()],
        )

    def results_of(self, out, scenario, *arguments):
        """(runs of the summary, resolved scenario, its path) of a run whose expectations hold."""
        done = self.run_ok("run", scenario, "--json", "--files", "summary", "--out", out, *arguments)
        [resolved] = out.glob("*/*/scenario.resolved.json")
        return runs_text(done.stdout), resolved.read_bytes(), resolved

    def test_resolved_scenario_runs_alike(self):
        smoke = ROOT / "scenarios" / "smoke"
        # A topology from a file and random placement; defaults of everything and generated jobs; a
        # trace; several GPUs per host.
        for number, (scenario, *arguments) in enumerate((
            (FIGURE_2,),
            (smoke / "two-jobs.json",),
            (smoke / "two-jobs.json", "--fabric", "packet", "--seed", "3"),
            (smoke / "many-jobs.json",),
            (smoke / "many-jobs.json", "--scheduler", "edf"),
            (smoke / "coflow-trace.json",),
            (smoke / "three-d.json",),
            (smoke / "two-jobs.json", "--set", "/topology/oversubscription=4", "--set",
             '/topology/uplink={"delay": "1us"}'),
        )):
            with self.subTest(scenario=scenario.name, arguments=arguments):
                folder = self.folder / str(number)
                *first, path = self.results_of(folder / "a", scenario, *arguments)
                *again, _ = self.results_of(folder / "b", path)
                self.assertEqual(first[0], again[0])
                self.assertEqual(first[1], again[1])

    def test_resolved_scenario_spells_out_topology_and_routing(self):
        scenario = self.write("plain.json", {
            "schema": "echelon/scenario/1",
            "name": "plain",
            "topology": {"kind": "leaf-spine", "leaves": 2, "spines": 2, "hosts_per_leaf": 4,
                         "host_link": {"rate": "100Gbps"}, "oversubscription": 2},
            "jobs": [{"name": "a", "workload": {"kind": "collective", "ranks": 8, "bytes": "1MB"}}],
            "schedulers": ["fair"],
        })
        first, _, path = self.results_of(self.folder / "a", scenario)
        resolved = load(path)
        self.assertEqual(resolved["routing"], "ecmp")
        self.assertEqual(resolved["topology"], {
            "kind": "leaf-spine", "leaves": 2, "spines": 2, "hosts_per_leaf": 4,
            "gpus_per_host": 1, "interfaces_per_host": 1,
            "host_link": {"rate": "100Gbps", "delay": "0s"},
            "uplink": {"delay": "0s"}, "oversubscription": 2,
        })
        for value in (resolved, resolved["topology"], resolved["topology"]["host_link"]):
            self.assertEqual(list(value), sorted(value))
        again, _, _ = self.results_of(self.folder / "b", path)
        self.assertEqual(first, again)

    def test_second_run_replaces_the_first(self):
        for _ in range(2):
            self.run_ok("run", FIGURE_2, "--quiet", "--out", self.folder)
        self.assertEqual(len(list((self.folder / "echelonflow-fig2").iterdir())), 1)

    def test_folders_are_as_open_as_the_mask_lets_them(self):
        for mask, mode in ((0o022, 0o755), (0o077, 0o700), (0o002, 0o775)):
            out = self.folder / f"{mask:o}"
            done = subprocess.run(
                [BINARY, "run", FIGURE_2, "--quiet", "--out", out], capture_output=True, text=True, umask=mask, timeout=60
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            [results] = out.glob("*/*")
            for folder in (results, results.parent, out):
                self.assertEqual(folder.stat().st_mode & 0o777, mode)

    def test_out_that_cannot_be_written(self):
        file = self.write("file", "")
        done = echelon("run", FIGURE_2, "--out", file / "below")
        self.assertEqual(done.returncode, 64)
        self.assert_one_line(done.stderr)


class DeterminismTest(CliTestCase):
    def test_same_scenario_twice(self):
        scenario = ROOT / "scenarios" / "smoke" / "two-jobs.json"
        for fabric in ("fluid", "packet"):
            texts = []
            files = []
            for attempt in ("a", "b"):
                out = self.folder / fabric / attempt
                done = self.run_ok("run", scenario, "--json", "--fabric", fabric, "--out", out)
                texts.append(runs_text(done.stdout))
                [results] = out.glob("*/*")
                names = sorted(RESULT_FILES - {"manifest.json", "summary.json"})
                files.append([(results / name).read_bytes() for name in names])
            self.assertEqual(texts[0], texts[1])
            self.assertEqual(files[0], files[1])

    def test_shuffled_input(self):
        texts = set()
        for seed in range(4):
            path = self.write(f"{seed}.json", shuffled_flows(seed))
            done = self.run_ok("run", path, "--json", "--out", self.folder / "out")
            texts.add(runs_text(done.stdout))
        self.assertEqual(len(texts), 1)


class FilesTest(CliTestCase):
    def files_of(self, *arguments):
        out = self.folder / "-".join(map(str, arguments))
        done = self.run_ok("run", FIGURE_2, "--json", "--out", out, *arguments)
        [results] = out.glob("*/*")
        files = {path.name: path.read_bytes() for path in results.iterdir()}
        files["summary.json"] = runs_text(done.stdout)
        files.pop("manifest.json")
        return files

    def test_files_are_those_of_a_full_run(self):
        full = self.files_of()
        self.assertEqual(set(full), RESULT_FILES - {"manifest.json"})
        self.assertEqual(self.files_of("--files", "all"), full)
        tables = {name: text for name, text in full.items() if name != "timeline.json"}
        self.assertEqual(self.files_of("--files", "tables"), tables)
        few = {name: full[name] for name in ("summary.json", "scenario.resolved.json")}
        self.assertEqual(self.files_of("--files", "summary"), few)

    def test_fewer_files_replace_more(self):
        for choice in ("all", "summary"):
            self.run_ok("run", FIGURE_2, "--quiet", "--files", choice, "--out", self.folder)
        [results] = (self.folder / "echelonflow-fig2").iterdir()
        self.assertEqual(
            {path.name for path in results.iterdir()},
            {"summary.json", "manifest.json", "scenario.resolved.json"},
        )


class LinkSeriesTest(CliTestCase):
    def test_adds_up_to_the_bytes_of_links(self):
        scenario = ROOT / "scenarios" / "smoke" / "two-jobs.json"
        for fabric in ("fluid", "packet"):
            out = self.folder / fabric
            self.run_ok("run", scenario, "--quiet", "--fabric", fabric, "--out", out)
            [results] = out.glob("*/*")
            carried = {}
            rounding = {}
            queues = set()
            starts = []
            with open(results / "link_series.csv", newline="") as file:
                for row in csv.DictReader(file):
                    link = (row["run"], row["link"])
                    bits = float(row["rate_bps"]) * float(row["duration_s"])
                    carried[link] = carried.get(link, 0) + bits / 8
                    # A rate changes at a whole picosecond, when a flow ends at most 2 ps later or earlier.
                    rounding[link] = rounding.get(link, 0) + 2e-12 * float(row["rate_bps"]) / 8
                    queues.add(int(row["queue_bytes"]))
                    starts.append((int(row["run"]), int(row["link"]), float(row["start_s"])))
            self.assertEqual(starts, sorted(starts))
            with open(results / "links.csv", newline="") as file:
                for row in csv.DictReader(file):
                    size = int(row["bytes"])
                    link = (row["run"], row["link"])
                    found = carried.get(link, 0)
                    self.assertAlmostEqual(found, size, delta=1e-9 * size + rounding.get(link, 0))
            # The fluid fabric has no queues.
            self.assertEqual(queues == {0}, fabric == "fluid")


class LargeOutputTest(CliTestCase):
    def test_timeline_is_bounded(self):
        flows = [
            {"release": f"{i}us", "source": i % 8, "destination": 8 + i % 8, "bytes": 1000 + i % 7}
            for i in range(160000)
        ]
        scenario = self.write("many.json", {
            "schema": "echelon/scenario/1",
            "name": "many",
            "topology": str(ROOT / "topologies" / "big-switch-16.json"),
            "jobs": [{"name": "a", "workload": {"kind": "flows", "flows": flows}}],
            "schedulers": ["fair", "fifo"],
        })
        self.run_ok("run", scenario, "--quiet", "--out", self.folder / "out")
        [results] = (self.folder / "out").glob("*/*")
        timeline = load(results / "timeline.json")
        events = [event for event in timeline["traceEvents"] if event["ph"] != "M"]
        metadata = timeline["metadata"]
        self.assertEqual(len(events), metadata["events_kept"])
        self.assertLessEqual(len(events), 300000)
        slices = sum(event.get("cat") == "flow" for event in events)
        self.assertEqual(slices + metadata["slices_left_out"], 320000)
        with open(results / "flows.csv") as file:
            self.assertEqual(sum(1 for _ in file), 320001)


if __name__ == "__main__":
    unittest.main()
