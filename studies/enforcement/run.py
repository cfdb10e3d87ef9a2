#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/enforcement/README.md: queues instead of paced flows, late decisions, and a coordinator that is lost.

    studies/enforcement/run.py build/release/bin/echelon                run the grid; CSV, figure and page
    studies/enforcement/run.py build/release/bin/echelon --from-csv     the grid from the committed CSV

studies/enforcement/grid.sh makes studies/enforcement/data/enforcement.csv, about a minute on one core; figure.py
draws it. The rest of the page are runs of other scenarios on the fluid fabric, made each time. Every figure on the page is
computed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import pandas

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
SCENARIO = ROOT / "scenarios" / "paper" / "enforcement.json"
CSV = FOLDER / "data" / "enforcement.csv"
IMAGE = FOLDER / "figures" / "enforcement.png"
PAGE = FOLDER / "README.md"
SCHEDULERS = ["fair", "srpt", "sebf", "echelon-paper", "echelon", "least-slack"]
# Two jobs of different periods; the tables are of the one that has something to gain.
TWO_JOBS, JOB = "sweep/llama2-70b-beside-fsdp", "llama2-70b"
LOST, BACK = "2s", "4s"
PACING = 0  # queues


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def percent(value):
    return f"{100 * value:+.1f} %"


def run_grid(binary):
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ECHELON_BIN": str(pathlib.Path(binary).resolve()), "OUT": folder}
        done = subprocess.run([FOLDER / "grid.sh"], env=environment, capture_output=True, text=True, check=True)
    CSV.write_text(done.stdout, encoding="utf-8")


def read_grid():
    """Makespan in ms, a row per scheduler and control delay, a column per number of queues."""
    names = ["enforcement", "queues", "delay", "scheduler", "makespan", "tardiness"]
    frame = pandas.read_csv(CSV, skiprows=1, header=None, usecols=range(len(names)), names=names)
    frame["makespan"] *= 1e3
    return frame.pivot(index=["scheduler", "delay"], columns="queues", values="makespan")


def run(binary, scenario, schedulers, control):
    """{scheduler: (entry of runs, entry of engine)} on the fluid fabric."""
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "run", ROOT / "scenarios" / f"{scenario}.json", "--json", "--quiet", "--files", "summary", "--out", folder]
        command += ["--set", '/fabric={"kind": "fluid"}', "--set", f"/schedulers={json.dumps(schedulers)}"]
        command += ["--set", f"/control={json.dumps(control)}", "--set", "/expect={}"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return {entry["scheduler"]: (entry, engine) for entry, engine in zip(found["runs"], found["engine"])}


def iterations(found, name):
    """Iteration times of the job."""
    [times] = [job["iteration_times_s"] for job in found[name][0]["jobs"] if job["name"] == JOB]
    return times


def outages(binary):
    """Runs with the coordinator, without it from a moment on, and with it again later."""
    controls = [{}, {"coordinator_lost": LOST}, {"coordinator_lost": LOST, "coordinator_back": BACK}]
    return [run(binary, TWO_JOBS, SCHEDULERS, control) for control in controls]


def outage_table(runs):
    rows = []
    for name in SCHEDULERS:
        times = [statistics.mean(iterations(found, name)) for found in runs]
        rows.append([f"`{name}`", f"{times[0]:.3f} s"] + [f"{value:.3f} s ({percent(value / times[0] - 1)})" for value in times[1:]])
    return table(["scheduler", "coordinator stays", f"lost at {LOST}", f"lost, back at {BACK}"], rows)


def queues_table(grid, delay):
    schedulers = [name for name in SCHEDULERS if name in grid.index.get_level_values("scheduler")]
    columns = [number for number in grid.columns if number != PACING] + [PACING]
    rows = [[f"`{s}`"] + [f"{grid.loc[(s, delay), number]:.2f}" for number in columns] for s in schedulers]
    return table(["scheduler"] + ["pacing" if number == PACING else f"{number} queue{'s' if number > 1 else ''}" for number in columns], rows)


def delay_table(grid, scheduler):
    columns = [number for number in grid.columns if number != PACING] + [PACING]
    delays = sorted(grid.loc[scheduler].index, key=lambda text: pandas.Timedelta(text))
    rows = [[delay.replace("us", " µs").replace("ms", " ms")] + [f"{grid.loc[(scheduler, delay), number]:.2f}" for number in columns] for delay in delays]
    return table(["control delay"] + ["pacing" if number == PACING else f"K = {number}" for number in columns], rows)


def page(binary, grid):
    now = grid.xs("0us", level="delay")
    most = max(grid.columns)
    alone = now[1]
    share = {s: (now[1][s] - now[2][s]) / (now[1][s] - now[PACING][s]) for s in ("sebf", "echelon")}
    off = {s: abs(now[most][s] / now[PACING][s] - 1) for s in now.index}
    echelon = grid.loc["echelon"]

    runs = outages(binary)
    hit = iterations(runs[1], "echelon")

    def lost(queues, delay):
        return f"{100 * (echelon[queues][delay] / echelon[queues]['0us'] - 1):.1f} %"

    return f"""# Enforcement and control plane

Written by `studies/enforcement/run.py`; every figure is of its runs. The EchelonFlow paper (Section 4, Figure 7) puts "data in priority queues by allocated bandwidth" and shares bandwidth among queues "by
weights", decided by a central coordinator. This page asks how many queues are needed, how late decisions may come, and what happens
if the coordinator is lost. Keys and defaults are in [scenario files](../../docs/reference/scenario.md).

## Queues and control delay

`scenarios/paper/enforcement.json` has an FSDP job, two pipelines and an all-to-all on 32 hosts under four leaves, 1:2 oversubscribed, on the packet fabric. Makespans are in ms, from
[enforcement.csv](data/enforcement.csv).

```sh
studies/enforcement/grid.sh > enforcement.csv
studies/enforcement/figure.py enforcement.csv studies/enforcement/figures/enforcement.png
```

![makespan over the number of queues and over the control delay](figures/enforcement.png)

{queues_table(grid, "0us")}
- **One queue** keeps nothing of a decision. It is per-flow fairness under every scheduler, with {alone.min():.2f} ms.
- **Two queues** already bring {100 * share["echelon"]:.0f} % (`echelon`) and {100 * share["sebf"]:.0f} % (`sebf`) of what pacing gains over one, since most of it lies in which flows wait: with two or more, flows told to wait
  have the last queue to themselves. Eight queues end within {100 * off["echelon"]:.1f} % (`echelon`), {100 * off["sebf"]:.1f} % (`sebf`) and {100 * off["fair"]:.1f} % (`fair`) of pacing. Max-min rates of many levels are the hardest to put in few queues, and
  more queues are not always closer, since classes change with the rates.

**Late decisions**, under `echelon`:

{delay_table(grid, "echelon")}
A paced flow never sends faster than its last decision, and a new one not at all, while queues are work-conserving. At 1 ms the makespan grows by {lost(PACING, "1ms")} paced,
by {lost(most, "1ms")} with eight queues and by {lost(1, "1ms")} with one, where nothing is decided; at 100 µs by {lost(PACING, "100us")}, {lost(most, "100us")} and {lost(1, "100us")}.

On two data-parallel jobs with buckets of tens of milliseconds, pacing and eight queues agree within 0.1 % of the iteration ([finish-time targets](../finish-time-targets/README.md#on-packets)).

## The coordinator is lost

`scenarios/{TWO_JOBS}.json` (fluid) with `--set '/control={{"coordinator_lost": "{LOST}"}}'`, and with `"coordinator_back": "{BACK}"` too. The table shows the mean iteration time of the LLaMA-2-70B job; every flow ends.

{outage_table(runs)}
Without its coordinator every scheduler falls back to the fairness of the agents, and loses its gain over `fair`. It loses more if a flow keeps a small last rate: under `echelon`, which slows flows down to
keep an arrangement, the longest iteration of the job takes {max(hit):.2f} s and the last {hit[-1]:.2f} s. `echelon-paper` loses to `fair` on this scenario, so it gains.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary", help="the emulator, e.g. build/release/bin/echelon")
    parser.add_argument("--from-csv", action="store_true", help="do not run the grid: use the committed CSV")
    arguments = parser.parse_args()
    if not arguments.from_csv:
        run_grid(arguments.binary)
    subprocess.run([sys.executable, FOLDER / "figure.py", CSV, IMAGE], check=True)
    PAGE.write_text(page(arguments.binary, read_grid()), encoding="utf-8")


if __name__ == "__main__":
    main()
