#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every file that `echelon-analysis` and `echelon-sweep` read, mutated: they work, or say in one line what is wrong.

Real results, a real sweep, a plan and a specification are made once. Of each case one file is changed (_mutations.py), and one command reads it. It ends in
seconds and in bounded memory with a documented exit code, without a traceback, and without a half-written file. The commands run as forks of this process,
since starting Python and its libraries anew takes most of the time.

By hand: tests/property/mutated_results_test.py --seconds 600 --seed 7, with ECHELON_BIN=build/release/bin/echelon.
"""

import contextlib
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import unittest
from collections import Counter

import _generated
from _mutations import mutate
from _refusal import BAD_INPUT, DONE, USAGE, Done, Fault, check_ending, require, tree

ROOT = pathlib.Path(__file__).parents[2]
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
LONGEST_SECONDS = 20
MEMORY_BYTES = 4 * 2**30
DIFFERENT, MISSING, FAILED = 1, 3, 4

# Figures take most of a second each.
ON_RESULTS = [["table"], ["table", "--json"], ["check"], ["why"], ["report", "-o", "out.html"], ["cdf", "-o", "out.png"], ["gantt", "-o", "out.svg"]]
ON_SWEEP = [["status"], ["status", "--json"], ["gather"], ["gather", "--partial"], ["clean", "--dry-run"], ["clean", "--all", "--dry-run"]]

sys.path.insert(0, str(ROOT / "analysis"))
os.environ["MPLBACKEND"] = "Agg"


def fork(main, arguments, folder):
    """A command in a process of its own, which is killed when it takes too long."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _become(main, arguments, folder, out, err)
        code = _wait(child)
        for stream in (out, err):
            stream.seek(0)
        return Done(code, out.read(), err.read())


def _become(main, arguments, folder, out, err):
    code = 70
    try:
        os.chdir(folder)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 70 if code else 0)


def _wait(child):
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


class Examples:
    """Valid files of every kind, made by the programs themselves."""

    def __init__(self, folder):
        self.folder = folder
        scenarios = ROOT / "scenarios"
        self.results = folder / "results"
        self.run("run", scenarios / "smoke" / "two-jobs.json", "--quiet", "--scheduler", "fair", "--scheduler", "sebf", "--out", self.results)
        [self.results] = self.results.glob("*/*")
        self.plan = folder / "plan.json"
        self.run("plan", ROOT / "traffic" / "moe-8.csv", "--order", "aurora", "--order", "sjf", "--out", self.plan)
        self.spec = scenarios / "sweep" / "oversubscription.json"
        self.sweep = folder / "sweeps" / "oversubscription"
        from echelon_sweep.cli import main

        done = fork(main, ["submit", str(self.spec), "--out", str(self.sweep.parent), "--program", BINARY], folder)
        if done.code != DONE:
            raise RuntimeError(done.err.decode())

    @staticmethod
    def run(*arguments):
        subprocess.run([BINARY, *map(str, arguments)], check=True, capture_output=True)

    def of_results(self, draw):
        """(command, its exit codes, file that is mutated, arguments)"""
        from echelon_analysis.cli import main

        command, *options = draw.choice(ON_RESULTS)
        file = draw.choice(sorted(path for path in self.results.iterdir() if path.name != "timeline.json"))
        return main, (DONE, DIFFERENT, USAGE, BAD_INPUT), self.results, file, [command, "input", *options]

    def of_sweep(self, draw):
        from echelon_sweep.cli import main

        command, *options = draw.choice(ON_SWEEP)
        file = draw.choice([self.sweep / "sweep.json", self.sweep / "points.json", *draw.sample(sorted(self.sweep.glob("runs/*/*/*.json")), 2)])
        return main, (DONE, MISSING, FAILED, USAGE, BAD_INPUT), self.sweep, file, [command, "input", *options]

    def of_gathered_sweep(self, draw):
        from echelon_analysis.cli import main

        file = draw.choice([self.sweep / "results.sqlite", self.sweep / "sweep.json"])
        return main, (DONE, USAGE, BAD_INPUT), self.sweep, file, draw.choice([["why", "input"], ["lines", "input", "--x", "oversubscription", "-o", "out.png"]])

    def of_specification(self, draw):
        from echelon_sweep.cli import main

        options = draw.choice([[], ["--count"], ["--json"]])
        return main, (DONE, USAGE, BAD_INPUT), self.spec, self.spec, ["expand", "input", *options, "--program", BINARY]

    def of_plan(self, _draw):
        from echelon_analysis.cli import main

        return main, (DONE, USAGE, BAD_INPUT), self.plan, self.plan, ["schedule", "input", "-o", "out.png"]


class Case:
    """One file, mutated, and one command that reads it."""

    def __init__(self, examples, draw):
        kinds = [examples.of_results] * 3 + [examples.of_sweep, examples.of_gathered_sweep] + [examples.of_specification] * 2 + [examples.of_plan]
        self.kind = draw.choice(kinds)
        self.main, self.codes, self.source, self.file, self.arguments = self.kind(draw)
        self.made = mutate(draw, self.file.read_bytes())

    def check(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            place = folder / "input"
            if self.source.is_dir():
                shutil.copytree(self.source, place)
                (place / self.file.relative_to(self.source)).write_bytes(self.made)
            else:
                # A specification names its scenario by a path from where it lies.
                place = folder / "scenarios" / "sweep" / "input"
                place.parent.mkdir(parents=True)
                for neighbour in [*self.source.parent.glob("*.json"), *(ROOT / "scenarios").iterdir()]:
                    target = (place.parent if neighbour.parent == self.source.parent else folder / "scenarios") / neighbour.name
                    if not target.exists():
                        target.symlink_to(neighbour)
                for neighbour in ("topologies", "workloads"):
                    (folder / neighbour).symlink_to(ROOT / neighbour)
                place.write_bytes(self.made)
            return self.judge(folder, place)

    def judge(self, folder, place):
        before = tree(folder)
        arguments = [str(place) if argument == "input" else argument for argument in self.arguments]
        done = fork(self.main, arguments, folder)
        said = check_ending(done, self.codes)
        if done.code in (USAGE, BAD_INPUT):
            # A worker of a sweep may tell of several files, each in a line.
            require(said.strip() and all(line.startswith(("echelon-", "note: ")) for line in said.splitlines()), f"{said[:1500]!r}")
            left = sorted(str(path) for path in tree(folder).keys() - before.keys())
            require(not left, f"exit code {done.code}, but it leaves {left}")
        return done.code


def hunt(seconds, seed, first=0):
    """Paragraphs about what fails."""
    import echelon_analysis.cdf  # noqa: F401  (with matplotlib and pandas, once for all forks)
    import echelon_analysis.gantt  # noqa: F401
    import echelon_analysis.html  # noqa: F401
    import echelon_analysis.schedule  # noqa: F401
    import echelon_analysis.why  # noqa: F401

    counts, failures = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        examples = Examples(pathlib.Path(folder))
        for number in _generated.cases(seconds, first, failures):
            case = Case(examples, random.Random(f"{seed}/{number}"))
            name = case.kind.__name__
            try:
                counts[name, case.check()] += 1
            except Fault as fault:
                counts[name, "failed"] += 1
                path = _generated.keep(f"{name}-{case.file.name}-{seed}-{number}", case.made)
                failures.append(f"seed {seed}, case {number}: {' '.join(case.arguments)}, {case.file.name}: {fault}\n    {path}")
    _generated.tell(seed, counts)
    return failures


class MutatedResults(unittest.TestCase):
    def test_each_file_is_read_or_refused(self):
        failures = hunt(_generated.seconds_from_environment(), seed="1")
        self.assertFalse(failures, "\n" + "\n".join(failures))


if __name__ == "__main__":
    _generated.main(__doc__, hunt, _generated.again_by_name(hunt))
