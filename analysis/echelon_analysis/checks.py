# SPDX-License-Identifier: GPL-2.0-only
"""Checks that documents and tables of results hold what they should, before anything is computed from them.

    check_summary(path, summary)                # AnalysisError that names the file, the JSON pointer and what is wrong
    check_table(path, "jobs.csv", frame, ["llm", "solo"])
    check_manifest(path, manifest)

The emulator writes no such files: they were edited, cut, or come from elsewhere. What is checked is what the tables and figures rely on.
"""

import math

import numpy as np

from echelon_analysis.errors import AnalysisError

# What an iteration's critical path is made of: columns of critical_path.csv, keys of a job's critical_path in summary.json.
PARTS = ("compute_s", "transmission_s", "waiting_s", "delay_s")

# What the tables read of a run of summary.json: section -> figures.
SUMMARY_FIGURES = {
    "all_jobs": ("completion_mean_s", "completion_p95_s", "slowdown_mean", "slowdown_max", "fairness"),
    "groups": ("count", "tardiness_sum_s", "tardiness_max_s", "cct_mean_s", "cct_p95_s"),
    "flows": ("count", "bytes", "fct_mean_s", "fct_p99_s"),
    "links": ("utilisation_mean", "utilisation_max"),
}
JOB_FIGURES = ("completion_time_s", "ideal_time_s", "slowdown", "compute_utilisation")

# The emulator counts picoseconds in 64 bits.
LONGEST_S = 2**63 * 1e-12
MAX_BINS = 10**6
# Column -> the least value, where one below it would be no count, no size or no rate.
LEAST = {"count": 1, "bytes": 0, "flows": 0, "iteration": 0, "queue_bytes": 0, "weight": 0, "seconds": 0, "stream": 0, "utilisation": 0}
POSITIVE = ("duration_s", "links.csv/rate_bps")


class _Document:
    """A JSON file and how to complain about it."""

    def __init__(self, path):
        self.path = path

    def fail(self, pointer, what):
        raise AnalysisError(self.path, f"{pointer}: {what}", "see docs/reference/results.md")

    def take(self, pointer, holder, key, kind, what):
        """holder[key], if it is of that kind."""
        if key not in holder:
            self.fail(f"{pointer}/{key}", "is missing")
        if not isinstance(holder[key], kind) or isinstance(holder[key], bool):
            self.fail(f"{pointer}/{key}", f"is not {what}")
        return holder[key]

    def number(self, pointer, holder, key):
        value = self.take(pointer, holder, key, (int, float), "a number")
        if not math.isfinite(value) or abs(value) > 1e300:
            self.fail(f"{pointer}/{key}", "is not a finite number")
        return value

    def time(self, pointer, holder, key):
        if not 0 <= self.number(pointer, holder, key) <= LONGEST_S:
            self.fail(f"{pointer}/{key}", "is no time that a run can take")


def check_summary(path, summary):
    """summary.json."""
    read = _Document(path)
    runs = summary.get("runs")
    if not isinstance(runs, list) or not runs:
        raise AnalysisError(path, "/runs: is empty or missing", "a scenario needs a scheduler")
    read.take("", {"scenario": "", **summary}, "scenario", str, "a text")
    for i, run in enumerate(runs):
        if not isinstance(run, dict):
            read.fail(f"/runs/{i}", "is not an object")
        _check_run(read, f"/runs/{i}", run)
        if [job["name"] for job in run["jobs"]] != [job["name"] for job in runs[0]["jobs"]]:
            read.fail(f"/runs/{i}/jobs", "are not those of the first run")
    engines = read.take("", {"engine": [], **summary}, "engine", list, "a list")
    if not all(isinstance(engine, dict) for engine in engines):
        read.fail("/engine", "is not a list of objects")


def _check_run(read, place, run):
    if not read.take(place, run, "scheduler", str, "a text"):
        read.fail(f"{place}/scheduler", "is empty")
    read.time(place, run, "makespan_s")
    jobs = read.take(place, run, "jobs", list, "a list")
    if not jobs:
        read.fail(f"{place}/jobs", "is empty")
    for section, figures in SUMMARY_FIGURES.items():
        for figure in figures:
            if not isinstance(run.get(section, {}), dict):
                read.fail(f"{place}/{section}", "is not an object")
            read.number(f"{place}/{section}", run.get(section, {}), figure)
    names = set()
    for j, job in enumerate(jobs):
        inner = f"{place}/jobs/{j}"
        if not isinstance(job, dict):
            read.fail(inner, "is not an object")
        _check_job(read, inner, job)
        if job["name"] in names:
            read.fail(f"{inner}/name", "stands twice")
        names.add(job["name"])


def _check_job(read, place, job):
    read.take(place, job, "name", str, "a text")
    for figure in JOB_FIGURES:
        read.number(place, job, figure)
    for index, _ in enumerate(times := read.take(place, job, "iteration_times_s", list, "a list of times")):
        read.time(f"{place}/iteration_times_s", dict(enumerate(times)), index)
    parts = read.take(place, job, "critical_path", dict, "an object")
    for part in PARTS:
        read.number(f"{place}/critical_path", parts, part)


def check_manifest(path, manifest):
    """manifest.json: what is there is of its kind."""
    read = _Document(path)
    for key, empty, what in (("run_id", "", "a text"), ("input", "", "a text"), ("command", [], "a list"), ("program", {}, "an object")):
        read.take("", {key: empty, **manifest}, key, type(empty), what)


def check_scenario(path, scenario):
    """scenario.resolved.json, as far as the report shows it."""
    read = _Document(path)
    read.take("", {"description": "", **scenario}, "description", str, "a text")
    for index, job in enumerate(read.take("", {"jobs": [], **scenario}, "jobs", list, "a list")):
        if not isinstance(job, dict):
            read.fail(f"/jobs/{index}", "is not an object")


def check_table(path, columns, frame, job_names):
    """A CSV file: numbers that are finite and possible, jobs that summary.json knows. columns: name -> (type, unit)."""
    name = path.name

    def fail(bad, column, what):
        row = int(np.argmax(bad))
        raise AnalysisError(path, f"line {row + 2}: column {column}: '{frame[column].iloc[row]}' {what}", "the file was edited or cut")

    for column, (kind, unit) in columns.items():
        values = frame[column]
        if kind == "str":
            missing = values.isna().to_numpy()
            if missing.any():
                fail(missing, column, "is no text")
            continue
        numbers = values.to_numpy()
        if kind == "float64" and not np.isfinite(numbers).all():
            fail(~np.isfinite(numbers), column, "is not a finite number")
        if unit == "s" and (np.abs(numbers) > LONGEST_S).any():
            fail(np.abs(numbers) > LONGEST_S, column, "is no time that a run can take")
        if column in LEAST and (numbers < LEAST[column]).any():
            fail(numbers < LEAST[column], column, f"is below {LEAST[column]}")
        if (column in POSITIVE or f"{name}/{column}" in POSITIVE) and (numbers <= 0).any():
            fail(numbers <= 0, column, "is not above 0")
    if "job" in columns and not frame.job.isin(job_names).all():
        fail(~frame.job.isin(job_names).to_numpy(), "job", "is no job of summary.json")
    if name == "links.csv" and frame.duplicated(["run", "link"]).any():
        fail(frame.duplicated(["run", "link"]).to_numpy(), "link", "stands twice")
    if name == "link_series.csv" and len(frame):
        wide = (frame.start_s / frame.duration_s.groupby(frame.run).transform("max")).to_numpy()
        if (frame.start_s < 0).any() or (wide > MAX_BINS).any():
            fail((frame.start_s < 0).to_numpy() | (wide > MAX_BINS), "start_s", "does not fit bins of such a length")
