# SPDX-License-Identifier: GPL-2.0-only
"""Collects what chosen GPUs of each job compute and send under each scheduler: the bars of the page's Gantt chart.

    document = gantt(results, pack)

GPUs are chosen as for the figure (selection.py): one for all that do the same. Times are since the start of the run; the page shifts
them to the start of the chosen iteration.
"""

import dataclasses

import pandas as pd

from echelon_analysis.html.pack import Pack
from echelon_analysis.selection import compute_kind, flow_bars, kind_of, ordered, representatives

MAX_DEVICES = 8
# Bars in the page, all jobs and schedulers together.
MAX_BARS = 240_000


@dataclasses.dataclass(frozen=True)
class Bars:
    """Of one job under all schedulers."""

    job: str
    gpus: list
    compute: pd.DataFrame  # run, gpu (row), stream, job, iteration, name, start_s, end_s, critical
    flows: pd.DataFrame  # run, gpu, lane, iteration, kind, name, to, bytes, start_s, finish_s, ideal_s, critical


def gantt(results, pack: Pack):
    """The section's document, or {"missing": reason}."""
    tables = [_by_job(table) for table in (results.computes, _named_flows(results), results.critical_path)]
    found = [bars for bars in (_bars(results, job, *(table(job) for table in tables)) for job in results.job_names) if bars]
    if not found:
        return {"missing": "no job computes or sends."}
    keep, notes = _fit(results, found)
    if not any(keep.values()):
        return {"missing": f"every iteration has more than the {MAX_BARS:,} bars that a page may hold; computes.csv and flows.csv have them all."}
    times = _by_job(results.jobs)
    documents = [_document(results, bars, keep[bars.job], times(bars.job), pack) for bars in found if keep[bars.job]]
    return {"notes": notes, "jobs": documents}


def look_of(name):
    """Look of a compute slice, a key of the page's palette (report-ui/src/looks.js): a known kind, else the kind of its own name."""
    kind = kind_of(name)
    return compute_kind(kind) or kind


def _named_flows(results):
    groups = results.groups[["run", "group", "job", "iteration", "name"]]
    flows = results.flows.merge(groups, on=["run", "group"])
    return flows.assign(bytes=flows.bytes * flows["count"], kind=flows.name.map(kind_of))


def _by_job(table):
    """A function from a job to its rows of the table."""
    rows = table.groupby("job", sort=False).indices
    return lambda job: table.iloc[rows.get(job, [])]


def _bars(results, job, compute, flows, path):
    """compute, flows, path: what the job computes and sends, and its critical paths."""
    if not len(compute) and not len(flows):
        return None
    middle = int(max(compute.iteration.max() if len(compute) else 0, flows.iteration.max() if len(flows) else 0) + 1) // 2
    frames = [compute[(compute.run == run) & (compute.iteration == middle)] for run in range(len(results.runs))]
    sent = flows[(flows.run == 0) & (flows.iteration == middle)]
    gpus = representatives(frames, sent, MAX_DEVICES)
    if not gpus:
        return None
    busy, sending = path[path.kind == "compute"], path[path.kind == "flow"]
    slices, bars = [], []
    for run in range(len(results.runs)):
        own, sends, busy_now = (table[table.run == run] for table in (compute, flows, busy))
        flows_on_path = sending.flow[sending.run == run]
        for row, gpu in enumerate(gpus):
            part = own[own.device == gpu.device]
            starts_on_path = busy_now.start_s[busy_now.device.isin(gpu.members)]
            slices.append(part.assign(gpu=row, critical=part.start_s.isin(starts_on_path)))
            part = sends[sends.source == gpu.device]
            part = flow_bars(part.assign(critical=part.flow.isin(flows_on_path)), within=("iteration",))
            bars.append(part.assign(run=run, gpu=row))
    return Bars(job, gpus, pd.concat(slices), pd.concat(bars))


def _fit(results, found):
    """Iterations that the page has room for: {job: set}, the middle ones first; and what to say about the others."""
    sizes = {}
    for bars in found:
        for part in (bars.compute, bars.flows):
            for iteration, count in part.groupby("iteration").size().items():
                sizes[(bars.job, iteration)] = sizes.get((bars.job, iteration), 0) + int(count)
    order = []
    for number, bars in enumerate(found):
        own = sorted(i for job, i in sizes if job == bars.job)
        middle = (own[-1] + 1) // 2
        order += [(abs(i - middle), number, i, bars.job) for i in own]
    keep = {bars.job: set() for bars in found}
    room = MAX_BARS
    for distance, _, iteration, job in sorted(order):
        size = sizes[(job, iteration)]
        if size > room:
            continue
        room -= size
        keep[job].add(iteration)
    left = len(order) - sum(map(len, keep.values()))
    notes = [f"Left out to keep the page small: {left} of {len(order)} iterations."] if left else []
    return keep, notes


def _document(results, bars, iterations, times, pack):
    compute = bars.compute[bars.compute.iteration.isin(iterations)]
    flows = bars.flows[bars.flows.iteration.isin(iterations)]
    runs = []
    for run in range(len(results.runs)):
        busy = ordered(compute[compute.run == run], "gpu", "stream", "start_s")
        sends = ordered(flows[flows.run == run], "gpu", "lane", "start_s")
        own = ordered(times[times.run == run], "iteration")
        runs.append(
            {
                "iterations": [[int(i), float(a), float(b)] for i, a, b in zip(own.iteration, own.start_s, own.end_s)],
                "compute": {
                    "gpu": pack.integers(busy.gpu),
                    "stream": pack.integers(busy.stream),
                    "iteration": pack.integers(busy.iteration),
                    "look": pack.words(busy.name.map(look_of)),
                    "name": pack.words(busy.name),
                    "start": pack.times(busy.start_s),
                    "duration": pack.times(busy.end_s - busy.start_s),
                    "critical": pack.integers(busy.critical),
                },
                "flows": {
                    "gpu": pack.integers(sends.gpu),
                    "lane": pack.integers(sends.lane),
                    "iteration": pack.integers(sends.iteration),
                    "look": pack.words(sends.kind),
                    "name": pack.words(sends.name),
                    "to": pack.integers(sends.to),
                    "bytes": pack.integers(sends.bytes),
                    "flows": pack.integers(sends.flows),
                    "start": pack.times(sends.start_s),
                    "duration": pack.times(sends.finish_s - sends.start_s),
                    "late": pack.times(sends.finish_s - sends.ideal_s),
                    "critical": pack.integers(sends.critical),
                },
            }
        )
    return {
        "job": bars.job,
        "iterations": sorted(iterations),
        "gpus": [[gpu.device, gpu.alike] for gpu in bars.gpus],
        "runs": runs,
    }
