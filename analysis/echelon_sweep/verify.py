# SPDX-License-Identifier: GPL-2.0-only
"""Checks that a point's result is what it should be: whole, of this point, hashed, and shaped like metrics.

    metrics, provenance = read_result(sweep, point)             # BadResult says what is wrong, in one line
"""

import json
import math

from echelon_sweep.errors import SweepError
from echelon_sweep.jsonfile import compact, token
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
    except OSError as error:
        fail("", f"cannot be read: {error.strerror}")
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
        found = metrics_hash(compact(metrics))
    except ValueError:
        fail("/metrics", "holds a number that is not finite, or half a character")
    if document.get("metrics_sha256") != found:
        fail("/metrics_sha256", "is not the hash of the metrics")
    _check_integers("/metrics", metrics, fail)
    _check_provenance(provenance, fail)
    for index, run in enumerate(metrics):
        _check_run(f"/metrics/{index}", run, point, fail)
    labels = [run["scheduler"] for run in metrics]
    if len(set(labels)) < len(labels):
        fail("/metrics", "has a scheduler twice")
    return metrics, provenance


def _check_integers(place, value, fail):
    """Tables hold integers of 64 bits."""
    if isinstance(value, int) and abs(value) >= 2**63:
        fail(place, "is a whole number beyond 64 bits")
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _check_integers(f"{place}/{token(key)}", inner, fail)


def _check_provenance(provenance, fail):
    _check_integers("/provenance", provenance, fail)
    for key in ("host", "started"):
        if not isinstance(provenance.get(key, ""), str):
            fail(f"/provenance/{key}", "is not a text")
    for key in ("wall_s", "cpu_s", "peak_rss_bytes"):
        _number(f"/provenance/{key}", provenance.get(key, 0), fail)
    engine = provenance.get("engine", [])
    if not isinstance(engine, list):
        fail("/provenance/engine", "is not a list")
    for index, entry in enumerate(engine):
        if not isinstance(entry, dict):
            fail(f"/provenance/engine/{index}", "is not an object")
        for key in ("events", "scheduler_calls"):
            _number(f"/provenance/engine/{index}/{key}", entry.get(key, 0), fail)


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
        if not isinstance(job.get("critical_path", {}), dict):
            fail(f"{inner}/critical_path", "is not an object")


def _number(place, value, fail):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        fail(place, "is not a number")


def wrong_ids(sweep):
    """Points whose id does not follow from what points.json says of them."""
    return [p.id for p in sweep.points if p.id != point_id(sweep.build, p.inputs, p.parameters, p.seed)]
