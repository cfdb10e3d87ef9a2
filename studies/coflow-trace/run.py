#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the public coflow trace under every coflow scheduler and writes studies/coflow-trace/README.md.

    studies/coflow-trace/run.py            needs the release build with benchmarks (cmake --preset release)

The trace is $ECHELON_DATA/coflow/FB2010-1Hr-150-0.txt (default ../shared/data); without it the page stays
as it is. Nothing on the page is typed in but the published factors: text stands here, figures come from
the runs. Takes a few minutes, one run at a time.
"""

import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
BIN = ROOT / "build" / "release" / "bin"
PAGE = FOLDER / "README.md"
DATA = pathlib.Path(os.environ.get("ECHELON_DATA", ROOT.parent / "shared" / "data"))
TRACE = DATA / "coflow" / "FB2010-1Hr-150-0.txt"

SCHEDULERS = ["fair", "las", "d-clas", "ncf", "scf", "sebf", "bssi", "echelon"]
# Decides on all flows at every departure, which is out of reach with 100,000 of them active.
ONLY_FIRST = ["las"]
FIRST = 60
# Chowdhury, Zhong, Stoica (SIGCOMM 2014): Varys against per-flow fairness, mean and 95th percentile.
PUBLISHED = (3.16, 3.84)


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def registered():
    done = subprocess.run(
        [BIN / "echelon", "list", "schedulers", "--json"], check=True, capture_output=True, text=True
    )
    names = [entry["name"] for entry in json.loads(done.stdout)["entries"]]
    return [name for name in SCHEDULERS if name in names]


def run(folder, coflows, scheduler):
    """The figures of one run of `echelon`."""
    part = [] if coflows is None else ["--first", str(coflows)]
    subprocess.run(
        [BIN / "echelon", "convert", "coflow-benchmark", TRACE, "-o", folder / "trace.json", *part],
        check=True,
        capture_output=True,
    )
    scenario = {
        "schema": "echelon/scenario/1",
        "name": "coflow-trace",
        "topology": {"kind": "big-switch", "hosts": 150, "host_link": {"rate": "1Gbps"}},
        "jobs": [{"name": "trace", "workload": "trace.json"}],
        "schedulers": [scheduler],
    }
    (folder / "scenario.json").write_text(json.dumps(scenario))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [BIN / "echelon", "run", folder / "scenario.json", "--json", "--files", "summary", "--out", folder / "out"],
        check=True,
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    document = json.loads(done.stdout)
    engine = document["engine"][0]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = {**document["runs"][0], "cpu_s": cpu, "rss": engine["peak_rss_bytes"]}
    print(f"{scheduler}: {figures['groups']['cct_mean_s']:.3f} s, {cpu:.1f} s of work", file=sys.stderr)
    return figures


def schedulers_section(folder, coflows, title):
    names = [name for name in registered() if coflows is not None or name not in ONLY_FIRST]
    runs = {name: run(folder, coflows, name) for name in names}
    fair = runs["fair"]["groups"]
    rows = []
    for name, figures in runs.items():
        mean, p95 = figures["groups"]["cct_mean_s"], figures["groups"]["cct_p95_s"]
        rows.append(
            [
                f"`{name}`",
                f"{mean:.3f}",
                f"{p95:.3f}",
                f"{fair['cct_mean_s'] / mean:.2f}×",
                f"{fair['cct_p95_s'] / p95:.2f}×",
                f"{figures['makespan_s']:.1f}",
                f"{figures['cpu_s']:.1f}",
                f"{figures['rss'] / 1e6:.0f}",
            ]
        )
    count, flows = runs["fair"]["groups"]["count"], runs["fair"]["flows"]["count"]
    header = ["scheduler", "mean CCT, s", "p95 CCT, s", "fair / mean", "fair / p95", "makespan, s", "CPU, s", "peak, MB"]
    return f"## {title}\n\n{count} coflows that use the network, {flows:,} flows.\n\n{table(header, rows)}\n", runs


def same_as_sebf(runs):
    """The larger relative difference of the mean and the 95th percentile of `echelon` and `sebf`."""
    ours, theirs = (runs[name]["groups"] for name in ("echelon", "sebf"))
    return max(abs(ours[figure] / theirs[figure] - 1) for figure in ("cct_mean_s", "cct_p95_s"))


def habits(coflows):
    part = [] if coflows is None else ["--first", str(coflows)]
    done = subprocess.run(
        [BIN / "coflow-trace", "--trace", TRACE, "--quirks", "--json", *part],
        check=True,
        capture_output=True,
        text=True,
    )
    return {entry["run"]: entry for entry in map(json.loads, done.stdout.splitlines())}


def habits_section():
    rows = []
    runs = [habits(FIRST), habits(None)]
    for name in runs[0]:
        cells = [name]
        for entries in runs:
            cells += [f"{entries[name]['cct_mean_s']:.3f}", f"{entries[name]['cct_p95_s']:.3f}"]
        rows.append(cells)
    header = ["run", f"first {FIRST}: mean, s", "p95, s", "whole: mean, s", "p95, s"]

    def factor(entries, figure, slow, fast):
        return entries[slow][figure] / entries[fast][figure]

    figures = ("cct_mean_s", "cct_p95_s")
    equal = [factor(runs[1], figure, "equal shares", "sebf") for figure in figures]
    ours = [factor(runs[1], figure, "fair", "sebf") for figure in figures]
    idle = factor(runs[1], "cct_mean_s", "sebf, static order, idle", "sebf, static order")
    return f"""## What CoflowSim does otherwise

CoflowSim is the reference simulator of Varys and Aalo. Its source shows where it differs from the papers and from Echelon. This is what each habit does to
the figures (`build/release/bin/coflow-trace --quirks`):

1. **Ports of 128 MB/s, seconds of 1,024 ms, MB of 2^20 bytes.** A port moves one of the trace's MB in 8 ms. So does a port of 1 Gb/s here with MB of
   10^6 bytes: the three cancel, and completion times compare as they stand.
2. **Quantum of 8 ms.** An end is seen up to 8 ms late. Every time is too long by less than that, which matters only to coflows of some MB.
3. **Fair sharing** gives a flow the lesser of (port / flows of the port) over its two ports. This is not max-min: what a flow cannot use because of its other
   port, nobody gets. In the table it is called *equal shares*.
4. **Epochs.** Coflows are admitted at the start of the epoch of 10.24 s in which they arrive, which is before they arrive, and many together. Times count from there.
5. **Static order.** Coflows are ordered by Γ at arrival; what has been sent does not count.
6. **Idle capacity.** Rates are computed when coflows come or end. What a flow leaves when it ends before its coflow lies idle until then. CoflowSim makes up for
   a part of it by mistake: a coflow that MADD passes over keeps its former rates, and backfill adds to them, so that ports carry more than they have. That is not
   imitated: *idle* shows what idling costs, not CoflowSim's own figures.
7. **Traffic inside a rack** goes through the rack's ports there. It is 0.7 % of the flows, and is left out here.

{table(header, rows)}
Over the whole trace SEBF gains {equal[0]:.2f}× (mean) and {equal[1]:.2f}× (p95) over equal shares, and {ours[0]:.2f}× and {ours[1]:.2f}× over max-min fairness: a baseline that wastes capacity
flatters every coflow scheduler. Epochs and the static order change little. Without backfilling between ends of coflows SEBF's mean is {idle:.2f} times as long.

"""


def main():
    if not TRACE.is_file():
        print(f"skipped: no {TRACE}; set ECHELON_DATA", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        first, few = schedulers_section(folder, FIRST, f"The first {FIRST} coflows")
        whole, runs = schedulers_section(folder, None, "The whole trace")
    fair = runs["fair"]["groups"]
    gains = []
    for name in ("sebf", "bssi"):
        if name in runs:
            groups = runs[name]["groups"]
            mean, p95 = fair["cct_mean_s"] / groups["cct_mean_s"], fair["cct_p95_s"] / groups["cct_p95_s"]
            gains.append(f"`{name}` {mean:.2f}× in the mean and {p95:.2f}× at the 95th percentile")
    page = f"""# The public coflow trace

Written by `studies/coflow-trace/run.py`; every figure is of its last run ({platform.machine()}, one core). The trace has 526 coflows of a MapReduce cluster, with 706,397 flows between 150 racks and 35.5 TB in an hour
([how it is read](../../docs/reference/workloads.md#coflow-traces)). It runs on a big switch with 150 ports of 1 Gb/s each way, on the fluid fabric with exact rates and without control delay.

A coflow's completion time (CCT) counts from its arrival to its last byte. p95 is the nearest rank. CPU is that of the whole program, including reading the trace. Coflows whose flows all stay in their rack (3) take no time on any fabric and are in no figure.

**Result.** Over per-flow fairness: {"; ".join(gains)}. Published for Varys: {PUBLISHED[0]}× and {PUBLISHED[1]}×, measured on another system, so
direction and size can agree but not the digits. [Below](#what-coflowsim-does-otherwise) is how much of the rest depends on what "fair" means.

{first}{whole}`las` decides on all flows at every departure, so it is run on the first coflows only. A coflow is an EchelonFlow of one class, so `echelon` is `sebf` here: means and 95th percentiles differ by at
most {same_as_sebf(few):.0e} of their values over the first {FIRST}. Over the whole trace they differ by {same_as_sebf(runs):.0e}. The two compute the same rates from different terms, so flows end a picosecond apart. Among
hundreds of thousands of flows that make room for each other, such differences grow until two coflows that are nearly alike change places.

{habits_section()}## Again

```
cmake --preset release && cmake --build --preset release
ECHELON_DATA=/path/to/data studies/coflow-trace/run.py
```
"""
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
