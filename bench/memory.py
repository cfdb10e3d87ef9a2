#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bytes of memory that a run takes for each flow that it ever starts, and for each task of its graphs.

    bench/memory.py build/release/bin/echelon [ANOTHER_BINARY ...]

Runs all-to-alls of 16 ranks, 240 flows each, as often as makes 10^5 and 10^6 flows, and divides the difference of the
largest resident sets by the difference of the flows. So what a run takes anyway, and what it takes for flows that are
in the network at one time, does not count. Tasks: the same for all-to-alls of 317 and 1,000 ranks that are loaded and
not run, and for rings of 128 and 512 ranks that run once, message by message. Takes about half a minute a binary.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

RANKS = 16
FLOWS = RANKS * (RANKS - 1)
LINK = {"rate": "100Gbps", "delay": "500ns"}
LEAVES = {"kind": "leaf-spine", "leaves": 4, "spines": 2, "hosts_per_leaf": 4, "host_link": LINK, "uplink": LINK}
SWITCH = {"kind": "big-switch", "hosts": RANKS, "host_link": LINK}
ONE_HOST = {"kind": "big-switch", "hosts": 2, "host_link": LINK, "gpus_per_host": RANKS, "scale_up": LINK}
RUNS = {
    "between hosts, `sebf`": (LEAVES, "sebf"),
    "between hosts, `fair` on a big switch": (SWITCH, "fair"),
    "inside a host": (ONE_HOST, "sebf"),
}


def scenario(topology, scheduler, ranks, iterations):
    workload = {"kind": "collective", "operation": "all-to-all", "ranks": ranks, "bytes": "16MB"}
    job = {"name": "j", "workload": workload, "iterations": iterations}
    return {
        "schema": "echelon/scenario/1",
        "name": "memory",
        "topology": topology,
        "fabric": {"kind": "fluid"},
        "jobs": [job],
        "schedulers": [scheduler],
    }


def largest_set(binary, command, document, options):
    """The largest resident set of the program on this scenario, in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scenario.json"
        path.write_text(json.dumps(document))
        process = subprocess.Popen([binary, command, str(path), *options], stdout=subprocess.DEVNULL, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{binary} {command} failed with exit code {process.returncode}")
        if command == "check":
            return usage.ru_maxrss * 1024
        (summary,) = pathlib.Path(folder).glob("results/*/*/summary.json")
        return json.loads(summary.read_text())["engine"][0]["peak_rss_bytes"]


def bytes_per_flow(binary, topology, scheduler, files):
    few, many = 100_000 // FLOWS, 1_000_000 // FLOWS
    sizes = [
        largest_set(binary, "run", scenario(topology, scheduler, RANKS, n), ["--files", files, "--jobs", "1"]) for n in (few, many)
    ]
    return (sizes[1] - sizes[0]) / (FLOWS * (many - few))


def bytes_per_task(binary):
    ranks = (317, 1000)
    sizes = [largest_set(binary, "check", scenario(SWITCH | {"hosts": n}, "fair", n, 1), []) for n in ranks]
    return (sizes[1] - sizes[0]) / (ranks[1] * (ranks[1] - 1) - ranks[0] * (ranks[0] - 1))


def bytes_per_task_in_run(binary):
    ranks = (128, 512)
    sizes = []
    for n in ranks:
        document = scenario(SWITCH | {"hosts": n}, "fair", n, 1)
        document["jobs"][0]["workload"] |= {"operation": "all-reduce", "granularity": "step"}
        sizes.append(largest_set(binary, "run", document, ["--files", "summary", "--jobs", "1"]))
    return (sizes[1] - sizes[0]) / (2 * ranks[1] * (ranks[1] - 1) - 2 * ranks[0] * (ranks[0] - 1))


def main():
    binaries = [os.path.abspath(binary) for binary in sys.argv[1:]]
    if not binaries:
        sys.exit(__doc__)
    print("| bytes for each |" + "".join(f" {binary} |" for binary in sys.argv[1:]))
    print("|---|" + "---|" * len(binaries))
    for name, (topology, scheduler) in RUNS.items():
        for files in ("summary", "all"):
            figures = [f" {bytes_per_flow(binary, topology, scheduler, files):.0f} |" for binary in binaries]
            print(f"| flow {name}, `--files {files}` |" + "".join(figures), flush=True)
    print("| task of a graph while it is built |" + "".join(f" {bytes_per_task(binary):.0f} |" for binary in binaries))
    print("| task of a ring, with its flow, in a run |" + "".join(f" {bytes_per_task_in_run(binary):.0f} |" for binary in binaries))


if __name__ == "__main__":
    main()
