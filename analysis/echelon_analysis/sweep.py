# SPDX-License-Identifier: GPL-2.0-only
"""Reads a sweep that `echelon-sweep gather` has filled: results.sqlite, and the kept tables of its points.

    runs, jobs = load_sweep("sweeps/oversubscription")      # one row per point and scheduler; per point, scheduler and job
    runs.groupby(["oversubscription", "scheduler"]).makespan_s.mean()
    runs.attrs["units"]["makespan_s"]                       # 's'; runs.attrs["descriptions"] likewise
    groups = load_sweep_tables("sweeps/oversubscription", "groups")

Every frame holds the sweep's axes as columns. A database that is missing, lacks points or is of another version is one AnalysisError.
Format: docs/reference/sweep.md.
"""

import dataclasses
import functools
import math
import os
import pathlib
import sqlite3
import urllib.parse

import numpy as np
import pandas as pd

from echelon_analysis.checks import LONGEST_S, PARTS
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.load import open_results
from echelon_analysis.units import quantity
from echelon_common.errors import did_you_mean

DATABASE = "results.sqlite"
SCHEMA = "echelon/sweep-results/1"
KEYS = ("point", "seed", "status")
# Columns that figures need.
NEEDED = {
    "points": KEYS,
    "runs": ("point", "scheduler", "makespan_s"),
    "jobs": ("point", "scheduler", "job", "iterations", "iteration_time_mean_s", *PARTS),
}
DONE = "done"
# Longer values of an axis are numbered in figures.
LONGEST_TEXT = 20


def is_sweep(path):
    """Whether the folder is one that echelon-sweep made."""
    path = pathlib.Path(path)
    return (path / "sweep.json").exists() or (path / DATABASE).exists()


@dataclasses.dataclass(frozen=True, eq=False)
class Sweep:
    """The points, runs and jobs of a sweep, or of some of its points. Made by open_sweep()."""

    path: pathlib.Path
    name: str
    axes: list  # names of the axis columns, in the spec's order
    points: pd.DataFrame
    runs: pd.DataFrame
    jobs: pd.DataFrame
    undone: pd.DataFrame  # as points: those without a result, of which there are some with partial=True alone
    order: dict  # axis -> its values in the whole sweep, in their order
    conditions: tuple = ()

    @functools.cached_property
    def schedulers(self):
        """The schedulers that ran, in the order of the runs."""
        return list(dict.fromkeys(self.runs.scheduler))

    def varying_axes(self):
        """The axes with more than one value."""
        return [axis for axis in self.axes if self.points[axis].nunique() > 1]

    def check_axis(self, axis):
        """The axis, if the sweep has it."""
        if axis not in self.axes:
            raise UsageError(self.path, f"the sweep has no axis '{axis}'", did_you_mean(axis, self.axes))
        return axis

    def numbers(self, axis):
        """value -> number, of an axis of numbers or of quantities ('25Gbps'); None of an axis of names."""
        whole = self.order[axis]
        if all(isinstance(value, (int, float, np.integer, np.floating)) for value in whole):
            return {value: float(value) for value in whole}
        found = {value: quantity(value) for value in whole}
        if None in found.values() or len({q[1] for q in found.values()}) > 1:
            return None
        return {value: q[0] for value, q in found.items()}

    def values(self, axis):
        """The values of an axis: numbers and quantities ascending, names in the order of the points."""
        found = list(dict.fromkeys(self.points[axis]))
        numbers = self.numbers(axis)
        return sorted(found, key=numbers.get) if numbers else found

    def middle(self, axis):
        """The value in the middle of an axis, as --where takes it: where another axis is shown and this one stands still."""
        values = self.values(axis)
        return self.short(axis, values[len(values) // 2])

    def ticks(self, axis, values):
        """(texts of the values, unit that they share)."""
        found = [quantity(value) for value in values]
        if None not in found and len({q[3] for q in found}) == 1:
            return [q[2] for q in found], found[0][3]
        return [self.short(axis, value) for value in values], self.points.attrs["units"].get(axis, "")

    def short(self, axis, value):
        """A value for ticks and titles; of an axis of long texts (lists of GPUs, file names) '#k', its k-th value."""
        if isinstance(value, (float, np.floating)):
            return f"{value:g}"
        return f"#{1 + self.order[axis].index(value)}" if self._long(axis) else str(value)

    def _long(self, axis):
        return max(len(str(value)) for value in self.order[axis]) > LONGEST_TEXT

    def numbered(self, axes):
        """Notes that say what the numbers of short() stand for."""
        return [
            f"{axis} {self.short(axis, value)} is {value}" for axis in axes if self._long(axis) for value in self.values(axis)
        ]

    def text(self, axis, value):
        """short(), with the axis' unit."""
        unit = self.points.attrs["units"].get(axis, "")
        return f"{self.short(axis, value)} {unit}" if unit else self.short(axis, value)

    def by_values(self, frame, axes):
        """(values, rows) for each combination of values of the axes that occurs, in order of the values."""
        if not axes:
            return [((), frame)]
        ranks = {axis: {value: k for k, value in enumerate(self.values(axis))} for axis in axes}
        # pandas gives a tuple of values for several axes only.
        grouped = frame.groupby(axes[0] if len(axes) == 1 else list(axes), sort=False)
        found = [(v if len(axes) > 1 else (v,), part) for v, part in grouped]
        return sorted(found, key=lambda item: [ranks[a][v] for a, v in zip(axes, item[0])])

    def where(self, conditions):
        """The sweep of those points whose axes have these values: [(axis, text of the value)]."""
        points, undone = self.points, self.undone

        def matches(column, text):
            return (column.astype(str) == text) | (column.map(lambda value: self.short(column.name, value)) == text)

        for axis, text in conditions:
            column = points[axis] if axis == "seed" else points[self.check_axis(axis)]
            chosen = matches(column, text)
            if not chosen.any():
                known = [self.short(axis, value) for value in dict.fromkeys(column)]
                raise UsageError(self.path, f"no point has {axis} = {text}", did_you_mean(text, known))
            points, undone = points[chosen], undone[matches(undone[axis], text)]
        if len(points) == len(self.points):
            return self
        return self._of(points, undone, conditions)

    def with_scheduler(self, name):
        """The sweep of those points that have a run of this scheduler."""
        points = self.points[self.points.point.isin(self.runs.point[self.runs.scheduler == name])]
        return self if len(points) == len(self.points) else self._of(points, self.undone)

    def _of(self, points, undone, conditions=()):
        runs, jobs = (frame[frame.point.isin(points.point)] for frame in (self.runs, self.jobs))
        conditions = (*self.conditions, *conditions)
        return dataclasses.replace(self, points=points, runs=runs, jobs=jobs, undone=undone, conditions=conditions)

    def where_text(self):
        """'seed = 1, leaves = 4', or nothing when it is the whole sweep."""
        return ", ".join(f"{axis} = {text}" for axis, text in self.conditions)

    def lacking(self):
        """'5 of 18 points have no result and are left out', or nothing when each has one."""
        if not len(self.undone):
            return ""
        verb = "has no result and is" if len(self.undone) == 1 else "have no result and are"
        return f"{len(self.undone)} of {len(self.undone) + len(self.points)} points {verb} left out"

    def remarks(self):
        """What captions say of the chosen points: sentences that begin with a space, or nothing."""
        found = [f" Where {self.where_text()}." if self.where_text() else "", f" {self.lacking()}." if self.lacking() else ""]
        return "".join(found)

    def at_most(self, count):
        """(the sweep, or of one with more combinations of axes those at the middle of the shortest axes; notes)."""
        sweep, notes = self, []
        while True:
            axes = sweep.varying_axes()
            if len(axes) < 2 or len(sweep.points.drop_duplicates(axes)) <= count:
                return sweep, notes
            axis = min(axes, key=lambda a: (len(sweep.values(a)), -sweep.axes.index(a)))
            text = sweep.middle(axis)
            notes.append(f"shown are the points with {axis} = {text}; choose others with --where {axis}=…")
            sweep = sweep.where([(axis, text)])

    def table(self, name):
        """The kept CSV file of all points, one under another: see load_sweep_tables()."""
        frames = []
        for row in self.points.itertuples():
            folder = self.path / "runs" / row.point[:2] / row.point / "files"
            if not (folder / f"{name}.csv").exists():
                raise AnalysisError(
                    folder / f"{name}.csv", "is missing", "write \"files\": \"tables\" into the sweep's spec to keep such files"
                )
            results = open_results(folder)
            frame = results.table(f"{name}.csv")
            if "scheduler" not in frame:
                frame.insert(1, "scheduler", frame.run.map(dict(enumerate(results.labels))))
            frame.insert(0, "point", row.point)
            frames.append(frame)
        together = pd.concat(frames, ignore_index=True)
        attrs = frames[0].attrs
        together = _joined(together, self.points, [*self.axes, "seed"])
        together.attrs["units"] = {**self.points.attrs["units"], **attrs["units"]}
        together.attrs["descriptions"] = dict(self.points.attrs["descriptions"])
        return together


def load_sweep(folder, partial=False):
    """(runs, jobs) of a sweep as data frames with the axes and the seed as columns, units and descriptions in .attrs.

    partial: take what is there when points are missing.
    """
    sweep = open_sweep(folder, partial)
    return sweep.runs, sweep.jobs


def load_sweep_tables(folder, name, partial=False):
    """A table (flows, groups, jobs, links, …) of all points, of a sweep whose spec says "files": "tables" or "all"."""
    return open_sweep(folder, partial).table(name)


def open_sweep(folder, partial=False):
    """The Sweep in a folder."""
    folder = pathlib.Path(folder)
    path = folder / DATABASE
    if not folder.is_dir():
        raise AnalysisError(folder, "no such folder", "give sweeps/<name>")
    if not path.exists():
        raise AnalysisError(path, "is missing", f"gather the sweep's results: echelon-sweep gather {folder}")
    try:
        connection = connect(path)
        try:
            return _read(folder, path, connection, partial)
        finally:
            connection.close()
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        text = str(error).splitlines()[-1]
        raise AnalysisError(path, f"is no database of a sweep: {text}", "gather the sweep's results again") from None


def connect(path):
    """A connection that only reads."""
    return sqlite3.connect(f"file:{urllib.parse.quote(os.fsencode(path.resolve()))}?mode=ro", uri=True)


def _read(folder, path, connection, partial):
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = {"meta", "points", "runs", "jobs", "columns"} - tables
    if missing:
        raise AnalysisError(path, f"lacks the table '{min(missing)}'", "gather the sweep's results again")
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    if meta.get("schema") != SCHEMA:
        raise AnalysisError(
            path, f"schema is '{meta.get('schema')}'", f"this version reads '{SCHEMA}'; gather again with this release"
        )
    points, runs, jobs = (pd.read_sql_query(f"SELECT * FROM {name}", connection) for name in ("points", "runs", "jobs"))
    described = pd.read_sql_query('SELECT "table", "column", unit, description FROM columns', connection)
    _check_columns(path, "points", points)
    undone = points[points.status != DONE]
    if len(undone) and not partial:
        counts = ", ".join(f"{n} {status}" for status, n in undone.status.value_counts().sort_index().items())
        raise AnalysisError(
            path, f"of {len(points)} points {len(undone)} have no result ({counts})",
            "submit the sweep again, then gather; --partial takes what is there",
        )
    everything = points
    points = points[points.status == DONE].reset_index(drop=True)
    if not len(points):
        raise AnalysisError(path, "no point has a result", "submit the sweep, then gather")
    _check_columns(path, "runs", runs)
    _check_columns(path, "jobs", jobs)
    axes = [column for column in points.columns if column not in KEYS]
    _check_values(path, everything, runs, jobs, described, axes)
    for name, frame in (("points", points), ("runs", runs), ("jobs", jobs)):
        own = described[described.table == name]
        frame.attrs["units"] = dict(zip(own.column, own.unit.fillna("")))
        frame.attrs["descriptions"] = dict(zip(own.column, own.description.fillna("")))
    runs, jobs = (_with_axes(frame, points, [*axes, "seed"]) for frame in (runs, jobs))
    order = {axis: list(dict.fromkeys(everything[axis])) for axis in [*axes, "seed"]}
    return Sweep(folder, str(meta.get("name", folder.name)), axes, points, runs, jobs, undone, order)


def _check_columns(path, name, frame):
    lacking = [column for column in NEEDED[name] if column not in frame]
    if lacking:
        hint = "its results are of another release: run the sweep again"
        raise AnalysisError(path, f"the table '{name}' lacks the column '{lacking[0]}'", hint)


def _check_values(path, points, runs, jobs, described, axes):
    """What gather writes: texts are texts, figures are finite, and no row stands twice."""

    def fail(table, column, what):
        raise AnalysisError(path, f"the table '{table}': column '{column}': {what}", "gather the sweep's results again")

    texts = (("points", points, ("point", "status")), ("runs", runs, ("point", "scheduler")), ("jobs", jobs, ("point", "scheduler", "job")))
    for table, frame, columns in (*texts, ("columns", described, tuple(described.columns))):
        for column in columns:
            if not frame[column].map(lambda value: isinstance(value, str)).all():
                fail(table, column, "holds what is no text")
    for column in (*axes, "seed"):
        if not points[column].map(lambda value: isinstance(value, str) or (isinstance(value, (int, float)) and math.isfinite(value))).all():
            fail("points", column, "holds what is no value of an axis")
    figures = (("runs", runs, ("makespan_s",)), ("jobs", jobs, ("iterations", "iteration_time_mean_s", *PARTS)))
    for table, frame, columns in figures:
        for column in columns:
            numeric = pd.api.types.is_numeric_dtype(frame[column])
            if not numeric or not ((frame[column] >= 0) & (frame[column] <= LONGEST_S)).all():
                fail(table, column, "holds what is no such figure")
    for table, frame, keys in (("points", points, ["point"]), ("runs", runs, ["point", "scheduler"]), ("jobs", jobs, ["point", "scheduler", "job"])):
        if frame.duplicated(keys).any():
            fail(table, keys[-1], "a row stands twice")
    if not runs.point.isin(points.point).any() or not jobs.point.isin(points.point).any():
        fail("runs", "point", "none is in the table 'points'")


def _with_axes(frame, points, columns):
    """The frame's rows of these points with the points' columns, attributes joined too."""
    attrs = frame.attrs
    joined = _joined(frame, points, columns)
    for key in ("units", "descriptions"):
        joined.attrs[key] = {**{c: points.attrs[key].get(c, "") for c in columns}, **attrs[key]}
    return joined


def _joined(frame, points, columns):
    columns = [c for c in columns if c not in frame.columns]
    joined = frame.merge(points[["point", *columns]], on="point", how="inner", sort=False)
    rest = [c for c in frame.columns if c != "point"]
    return joined[["point", *columns, *rest]]
