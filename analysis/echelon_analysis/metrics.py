# SPDX-License-Identifier: GPL-2.0-only
"""Computes the figures of summary.json again from the CSV files.

    figures = summarise(results, run=0)
    figures["groups/tardiness_sum_s"]

An independent derivation: `echelon-analysis check` holds the emulator's summary against it. Definitions: docs/reference/metrics.md.
"""

import functools
import math

import numpy as np
import pandas as pd

from echelon_analysis.checks import PARTS
from echelon_analysis.errors import AnalysisError

# The CSV files hold every double in full, so only the order of additions may differ.
RELATIVE_TOLERANCE = 1e-9
# One picosecond: utilisation and means are quotients of times that the files hold to that digit.
ABSOLUTE_TOLERANCE = 1e-12


def nearest_rank(values, percent, counts=None):
    """The smallest value with at least `percent` of the sample at or below it; 0 for an empty sample.

    counts: how often each value occurs (bundles); once each if None.
    """
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        return 0.0
    order = np.argsort(values, kind="stable")
    counts = np.ones(values.size, dtype=np.int64) if counts is None else np.asarray(counts)
    cumulative = np.cumsum(counts[order])
    rank = max(1, math.ceil(percent / 100.0 * cumulative[-1]))
    return float(values[order][np.searchsorted(cumulative, rank)])


@functools.lru_cache(maxsize=4)
def _times(results, table, *columns):
    """Columns of times of a table as whole picoseconds: a double holds times of days to a nanosecond, and their difference no better."""
    path = results.path / f"{table}.csv"
    frame = pd.read_csv(path, usecols=columns, dtype=str)
    found = []
    for column in columns:
        parts = frame[column].str.extract(r"^([0-9]+)\.([0-9]{12})$")
        bad = parts[0].isna()
        if bad.any():
            text = frame[column][bad].iloc[0]
            raise AnalysisError(path, f"line {bad.idxmax() + 2}: column {column}: '{text}' is not seconds with 12 decimals")
        found.append(parts[0].astype("int64") * 10**12 + parts[1].astype("int64"))
    return found


def _picoseconds(results, table, run, *columns):
    """_times() of one run."""
    return [times[getattr(results, table).run == run] for times in _times(results, table, *columns)]


def _mean(values, counts=None):
    return float(np.average(values, weights=counts)) if len(values) else 0.0


def _completion(results, run):
    """Completion time of each job, in the order of names."""
    jobs = results.jobs[results.jobs.run == run]
    arrival, end = _picoseconds(results, "jobs", run, "arrival_s", "end_s")
    return (end.groupby(jobs.job).max() - arrival.groupby(jobs.job).min()) / 1e12


def _compute_utilisation(results, run, completion):
    """Share of its time that a job's GPUs compute, by name; jobs without computations have none."""
    computes = results.computes[results.computes.run == run]
    start, end = _times(results, "computes", "start_s", "end_s")
    busy = (end - start)[computes.index].groupby(computes.job.to_numpy()).sum() / 1e12
    available = completion * computes.groupby("job").device.nunique()
    return (busy / available).where(available > 0, 0.0)


def _jain(values):
    return float(values.sum() ** 2 / (values.size * (values**2).sum())) if values.size else 0.0


def summarise(results, run):
    """{'makespan_s': …, 'jobs/<name>/completion_time_s': …, 'groups/…', 'flows/…', 'links/…'} of one run."""
    jobs = results.jobs[results.jobs.run == run]
    groups = results.groups[results.groups.run == run]
    flows = results.flows[results.flows.run == run]
    links = results.links[results.links.run == run]
    steps = results.critical_path[results.critical_path.run == run]
    waits = results.waits[results.waits.run == run]
    start, finish = _picoseconds(results, "flows", run, "start_s", "finish_s")
    fct = (finish - start).to_numpy() / 1e12
    completion = _completion(results, run)
    utilised = _compute_utilisation(results, run, completion)
    ideal = jobs.groupby("job").ideal_s.sum()
    slowdown = (completion / ideal).where(ideal > 0, 0.0)
    makespan = float(jobs.end_s.max()) if len(jobs) else 0.0
    if len(links) and makespan > 0:
        utilisation = (8.0 * links.bytes / (links.rate_bps * makespan)).to_numpy()
    else:
        utilisation = np.zeros(1)
    figures = {"makespan_s": makespan}
    for name, iterations in jobs.groupby("job"):
        figures[f"jobs/{name}/completion_time_s"] = float(completion[name])
        figures[f"jobs/{name}/ideal_time_s"] = float(ideal[name])
        figures[f"jobs/{name}/slowdown"] = float(slowdown[name])
        figures[f"jobs/{name}/compute_utilisation"] = float(utilised.get(name, 0.0))
        figures[f"jobs/{name}/iteration_time_mean_s"] = _mean(iterations.time_s)
        for part in PARTS:
            figures[f"jobs/{name}/critical_path/{part}"] = float(steps[part][steps.job == name].sum())
        figures[f"jobs/{name}/critical_path, its sum"] = float(iterations.time_s.sum())
        figures[f"jobs/{name}/critical_path/waiting_s, by whom"] = float(waits.seconds[waits.job == name].sum())
    slowdown = slowdown[slowdown > 0].to_numpy()
    figures.update(
        {
            "all_jobs/completion_mean_s": _mean(completion),
            "all_jobs/completion_p95_s": nearest_rank(completion, 95),
            "all_jobs/slowdown_mean": _mean(slowdown),
            "all_jobs/slowdown_max": float(slowdown.max()) if slowdown.size else 0.0,
            "all_jobs/fairness": _jain(slowdown),
            "groups/count": len(groups),
            "groups/tardiness_sum_s": float((groups.weight * groups.tardiness_s).sum()),
            "groups/tardiness_max_s": float(groups.tardiness_s.max()) if len(groups) else 0.0,
            "groups/cct_mean_s": _mean(groups.cct_s),
            "groups/cct_p95_s": nearest_rank(groups.cct_s, 95),
            "flows/count": int(flows["count"].sum()),
            "flows/bytes": float((flows.bytes * flows["count"]).sum()),
            "flows/fct_mean_s": _mean(fct, flows["count"].to_numpy()),
            "flows/fct_p99_s": nearest_rank(fct, 99, flows["count"].to_numpy()),
            "links/utilisation_mean": float(np.mean(utilisation)),
            "links/utilisation_max": float(np.max(utilisation)),
        }
    )
    return figures


def reported(results, run):
    """The same figures as summary.json states them."""
    summary = results.runs[run]
    figures = {"makespan_s": summary["makespan_s"]}
    for job in summary["jobs"]:
        for figure in ("completion_time_s", "ideal_time_s", "slowdown", "compute_utilisation"):
            figures[f"jobs/{job['name']}/{figure}"] = job[figure]
        figures[f"jobs/{job['name']}/iteration_time_mean_s"] = _mean(job["iteration_times_s"])
        path = job["critical_path"]
        for part in PARTS:
            figures[f"jobs/{job['name']}/critical_path/{part}"] = path[part]
        figures[f"jobs/{job['name']}/critical_path, its sum"] = sum(path[part] for part in PARTS)
        figures[f"jobs/{job['name']}/critical_path/waiting_s, by whom"] = path["waiting_s"]
    for section in ("all_jobs", "groups", "flows", "links"):
        for name, value in summary[section].items():
            if name != "scale_up_count":
                figures[f"{section}/{name}"] = value
    return figures


def differences(results):
    """Lines that name each figure of summary.json that the CSV files do not bear out."""
    lines = []
    for run, label in enumerate(results.labels):
        computed = summarise(results, run)
        stated = reported(results, run)
        for name in sorted(set(computed) | set(stated)):
            a, b = stated.get(name), computed.get(name)
            if a is None or b is None:
                lines.append(f"{label}: {name}: stands in {'the CSV files' if a is None else 'summary.json'} only")
            elif not math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE):
                lines.append(f"{label}: {name}: summary.json says {a!r}, the CSV files say {b!r}")
    return lines
