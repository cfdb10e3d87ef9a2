# SPDX-License-Identifier: GPL-2.0-only
"""Knows a sweep's folder: which points it has, which are done, and where their files lie.

    sweep = Sweep.open("sweeps/demo-100")
    for point in sweep.todo(): ...                  # no result yet, fewer errors than the spec's `retries`
    sweep.state(point)                              # DONE, MISSING or FAILED
    sweep.point_folder(point.id)                    # runs/ab/<id>: params.json, result.json, error.N.json, files/

    sweep.json       the spec, its scenarios and program as absolute paths, the build
    points.json      every point, in order
    runs/ab/<id>/    one point; runs/ab/.<id>.<host>.<pid>.<random>/ while somebody works on it
    results.sqlite, points.csv, runs.csv, jobs.csv     written by `gather`

A folder is made in one step and its points never change under running workers: a worker that finds another build or
other inputs than the folder names refuses to run.
"""

import json
import os
import pathlib
import re

from echelon_common.files import write_atomically
from echelon_sweep.errors import SweepError, UsageError
from echelon_sweep.jsonfile import compact, read_json
from echelon_sweep.paths import utf8_path
from echelon_sweep.points import SCENARIO, Point

FOLDER_SCHEMA = "echelon/sweep-folder/1"
POINTS_SCHEMA = "echelon/points/1"

DONE, MISSING, FAILED = "done", "missing", "failed"
FILES = ("summary", "tables", "all")  # result files that points keep
POINT_ID = re.compile(r"[0-9a-f]{16}")

ERROR_FILE = re.compile(r"error\.[0-9]+\.json")
ALARM_FILE = "alarm.json"
RESULT_FILE = "result.json"


class Sweep:
    """An opened sweep folder. Cheap: points are read when first asked for."""

    def __init__(self, path, document, points=None):
        self.path = utf8_path(pathlib.Path(path))
        self.document = document
        self.spec = document["spec"]
        self.name = self.spec["name"]
        self.scenarios = document["scenarios"]  # absolute paths
        self.program_path = document["program"]["path"]
        self.build = document["program"]["build"]
        self.retries = self.spec["retries"]
        self.schedulers = self.spec.get("schedulers")
        self.files = self.spec["files"]
        self.time_s = document["time_s"]  # the longest that a point may take, or None
        self.memory_bytes = document["memory_bytes"]  # that a point may need, or None
        self.chunk_s = 60 * self.spec["chunk"]  # wanted length of an array task
        self._points = points

    @classmethod
    def open(cls, path):
        """The sweep in a folder. UsageError when there is none, SweepError when it is damaged."""
        file = pathlib.Path(path) / "sweep.json"
        if not file.is_file():
            raise UsageError(f"{path}: is not the folder of a sweep", "it has no sweep.json; `submit` makes one")
        document = read_json(file)
        if not isinstance(document, dict) or document.get("schema") != FOLDER_SCHEMA:
            raise SweepError(file, "/schema", f"is not {FOLDER_SCHEMA}", "made by another version of echelon-sweep?")
        if not _is_whole(document):
            raise SweepError(file, "", "is damaged", "submit the spec again")
        return cls(path, document)

    @property
    def points(self):
        """All points, in the order of points.json."""
        if self._points is None:
            file = self.path / "points.json"
            document = read_json(file)
            try:
                self._points = [Point(**entry) for entry in document["points"]]
                names = {axis["pointer"] for axis in self.document["axes"]} | ({SCENARIO} if isinstance(self.spec["scenario"], list) else set())
                damaged = not all(self._is_point(point, names) for point in self._points)
            except (KeyError, TypeError):
                damaged = True
            if damaged or not self._points:
                self._points = None
                raise SweepError(file, "", "is damaged, or of another sweep.json than the one beside it", "submit the spec again")
        return self._points

    def _is_point(self, point, names):
        """Whether a point is one of this sweep; names: of its parameters."""
        return (
            isinstance(point.id, str) and POINT_ID.fullmatch(point.id) is not None and isinstance(point.inputs, str)
            and _is_whole_number(point.scenario) and 0 <= point.scenario < len(self.scenarios)
            and isinstance(point.parameters, dict) and point.parameters.keys() == names and _is_whole_number(point.seed)
        )  # fmt: skip

    def point_folder(self, point_id):
        """Where the files of a point lie, as text."""
        return f"{self.path}/runs/{point_id[:2]}/{point_id}"

    def result_path(self, point_id):
        return f"{self.path}/runs/{point_id[:2]}/{point_id}/{RESULT_FILE}"

    def has_result(self, point_id):
        """Whether a point is done: its figures, and the files that the specification wants kept."""
        return os.path.exists(self.result_path(point_id)) and self.has_files(point_id)

    def has_files(self, point_id):
        """Whether a point has the files that the specification wants kept, or more."""
        wanted = {"summary": "", "tables": "files", "all": "files/timeline.json"}[self.files]
        return os.path.exists(f"{self.point_folder(point_id)}/{wanted}") if wanted else True

    def errors(self, point_id):
        """Names of a point's error files, oldest first."""
        try:
            names = os.listdir(self.point_folder(point_id))
        except FileNotFoundError:
            return []
        return sorted((n for n in names if ERROR_FILE.fullmatch(n)), key=lambda n: int(n.split(".")[1]))

    def state(self, point):
        """DONE: has_result(). FAILED: as many errors as `retries`. Else MISSING."""
        try:
            names = os.listdir(self.point_folder(point.id))
        except FileNotFoundError:
            return MISSING
        if RESULT_FILE in names and self.has_files(point.id):
            return DONE
        return FAILED if sum(1 for n in names if ERROR_FILE.fullmatch(n)) >= self.retries else MISSING

    def todo(self):
        """Points that should run, in order."""
        return [point for point in self.points if self.state(point) == MISSING]

    def working(self):
        """Work folders of points that run now, or ran when their worker was killed: (path, id, host, pid)."""
        found = []
        for group in _scan(self.path / "runs"):
            for entry in _scan(group.path):
                parts = entry.name.split(".")
                if len(parts) >= 5 and not parts[0] and POINT_ID.fullmatch(parts[1]) and parts[-2].isdecimal():
                    found.append((entry.path, parts[1], ".".join(parts[2:-2]), int(parts[-2])))
        return found


def _is_whole_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_whole(document):
    """Whether a sweep.json has what Sweep reads of it, each of its kind."""
    spec, program, axes = (document.get(key) for key in ("spec", "program", "axes"))
    if not (isinstance(spec, dict) and isinstance(program, dict) and isinstance(axes, list)):
        return False
    texts = [spec.get("name"), document.get("spec_file"), program.get("path"), program.get("build"), spec.get("description", "")]
    scenarios = document.get("scenarios")
    numbers = [spec.get("chunk"), *(document[key] for key in ("time_s", "memory_bytes") if document.get(key) is not None)]
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(scenarios, list) and all(isinstance(path, str) for path in scenarios)
        and all(isinstance(axis, dict) and isinstance(axis.get("pointer"), str) and isinstance(axis.get("column"), str) for axis in axes)
        and all(isinstance(number, (int, float)) and not isinstance(number, bool) and 0 < number < 1e18 for number in numbers)
        and {"time_s", "memory_bytes"} <= set(document) and _is_whole_number(spec.get("retries")) and spec.get("files") in FILES
        and "scenario" in spec
    )  # fmt: skip


def _scan(path):
    try:
        with os.scandir(path) as entries:
            return sorted((e for e in entries if e.is_dir(follow_symlinks=False)), key=lambda e: e.name)
    except FileNotFoundError:
        return []


def write_folder(path, document, points):
    """Write sweep.json and points.json where they change. Points first: a sweep.json always has its points."""
    path = pathlib.Path(path)
    path.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(compact(point._asdict()) for point in points)
    _write_change(path / "points.json", f'{{"schema":"{POINTS_SCHEMA}","points":[\n{lines}\n]}}\n')
    _write_change(path / "sweep.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _write_change(path, text):
    """What is as it should be keeps its age, by which one sees whether the tables are younger."""
    try:
        if path.read_bytes() == text.encode():
            return
    except OSError:
        pass
    write_atomically(path, text, sync=True)
