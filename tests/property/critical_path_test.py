# SPDX-License-Identifier: GPL-2.0-only
"""Critical paths and waits of every smoke scenario under each of its schedulers, as written: in integer picoseconds."""

import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from collections import defaultdict

ECHELON = os.environ["ECHELON_BIN"]
SOURCE = pathlib.Path(os.environ["ECHELON_SOURCE_DIR"])
SMOKE = SOURCE / "scenarios" / "smoke"

PACKET = '/fabric={"kind": "packet"}'
QUEUES = '/fabric={"kind": "packet", "enforcement": "queues"}'
ON_PACKETS = ("all-reduce-tree", "all-to-all", "coflows", "fsdp", "many-jobs", "parameter-server", "send-recv", "two-jobs")

TIMES = ("compute_s", "transmission_s", "waiting_s", "delay_s")
OF_KIND = {"compute": {"compute_s"}, "flow": {"transmission_s", "waiting_s"}, "delay": {"delay_s"}, "device": {"delay_s"}}


def picoseconds(text):
    """A time of a CSV file: seconds with exactly 12 decimals."""
    whole, _, decimals = text.lstrip("-").partition(".")
    assert len(decimals) == 12, text
    return (-1 if text.startswith("-") else 1) * int(whole + decimals)


def run(scenario, folder, *options):
    """The one folder of results of a run."""
    command = [ECHELON, "run", str(scenario), "--quiet", "--out", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    (results,) = pathlib.Path(folder).glob("*/*")
    return results


def rows(results, name):
    with open(results / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by(table, *keys):
    grouped = defaultdict(list)
    for row in table:
        grouped[tuple(row[key] for key in keys)].append(row)
    return grouped


class CriticalPath(unittest.TestCase):
    def check(self, results):
        steps = by(rows(results, "critical_path.csv"), "run", "job", "iteration")
        iterations = rows(results, "jobs.csv")
        self.assertEqual({(i["run"], i["job"], i["iteration"]) for i in iterations}, set(steps))
        for iteration in iterations:
            chain = steps[iteration["run"], iteration["job"], iteration["iteration"]]
            self.check_chain(chain, iteration)
        waits = by(rows(results, "waits.csv"), "run", "job", "iteration", "step")
        every = [step for chain in steps.values() for step in chain]
        for step in every:
            self.check_waits(step, waits.pop((step["run"], step["job"], step["iteration"], step["step"]), []))
        self.assertEqual(waits, {})
        self.check_summary(json.loads((results / "summary.json").read_text(encoding="utf-8")), every)
        self.check_names(results, every)

    def check_chain(self, chain, iteration):
        time = picoseconds(iteration["start_s"])
        for number, step in enumerate(chain):
            self.assertEqual(int(step["step"]), number)
            self.assertEqual(picoseconds(step["start_s"]), time)
            time = picoseconds(step["end_s"])
            parts = {name: picoseconds(step[name]) for name in TIMES}
            self.assertEqual(sum(parts.values()), time - picoseconds(step["start_s"]))
            self.assertGreater(sum(parts.values()), 0)
            for name, part in parts.items():
                self.assertTrue(part == 0 or (part > 0 and name in OF_KIND[step["kind"]]), step)
        self.assertEqual(time, picoseconds(iteration["end_s"]))

    def check_waits(self, step, waits):
        self.assertEqual(sum(picoseconds(wait["seconds"]) for wait in waits), picoseconds(step["waiting_s"]), step)
        seconds = [picoseconds(wait["seconds"]) for wait in waits]
        self.assertEqual(seconds, sorted(seconds, reverse=True))
        self.assertTrue(all(time > 0 for time in seconds))
        for wait in waits:
            nobody = wait["blocking_group"] == "-1"
            self.assertEqual(nobody, wait["link"] == "-1")
            self.assertEqual(nobody, (wait["blocking_job"], wait["blocking_iteration"], wait["blocking_name"]) == ("", "-1", "(unattributed)"))

    def check_summary(self, summary, every):
        of_job = by(every, "run", "job")
        for index, figures in enumerate(summary["runs"]):
            for job in figures["jobs"]:
                steps = of_job[str(index), job["name"]]
                for name in TIMES:
                    exact = sum(picoseconds(step[name]) for step in steps)
                    self.assertEqual(job["critical_path"][name], exact / 1e12)
                total = sum(job["iteration_times_s"])
                self.assertAlmostEqual(sum(job["critical_path"].values()), total, delta=1e-9 * total)
        for engine in summary["engine"]:
            self.assertFalse(engine["rate_log_full"])

    def check_names(self, results, every):
        """Flows and groups are rows of the other tables, and agree with them."""
        flows = {(row["run"], row["flow"]): row for row in rows(results, "flows.csv")}
        groups = {(row["run"], row["group"]): row for row in rows(results, "groups.csv")}
        for step in every:
            if step["flow"] != "-1":
                flow = flows[step["run"], step["flow"]]
                self.assertEqual((step["device"], step["to"], step["group"]), (flow["source"], flow["destination"], flow["group"]))
                self.assertEqual(step["start_s"], flow["start_s"])
                self.assertLessEqual(picoseconds(step["end_s"]), picoseconds(flow["finish_s"]))
            if step["group"] != "-1":
                group = groups[step["run"], step["group"]]
                self.assertEqual((step["name"], step["job"], step["iteration"]), (group["name"], group["job"], group["iteration"]))

    def test_every_smoke_scenario_adds_up(self):
        scenarios = sorted(SMOKE.glob("*.json"))
        self.assertGreater(len(scenarios), 20)
        for scenario in scenarios:
            with self.subTest(scenario.stem), tempfile.TemporaryDirectory() as folder:
                self.check(run(scenario, folder))

    def test_they_add_up_on_packets(self):
        for name in ON_PACKETS:
            for fabric in (PACKET, QUEUES):
                with self.subTest(name, fabric=fabric), tempfile.TemporaryDirectory() as folder:
                    self.check(run(SMOKE / f"{name}.json", folder, "--set", fabric, "--set", "/expect={}"))

    def test_a_transfer_alone_waits_for_nobody(self):
        for fabric in ('/fabric={"kind": "fluid"}', PACKET, QUEUES):
            with self.subTest(fabric), tempfile.TemporaryDirectory() as folder:
                results = run(SMOKE / "send-recv.json", folder, "--set", fabric, "--set", "/expect={}")
                for step in rows(results, "critical_path.csv"):
                    self.assertEqual(picoseconds(step["waiting_s"]), 0, step)

    def test_the_order_of_the_jobs_changes_nothing(self):
        for name in ("two-jobs", "coflows", "many-jobs"):
            scenario = json.loads((SMOKE / f"{name}.json").read_text(encoding="utf-8"))
            if name == "two-jobs":
                # Jobs that do not list their GPUs are placed in the order of the file.
                for job, gpus in zip(scenario["jobs"], (["0-7"], ["8-11"])):
                    job["placement"] = gpus
            files = []
            for order in (1, -1):
                jobs = f"/jobs={json.dumps(scenario['jobs'][::order])}"
                with self.subTest(name, order=order), tempfile.TemporaryDirectory() as folder:
                    results = run(SMOKE / f"{name}.json", folder, "--set", jobs, "--set", "/expect={}")
                    files.append([(results / file).read_bytes() for file in ("critical_path.csv", "waits.csv")])
            self.assertEqual(files[0], files[1])

    def test_the_summary_knows_the_path_without_the_tables(self):
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as part:
            scenario = SMOKE / "two-jobs.json"
            tables = run(scenario, whole)
            summary = run(scenario, part, "--files", "summary")
            self.assertFalse((summary / "critical_path.csv").exists())
            documents = [json.loads((results / "summary.json").read_text(encoding="utf-8")) for results in (tables, summary)]
            self.assertEqual(documents[0]["runs"], documents[1]["runs"])


if __name__ == "__main__":
    unittest.main()
