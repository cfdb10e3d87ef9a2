#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What echelon-sweep costs per point, against the program started by xargs with the same options.

    tools/sweep-overhead.py build/release/bin/echelon [--points 1000] [--processes 2] [--limit 15]

Runs the points of a sweep both ways, in turns and in parts, so that a load on the machine meets both; prints a line of
JSON. Exit code 1 if the sweep takes more than --limit percent longer per point. Best on an idle machine.
"""

import argparse
import json
import os
import pathlib
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
    """Seconds of `submit`, expansion and tables included."""
    spec = folder / f"sweep-{seeds[0]}.json"
    spec.write_text(
        json.dumps({"schema": "echelon/sweep/1", "name": f"s{seeds[0]}", "scenario": str(SCENARIO), "seeds": seeds}),
        encoding="utf-8",
    )
    command = [sys.executable, "-B", TOOL, "submit", spec, "--out", folder, "--program", binary, "--processes", processes]
    begin = time.monotonic()
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return time.monotonic() - begin


def by_xargs(binary, folder, seeds, processes):
    """Seconds of a loop that does the same runs."""
    line = shlex.join(map(str, [binary, "run", SCENARIO, "--quiet", "--jobs", 1, "--files", "summary"]))
    loop = f"xargs -P {processes} -I {{}} {line} --out {folder}/{{}} --seed {{}}"
    begin = time.monotonic()
    subprocess.run(loop, shell=True, check=True, capture_output=True, input="\n".join(map(str, seeds)), text=True)
    return time.monotonic() - begin


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
    more = 100 * (statistics.median(s / x for s, x in zip(sweep, loop)) - 1)
    print(
        json.dumps(
            {
                "points": each * arguments.parts,
                "processes": arguments.processes,
                "loop_point_s": round(sum(loop) / (each * arguments.parts), 6),
                "sweep_point_s": round(sum(sweep) / (each * arguments.parts), 6),
                "more_percent": round(more, 1),
                "parts_percent": [round(100 * (s / x - 1), 1) for s, x in zip(sweep, loop)],
            }
        )
    )
    return 1 if more > arguments.limit else 0


if __name__ == "__main__":
    sys.exit(main())
