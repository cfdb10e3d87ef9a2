# SPDX-License-Identifier: GPL-2.0-only
"""Says how far a sweep is: from its files first, from the batch system's queue second.

    report = look(sweep)
    report["done"], report["missing"], report["eta_s"]
"""

import json
import os
import pathlib
import time

from echelon_common.errors import EXIT_DONE
from echelon_sweep import backends
from echelon_sweep.chunks import cost_of_point
from echelon_sweep.errors import EXIT_FAILED, EXIT_MISSING, NoBatchSystem
from echelon_sweep.layout import DONE, FAILED, MISSING
from echelon_sweep.run_point import HOST
from echelon_sweep.worker import TOUCH_S

STATUS_SCHEMA = "echelon/sweep-status/1"
NO_ANSWER = "no answer"  # from the batch system's queue
FORGOTTEN_S = 86400  # after which a work folder of another machine counts as left behind


def look(sweep):
    """The status as a document."""
    states = [sweep.state(point) for point in sweep.points]
    counts = {name: states.count(name) for name in (DONE, MISSING, FAILED)}
    working = sweep.working()
    stale = sum(1 for path, _, host, pid in working if is_left_behind(path, host, pid))
    cost, _ = cost_of_point(sweep) if counts[DONE] else (None, "")
    running = len(working) - stale
    report = {
        "schema": STATUS_SCHEMA,
        "name": sweep.name,
        "folder": str(sweep.path),
        "points": len(states),
        **counts,
        "running": running,
        "left_behind": stale,
        "point_s": cost,
        "eta_s": cost * counts[MISSING] / running if cost is not None and running and counts[MISSING] else None,
        "errors": [_error(sweep, point) for point, state in zip(sweep.points, states) if state == FAILED][:10],
        "gathered": is_gathered(sweep),
    }
    queue = _queue(sweep)
    if queue is not None:
        report["queue"] = queue
    return report


def exit_code(report):
    return EXIT_MISSING if report[MISSING] else EXIT_FAILED if report[FAILED] else EXIT_DONE


def is_left_behind(path, host, pid):
    """Whether the worker of a work folder is gone."""
    try:
        untouched = time.time() - os.stat(path).st_mtime
    except FileNotFoundError:
        return False  # finished in this moment
    if host != HOST:
        return untouched > FORGOTTEN_S
    started = _started_before(pid)
    # Numbers of processes are used again. A worker touches its folders, so the one that made a quiet folder is older than that.
    return started is None or (untouched > 3 * TOUCH_S and started < untouched)


def _started_before(pid):
    """How many seconds ago a process of this machine started; None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        with open("/proc/uptime", "rb") as file:
            return float(file.read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_gathered(sweep):
    """The tables are there, and younger than the list of points and every change of a finished point's folder."""
    folder = pathlib.Path(sweep.path)
    try:
        gathered = os.stat(folder / "results.sqlite").st_mtime
        if os.stat(folder / "points.json").st_mtime > gathered:
            return False
        return all(os.stat(sweep.point_folder(p.id)).st_mtime <= gathered for p in sweep.points if sweep.has_result(p.id))
    except FileNotFoundError:
        return False


def _error(sweep, point):
    names = sweep.errors(point.id)
    path = f"{sweep.point_folder(point.id)}/{names[-1]}"
    try:
        with open(path, encoding="utf-8") as file:
            message = str(json.load(file)["message"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        message = "unreadable"
    return {"point": point.id, "file": path, "message": message}


def _queue(sweep):
    """What the batch system's queue holds, if one was used; NO_ANSWER where it does not say."""
    for name in backends.BACKENDS:
        counts = getattr(backends.load(name), "queue_counts", None)
        try:
            found = counts(sweep) if counts else None
        except NoBatchSystem:
            return NO_ANSWER
        if found is not None:
            return {"backend": name, **found}
    return None
