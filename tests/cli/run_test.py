# SPDX-License-Identifier: GPL-2.0-only
"""echelon run: table, options, exit codes, interruption."""

import glob
import itertools
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

from _echelon import BINARY, FIGURE_2, ROOT, CliTestCase, echelon, load, runs_text

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


class EventsTest(CliTestCase):
    # Three flows of 10 MB and one of 3 MB over links that slow down at 1.2 ms, two of them at once, with a decision in
    # force 1 ms later. Until then the agents cut the rates at one link after the other, and what the first cut leaves is
    # what the second is held against: the order at one time shows in the results, so it must not be the file's.
    def test_same_output_in_whatever_order(self):
        ends = ((0, 2, 10_000_000), (0, 3, 10_000_000), (1, 3, 10_000_000), (1, 2, 3_000_000))
        flows = [dict(zip(("source", "destination", "bytes"), end)) for end in ends]
        link = {"rate": "100Gbps"}
        events = [
            {"at": "1200us", "link": "host0->leaf0", "rate": "40Gbps"},
            {"at": "1.2ms", "link": "leaf0->spine0", "rate": "90Gbps"},
            {"at": "3ms", "link": "host0->leaf0", "rate": "100Gbps"},
            {"at": "0.0015s", "link": "leaf1<->host3", "rate": "80Gbps"},
        ]
        outcomes = []
        for number, shuffled in enumerate(itertools.permutations(events)):
            scenario = self.write(f"{number}/s.json", {
                "schema": "echelon/scenario/1",
                "name": "s",
                "topology": {"kind": "leaf-spine", "leaves": 2, "spines": 1, "hosts_per_leaf": 2,
                             "host_link": link, "uplink": {"rate": "200Gbps"}},
                "jobs": [{"name": "a", "workload": {"kind": "flows", "flows": flows}}],
                "schedulers": ["fair", "srpt"],
                "control": {"control_delay": "1ms"},
                "events": shuffled,
            })  # fmt: skip
            done = self.run_ok("run", "s.json", "--json", "--out", "out", cwd=scenario.parent)
            [results] = scenario.parent.glob("out/*/*")
            files = {path.name: path.read_bytes() for path in results.iterdir()}
            self.assertEqual(files.pop("summary.json").decode(), done.stdout)
            manifest = json.loads(files.pop("manifest.json"))
            outcomes.append((results.name, runs_text(done.stdout), manifest["inputs"], manifest["run_hash"], files))
        self.assertEqual(len(outcomes), 24)
        for outcome in outcomes[1:]:
            self.assertEqual(outcomes[0], outcome)
        resolved = json.loads(outcomes[0][4]["scenario.resolved.json"])["events"]
        self.assertEqual([event["at"] for event in resolved], ["1200us", "1.2ms", "0.0015s", "3ms"])

    # A link may be given back what it was built with, however that is written, and whatever rounding makes of it: an
    # uplink at 3:1 is built with 200 / 3 Gb/s.
    def test_the_built_rate_is_possible(self):
        def scenario(rate):
            return self.write("s.json", {
                "schema": "echelon/scenario/1",
                "name": "s",
                "topology": {"kind": "leaf-spine", "leaves": 2, "spines": 1, "hosts_per_leaf": 2,
                             "host_link": {"rate": "100Gbps"}, "oversubscription": 3},
                "jobs": [{"name": "a", "workload": {"kind": "flows", "flows": [
                    {"source": 0, "destination": 2, "bytes": "1GB"}]}}],
                "schedulers": ["fair"],
                "events": [{"at": "1ms", "link": "leaf0<->spine0", "rate": rate}],
            })  # fmt: skip

        done = echelon("check", scenario("66.67Gbps"), cwd=self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertIn('/events/0/rate: "66.67Gbps" is more than the link "leaf0->spine0" was built with', done.stderr)
        [built] = re.findall(r"\(at most (.*)\)", done.stderr)
        self.assertEqual(built[:15], "66.666666666666")
        ends = []
        for rate in (built, "0.06666666666666667Tbps", "66666666666.6666666bps"):
            ends.append(self.summary(scenario(rate))["runs"][0]["makespan_s"])
            self.assertAlmostEqual(ends[-1], 8e9 / (200e9 / 3), delta=1e-11)
        self.assertEqual(len(set(ends)), 1)


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


if __name__ == "__main__":
    unittest.main()
