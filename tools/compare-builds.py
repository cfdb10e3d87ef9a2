#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compares the results of two builds on everything that is shipped: scenarios, plans and points of sweeps.

    tools/compare-builds.py OLD_BINARY NEW_BINARY                       # every scenario, plan and point
    tools/compare-builds.py OLD_BINARY NEW_BINARY --points 5            # at most five points of each sweep
    tools/compare-builds.py OLD_BINARY NEW_BINARY --inputs OLD_TREE     # when the new tree renamed inputs
    tools/compare-builds.py OLD_BINARY NEW_BINARY --alias rollout=portfolio

Both builds read the same input files. The object "runs" of each summary, and the figures of each plan, must agree in
their keys, and in their numbers to a relative 1e-12. Prints how many are equal to the byte, how many within the
tolerance, and each that differs with the JSON pointer of its largest difference; exits 1 if one does. The time that a
plan took to compute is left out, since it is a measurement.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE = 1e-12
MEASURED = {"planning_s", "planning_ms", "planning_time_s"}


def files_of(inputs, schema):
    """The files of a schema in the folders of scenarios, wherever in the tree such a folder lies."""
    for path in sorted([*inputs.glob("scenarios/**/*.json"), *inputs.glob("*/*/scenarios/**/*.json")]):
        if "invalid" not in path.parts and f'"{schema}' in path.read_text():
            yield path


def scenario_files(inputs):
    """The shipped scenarios: every JSON file with the schema of one that is meant to load."""
    yield from files_of(inputs, "echelon/scenario/")


def sweep_files(inputs):
    yield from files_of(inputs, "echelon/sweep/")


def plan_commands(inputs):
    """A plan of every traffic file, on ports alone and on each fabric that is large enough."""
    sizes = {"loads-8.json": 8, "moe-16.csv": 16, "moe-8.csv": 8, "routing-4.json": 4}
    for path in sorted(p for p in (inputs / "traffic").iterdir() if p.name in sizes):
        yield f"plan {path.name}", ["plan", str(path), "--json"]
        for topology in sorted((inputs / "topologies").glob("*.json")):
            yield (
                f"plan {path.name} on {topology.name}",
                ["plan", str(path), "--json", "--topology", str(topology)],
            )


def point_commands(path, program, most):
    """The runs of a sweep: of each point, or of some spread evenly over the points."""
    expanded = subprocess.run(
        [sys.executable, "-m", "echelon_sweep", "expand", str(path), "--json", "--program", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "analysis")},
        stdout=subprocess.PIPE,
        check=True,
    )
    points = json.loads(expanded.stdout)["points"]
    spec = json.loads(path.read_text())
    scenarios = spec["scenario"] if isinstance(spec["scenario"], list) else [spec["scenario"]]
    step = max(1, len(points) // most) if most else 1
    for point in points[::step]:
        scenario = path.parent / scenarios[point.get("scenario", 0)]
        arguments = ["run", str(scenario), "--jobs", "1"]
        for pointer, value in point["parameters"].items():
            text = value if isinstance(value, str) else json.dumps(value)
            arguments += ["--set", f"{pointer}={text}"]
        if point.get("seed") is not None:
            arguments += ["--seed", str(point["seed"])]
        for scheduler in spec.get("schedulers") or []:
            arguments += ["--scheduler", scheduler]
        yield f"{path.name} {point['id']}", arguments


def figures(program, arguments):
    """What a build says: the runs of a scenario or the figures of a plan; a refusal as its message."""
    with tempfile.TemporaryDirectory() as folder:
        extra = ["--json", "--files", "summary", "--out", folder] if arguments[0] == "run" else []
        done = subprocess.run([program, *arguments, *extra], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        return {"refused": done.stderr.strip().splitlines()[-1:], "exit": done.returncode}
    document = json.loads(done.stdout)
    return document["runs"] if arguments[0] == "run" else document


def renamed(value, aliases):
    if isinstance(value, dict):
        return {aliases.get(k, k): renamed(v, aliases) for k, v in value.items() if k not in MEASURED}
    if isinstance(value, list):
        return [renamed(v, aliases) for v in value]
    return aliases.get(value, value) if isinstance(value, str) else value


def differences(old, new, pointer=""):
    """(relative difference, pointer) wherever two documents are not the same; infinity for other than numbers."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key in old and key in new:
                yield from differences(old[key], new[key], f"{pointer}/{key}")
            else:
                yield float("inf"), f"{pointer}/{key} is in one only"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (a, b) in enumerate(zip(old, new)):
            yield from differences(a, b, f"{pointer}/{index}")
    elif old != new:
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (old, new))
        largest = max(abs(old), abs(new)) if numbers else 0
        yield (abs(old - new) / largest if numbers else float("inf")), f"{pointer}: {old} became {new}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--inputs", type=pathlib.Path, default=ROOT, help="tree whose inputs are run (default: this one)")
    parser.add_argument("--points", type=int, default=0, metavar="N", help="at most about N points of each sweep (default: all)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only inputs whose name contains this")
    parser.add_argument("--alias", action="append", default=[], metavar="OLD=NEW", help="a name that the new build writes for an old one")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    aliases = dict(alias.split("=", 1) for alias in options.alias)

    commands = [
        (str(path.relative_to(options.inputs)), ["run", str(path), "--jobs", "1"])
        for path in scenario_files(options.inputs)
    ]
    commands += plan_commands(options.inputs)
    for path in sweep_files(options.inputs):
        if options.only in path.name:
            commands += point_commands(path, options.old, options.points)
    commands = [(name, arguments) for name, arguments in commands if options.only in name]

    def compare(command):
        name, arguments = command
        old = renamed(figures(options.old, arguments), aliases)
        new = renamed(figures(options.new, arguments), aliases)
        return name, max(differences(old, new), default=(0.0, ""))

    equal, close, worst, failures = 0, 0, 0.0, 0
    with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
        for done, (name, (difference, where)) in enumerate(pool.map(compare, commands), 1):
            if difference == 0.0:
                equal += 1
            elif difference <= TOLERANCE:
                close += 1
                worst = max(worst, difference)
            else:
                failures += 1
                print(f"{name} differs by {difference:.3g} at {where}", flush=True)
            if sys.stderr.isatty():
                print(f"\r{done} of {len(commands)}", end="", file=sys.stderr, flush=True)
    print(f"{equal} of {len(commands)} equal to the byte, {close} within {TOLERANCE:g} (largest {worst:.3g}), {failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
