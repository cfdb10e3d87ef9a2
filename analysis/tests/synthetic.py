# SPDX-License-Identifier: GPL-2.0-only
"""Small result folders, written by hand in the format of docs/reference/results.md, for the tests.

    path = figure2(folder)                      # the paper's figure 2 under fair, sebf, echelon
    path = pipeline(folder, stages=4)           # a pipeline-parallel job with replicas, and a second job
"""

import dataclasses
import json
import math


PARTS = ("compute_s", "transmission_s", "waiting_s", "delay_s")


def seconds(value):
    return f"{value:.12f}"


def quoted(name):
    return f'"{name}"' if "," in name else name


@dataclasses.dataclass
class Run:
    """What one run leaves behind; times in seconds."""

    scheduler: str
    flows: list = dataclasses.field(default_factory=list)  # (group, position, source, destination, bytes, count, start, finish, ideal)
    groups: list = dataclasses.field(default_factory=list)  # (job, iteration, name, shape, weight, scale_up, extra flows, extra bytes)
    compute: list = dataclasses.field(default_factory=list)  # (gpu, job, iteration, name, start, end[, stream])
    jobs: list = dataclasses.field(default_factory=list)  # (job, iteration, start, end)
    links: list = dataclasses.field(default_factory=list)  # (name, rate, bytes)
    # (job, iteration, kind, name, device, to, flow, group, start, end, transmission); the rest of a flow's time is waiting. Iterations
    # without steps are one computation.
    path: list = dataclasses.field(default_factory=list)
    waits: list = dataclasses.field(default_factory=list)  # (job, iteration, step, link, job, iteration, group, name, seconds)
    series: list = dataclasses.field(default_factory=list)  # (link, start, duration, rate, queue)
    fabric: str = "fluid"


def rank(values, percent):
    """Nearest rank, by its definition."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(percent / 100 * len(ordered))) - 1] if ordered else 0


# Of an iteration, in seconds.
IDEAL = 0.5


def write(folder, scenario, runs):
    """Write the folder; summary.json's figures are computed flow by flow."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "flows": ["run,flow,group,position,source,destination,bytes,count,start_s,finish_s,ideal_finish_s,tardiness_s"],
        "groups": [
            "run,scheduler,group,job,iteration,name,shape,flows,bytes,weight,reference_s,finish_s,cct_s,tardiness_s"
        ],
        "jobs": ["run,scheduler,job,iteration,start_s,end_s,time_s,arrival_s,ideal_s"],
        "computes": ["run,job,iteration,name,devices,stream,start_s,end_s"],
        "links": ["run,scheduler,link,name,rate_bps,bytes,utilisation"],
        "link_series": ["run,link,start_s,duration_s,rate_bps,queue_bytes"],
        "critical_path": [
            "run,scheduler,job,iteration,step,kind,name,device,to,flow,group,start_s,end_s,"
            "compute_s,transmission_s,waiting_s,delay_s"
        ],
        "waits": [
            "run,scheduler,job,iteration,step,link,blocking_job,blocking_iteration,blocking_group,blocking_name,seconds"
        ],
    }
    summary = {"schema": "echelon/summary/2", "scenario": scenario, "runs": [], "engine": []}
    for r, run in enumerate(runs):
        makespan = max(end for *_, end in run.jobs)
        for f, (group, position, source, target, size, count, start, finish, ideal) in enumerate(run.flows):
            times = ",".join(seconds(t) for t in (start, finish, ideal, finish - ideal))
            texts["flows"].append(f"{r},{f},{group},{position},{source},{target},{size},{count},{times}")
        network = []
        for g, (job, iteration, name, shape, weight, scale_up, more, more_bytes) in enumerate(run.groups):
            own = [f for f in run.flows if f[0] == g]
            reference = min((f[6] for f in own), default=0.0)
            finish = max((f[7] for f in own), default=0.0)
            late = max((f[7] - f[8] for f in own), default=0.0)
            if scale_up:
                continue
            network.append((weight, late, finish - reference))
            count = more + sum(f[5] for f in own)
            size = more_bytes + sum(f[4] * f[5] for f in own)
            times = ",".join(seconds(t) for t in (reference, finish, finish - reference, late))
            texts["groups"].append(
                f"{r},{run.scheduler},{g},{job},{iteration},{quoted(name)},{shape},{count},{size},{weight},{times}"
            )
        for job, iteration, start, end in sorted(run.jobs):
            arrival = min(s for j, _, s, _ in run.jobs if j == job)
            times = ",".join(seconds(t) for t in (start, end, end - start, arrival, IDEAL))
            texts["jobs"].append(f"{r},{run.scheduler},{job},{iteration},{times}")
        computes = [(start, gpu, stream[0] if stream else 0, job, iteration, name, end) for gpu, job, iteration, name, start, end, *stream in run.compute]
        for start, gpu, stream, job, iteration, name, end in sorted(computes):
            texts["computes"].append(f"{r},{job},{iteration},{quoted(name)},{gpu},{stream},{seconds(start)},{seconds(end)}")
        used = []
        for n, (name, rate, size) in enumerate(run.links):
            used.append(8 * size / (rate * makespan))
            texts["links"].append(f"{r},{run.scheduler},{n},{name},{rate},{size},{used[-1]!r}")
        for link, start, duration, rate, queue in sorted(run.series):
            texts["link_series"].append(f"{r},{link},{seconds(start)},{seconds(duration)},{rate},{queue}")
        for job, iteration, step, link, blocker, blocking_iteration, group, name, waited in run.waits:
            texts["waits"].append(
                f"{r},{run.scheduler},{job},{iteration},{step},{link},{blocker},{blocking_iteration},{group},"
                f"{quoted(name)},{seconds(waited)}"
            )
        names = sorted({job for job, *_ in run.jobs})
        sums = {name: dict.fromkeys(PARTS, 0.0) for name in names}
        for job, iteration, start, end in sorted(run.jobs):
            steps = [p[2:] for p in run.path if p[:2] == (job, iteration)]
            steps = steps or [("compute", "all", 0, -1, -1, -1, start, end, 0.0)]
            for step, (kind, name, device, to, flow, group, begin, stop, alone) in enumerate(steps):
                times = dict.fromkeys(PARTS, 0.0)
                if kind == "flow":
                    times.update(transmission_s=alone, waiting_s=stop - begin - alone)
                else:
                    times["compute_s" if kind == "compute" else "delay_s"] = stop - begin
                for part in PARTS:
                    sums[job][part] += times[part]
                texts["critical_path"].append(
                    f"{r},{run.scheduler},{job},{iteration},{step},{kind},{quoted(name)},{device},{to},{flow},{group},"
                    + ",".join(seconds(t) for t in (begin, stop, *times.values()))
                )
        completion = [
            max(e for j, _, _, e in run.jobs if j == name) - min(s for j, _, s, _ in run.jobs if j == name)
            for name in names
        ]
        ideal = [IDEAL * sum(1 for j, *_ in run.jobs if j == name) for name in names]
        slowdown = [c / i for c, i in zip(completion, ideal)]
        gpus = [max(1, len({c[0] for c in run.compute if c[1] == name})) for name in names]
        busy = [sum(c[5] - c[4] for c in run.compute if c[1] == name) / (g * c) for name, g, c in zip(names, gpus, completion)]
        fct = [f[7] - f[6] for f in run.flows for _ in range(f[5])]
        ccts = [c for *_, c in network]
        summary["runs"].append(
            {
                "scheduler": run.scheduler,
                "fabric": run.fabric,
                "seed": 1,
                "makespan_s": makespan,
                "jobs": [
                    {
                        "name": name,
                        "completion_time_s": completion[n],
                        "ideal_time_s": ideal[n],
                        "slowdown": slowdown[n],
                        "iteration_times_s": [e - s for j, _, s, e in sorted(run.jobs) if j == name],
                        "compute_utilisation": busy[n],
                        "critical_path": sums[name],
                    }
                    for n, name in enumerate(names)
                ],
                "all_jobs": {
                    "completion_mean_s": sum(completion) / len(names),
                    "completion_p95_s": rank(completion, 95),
                    "slowdown_mean": sum(slowdown) / len(names),
                    "slowdown_max": max(slowdown),
                    "fairness": sum(slowdown) ** 2 / (len(names) * sum(s * s for s in slowdown)),
                },
                "groups": {
                    "count": len(network),
                    "tardiness_sum_s": sum(w * t for w, t, _ in network),
                    "tardiness_max_s": max((t for _, t, _ in network), default=0),
                    "cct_mean_s": sum(ccts) / len(ccts) if ccts else 0,
                    "cct_p95_s": rank(ccts, 95),
                },
                "flows": {
                    "count": len(fct),
                    "bytes": sum(f[4] * f[5] for f in run.flows),
                    "fct_mean_s": sum(fct) / len(fct) if fct else 0,
                    "fct_p99_s": rank(fct, 99),
                    "scale_up_count": 0,
                },
                "links": {
                    "utilisation_mean": sum(used) / len(used) if used else 0,
                    "utilisation_max": max(used, default=0),
                },
            }
        )
        summary["engine"].append({"scheduler": run.scheduler, "wall_s": 0.1})
    for name, lines in texts.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "manifest.json").write_text(
        json.dumps({"schema": "echelon/results/2", "scenario": scenario, "run_id": folder.name}), encoding="utf-8"
    )
    return folder


def figure2(folder):
    """Pan et al., figure 2: one link of B = 1 Gb/s, three flows of 2B, released at 1, 2, 3, each computed 1 s by the consumer.

    The finishes are the paper's: fair 4.5, 6.5, 7 (computation done at 8.5); coflow 7, 7, 7 (10); EchelonFlow 5, 6, 7 (8).

    Critical paths, backwards. fair: F2 and F1 on the consumer, flow 1 (from 2 to 6.5), F1 and F0 on the producer. sebf: F2, F1, F0 of the
    consumer, flow 0 (1 to 7), F0. echelon: F2, flow 2 (3 to 7), the producer's three. A flow alone takes 2 s; it waits for the others
    of its own EchelonFlow. The link is busy from 1 to 7.
    """
    runs = []
    critical = {"fair": 1, "sebf": 0, "echelon": 2}
    for scheduler, finishes in (("fair", (4.5, 6.5, 7.0)), ("sebf", (7.0, 7.0, 7.0)), ("echelon", (5.0, 6.0, 7.0))):
        run = Run(scheduler, groups=[("train", 0, "pp forward 0->1", "pipeline", 1.0, 0, 0, 0)])
        end = 0.0
        for i, finish in enumerate(finishes):
            run.flows.append((0, i, 0, 1, 250_000_000, 1, 1.0 + i, finish, 1.0 + i))
            run.compute.append((0, "train", 0, f"F{i}", float(i), i + 1.0))
            end = max(end, finish) + 1.0
            run.compute.append((1, "train", 0, f"F{i}", end - 1.0, end))
        run.jobs.append(("train", 0, 0.0, end))
        run.links = [("host0->switch0", 1e9, 750_000_000), ("host1->switch0", 1e9, 0)]
        run.series = [(0, 0.5 * k, 0.5, 1e9, 0) for k in range(2, 14)]
        last = critical[scheduler]
        for i in range(last + 1):
            run.path.append(("train", 0, "compute", f"F{i}", 0, -1, -1, -1, float(i), i + 1.0, 0.0))
        finish = finishes[last]
        run.path.append(("train", 0, "flow", "pp forward 0->1", 0, 1, last, 0, last + 1.0, finish, 2.0))
        run.waits.append(("train", 0, last + 1, 0, "train", 0, 0, "pp forward 0->1", finish - last - 3.0))
        for i in range(last, 3):
            run.path.append(("train", 0, "compute", f"F{i}", 1, -1, -1, -1, finish, finish + 1.0, 0.0))
            finish += 1.0
        runs.append(run)
    return write(folder, "echelonflow-fig2", runs)


def pipeline(folder, stages=4, replicas=2, alike=2, microbatches=6, iterations=3):
    """GPipe: forward through the stages, backward back, then an all-reduce of each stage's gradients among the replicas.

    Transfers take longer under `fair` than under `echelon`, by fixed factors; no link is modelled. GPU = (replica × stages +
    stage) × alike + k; GPUs of a stage do the same, the first of them sends. A second job, `solo`, only computes.
    """
    forward, backward, transfer = 0.010, 0.020, 0.004
    runs = []
    for scheduler, slow in (("fair", 3.0), ("sebf", 2.5), ("echelon", 1.0)):
        run = Run(scheduler)
        start = 0.0
        for iteration in range(iterations):
            end = start
            group_of = {}
            for replica in range(replicas):
                # Replicas differ by a jitter far smaller than a stage's delay.
                jitter = 0.0005 * replica
                ready = [start + jitter] * microbatches
                steps = [(s, "F", forward, 1) for s in range(stages)]
                steps += [(s, "B", backward, -1) for s in reversed(range(stages))]
                free = [start] * stages
                for stage, letter, duration, direction in steps:
                    gpu = (replica * stages + stage) * alike
                    following = stage + direction
                    done = []
                    for m in range(microbatches):
                        begin = max(ready[m], free[stage])
                        free[stage] = begin + duration
                        for k in range(alike):
                            run.compute.append((gpu + k, "llm", iteration, f"{letter}{m}", begin, free[stage]))
                        done.append(free[stage])
                    if not 0 <= following < stages:
                        ready = done
                        continue
                    word = "forward" if letter == "F" else "backward"
                    group = len(run.groups)
                    run.groups.append(
                        ("llm", iteration, f"pp {word} {stage}->{following} replica {replica}", "pipeline", 1.0, 0, 0, 0)
                    )
                    sent = start
                    ready = []
                    for m in range(microbatches):
                        begin = done[m]
                        sent = max(sent, begin) + transfer * slow
                        target = (replica * stages + following) * alike
                        run.flows.append(
                            (group, m, gpu, target, 25_000_000, 1, begin, sent, done[0] + m * duration)
                        )
                        ready.append(sent)
                end = max(end, max(free))
                for stage in range(stages):
                    gpu = (replica * stages + stage) * alike
                    key = ("dp", stage)
                    if key not in group_of:
                        group_of[key] = len(run.groups)
                        run.groups.append(("llm", iteration, f"dp bucket 0, stage {stage}", "coflow", 1.0, 0, 0, 0))
                    partner = (((replica + 1) % replicas) * stages + stage) * alike
                    finish = free[stage] + 0.02 * slow
                    run.flows.append((group_of[key], 0, gpu, partner, 100_000_000, 2, free[stage], finish, free[stage]))
                    end = max(end, finish)
            run.groups.append(("llm", iteration, "tp all-reduce, inside hosts", "coflow", 1.0, 1, 8, 1000))
            run.jobs.append(("llm", iteration, start, end))
            start = end
        solo = stages * replicas * alike
        for iteration in range(iterations):
            begin = iteration * (0.05 + 0.01 * slow)
            run.compute.append((solo, "solo", iteration, "F0", begin, begin + 0.03))
            run.jobs.append(("solo", iteration, begin, begin + 0.05 + 0.01 * slow))
        run.links = [("leaf0->spine0", 400e9, sum(f[4] * f[5] for f in run.flows)), ("spine0->leaf0", 400e9, 0)]
        # Half the capacity in the last quarter of the run, where the all-reduce is.
        run.series = [(0, start * k / 8, start / 8, 200e9, 0) for k in (6, 7)]
        runs.append(run)
    return write(folder, "toy-pipeline", runs)
