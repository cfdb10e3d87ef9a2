# SPDX-License-Identifier: GPL-2.0-only
"""echelon run: table, results, options, exit codes, interruption."""

import csv
import glob
import json
import os
import pathlib
import pty
import random
import resource
import shutil
import signal
import subprocess
import time
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

# Long on the packet fabric: 40 GB in segments of 4 KiB.
LONG = {
    "schema": "echelon/scenario/1",
    "name": "long",
    "topology": {"kind": "big-switch", "hosts": 2, "host_link": {"rate": "100Gbps"}},
    "fabric": {"kind": "packet"},
    "jobs": [
        {
            "name": "a",
            "workload": {
                "kind": "flows",
                "flows": [{"source": 0, "destination": 1, "bytes": "400GB"}],
            },
        }
    ],
    "schedulers": ["fair", "fifo", "srpt"],
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


class TableTest(CliTestCase):
    def test_one_row_per_scheduler_and_the_best(self):
        out = self.run_ok("run", FIGURE_2, "--out", "results", cwd=self.folder).stdout
        rows = [line.split() for line in out.splitlines() if line]
        self.assertEqual([row[0] for row in rows[2:5]], ["fair", "sebf", "echelon"])
        self.assertEqual([row[1] for row in rows[2:5]], ["8.500", "10.00", "8.000"])
        self.assertIn("best: echelon, makespan 5.9 % below fair", out)

    def best(self, jobs, schedulers):
        scenario = self.write(
            "s.json",
            {
                "schema": "echelon/scenario/1",
                "name": "s",
                "topology": {"kind": "big-switch", "hosts": 4, "host_link": {"rate": "8Gbps"}},
                "jobs": jobs,
                "schedulers": schedulers,
            },
        )
        return self.run_ok("run", scenario, "--out", self.folder / "out").stdout.splitlines()[-2]

    def flows(self, name, *flows, arrival="0s"):
        keys = ("source", "destination", "bytes", "release")
        listed = [dict(zip(keys, flow)) for flow in flows]
        return {"name": name, "arrival": arrival, "workload": {"kind": "flows", "flows": listed}}

    # Two flows of different ports: no scheduler can tell them apart, but for rounding.
    def test_ties_are_no_wins(self):
        jobs = [self.flows("a", (0, 2, 1_000_003)), self.flows("b", (1, 3, 7))]
        self.assertEqual(
            self.best(jobs, ["fair", "sebf", "fifo"]), "best: all alike, makespans differ by less than 0.05 %"
        )

    # One receiver of 1 GB/s. "long" brings 3 GB at 0 s for GPU 3, and what GPU 0 then sends on, 2 GB, waits for it;
    # "short" brings 1 GB at 1 s for GPU 3. fifo: long 3 s + 2 s = 5 s, short 3 s to 4 s. fair: from 1 s on they share,
    # so short ends at 3 s, and long's first at 4 s, all at 6 s: the makespan is 16.7 % below, and short takes 3 s for 2 s.
    def test_a_job_that_loses_is_named(self):
        tasks = [
            {"id": "t1", "kind": "flow", "group": "x", "source": 0, "destination": 3, "bytes": "3GB"},
            {"id": "t2", "kind": "flow", "group": "y", "source": 0, "destination": 2, "bytes": "2GB", "after": ["t1"]},
        ]
        jobs = [
            {"name": "long", "workload": {"kind": "tasks", "tasks": tasks}},
            self.flows("short", (1, 3, "1GB"), arrival="1s"),
        ]
        self.assertEqual(
            self.best(jobs, ["fair", "fifo"]),
            "best: fifo, makespan 16.7 % below fair; but iterations of short take 50.0 % longer",
        )
        # Named first or not, the winner is compared with one that is worse.
        self.assertTrue(self.best(jobs, ["fifo", "fair"]).startswith("best: fifo, makespan 16.7 % below fair; but"))

    def test_quiet_prints_nothing(self):
        done = self.run_ok("run", FIGURE_2, "--quiet", "--out", self.folder)
        self.assertEqual((done.stdout, done.stderr), ("", ""))


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


class OptionsTest(CliTestCase):
    def test_set_reaches_into_a_named_file(self):
        scenario = ROOT / "scenarios" / "smoke" / "send-recv.json"
        # 16 MB at 50 Gb/s and 1 us.
        summary = self.summary(scenario, "--set", "/topology/host_link/rate=50Gbps")
        self.assertAlmostEqual(summary["runs"][0]["makespan_s"], 2.561e-3, delta=1e-12)

    def test_set_json_and_append(self):
        summary = self.summary(FIGURE_2, "--set", '/schedulers=["edf"]',
                               "--set", "/schedulers/-=fifo")
        self.assertEqual([run["scheduler"] for run in summary["runs"]], ["edf", "fifo"])

    def test_set_errors(self):
        for assignment in ("seed=1", "/seed", "/jobs/7/name=a", "/seed/x=1", "/sede=1"):
            with self.subTest(assignment):
                done = echelon("run", FIGURE_2, "--set", assignment, cwd=self.folder)
                self.assertEqual(done.returncode, 65)
                self.assert_one_line(done.stderr)
                self.assertEqual(list(self.folder.iterdir()), [])

    def test_schedulers_fabric_and_seed(self):
        summary = self.summary(FIGURE_2, "--scheduler", "echelon", "--scheduler", "srpt",
                               "--fabric", "packet", "--seed", 9)
        self.assertEqual([run["scheduler"] for run in summary["runs"]], ["echelon", "srpt"])
        self.assertEqual({run["fabric"] for run in summary["runs"]}, {"packet"})
        self.assertEqual({run["seed"] for run in summary["runs"]}, {9})

    def test_labels(self):
        schedulers = [{"name": "fair"}, {"name": "fair", "label": "slow", "control_delay": "1s"}]
        summary = self.summary(FIGURE_2, "--set", f"/schedulers={json.dumps(schedulers)}")
        self.assertEqual([run["scheduler"] for run in summary["runs"]], ["fair", "slow"])
        self.assertGreater(summary["runs"][1]["makespan_s"], summary["runs"][0]["makespan_s"])


class JobsTest(CliTestCase):
    def test_same_output_whatever_the_number(self):
        scenario = ROOT / "scenarios" / "smoke" / "two-jobs.json"
        outcomes = []
        for jobs in (1, 2, 5):
            out = self.folder / str(jobs)
            done = self.run_ok("run", scenario, "--json", "--jobs", jobs, "--out", out)
            self.assertEqual(done.stderr, "")
            [results] = out.glob("*/*")
            files = {path.name: path.read_bytes() for path in results.iterdir()}
            self.assertEqual(files.pop("summary.json").decode(), done.stdout)
            manifest = json.loads(files.pop("manifest.json"))
            self.assertIn(str(jobs), manifest.pop("command"))
            outcomes.append((runs_text(done.stdout), manifest, files))
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertEqual(outcomes[0], outcomes[2])

    def test_same_table_whatever_the_number(self):
        tables = []
        for jobs in (1, 2, 5):
            done = self.run_ok("run", FIGURE_2, "--jobs", jobs, "--out", "out", cwd=self.folder)
            # The last column is the wall-clock time.
            tables.append([
                line[: -len("0.00 s")] if line.endswith(" s") else line
                for line in done.stdout.splitlines()
            ])
        self.assertEqual(tables[0], tables[1])
        self.assertEqual(tables[0], tables[2])

    def test_one_after_the_other(self):
        scenario = self.write("long.json", LONG)
        with subprocess.Popen(
            [BINARY, "run", scenario, "--jobs", "1", "--out", self.folder / "out"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            while not list(self.folder.glob("out/long/.*")):
                time.sleep(0.01)
            time.sleep(0.2)
            tasks = pathlib.Path("/proc") / str(process.pid) / "task"
            children = (tasks / str(process.pid) / "children").read_text().split()
            process.terminate()
            process.wait(timeout=30)
        self.assertEqual(len(children), 1)


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


class PathTest(CliTestCase):
    def test_a_path_need_not_be_utf_8(self):
        folder = os.fsencode(self.folder) + b"/caf\xe9"
        os.mkdir(folder)
        shutil.copy(FIGURE_2, folder + b"/figure.json")
        command = [os.fsencode(BINARY), b"run", folder + b"/figure.json", b"--quiet", b"--out", folder]
        done = subprocess.run(command, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        [manifest] = glob.glob(folder + b"/*/*/manifest.json")
        with open(manifest, encoding="utf-8") as file:
            self.assertIn("caf\ufffd", json.load(file)["input"])


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


class BadOptionTest(CliTestCase):
    def test_one_line_and_no_results(self):
        for option, value in (
            ("--jobs", "0"),
            ("--jobs", "-1"),
            ("--jobs", "1025"),
            ("--jobs", "two"),
            ("--jobs", "1.5"),
            ("--jobs", "99999999999999999999"),
            ("--jobs", ""),
            ("--files", "some"),
            ("--files", "All"),
            ("--files", ""),
        ):
            with self.subTest(option=option, value=value):
                done = echelon("run", FIGURE_2, f"{option}={value}", cwd=self.folder)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertEqual(list(self.folder.iterdir()), [])


class ExpectTest(CliTestCase):
    def test_failure_is_exit_1_with_results(self):
        done = echelon("run", FIGURE_2, "--out", self.folder, "--quiet",
                       "--set", '/expect={"/runs/fair/makespan_s": {"value": 8.6, "rel": 1e-3}}')
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr)
        self.assertIn("/runs/fair/makespan_s is 8.5, expected 8.6", done.stderr)
        self.assertEqual(len(list(self.folder.glob("*/*/summary.json"))), 1)

    def test_figure_that_will_not_be_there(self):
        for command in (["run", "--out", "out"], ["check"]):
            for pointer, problem in (
                ("/runs/7/makespan_s", "there is no scheduler 7 (from 0 to 2 is possible)"),
                ("/runs/fair/flows/fct_mean", 'did you mean "fct_mean_s"?'),
            ):
                with self.subTest(command=command[0], pointer=pointer):
                    done = echelon(*command, FIGURE_2, "--set", f'/expect={{"{pointer}": {{"min": 0}}}}',
                                   cwd=self.folder)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertEqual(done.stdout, "")
                    self.assert_one_line(done.stderr)
                    place = "/expect/" + pointer.replace("/", "~1")
                    self.assertTrue(done.stderr.startswith(f"{FIGURE_2}: {place}: "), done.stderr)
                    self.assertIn(problem, done.stderr)
                    self.assertEqual(list(self.folder.iterdir()), [])

    def test_other_schedulers_are_not_held_to_it(self):
        done = self.run_ok("run", FIGURE_2, "--scheduler", "srpt", "--out", self.folder)
        self.assertIn("not checked", done.stderr)
        [resolved] = self.folder.glob("*/*/scenario.resolved.json")
        self.assertNotIn("expect", load(resolved))
        self.run_ok("check", FIGURE_2, "--set", '/schedulers=["srpt"]')

    def test_changed_scenario_is_not_held_to_it(self):
        done = self.run_ok("run", FIGURE_2, "--seed", 3, "--out", self.folder)
        self.assertIn("not checked", done.stderr)


class InterruptTest(CliTestCase):
    def interrupt(self, number):
        scenario = self.write("long.json", LONG)
        with subprocess.Popen(
            [BINARY, "run", scenario, "--out", self.folder / "out"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            while not list(self.folder.glob("out/long/.*")):
                time.sleep(0.01)
            time.sleep(0.1)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
        return process.returncode, errors.decode()

    def test_nothing_is_left(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            code, errors = self.interrupt(number)
            self.assertEqual(code, 75, errors)
            self.assert_one_line(errors)
            self.assertEqual([path.name for path in self.folder.iterdir()], ["long.json"])

    def test_a_closed_pipe_is_an_interruption(self):
        # The table goes to a reader that is gone before the first row.
        scenario = self.write("long.json", LONG)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [BINARY, "run", scenario, "--fabric", "fluid", "--out", self.folder / "out"],
            stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
        os.close(writer)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assert_one_line(done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["long.json"])

    def test_the_next_run_removes_what_killed_ones_left(self):
        scenario = self.write("long.json", LONG)

        def killed():
            with subprocess.Popen([BINARY, "run", scenario, "--quiet", "--out", self.folder / "out"]) as process:
                while not list(self.folder.glob("out/long/.*/part-*")) and process.poll() is None:
                    time.sleep(0.01)
                process.kill()

        def hidden():
            return [path.name for path in self.folder.glob("out/long/.*")]

        killed()
        [left] = hidden()
        with subprocess.Popen([BINARY, "run", scenario, "--quiet", "--out", self.folder / "out"]) as alive:
            while left in hidden():
                time.sleep(0.01)
            self.assertLessEqual(len(hidden()), 1)
            # The folder of a run that lives stays.
            self.run_ok("run", scenario, "--quiet", "--fabric", "fluid", "--out", self.folder / "out")
            self.assertEqual(len(hidden()), 1)
            alive.terminate()
        self.assertEqual(hidden(), [])

    def test_progress_on_a_terminal(self):
        scenario = self.write("long.json", LONG)
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        with subprocess.Popen(
            [BINARY, "run", scenario, "--out", self.folder / "out"],
            stdout=subprocess.DEVNULL,
            stderr=slave,
        ) as process:
            os.close(slave)
            shown = ""
            while "done" not in shown:
                shown += os.read(master, 4096).decode()
            process.terminate()
            process.wait(timeout=30)
        self.assertIn("running: fair", shown)
        self.assertIn("0 of 3 done", shown)


class FullDiskTest(CliTestCase):
    def test_what_a_process_cannot_write_is_told(self):
        # The limit of a file's size stands for a full disk: whatever is written fails, the child's word about it too.
        def limited(size):
            def prepare():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            return prepare

        for size in (0, 1, 100, 1000):
            with self.subTest(size=size):
                done = subprocess.run(
                    [BINARY, "run", FIGURE_2, "--quiet", "--out", self.folder / "out"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=limited(size), timeout=60,
                )  # fmt: skip
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertRegex(done.stderr, r"^echelon: .*/out/.*: cannot be written: File too large$")
                self.assertEqual(list(self.folder.iterdir()), [])


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
