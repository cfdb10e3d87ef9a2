# SPDX-License-Identifier: GPL-2.0-only
"""Reads a result folder. Files are read when they are first asked for, checked, and kept.

    results = open_results("results/quickstart")      # the run's folder, or its parent when it holds one run
    results.labels                                    # ['fair', 'sebf', 'echelon'], one per run, distinct
    results.flows.attrs["units"]["start_s"]           # 's'

Format: docs/reference/results.md. Errors: AnalysisError with file, what is wrong and a hint.
"""

import csv
import functools
import json
import pathlib
import re

import numpy as np
import pandas as pd

from echelon_analysis.checks import check_manifest, check_summary, check_table
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_common.errors import did_you_mean
from echelon_common.text import unguarded

MANIFEST_SCHEMA = "echelon/results/2"
SUMMARY_SCHEMA = "echelon/summary/2"

# For files that `echelon run --files` may have left out.
FILES_HINT = "run with --files tables"

# Ranges of GPUs, and how many a range may have.
DEVICES, MAX_RANGE = re.compile(r"\d{1,9}(-\d{1,9})?( \d{1,9}(-\d{1,9})?)*"), 10**6

INTEGER, REAL, TEXT = "int64", "float64", "str"

# Column -> (type, unit), in the order of the file.
COLUMNS = {
    "flows.csv": {
        "run": (INTEGER, ""),
        "flow": (INTEGER, ""),
        "group": (INTEGER, ""),
        "position": (INTEGER, ""),
        "source": (INTEGER, "device"),
        "destination": (INTEGER, "device"),
        "bytes": (INTEGER, "B"),
        "count": (INTEGER, "flows"),
        "start_s": (REAL, "s"),
        "finish_s": (REAL, "s"),
        "ideal_finish_s": (REAL, "s"),
        "tardiness_s": (REAL, "s"),
    },
    "groups.csv": {
        "run": (INTEGER, ""),
        "scheduler": (TEXT, ""),
        "group": (INTEGER, ""),
        "job": (TEXT, ""),
        "iteration": (INTEGER, ""),
        "name": (TEXT, ""),
        "shape": (TEXT, ""),
        "flows": (INTEGER, "flows"),
        "bytes": (INTEGER, "B"),
        "weight": (REAL, ""),
        "reference_s": (REAL, "s"),
        "finish_s": (REAL, "s"),
        "cct_s": (REAL, "s"),
        "tardiness_s": (REAL, "s"),
    },
    "jobs.csv": {
        "run": (INTEGER, ""),
        "scheduler": (TEXT, ""),
        "job": (TEXT, ""),
        "iteration": (INTEGER, ""),
        "start_s": (REAL, "s"),
        "end_s": (REAL, "s"),
        "time_s": (REAL, "s"),
        "arrival_s": (REAL, "s"),
        "ideal_s": (REAL, "s"),
    },
    "computes.csv": {
        "run": (INTEGER, ""),
        "job": (TEXT, ""),
        "iteration": (INTEGER, ""),
        "name": (TEXT, ""),
        "devices": (TEXT, ""),
        "stream": (INTEGER, ""),
        "start_s": (REAL, "s"),
        "end_s": (REAL, "s"),
    },
    "links.csv": {
        "run": (INTEGER, ""),
        "scheduler": (TEXT, ""),
        "link": (INTEGER, ""),
        "name": (TEXT, ""),
        "rate_bps": (REAL, "bit/s"),
        "bytes": (INTEGER, "B"),
        "utilisation": (REAL, ""),
    },
    "link_series.csv": {
        "run": (INTEGER, ""),
        "link": (INTEGER, ""),
        "start_s": (REAL, "s"),
        "duration_s": (REAL, "s"),
        "rate_bps": (REAL, "bit/s"),
        "queue_bytes": (INTEGER, "B"),
    },
    "critical_path.csv": {
        "run": (INTEGER, ""),
        "scheduler": (TEXT, ""),
        "job": (TEXT, ""),
        "iteration": (INTEGER, ""),
        "step": (INTEGER, ""),
        "kind": (TEXT, ""),
        "name": (TEXT, ""),
        "device": (INTEGER, "device"),
        "to": (INTEGER, "device"),
        "flow": (INTEGER, ""),
        "group": (INTEGER, ""),
        "start_s": (REAL, "s"),
        "end_s": (REAL, "s"),
        "compute_s": (REAL, "s"),
        "transmission_s": (REAL, "s"),
        "waiting_s": (REAL, "s"),
        "delay_s": (REAL, "s"),
    },
    "waits.csv": {
        "run": (INTEGER, ""),
        "scheduler": (TEXT, ""),
        "job": (TEXT, ""),
        "iteration": (INTEGER, ""),
        "step": (INTEGER, ""),
        "link": (INTEGER, ""),
        "blocking_job": (TEXT, ""),
        "blocking_iteration": (INTEGER, ""),
        "blocking_group": (INTEGER, ""),
        "blocking_name": (TEXT, ""),
        "seconds": (REAL, "s"),
    },
}


class Results:
    """One result folder. Made by open_results()."""

    def __init__(self, path):
        self.path = path
        manifest = read_json(path / "manifest.json", MANIFEST_SCHEMA, "schema")
        check_manifest(path / "manifest.json", manifest)
        self.run_id = manifest.get("run_id", path.name)
        self.summary = read_json(path / "summary.json", SUMMARY_SCHEMA, "schema")
        check_summary(path / "summary.json", self.summary)
        self.scenario = self.summary.get("scenario", path.name)
        self.runs = self.summary["runs"]
        self.labels = _distinct([run["scheduler"] for run in self.runs])

    @property
    def job_names(self):
        """Names of the jobs, in the order of the first run."""
        return [job["name"] for job in self.runs[0]["jobs"]]

    @property
    def reference_run(self):
        """Index of the run that speed-ups compare with: `fair`, else the first."""
        schedulers = [run["scheduler"] for run in self.runs]
        return schedulers.index(reference_label(schedulers))

    def run_index(self, label):
        """Index of the run with this label."""
        if label not in self.labels:
            raise UsageError(
                self.path / "summary.json",
                f"no run of scheduler '{label}'",
                did_you_mean(label, self.labels),
            )
        return self.labels.index(label)

    @property
    def rate_log_full(self):
        """Labels of the runs whose log of rates was full: their waits.csv tells less (docs/reference/results.md)."""
        engines = self.summary.get("engine", [])
        return [label for label, engine in zip(self.labels, engines) if engine.get("rate_log_full")]

    def lacks(self, *names):
        """Which of these files the folder does not hold, and what to do: 'flows.csv is not in the folder (…)'; '' if it holds all."""
        missing = [name for name in names if not (self.path / name).exists()]
        if not missing:
            return ""
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        return f"{names} {'is' if len(missing) == 1 else 'are'} not in the folder ({FILES_HINT})"

    @functools.cached_property
    def flows(self):
        """flows.csv: flows that crossed the network."""
        return self.table("flows.csv")

    @functools.cached_property
    def groups(self):
        """groups.csv: EchelonFlows that crossed the network."""
        return self.table("groups.csv")

    @functools.cached_property
    def jobs(self):
        """jobs.csv: iterations."""
        return self.table("jobs.csv")

    @functools.cached_property
    def links(self):
        """links.csv: links between hosts."""
        return self.table("links.csv")

    @functools.cached_property
    def link_series(self):
        """link_series.csv: load and queue of each link over time."""
        return self.table("link_series.csv")

    @functools.cached_property
    def critical_path(self):
        """critical_path.csv: the steps that each iteration's end depends on."""
        return self.table("critical_path.csv")

    @functools.cached_property
    def waits(self):
        """waits.csv: whom a step of the critical path waited for."""
        return self.table("waits.csv")

    @functools.cached_property
    def computes(self):
        """computes.csv: computations, a row for each GPU (column device). The index is that of the row of the file."""
        return self.table("computes.csv")

    def table(self, name):
        """A CSV file of the folder, checked."""
        frame = read_table(self.path, name)
        check_table(self.path / name, COLUMNS[name], frame, self.job_names)
        wrong = frame[(frame.run < 0) | (frame.run >= len(self.runs))]
        if len(wrong):
            raise AnalysisError(
                self.path / name,
                f"line {wrong.index[0] + 2}: run {wrong.run.iloc[0]} is not in summary.json",
                f"it has runs 0 to {len(self.runs) - 1}; are the files of one run of the program?",
            )
        if name == "link_series.csv" and not self.lacks("links.csv"):
            unknown = frame[~frame.link.isin(self.links.link)]
            if len(unknown):
                raise AnalysisError(self.path / name, f"line {unknown.index[0] + 2}: link {unknown.link.iloc[0]} is not in links.csv")
        return frame


def read_table(folder, name):
    """A CSV file of a result folder, checked; .attrs["units"]: column -> unit, .attrs["source"]: name of the file."""
    frame = _read_csv(folder / name, COLUMNS[name])
    frame = _by_device(folder / name, frame) if name == "computes.csv" else frame
    frame.attrs["units"] = {column: unit for column, (_, unit) in COLUMNS[name].items()}
    frame.attrs["source"] = name
    return frame


def open_results(path):
    """The Results at path: a folder with summary.json, or one that holds exactly one such folder."""
    path = pathlib.Path(path)
    if not path.is_dir():
        raise AnalysisError(
            path, "no such folder", "give results/<name>/<run-id>, as 'echelon run' prints it"
        )
    if not (path / "summary.json").exists():
        inside = sorted(p.parent for p in path.glob("*/summary.json"))
        if len(inside) > 1:
            raise AnalysisError(
                path,
                f"holds the results of {len(inside)} runs",
                "give one of them: " + ", ".join(p.name for p in inside[:4]),
            )
        if not inside:
            raise AnalysisError(
                path, "holds no summary.json", "give results/<name>/<run-id> of a finished run"
            )
        path = inside[0]
    return Results(path)


def reference_label(schedulers):
    """Whom speed-ups compare with: `fair`, else the first."""
    return "fair" if "fair" in schedulers else schedulers[0]


def _distinct(names):
    """Labels for runs: a scheduler that appears again (other parameters) gets a number."""
    seen = {}
    labels = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        labels.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return labels


def read_json(path, schema, *keys, hint="run the scenario again"):
    """The document in a file; its schema stands under the keys."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        raise AnalysisError(path, "is missing", hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(path, f"cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise AnalysisError(
            path, f"line {error.lineno}: not JSON: {error.msg}", "the file is cut short or was edited"
        ) from None
    except (RecursionError, ValueError):  # nested without end, or a whole number of thousands of digits
        raise AnalysisError(path, "is no JSON that can be read", "the file was edited") from None
    found = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if found != schema:
        raise AnalysisError(
            path,
            f"schema is '{found}'" if found else "has no schema",
            f"this version reads '{schema}'; use the echelon and the analysis of one release",
        )
    return document


def _read_csv(path, columns):
    wanted = list(columns)
    options = {"keep_default_na": False, "encoding": "utf-8", "skip_blank_lines": False}
    try:
        with open(path, encoding="utf-8") as file:
            header = file.readline().rstrip("\r\n").split(",")
            first = next(csv.reader(file), [])
        if header != wanted:
            odd = next((a for a, b in zip(header, wanted) if a != b), header[-1])
            raise AnalysisError(
                path,
                f"line 1: the columns are not those of {MANIFEST_SCHEMA} (first difference: '{odd}')",
                "expected " + ",".join(wanted),
            )
        types = {name: kind for name, (kind, _) in columns.items()}
        if len(first) > len(wanted):  # pandas would take the first column for an index
            raise AnalysisError(path, f"line 2: has {len(first)} fields, but there are {len(wanted)} columns", "the file was edited")
        with np.errstate(invalid="ignore"):
            frame = pd.read_csv(path, dtype=types, **options)
        for name in (name for name, kind in types.items() if kind == TEXT):
            found = {text: unguarded(text) for text in frame[name].unique() if isinstance(text, str) and text.startswith("'")}
            if found:
                frame[name] = frame[name].replace(found)
        return frame
    except FileNotFoundError:
        raise AnalysisError(path, "is missing", FILES_HINT) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(path, f"cannot be read: {error}") from None
    except (csv.Error, pd.errors.ParserError, ValueError, OverflowError, TypeError) as error:
        raise AnalysisError(
            path, _first_bad_cell(path, columns, options) or str(error), "the file was edited or cut"
        ) from None


def _by_device(path, frame):
    """The rows of computes.csv once for each of their GPUs, by (run, start_s, device, stream)."""
    known = {}
    for text in frame.devices.unique():
        ranges = [[int(end) for end in part.split("-")] for part in text.split(" ")] if DEVICES.fullmatch(text) else []
        if not ranges or not all(0 <= ends[-1] - ends[0] < MAX_RANGE for ends in ranges):
            row = int((frame.devices == text).to_numpy().argmax())
            raise AnalysisError(path, f"line {row + 2}: column devices: '{text}' is no list of GPUs as 0-7 24-31", "the file was edited or cut")
        known[text] = [gpu for ends in ranges for gpu in range(ends[0], ends[-1] + 1)]
    lists = frame.devices.map(known)
    each = frame.loc[frame.index.repeat(lists.map(len))]
    each = each.assign(device=np.concatenate([*lists, np.array([], dtype="int64")]).astype("int64"))
    return each.sort_values(["run", "start_s", "device", "stream"], kind="stable")


def _first_bad_cell(path, columns, options):
    """Where a CSV file stops being numbers, for the message; None when the table itself is broken."""
    try:
        frame = pd.read_csv(path, dtype=str, **options)
    except (pd.errors.ParserError, ValueError, OverflowError):
        return None
    for name, (kind, _) in columns.items():
        if kind == TEXT:
            continue
        numbers = pd.to_numeric(frame[name], errors="coerce")
        bad = numbers.isna() if kind == REAL else numbers.isna() | (numbers.abs() >= 2.0**63) | (numbers % 1 != 0)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            return f"line {row + 2}: column {name}: '{frame[name][row]}' is not a number"
    return None
