# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps on this machine: results, interruptions, failures, damage, tables."""

import csv
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import unittest

from sweep_case import BINARY, OVERSUBSCRIPTION, SCENARIO, SweepCase

# The emulator, but each run takes half a second more.
SLOW = '#!/bin/sh\ncase $1 in run) sleep 0.5;; esac\nexec {real} "$@"\n'
# The emulator, but a run at 2:1 ends with an error.
FAILING = '#!/bin/sh\ncase "$*" in run*oversubscription=2*) echo "no luck" >&2; exit 70;; esac\nexec {real} "$@"\n'
# The emulator, but a run at 2:1 kills itself.
DYING = '#!/bin/sh\ncase "$*" in run*oversubscription=2*) kill -9 $$;; esac\nexec {real} "$@"\n'


def alive_programs(folder):
    """Processes whose command line names the folder, but for this test's own."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(folder).encode() in b" ".join(words) and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found


class SubmitTest(SweepCase):
    def test_complete(self):
        self.tool("submit", self.spec(), "--processes", "2")
        self.assertEqual(len(self.results()), 6)
        self.assertEqual(
            sorted(p.name for p in (self.out / "s").iterdir()),
            [".lock", "jobs.csv", "points.csv", "points.json", "results.sqlite", "runs", "runs.csv", "sweep.json"],
        )
        for path in (self.out / "s" / "runs").glob("*/*"):
            self.assertEqual(sorted(p.name for p in path.iterdir()), ["params.json", "result.json"])
        status = json.loads(self.in_process("status", self.out / "s", "--json").stdout)
        self.assertEqual((status["points"], status["done"], status["missing"], status["gathered"]), (6, 6, 0, True))
        self.assertIn("6 of 6 points done, gathered", self.in_process("status", self.out / "s").stdout)

    def test_metrics_are_those_of_echelon_run(self):
        self.submit(self.spec(axes={OVERSUBSCRIPTION: [2]}, seeds=[3]))
        [result] = self.results()
        done = subprocess.run(
            [BINARY, "run", self.scenario, "--set", f"{OVERSUBSCRIPTION}=2", "--seed", "3", "--json", "--out", self.folder / "r"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(json.loads(result.read_text())["metrics"], json.loads(done.stdout)["runs"])

    def test_metrics_do_not_depend_on_who_runs(self):
        self.submit(self.spec("one"), "--processes", "1")
        self.submit(self.spec("four"), "--processes", "4")
        printed = self.submit(self.spec("printed", chunk=0.1), "--backend", "print").stdout.splitlines()
        self.assertEqual(len(printed), 1)  # cost unknown: ten points a task
        for line in printed:
            subprocess.run(line, shell=True, check=True, capture_output=True)
        self.in_process("gather", self.out / "printed")
        self.assertEqual(len(self.metrics("one")), 6)
        self.assertEqual(self.metrics("one"), self.metrics("four"))
        self.assertEqual(self.metrics("one"), self.metrics("printed"))
        for name in ("points.csv", "runs.csv", "jobs.csv"):
            self.assertEqual((self.out / "one" / name).read_bytes(), (self.out / "printed" / name).read_bytes())

    def test_only_what_is_missing_runs(self):
        self.submit(self.spec())
        before = {path: path.stat().st_mtime_ns for path in self.results()}
        self.submit(self.spec(seeds=[1, 2, 3]))
        after = {path: path.stat().st_mtime_ns for path in self.results()}
        self.assertEqual(len(after), 9)
        self.assertEqual(before, {path: after[path] for path in before})
        # A folder stands for its specification.
        self.results()[0].unlink()
        self.tool("submit", self.out / "s")
        self.assertEqual(len(self.results()), 9)

    def test_dry_run_makes_nothing(self):
        done = self.submit(self.spec(), "--dry-run")
        self.assertIn("6 points", done.stdout)
        self.assertFalse(self.out.exists())

    def test_kept_files(self):
        self.submit(self.spec(files="tables", seeds=None, axes=None))
        [result] = self.results()
        self.assertTrue((result.parent / "files" / "flows.csv").exists())
        self.assertFalse((result.parent / "files" / "timeline.json").exists())

    def test_another_build(self):
        self.submit(self.spec())
        fake = self.fake("other", '#!/bin/sh\n[ "$1" = --version ] && echo "echelon 9 (commit abc)" && exit\nexec {real} "$@"\n')
        done = self.submit(self.spec(), binary=fake)
        self.assertIn("was made by another build", done.stderr)
        self.assertEqual(len(self.results()), 12)
        # A worker with the wrong program refuses.
        self.assertIn("submit again", self.tool("worker", self.out / "s", "--program", BINARY, code=65).stderr)
        removed = self.in_process("clean", self.out / "s", "--all").stdout
        self.assertIn("6 removed", removed)
        self.assertEqual(len(self.results()), 6)

    def test_dirty_builds_differ(self):
        ids = set()
        for number in (1, 2):
            fake = self.fake(
                f"dirty{number}", f'#!/bin/sh\n# {number}\n[ "$1" = --version ] && echo "echelon 9 (commit a-dirty)" && exit\nexec {{real}} "$@"\n'
            )
            ids |= {p["id"] for p in json.loads(self.tool("expand", self.spec(), "--json", binary=fake).stdout)["points"]}
        self.assertEqual(len(ids), 12)

    def test_scenario_changed_under_way(self):
        self.submit(self.spec(), "--backend", "print")
        self.write("small.json", {**SCENARIO, "schedulers": ["fair"]})
        self.assertIn("has changed", self.tool("worker", self.out / "s", code=65).stderr)
        self.assertEqual(self.results(), [])


class InterruptionTest(SweepCase):
    def begin(self, *arguments):
        """A submit that has just begun to run points, half a second each."""
        fake = self.fake("slow", SLOW)
        process = subprocess.Popen(
            self.command("submit", self.spec(), "--out", self.out, "--processes", "2", "--program", fake, *arguments),
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        limit = time.monotonic() + 60
        while len(list(self.out.glob("s/runs/??/.*"))) < 2 and time.monotonic() < limit:
            time.sleep(0.02)
        return process, fake

    def nothing_half_written(self):
        for path in self.out.glob("s/runs/??/[0-9a-f]*/*.json"):
            json.loads(path.read_text())
        self.assertEqual(list(self.out.glob("s/runs/??/.*")), [])
        self.assertEqual(list(self.out.glob("s/runs/??/*/error*")), [])

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            with self.subTest(number):
                process, _ = self.begin()
                process.send_signal(number)
                self.assertEqual(process.wait(30), 75)
                self.assertEqual(process.stderr.read().splitlines()[-1], "echelon-sweep: interrupted; submit again to continue")
                self.nothing_half_written()
                self.assertEqual(alive_programs(self.out), [])

    def test_kill(self):
        """kill -9: its programs die too, what it finished stays, the next submit does the rest."""
        process, fake = self.begin()
        limit = time.monotonic() + 60
        while len(self.results()) < 2 and time.monotonic() < limit:
            time.sleep(0.02)
        process.kill()
        process.wait()
        time.sleep(0.3)
        self.assertEqual(alive_programs(self.out), [])
        before = self.metrics()
        self.assertGreaterEqual(len(before), 2)
        self.submit(self.spec(), "--program", fake, "--processes", "6")
        self.assertEqual(len(self.results()), 6)
        self.assertEqual(before, {key: self.metrics()[key] for key in before})
        self.nothing_half_written()

    def test_two_submits(self):
        process, fake = self.begin()
        done = self.submit(self.spec(), "--program", fake, code=75)
        self.assertIn("another submit works in this folder", done.stderr)
        process.terminate()

    def test_two_workers_share_points(self):
        """Both run all points: none is lost, none is damaged, equal results raise no alarm."""
        fake = self.fake("slow", SLOW)
        self.submit(self.spec(), "--backend", "print", "--program", fake)
        command = self.command("worker", self.out / "s", "--processes", "6")
        workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        told = [worker.communicate(timeout=60)[1] for worker in workers]
        self.assertEqual([worker.returncode for worker in workers], [0, 0], told)
        self.assertEqual(len(self.results()), 6)
        self.in_process("gather", self.out / "s")

    def test_out_of_time(self):
        self.submit(self.spec(), "--backend", "print")
        done = subprocess.run(
            self.command("worker", self.out / "s"),
            env={**os.environ, "ECHELON_SWEEP_DEADLINE": str(int(time.time()) + 1)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("time is up", done.stderr)

    def test_chunks(self):
        listed = [point["id"] for point in json.loads(self.tool("expand", self.spec(), "--json").stdout)["points"]]
        self.submit(self.spec(), "--backend", "print")
        self.tool("worker", self.out / "s", "--from", "1", "--count", "2")
        self.assertEqual({p.parent.name for p in self.results()}, set(listed[1:3]))
        ids = self.write("ids", "\n".join([listed[5], "0123456789abcdef", listed[0]]))
        self.tool("worker", self.out / "s", "--points", ids, "--from", "1")
        self.assertEqual({p.parent.name for p in self.results()}, {listed[0], *listed[1:3]})


class FailureTest(SweepCase):
    def test_given_up(self):
        """A third of the points fails each time: after `retries` errors they are given up; the rest has results."""
        fake = self.fake("failing", FAILING)
        self.submit(self.spec(retries=2), binary=fake, code=4)
        self.assertEqual(len(self.results()), 4)
        errors = sorted(self.out.glob("s/runs/??/*/error.*.json"))
        self.assertEqual([path.name for path in errors], ["error.1.json", "error.2.json"] * 2)
        error = json.loads(errors[0].read_text())
        self.assertEqual((error["exit_code"], error["signal"], error["message"]), (70, None, "no luck"))
        # The tables say which.
        with open(self.out / "s" / "points.csv", encoding="utf-8") as file:
            told = {(row["oversubscription"], row["status"]) for row in csv.DictReader(file)}
        self.assertEqual(told, {("1", "done"), ("2", "failed"), ("4", "done")})
        # Submitting again runs nothing; cleaning lets them run.
        self.submit(self.spec(retries=2), binary=fake, code=4)
        self.assertEqual(len(list(self.out.glob("s/runs/??/*/error.*.json"))), 4)
        self.assertIn("no luck", self.in_process("status", self.out / "s", code=4).stdout)
        self.assertIn("2 failed for good", self.in_process("gather", self.out / "s", code=4).stderr)
        self.assertIn("4 removed", self.in_process("clean", self.out / "s").stdout)
        self.in_process("status", self.out / "s", code=3)

    def test_killed_program(self):
        self.submit(self.spec(retries=1), binary=self.fake("dying", DYING), code=4)
        error = json.loads(next(self.out.glob("s/runs/??/*/error.1.json")).read_text())
        self.assertEqual((error["exit_code"], error["signal"]), (None, "SIGKILL"))

    def test_max_errors(self):
        self.submit(self.spec(), "--max-errors", "1", "--processes", "1", binary=self.fake("failing", FAILING), code=3)
        self.assertEqual(len(list(self.out.glob("s/runs/??/*/error.*.json"))), 1)
        # Two points at 2:1: with the second error nothing is left to run.
        spec = self.spec(axes={OVERSUBSCRIPTION: [1, 2]}, retries=1)
        self.submit(spec, "--max-errors", "1", "--processes", "1", binary=self.fake("failing", FAILING), code=4)

    def test_too_long(self):
        fake = self.fake("slow", SLOW.replace("sleep 0.5", "sleep 20"))
        self.submit(self.spec(axes=None, seeds=None, retries=1, resources={"time": "0.5s"}), binary=fake, code=4)
        [path] = self.out.glob("s/runs/??/*/error.1.json")
        self.assertIn("longer than resources.time", json.loads(path.read_text())["message"])

    def test_not_deterministic(self):
        """A second worker finishes a point with other metrics: an alarm, and the first result stays."""
        fake = self.fake("slow", SLOW)
        self.submit(self.spec(axes=None, seeds=None), "--backend", "print", "--program", fake)
        worker = subprocess.Popen(self.command("worker", self.out / "s"), stderr=subprocess.PIPE, text=True)
        while not list(self.out.glob("s/runs/??/.*")):
            time.sleep(0.02)
        [point] = json.loads((self.out / "s" / "points.json").read_text())["points"]
        first = self.out / "s" / "runs" / point["id"][:2] / point["id"] / "result.json"
        first.parent.mkdir(parents=True, exist_ok=True)
        first.write_text('{"metrics_sha256": "another"}')
        told = worker.communicate(timeout=60)[1]
        self.assertEqual(worker.returncode, 65, told)
        self.assertIn("not deterministic", told)
        self.assertEqual(first.read_text(), '{"metrics_sha256": "another"}')
        self.assertIn("not deterministic", self.in_process("gather", self.out / "s", code=65).stderr)
        self.in_process("clean", self.out / "s")
        self.submit(self.spec(axes=None, seeds=None), "--program", fake)


class GatherTest(SweepCase):
    def damage(self, change):
        path = self.results()[0]
        path.write_text(change(path.read_text()))
        return path

    def test_damage_is_found_and_mended(self):
        spec = self.spec(axes=None)
        self.submit(spec)
        good = self.metrics()
        self.assertEqual(len(good), 2)
        for name, change in {
            "cut off": lambda text: text[: len(text) // 2],
            "empty": lambda text: "",
            "a digit changed": lambda text: text.replace('"makespan_s":0.', '"makespan_s":1.', 1),
            "of another point": lambda text: text.replace('"id":"', '"id":"0', 1),
            "not an object": lambda text: "[]",
            "not a number": lambda text: text.replace('"makespan_s":0.', '"makespan_s":NaN,"x":0.', 1),
        }.items():
            with self.subTest(name):
                path = self.damage(change)
                done = self.in_process("gather", self.out / "s", code=65)
                self.assertIn(str(path.relative_to(self.out / "s")), done.stderr)
                self.assertIn("1 bad", done.stderr)
                self.assertIn("1 removed", self.in_process("clean", self.out / "s").stdout)
                self.submit(spec)
                self.assertEqual(self.metrics(), good)

    def test_never_partial_silently(self):
        self.submit(self.spec())
        self.results()[0].unlink()
        tables = [self.out / "s" / name for name in ("results.sqlite", "points.csv", "runs.csv", "jobs.csv")]
        for path in tables:
            path.unlink()
        self.assertIn("1 missing", self.in_process("gather", self.out / "s", code=3).stderr)
        self.assertFalse(any(path.exists() for path in tables))
        self.assertIn("1 missing", self.in_process("gather", self.out / "s", "--partial", code=3).stderr)
        self.assertTrue(all(path.exists() for path in tables))
        with open(tables[1], encoding="utf-8") as file:
            self.assertEqual(sorted(row["status"] for row in csv.DictReader(file)), ["done"] * 5 + ["missing"])

    def test_tables(self):
        self.submit(self.spec())
        database = sqlite3.connect(self.out / "s" / "results.sqlite")
        self.addCleanup(database.close)
        self.assertEqual(dict(database.execute("SELECT * FROM meta"))["schema"], "echelon/sweep-results/1")
        tables = {
            name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
            for name in ("points", "runs", "jobs", "work")
        }
        self.assertEqual(tables["points"], ["point", "oversubscription", "seed", "status"])
        described = list(database.execute('SELECT "table", "column", unit, description FROM columns'))
        self.assertEqual([(t, c) for t, c, _, _ in described], [(t, c) for t, columns in tables.items() for c in columns])
        for table, column, unit, description in described:
            self.assertNotIn("as in summary.json", description, f"{table}.{column} wants a description in tables.py")
            if column.endswith("_s"):
                self.assertEqual(unit, "s", column)
        # 6 points × 2 schedulers, × 2 jobs; the numbers are those of the results.
        [count] = database.execute("SELECT count(*) FROM runs JOIN points USING (point)").fetchone()
        self.assertEqual(count, 12)
        [count] = database.execute("SELECT count(*) FROM jobs").fetchone()
        self.assertEqual(count, 24)
        path = self.results()[0]
        run = json.loads(path.read_text())["metrics"][1]
        row = database.execute(
            "SELECT makespan_s, groups_tardiness_sum_s, links_utilisation_max FROM runs WHERE point = ? AND scheduler = ?",
            (path.parent.name, run["scheduler"]),
        ).fetchone()
        self.assertEqual(row, (run["makespan_s"], run["groups"]["tardiness_sum_s"], run["links"]["utilisation_max"]))
        job = next(job for job in run["jobs"] if job["name"] == "shuffle")
        row = database.execute(
            "SELECT iterations, iteration_time_mean_s FROM jobs WHERE point = ? AND scheduler = ? AND job = 'shuffle'",
            (path.parent.name, run["scheduler"]),
        ).fetchone()
        self.assertEqual(row, (2, sum(job["iteration_times_s"]) / 2))
        for name in ("points", "runs", "jobs"):
            with open(self.out / "s" / f"{name}.csv", encoding="utf-8") as file:
                self.assertEqual(next(csv.reader(file)), tables[name])


if __name__ == "__main__":
    unittest.main()
