# SPDX-License-Identifier: GPL-2.0-only
"""timeline.json against the rules of the Chrome trace format and against the tables."""

import collections
import concurrent.futures
import csv
import os
import re
import unittest

from _echelon import FIGURE_2, ROOT, CliTestCase, echelon, load

SMOKE = sorted((ROOT / "scenarios" / "smoke").glob("*.json"))
LIMIT = 300000

# The keys of an event by its phase: all of them, and no others.
KEYS = {
    "X": {"ph", "pid", "tid", "ts", "dur", "cat", "name", "args"},
    "i": {"ph", "pid", "tid", "ts", "s", "cat", "name"},
    "s": {"ph", "pid", "tid", "ts", "id", "cat", "name"},
    "f": {"ph", "pid", "tid", "ts", "id", "cat", "name", "bp"},
    "C": {"ph", "pid", "ts", "name", "args"},
}
ARGS = {
    "compute": {"job", "iteration"},
    "flow": {"job", "iteration", "bytes", "to", "ideal_finish_s", "tardiness_s"},
    "echelonflow": {"job", "iteration", "group", "shape", "flows", "bytes", "tardiness_s"},
}
COUNTS = (
    "events_kept",
    "slices_left_out",
    "alike_slices_left_out",
    "echelonflows_left_out",
    "arrows_left_out",
    "counters_left_out",
)
TIME = re.compile(r'"(ts|dur)":(-?[0-9.eE+-]+)')
THREE_DECIMALS = re.compile(r"(0|[1-9][0-9]*)\.[0-9]{3}")


def nanoseconds(event, key="ts"):
    return round(event[key] * 1000)


def end(event):
    return nanoseconds(event) + nanoseconds(event, "dur")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Timeline:
    """timeline.json and what the tests ask of it."""

    def __init__(self, path):
        self.text = path.read_text(encoding="utf-8")
        self.document = load(path)
        self.metadata = self.document["metadata"]
        self.events = self.document["traceEvents"]
        self.by_phase = collections.defaultdict(list)
        for event in self.events:
            self.by_phase[event["ph"]].append(event)
        self.slices = self.by_phase["X"]
        self.processes = {
            event["pid"]: event["args"]
            for event in self.by_phase["M"]
            if event["name"] == "process_name"
        }

    def of(self, category):
        return [event for event in self.slices if event["cat"] == category]

    def arrows(self):
        """Pairs of slices, from and to."""
        tracks = collections.defaultdict(list)
        for event in self.slices:
            tracks[event["pid"], event["tid"]].append(event)
        ends = {event["id"]: event for event in self.by_phase["f"]}
        return [
            (self._around(tracks, event), self._around(tracks, ends[event["id"]]))
            for event in self.by_phase["s"]
        ]

    @staticmethod
    def _around(tracks, event):
        time = nanoseconds(event)
        [found] = [
            other
            for other in tracks[event["pid"], event["tid"]]
            if nanoseconds(other) <= time < end(other)
        ]
        return found


class TimelineTestCase(CliTestCase):
    def timeline(self, scenario, *arguments, out="out"):
        out = self.folder / out
        self.run_ok("run", scenario, "--quiet", "--out", out, *arguments)
        [results] = out.glob("*/*")
        return Timeline(results / "timeline.json"), results

    def check_rules(self, timeline):
        self.check_events(timeline)
        self.check_names(timeline)
        self.check_nesting(timeline)
        self.check_arrows(timeline)

    def check_events(self, timeline):
        self.assertEqual(timeline.metadata["schema"], "echelon/timeline/2")
        for event in timeline.events:
            if event["ph"] != "M":
                self.assertEqual(set(event), KEYS[event["ph"]], event)
            if event["ph"] == "X":
                self.assertEqual(set(event["args"]), ARGS[event["cat"]], event)
            if event["ph"] == "i":
                self.assertEqual(event["s"], "t", event)
            if event["ph"] != "C" and event.get("name") not in ("process_name", "process_sort_index"):
                self.assertGreaterEqual(event["tid"], 1, event)
        for _, number in TIME.findall(timeline.text):
            self.assertRegex(number, rf"^{THREE_DECIMALS.pattern}$")
        kept = sum(event["ph"] != "M" for event in timeline.events)
        self.assertEqual(kept, timeline.metadata["events_kept"])
        self.assertLessEqual(kept, LIMIT)
        for name in COUNTS:
            self.assertGreaterEqual(timeline.metadata[name], 0)

    def check_names(self, timeline):
        """Each process and track in use has one name, and each process a place."""
        named = collections.Counter(
            (event["name"], event["pid"], event.get("tid")) for event in timeline.by_phase["M"]
        )
        self.assertEqual(set(named.values()), {1})
        self.assertEqual(len({args["name"] for args in timeline.processes.values()}), len(timeline.processes))
        for event in timeline.events:
            pid = event["pid"]
            self.assertIn(("process_name", pid, None), named)
            self.assertIn(("process_sort_index", pid, None), named)
            if event["ph"] in "Xisf":
                self.assertIn(("thread_name", pid, event["tid"]), named)

    def check_nesting(self, timeline):
        """Slices of a track follow one another: none overlaps, none lies inside another."""
        tracks = collections.defaultdict(list)
        for event in timeline.slices:
            tracks[event["pid"], event["tid"]].append((nanoseconds(event), end(event)))
        for track, slices in tracks.items():
            slices.sort()
            for (_, last), (start, _) in zip(slices, slices[1:]):
                self.assertLessEqual(last, start, track)

    def check_arrows(self, timeline):
        starts, ends = timeline.by_phase["s"], timeline.by_phase["f"]
        ids = [event["id"] for event in starts]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(sorted(ids), sorted(event["id"] for event in ends))
        at = {event["id"]: nanoseconds(event) for event in starts}
        for event in ends:
            self.assertEqual(event["bp"], "e")
            self.assertLessEqual(at[event["id"]], nanoseconds(event))
        for source, target in timeline.arrows():
            self.assertIn("flow", (source["cat"], target["cat"]))
            self.assertNotIn("echelonflow", (source["cat"], target["cat"]))
            for key in ("job", "iteration"):
                self.assertEqual(source["args"][key], target["args"][key])
            self.assertLessEqual(nanoseconds(source), nanoseconds(target))
            self.assertEqual(
                timeline.processes[source["pid"]]["run"], timeline.processes[target["pid"]]["run"]
            )

    def check_tables(self, timeline, results):
        """Where nothing is left out, the flows and EchelonFlows are those of the tables."""
        if any(timeline.metadata[name] for name in COUNTS[1:]):
            return
        self.assertEqual(len(timeline.of("flow")), len(rows(results / "flows.csv")))
        bars = {
            (timeline.processes[bar["pid"]]["run"], bar["args"]["group"]): bar
            for bar in timeline.of("echelonflow")
        }
        groups = rows(results / "groups.csv")
        self.assertEqual(len(bars), len(groups))
        for group in groups:
            bar = bars[int(group["run"]), int(group["group"])]
            self.assertEqual(bar["name"], group["name"])
            for key in ("job", "shape"):
                self.assertEqual(bar["args"][key], group[key])
            for key in ("iteration", "flows", "bytes"):
                self.assertEqual(bar["args"][key], int(group[key]))
            self.assertAlmostEqual(bar["args"]["tardiness_s"], float(group["tardiness_s"]), delta=1e-12)
            self.assertAlmostEqual(bar["ts"] * 1e-6, float(group["reference_s"]), delta=1.1e-9)
            self.assertAlmostEqual(end(bar) * 1e-9, float(group["finish_s"]), delta=1.1e-9)


class SmokeTest(TimelineTestCase):
    def test_every_smoke_scenario(self):
        def run(scenario):
            return scenario, *self.timeline(scenario, out=scenario.stem)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for scenario, timeline, results in pool.map(run, SMOKE):
                with self.subTest(scenario=scenario.stem):
                    self.check_rules(timeline)
                    self.check_tables(timeline, results)
                    self.assertTrue(timeline.of("echelonflow"))


class ArrowTest(TimelineTestCase):
    def names(self, timeline, run=0):
        """The arrows of a run as (name, name), flows with the GPUs that they lead from and to."""

        def name(event):
            gpu = timeline.processes[event["pid"]]["gpu"]
            return f"{gpu}->{event['args']['to']}" if event["cat"] == "flow" else event["name"]

        return sorted(
            (name(source), name(target))
            for source, target in timeline.arrows()
            if timeline.processes[source["pid"]]["run"] == run
        )

    def test_figure_2(self):
        """Each flow leads from its micro-batch on GPU 0 to the same one on GPU 1."""
        timeline, _ = self.timeline(FIGURE_2)
        self.check_rules(timeline)
        for run in range(3):
            self.assertEqual(
                self.names(timeline, run),
                [("0->1", "G0"), ("0->1", "G1"), ("0->1", "G2"), ("F0", "0->1"), ("F1", "0->1"), ("F2", "0->1")],
            )
        # Of the reference time 1 s and T = 1 s: the ideal finishes of positions 0, 1 and 2.
        [bar, *_] = timeline.of("echelonflow")
        self.assertEqual(bar["ts"], 1e6)
        self.assertEqual(bar["args"]["shape"], "pipeline")
        self.assertEqual(
            [(mark["name"], mark["ts"]) for mark in timeline.by_phase["i"] if mark["pid"] == bar["pid"]],
            [("ideal finish 0", 1e6), ("ideal finish 1", 2e6), ("ideal finish 2", 3e6)],
        )

    def exchange(self, b):
        """GPUs 0 and 1 compute a for 1 s and b, meet at a barrier, and send each other 1 GB at 1 GB/s. When both have
        arrived, and a second after, GPU 0 computes c and GPU 1 d."""
        after = {"f": ["met"], "g": ["met"], "got": ["f", "g"], "wait": ["got"], "c": ["wait"], "d": ["wait"]}
        tasks = [
            {"id": "a", "kind": "compute", "device": 0, "duration": "1s"},
            {"id": "b", "kind": "compute", "device": 1, "duration": b},
            {"id": "met", "kind": "barrier", "after": ["a", "b"]},
            {"id": "f", "kind": "flow", "group": "x", "source": 0, "destination": 1, "bytes": "1GB"},
            {"id": "g", "kind": "flow", "group": "x", "source": 1, "destination": 0, "bytes": "1GB"},
            {"id": "got", "kind": "barrier"},
            {"id": "wait", "kind": "delay", "duration": "1s"},
            {"id": "c", "kind": "compute", "device": 0, "duration": "1s"},
            {"id": "d", "kind": "compute", "device": 1, "duration": "1s"},
        ]
        for task in tasks:
            if task["id"] in after:
                task["after"] = after[task["id"]]
        return self.write("exchange.json", {
            "schema": "echelon/scenario/1",
            "name": "exchange",
            "topology": {"kind": "big-switch", "hosts": 2, "host_link": {"rate": "8Gbps", "delay": "0s"}},
            "jobs": [{
                "name": "a",
                "iterations": 2,
                "workload": {
                    "schema": "echelon/workload/1", "kind": "tasks", "groups": [{"name": "x"}], "tasks": tasks,
                },
            }],
            "schedulers": ["fair"],
        })

    def test_arrows_pass_barriers_and_delays(self):
        """From the computation that both waited for to what computes where they arrive, in each iteration."""
        for b, last in (("0.5s", "a"), ("1.5s", "b")):
            with self.subTest(b=b):
                timeline, _ = self.timeline(self.exchange(b), out=b)
                self.check_rules(timeline)
                self.assertEqual(
                    self.names(timeline),
                    2 * [("0->1", "d")] + 2 * [("1->0", "c")] + 2 * [(last, "0->1")] + 2 * [(last, "1->0")],
                )

    def test_the_order_of_after_changes_no_arrow(self):
        """t takes no time, so f and t end at once, and h may be led to from either: the tasks decide, and not the list."""
        files = []
        for order in (["t", "f"], ["f", "t"]):
            tasks = [
                {"id": "f", "kind": "flow", "group": "x", "source": 0, "destination": 1, "bytes": "1MB"},
                {"id": "t", "kind": "compute", "device": 1, "duration": "0s", "after": ["f"]},
                {"id": "h", "kind": "flow", "group": "x", "source": 0, "destination": 2, "bytes": "1KB", "after": order},
            ]
            scenario = self.write("after.json", {
                "schema": "echelon/scenario/1",
                "name": "after",
                "topology": {"kind": "big-switch", "hosts": 3, "host_link": {"rate": "10Gbps"}},
                "jobs": [{"name": "a", "workload": {"kind": "tasks", "tasks": tasks}}],
                "schedulers": ["fair"],
            })
            timeline, _ = self.timeline(scenario, out="".join(order))
            files.append(timeline.text)
        self.assertEqual(files[0], files[1])

    def test_steps_of_a_ring(self):
        """Each step but the first sends on what has just arrived."""
        timeline, _ = self.timeline(ROOT / "scenarios" / "smoke" / "all-reduce-ring-step.json", "--scheduler", "fair")
        steps = [(a, b) for a, b in timeline.arrows() if a["cat"] == b["cat"] == "flow"]
        self.assertTrue(steps)
        for source, target in steps:
            self.assertEqual(source["args"]["to"], timeline.processes[target["pid"]]["gpu"])
            self.assertLessEqual(end(source), nanoseconds(target))


class SelectionTest(TimelineTestCase):
    def test_window(self):
        """Figure 2: of [1.5, 2.5] s what overlaps it, in full."""
        all_of, _ = self.timeline(FIGURE_2, out="all")
        part, _ = self.timeline(FIGURE_2, "--timeline-window", "1.5:2.5", out="part")
        self.check_rules(part)
        self.assertEqual(part.metadata["window_s"], [1.5, 2.5])

        def key(event):
            return event["pid"], event["ts"], event["dur"], event["name"]

        overlapping = [e for e in all_of.slices if e["ts"] < 2.5e6 and e["ts"] + e["dur"] > 1.5e6]
        self.assertEqual(sorted(map(key, part.slices)), sorted(map(key, overlapping)))
        self.assertLess(len(part.slices), len(all_of.slices))
        for rate in part.by_phase["C"]:
            self.assertTrue(1.5e6 <= rate["ts"] < 2.5e6, rate)
        # The link carries the first flow's bytes when the window opens.
        opening = [rate for rate in part.by_phase["C"] if rate["ts"] == 1.5e6]
        self.assertTrue(opening)
        for rate in opening:
            self.assertGreater(rate["args"]["Gb/s"], 0)

    def test_top(self):
        scenario = ROOT / "scenarios" / "smoke" / "three-d.json"
        all_of, results = self.timeline(scenario, out="all")
        part, _ = self.timeline(scenario, "--timeline-top", "2", out="part")
        self.check_rules(part)
        self.assertEqual(part.metadata["top"], 2)
        groups = rows(results / "groups.csv")
        flows = rows(results / "flows.csv")
        runs = {row["run"] for row in groups}
        expected = set()
        for run in runs:
            own = [row for row in groups if row["run"] == run]
            own.sort(key=lambda row: (-float(row["tardiness_s"]), int(row["group"])))
            expected |= {(int(run), int(row["group"])) for row in own[:2]}
        shown = {
            (part.processes[bar["pid"]]["run"], bar["args"]["group"]) for bar in part.of("echelonflow")
        }
        self.assertEqual(shown, expected)
        count = sum((int(row["run"]), int(row["group"])) in expected for row in flows)
        self.assertEqual(len(part.of("flow")), count)
        self.assertLess(len(part.of("compute")), len(all_of.of("compute")))
        self.assertTrue(part.of("compute"))

    def test_options_without_a_timeline(self):
        done = echelon("run", FIGURE_2, "--files", "tables", "--timeline-top", "1", "--out", self.folder / "out")
        self.assertEqual(done.returncode, 64)
        self.assert_one_line(done.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_bad_options(self):
        for option, value, reason in (
            ("--timeline-window", "1", "FROM:TO"),
            ("--timeline-window", "2:1", "ends before"),
            ("--timeline-window", "1:1", "ends before"),
            ("--timeline-window", "-1:1", "from 0"),
            ("--timeline-window", "0:inf", "from 0"),
            ("--timeline-window", "0:nan", "from 0"),
            ("--timeline-window", "0:1s", "from 0"),
            ("--timeline-window", "0:1:2", "from 0"),
            ("--timeline-window", "0:1e7", "from 0"),
            ("--timeline-top", "0", "0"),
            ("--timeline-top", "x", "x"),
            ("--timeline-top", "-3", "-3"),
            ("--timeline-top", "1.5", "1.5"),
        ):
            with self.subTest(option=option, value=value):
                done = echelon("run", FIGURE_2, f"{option}={value}", "--out", self.folder / "out")
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertIn(option, done.stderr)
                self.assertIn(reason, done.stderr)
                self.assertFalse((self.folder / "out").exists())


class LimitTest(TimelineTestCase):
    def test_a_run_beyond_the_limit(self):
        """This run under one scheduler has more slices than fit, its arrows do."""
        scenario = ROOT / "scenarios" / "sweep" / "llama2-70b-beside-fsdp.json"
        timeline, _ = self.timeline(scenario, "--scheduler", "fair")
        self.check_rules(timeline)
        self.assertGreater(timeline.metadata["alike_slices_left_out"] + timeline.metadata["slices_left_out"], 0)
        self.assertTrue(timeline.by_phase["s"])
        self.assertTrue(timeline.by_phase["i"])


if __name__ == "__main__":
    unittest.main()
