#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What echelon-sweep costs per point, against the program started by xargs with the same options.

    bench/sweep-overhead.py build/release/bin/echelon [--points 1000] [--processes 2] [--limit 15]

Runs the points of a sweep both ways, in turns and in parts, so that a load on the machine meets both; prints a line of
JSON. Exit code 1 if the sweep takes more than --limit percent longer per point. Best on an idle machine.
"""

import argparse
import json
import os
import pathlib
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "smoke" / "expert-parallel.json"
TOOL = ROOT / "analysis" / "echelon-sweep"


def by_sweep(binary, folder, seeds, processes):
    """(seconds, processor seconds) of `submit`, expansion and tables included."""
    spec = folder / f"sweep-{seeds[0]}.json"
    spec.write_text(
        json.dumps({"schema": "echelon/sweep/1", "name": f"s{seeds[0]}", "scenario": str(SCENARIO), "seeds": seeds}),
        encoding="utf-8",
    )
    command = [sys.executable, "-B", TOOL, "submit", spec, "--out", folder, "--program", binary, "--processes", processes]
    return timed(list(map(str, command)))


def by_xargs(binary, folder, seeds, processes):
    """(seconds, processor seconds) of a loop that does the same runs."""
    line = shlex.join(map(str, [binary, "run", SCENARIO, "--quiet", "--jobs", 1, "--files", "summary"]))
    loop = f"xargs -P {processes} -I {{}} {line} --out {folder}/{{}} --seed {{}}"
    return timed(["sh", "-c", loop], "\n".join(map(str, seeds)))


def timed(command, given=None):
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, input=given, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary")
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--parts", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--limit", type=float, default=15)
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    each = arguments.points // arguments.parts
    sweep, loop = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in range(arguments.parts):
            seeds = list(range(1 + part * each, 1 + (part + 1) * each))
            loop.append(by_xargs(binary, folder / f"loop-{part}", seeds, arguments.processes))
            sweep.append(by_sweep(binary, folder, seeds, arguments.processes))
    points = each * arguments.parts
    more = [100 * (statistics.median(s[i] / x[i] for s, x in zip(sweep, loop)) - 1) for i in (0, 1)]
    report = {"points": points, "processes": arguments.processes}
    for name, parts in (("loop", loop), ("sweep", sweep)):
        report[f"{name}_point_s"] = round(sum(part[0] for part in parts) / points, 6)
        report[f"{name}_point_cpu_s"] = round(sum(part[1] for part in parts) / points, 6)
    report["more_percent"] = round(more[0], 1)
    report["more_cpu_percent"] = round(more[1], 1)  # tells more than time on a machine that does other work too
    print(json.dumps(report))
    return 1 if more[0] > arguments.limit else 0


if __name__ == "__main__":
    sys.exit(main())
