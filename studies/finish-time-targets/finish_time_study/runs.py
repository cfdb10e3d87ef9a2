# SPDX-License-Identifier: GPL-2.0-only
"""From points to CSV: calibrate the links, run the emulator, keep what the page needs.

    run_study("build/release/bin/echelon", schedulers)      # writes the CSV files of names.py

Arrivals are drawn from the point's seed: the first job starts at 0, each further one at a moment of the first one's ideal
iteration, uniformly. The same seed also is the scenario's, so it draws compute noise and paths.
"""

import concurrent.futures
import csv
import functools
import itertools
import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile

import pandas

from finish_time_study.data import compared, part
from finish_time_study.names import (
    BUCKETS,
    COST,
    CSV,
    KINDS,
    OURS,
    PACKET_SCHEDULERS,
    PERTURBED,
    REFERENCE,
    SCHEDULERS,
    WAITS,
    scenario_path,
)
from finish_time_study.points import BASE, COLUMNS, HEADLINE_SEEDS, LINE_SEEDS, SPEEDS, point, points

PARTS = ["compute", "transmission", "waiting", "delay"]
# Segments of 21 us at 400 Gb/s, a thousandth of a bucket: with the usual 4 KiB a run would take an hour.
PACKET = {"kind": "packet", "segment": "1MiB", "scale_up_segment": "1MiB", "queue_capacity": "64MiB"}
PACKET_ITERATIONS = 6
FABRICS = {"packet": PACKET, "queues": {**PACKET, "enforcement": "queues"}}
# The iterations of the headline's first seed that are drawn.
DRAWN_ITERATIONS = (14, 20)


def emulate(binary, scenario, *options):
    """(summary, folder of tables or None) of one run of the emulator."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scenario.json"
        path.write_text(json.dumps(scenario))
        command = [binary, "run", path, "--json", "--quiet", "--out", folder, *(options or ("--files", "summary"))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{scenario['name']}: {done.stderr.strip()}")
        tables = {}
        if options:
            [folder] = pathlib.Path(folder).glob("*/*/")
            tables = {name: list(rows(folder / f"{name}.csv")) for name in ("waits", "critical_path", "groups")}
        return json.loads(done.stdout), tables


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_scenario(kind, jobs, speed=1.0):
    """The kind's scenario, its model's file by an absolute path, with so many jobs and leaves that have room for them.

    Computations are `speed` times as fast.
    """
    path = scenario_path(kind)
    scenario = json.loads(path.read_text(encoding="utf-8"))
    first = scenario["jobs"][0]
    first["workload"] = str((path.parent / first["workload"]).resolve())
    first["parallelism"]["utilisation"] *= speed
    topology = scenario["topology"]
    topology["hosts_per_leaf"] = topology["hosts_per_leaf"] * jobs // len(scenario["jobs"])
    scenario["jobs"] = [{**first, "name": "abcdefgh"[i]} for i in range(jobs)]
    return scenario


@functools.lru_cache(maxsize=None)
def calibrate(binary, kind, oversubscription, jobs):
    """(load at the scenario's own rates, seconds of an ideal iteration): one iteration of each job, as profiled."""
    scenario = load_scenario(kind, jobs)
    scenario["topology"]["oversubscription"] = oversubscription
    for job in scenario["jobs"]:
        job.update(iterations=1, arrival="0s")
        job.pop("compute_noise")
    scenario["schedulers"] = [REFERENCE]
    [run] = emulate(binary, scenario)[0]["runs"]
    ideal = run["jobs"][0]["ideal_time_s"]
    return run["links"]["utilisation_max"] * run["makespan_s"] / ideal, ideal


def scenario_of(binary, at, schedulers):
    """(scenario, load) of a point."""
    scenario = load_scenario(at["kind"], at["jobs"], at.get("speed", 1.0))
    load, ideal = calibrate(binary, at["kind"], at["oversubscription"], at["jobs"])
    topology = scenario["topology"]
    if at["load"] is not None:
        rate = float(topology["host_link"]["rate"].removesuffix("Gbps")) * load / at["load"]
        topology["host_link"]["rate"] = f"{rate:.9f}Gbps"
        load = at["load"]
    topology.update(oversubscription=int(at["oversubscription"]), spines=int(at["spines"]))
    draw = random.Random(int(at["seed"]))
    scenario["seed"] = int(at["seed"])
    for job in scenario["jobs"]:
        job["arrival"] = f"{0 if job is scenario['jobs'][0] else draw.uniform(0, ideal):.6f}s"
        job["compute_noise"]["sigma"] = at["noise"]
        if at["part"] == "packet":
            job["iterations"] = PACKET_ITERATIONS
    scenario["fabric"] = FABRICS.get(at["fabric"], {"kind": "fluid"})
    scenario["schedulers"] = [{"name": name, "control_delay": at["control_delay"]} for name in schedulers]
    return scenario, load


def run_point(binary, at):
    """One line of the CSV per scheduler."""
    scenario, load = scenario_of(binary, at, PACKET_SCHEDULERS if at["part"] == "packet" else SCHEDULERS)
    found = []
    for run in emulate(binary, scenario)[0]["runs"]:
        means = [statistics.mean(job["iteration_times_s"]) for job in run["jobs"]]
        ideal = statistics.mean(job["ideal_time_s"] / len(job["iteration_times_s"]) for job in run["jobs"])
        row = {name: at[name] for name in COLUMNS}
        found.append({**row, "load": load, "scheduler": run["scheduler"], "iteration_s": statistics.mean(means),
                      "slowest_job_s": max(means), "ideal_s": ideal})
    return found


def explained_points(data):
    """The headline's first seed, and of each kind the point where ours gains least: of the map, and of the lines without control delay."""
    points = compared(data)
    first = part(points, part="headline", seed=HEADLINE_SEEDS[0]).iloc[0]
    chosen = [("headline", {**first[COLUMNS].to_dict(), "load": None}, first.best_name)]
    points = part(points, part=["map", "line", "half"], control_delay=BASE["control_delay"])
    for kind in KINDS:
        for parts in (["map"], ["line", "half"]):
            of = part(points, kind=kind, part=parts)
            if len(of):
                worst = of.loc[of.saving.idxmin()]
                chosen.append(("worst", worst[COLUMNS].to_dict(), worst.best_name))
    return chosen


def explain(binary, data):
    """Seconds of the mean iteration on the critical path, by what it waits for; and the drawn buckets of the headline."""
    lines, buckets = [], []
    for why, at, best in explained_points(data):
        scenario, load = scenario_of(binary, at, [best, OURS])
        summary, tables = emulate(binary, scenario, "--files", "tables")
        for run in summary["runs"]:
            iterations = sum(len(job["iteration_times_s"]) for job in run["jobs"])
            seconds = {name: sum(job["critical_path"][f"{name}_s"] for job in run["jobs"]) for name in PARTS}
            del seconds["waiting"]
            for wait in (row for row in tables["waits"] if row["scheduler"] == run["scheduler"]):
                name = waited_for(wait)
                seconds[name] = seconds.get(name, 0) + float(wait["seconds"])
            row = {"why": why, **{name: at[name] for name in COLUMNS}, "load": load, "scheduler": run["scheduler"]}
            lines += [{**row, "part_of_path": name, "seconds": total / iterations} for name, total in seconds.items()]
        if why == "headline":
            buckets = [bucket_row(row) for row in tables["groups"] if DRAWN_ITERATIONS[0] <= int(row["iteration"]) <= DRAWN_ITERATIONS[1]]
    return lines, buckets


def waited_for(wait):
    if wait["blocking_group"] == "-1":
        return "unattributed"
    return "own flows" if wait["blocking_job"] == wait["job"] else "the other job's flows"


def bucket_row(row):
    return {name: row[name] for name in ("scheduler", "job", "iteration", "name", "reference_s", "finish_s", "bytes")}


def perturb(binary):
    """What ours saves at the point that all lines go through, with computations a millionth faster and slower."""
    lines = []
    for kind, speed in itertools.product(KINDS, SPEEDS):
        found = pandas.DataFrame(run_point(binary, {**point("line", kind, LINE_SEEDS[0]), "speed": speed}))
        lines.append({"kind": kind, "speed": f"{speed:.6f}", "saving": compared(found).saving.iloc[0]})
    return lines


def run_study(binary):
    todo = list(points())
    lines, kinds = [], {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, found in enumerate(pool.map(lambda at: run_point(binary, at), todo), 1):
            lines += found
            if done % 50 == 0:
                print(f"{done} of {len(todo)}", file=sys.stderr, flush=True)
    data = pandas.DataFrame(lines)
    waits, buckets = explain(binary, data)
    write(data, CSV)
    write(pandas.DataFrame(waits), WAITS)
    write(pandas.DataFrame(buckets), BUCKETS)
    write(pandas.DataFrame(perturb(binary)), PERTURBED)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    write(pandas.DataFrame([{"points": len(todo), "runs": len(lines), "cpu_s": round(used.ru_utime + used.ru_stime)}]), COST)


def write(frame, path):
    frame.to_csv(path, index=False, float_format="%.12g", lineterminator="\n")
