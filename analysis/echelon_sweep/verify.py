# SPDX-License-Identifier: GPL-2.0-only
"""Whether a point's result is what it should be: whole, of this point, hashed, and shaped like metrics.

    metrics, provenance = read_result(sweep, point)             # BadResult says what is wrong, in one line
"""

import json
import math

from echelon_sweep.errors import SweepError
from echelon_sweep.jsonfile import compact
from echelon_sweep.points import POINT_SCHEMA, point_id
from echelon_sweep.run_point import metrics_hash

SECTIONS = ("all_jobs", "groups", "flows", "links")


class BadResult(SweepError):
    """A result.json that no worker wrote so."""


def read_result(sweep, point):
    """(metrics, provenance) of a point that has a result."""
    path = sweep.result_path(point.id)

    def fail(pointer, what):
        raise BadResult(path, pointer, what, "`clean` removes it, `submit` runs the point again")

    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (ValueError, RecursionError):
        fail("", "is not JSON")
    if not isinstance(document, dict) or document.get("schema") != POINT_SCHEMA:
        fail("/schema", f"is not {POINT_SCHEMA}")
    if document.get("id") != point.id:
        fail("/id", "is not the id of its folder")
    metrics, provenance = document.get("metrics"), document.get("provenance")
    if not isinstance(metrics, list) or not metrics:
        fail("/metrics", "is not a list of runs")
    if not isinstance(provenance, dict):
        fail("/provenance", "is not an object")
    try:
        text = compact(metrics)
    except ValueError:
        fail("/metrics", "holds a number that is not finite")
    if document.get("metrics_sha256") != metrics_hash(text):
        fail("/metrics_sha256", "is not the hash of the metrics")
    for index, run in enumerate(metrics):
        _check_run(f"/metrics/{index}", run, point, fail)
    labels = [run["scheduler"] for run in metrics]
    if len(set(labels)) < len(labels):
        fail("/metrics", "has a scheduler twice")
    return metrics, provenance


def _check_run(place, run, point, fail):
    if not isinstance(run, dict):
        fail(place, "is not an object")
    for key in ("scheduler", "fabric"):
        if not isinstance(run.get(key), str) or not run[key]:
            fail(f"{place}/{key}", "is not a text")
    if run.get("seed") != point.seed:
        fail(f"{place}/seed", "is not the seed of the point")
    _number(f"{place}/makespan_s", run.get("makespan_s"), fail)
    for section in SECTIONS:
        if not isinstance(run.get(section), dict):
            fail(f"{place}/{section}", "is not an object")
        for key, value in run[section].items():
            _number(f"{place}/{section}/{key}", value, fail)
    jobs = run.get("jobs")
    if not isinstance(jobs, list) or not jobs:
        fail(f"{place}/jobs", "is not a list of jobs")
    for index, job in enumerate(jobs):
        inner = f"{place}/jobs/{index}"
        if not isinstance(job, dict) or not isinstance(job.get("name"), str):
            fail(f"{inner}/name", "is not a text")
        times = job.get("iteration_times_s")
        if not isinstance(times, list) or not times:
            fail(f"{inner}/iteration_times_s", "is not a list of times")
        for position, value in enumerate(times):
            _number(f"{inner}/iteration_times_s/{position}", value, fail)


def _number(place, value, fail):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        fail(place, "is not a number")


def wrong_ids(sweep):
    """Points whose id does not follow from what points.json says of them."""
    return [p.id for p in sweep.points if p.id != point_id(sweep.build, p.inputs, p.parameters, p.seed)]
