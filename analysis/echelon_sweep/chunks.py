# SPDX-License-Identifier: GPL-2.0-only
"""Divides points into chunks for batch systems: what a point costs, how many make a task, and the command of a task.

    listed = write_point_list(sweep, points)                    # <sweep>/chunks/<stamp>.txt, one id per line
    size = points_per_chunk(sweep, len(points))
    worker_command(sweep, program, listed, begin=0, count=size)         # the words of a command

A task should take `chunk` minutes: one-point tasks drown the batch system.
"""

import itertools
import json
import os
import pathlib
import sys

from echelon_sweep.layout import RESULT_FILE

SAMPLE = 200  # results that an estimate reads at most
UNKNOWN_CHUNK = 10  # points a task where nothing is known of their cost


def measured_cost(sweep):
    """(seconds, points) that finished points took on average; (None, 0) when none has finished."""
    times = list(itertools.islice(_finished_times(sweep), SAMPLE))
    return (sum(times) / len(times), len(times)) if times else (None, 0)


def cost_of_point(sweep):
    """(seconds, where from): from finished points, else the longest that resources.time allows; (None, …) if unknown."""
    mean, count = measured_cost(sweep)
    if mean is not None:
        return mean, f"{count} finished points"
    if sweep.time_s is not None:
        return sweep.time_s, "resources.time, the longest allowed"
    return None, "no point has finished and resources.time is not given"


def _finished_times(sweep):
    # Evenly over the sweep: costs grow along axes.
    step = max(1, len(sweep.points) // SAMPLE)
    for offset in range(step):
        for point in sweep.points[offset::step]:
            try:
                with open(f"{sweep.point_folder(point.id)}/{RESULT_FILE}", encoding="utf-8") as file:
                    yield float(json.load(file)["provenance"]["wall_s"])
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
        if step > 1 and offset > 20:
            return


def points_per_chunk(sweep, missing):
    """How many points a task of `chunk` minutes takes, at least 1 and at most all."""
    cost, _ = cost_of_point(sweep)
    size = UNKNOWN_CHUNK if cost is None else int(sweep.chunk_s / max(cost, 1e-3))
    return max(1, min(size, missing))


def write_point_list(sweep, points):
    """A new file with one point id per line. Returns its absolute path."""
    folder = sweep.path / "chunks"
    folder.mkdir(exist_ok=True)
    for number in itertools.count(1):
        path = folder / f"{number}.txt"
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.writelines(f"{point.id}\n" for point in points)
                file.flush()
                os.fsync(file.fileno())
            return path.resolve()
        except FileExistsError:
            continue


def launcher():
    """The words that start echelon-sweep on another machine that sees the same files."""
    script = pathlib.Path(__file__).resolve().parent.parent / "echelon-sweep"
    if script.is_file():
        return [sys.executable, "-B", str(script)]
    return [sys.executable, "-m", "echelon_sweep"]  # installed


def worker_command(sweep, program, listed, begin, count, processes=1):
    """The words that run a chunk: absolute paths, so that they work from any folder."""
    command = [*launcher(), "worker", str(sweep.path.resolve()), "--program", program.path]
    return [*command, "--points", str(listed), "--from", str(begin), "--count", str(count), "--processes", str(processes)]
