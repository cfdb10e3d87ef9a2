# SPDX-License-Identifier: GPL-2.0-only
"""Read a result folder. Files are read when first asked for, checked, and kept.

    results = open_results("results/quickstart")      # the run's folder, or its parent when it holds one run
    results.labels                                    # ['fair', 'sebf', 'echelon'], one per run, distinct
    results.flows.attrs["units"]["start_s"]           # 's'

Format: docs/reference/results.md. Errors: AnalysisError with file, what is wrong and a hint.
"""

import dataclasses
import functools
import json
import pathlib

import numpy as np
import pandas as pd

from echelon_analysis.errors import AnalysisError, UsageError, did_you_mean

MANIFEST_SCHEMA = "echelon/results/2"
SUMMARY_SCHEMA = "echelon/summary/2"
TIMELINE_SCHEMA = "echelon/timeline/2"

# For files that `echelon run --files` may have left out.
FILES_HINT = "run with --files all"

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
# What an iteration's critical path is made of: columns of critical_path.csv, keys of a job's critical_path in summary.json.
PARTS = ("compute_s", "transmission_s", "waiting_s", "delay_s")

# What the tables read of a run of summary.json: section -> figures.
SUMMARY_FIGURES = {
    "all_jobs": ("completion_mean_s", "completion_p95_s", "slowdown_mean", "slowdown_max", "fairness"),
    "groups": ("count", "tardiness_sum_s", "tardiness_max_s", "cct_mean_s", "cct_p95_s"),
    "flows": ("count", "bytes", "fct_mean_s", "fct_p99_s"),
    "links": ("utilisation_mean", "utilisation_max"),
}


@dataclasses.dataclass(frozen=True)
class Timeline:
    """timeline.json, reduced to what figures need."""

    compute: pd.DataFrame  # run, device, stream, job, iteration, name, start_s, duration_s
    alike: tuple  # per run: GPU -> the GPU of `compute` that stands for it; those that stand for themselves alone are missing
    slices_left_out: int  # the shortest, of the GPUs that are shown
    is_part: bool  # written with --timeline-window or --timeline-top

    def gpus(self, run, job):
        """Number of GPUs that compute for the job, those included that others stand for."""
        shown = set(self.compute.device[(self.compute.run == run) & (self.compute.job == job)])
        members = sum(1 for other in self.alike[run].values() if other in shown)
        return members + len(shown - set(self.alike[run].values()))


class Results:
    """One result folder. Made by open_results()."""

    def __init__(self, path):
        self.path = path
        manifest = _read_json(path / "manifest.json", MANIFEST_SCHEMA, "schema")
        self.run_id = manifest.get("run_id", path.name)
        self.summary = _read_json(path / "summary.json", SUMMARY_SCHEMA, "schema")
        _check_summary(path / "summary.json", self.summary)
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
        """Which of these files the folder does not hold, and what to do: 'timeline.json is not in the folder (…)'; '' if it holds all."""
        missing = [name for name in names if not (self.path / name).exists()]
        if not missing:
            return ""
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        return f"{names} {'is' if len(missing) == 1 else 'are'} not in the folder ({FILES_HINT})"

    @functools.cached_property
    def flows(self):
        """flows.csv: flows that crossed the network."""
        return self._table("flows.csv")

    @functools.cached_property
    def groups(self):
        """groups.csv: EchelonFlows that crossed the network."""
        return self._table("groups.csv")

    @functools.cached_property
    def jobs(self):
        """jobs.csv: iterations."""
        return self._table("jobs.csv")

    @functools.cached_property
    def links(self):
        """links.csv: links between hosts."""
        return self._table("links.csv")

    @functools.cached_property
    def link_series(self):
        """link_series.csv: load and queue of each link over time."""
        return self._table("link_series.csv")

    @functools.cached_property
    def critical_path(self):
        """critical_path.csv: the steps that each iteration's end depends on."""
        return self._table("critical_path.csv")

    @functools.cached_property
    def waits(self):
        """waits.csv: whom a step of the critical path waited for."""
        return self._table("waits.csv")

    @functools.cached_property
    def timeline(self):
        """timeline.json: the compute slices."""
        return _read_timeline(self.path / "timeline.json", len(self.runs))

    def _table(self, name):
        frame = read_table(self.path, name)
        wrong = frame[(frame.run < 0) | (frame.run >= len(self.runs))]
        if len(wrong):
            raise AnalysisError(
                self.path / name,
                f"line {wrong.index[0] + 2}: run {wrong.run.iloc[0]} is not in summary.json",
                f"it has runs 0 to {len(self.runs) - 1}; are the files of one run of the program?",
            )
        return frame


def read_table(folder, name):
    """A CSV file of a result folder, checked; .attrs["units"]: column -> unit, .attrs["source"]: name of the file."""
    frame = _read_csv(folder / name, COLUMNS[name])
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


def _read_json(path, schema, *keys, hint="run the scenario again"):
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


def _check_summary(path, summary):
    runs = summary.get("runs")
    if not isinstance(runs, list) or not runs:
        raise AnalysisError(path, "/runs: is empty or missing", "a scenario needs a scheduler")
    for i, run in enumerate(runs):
        missing = [k for k in ("scheduler", "makespan_s", "jobs") if k not in run]
        for section, figures in SUMMARY_FIGURES.items():
            missing += [f"{section}/{f}" for f in figures if f not in run.get(section, {})]
        for j, job in enumerate(run.get("jobs", [])):
            missing += [
                f"jobs/{j}/{k}"
                for k in (
                    "name",
                    "completion_time_s",
                    "iteration_times_s",
                    "ideal_time_s",
                    "slowdown",
                    "compute_utilisation",
                    "critical_path",
                )
                if k not in job
            ]
            missing += [f"jobs/{j}/critical_path/{part}" for part in PARTS if part not in job.get("critical_path", PARTS)]
        if missing:
            raise AnalysisError(
                path, f"/runs/{i}/{missing[0]}: is missing", "see docs/reference/results.md"
            )


def _read_csv(path, columns):
    wanted = list(columns)
    options = {"keep_default_na": False, "encoding": "utf-8", "skip_blank_lines": False}
    try:
        with open(path, encoding="utf-8") as file:
            header = file.readline().rstrip("\r\n").split(",")
        if header != wanted:
            odd = next((a for a, b in zip(header, wanted) if a != b), header[-1])
            raise AnalysisError(
                path,
                f"line 1: the columns are not those of {MANIFEST_SCHEMA} (first difference: '{odd}')",
                "expected " + ",".join(wanted),
            )
        types = {name: kind for name, (kind, _) in columns.items()}
        return pd.read_csv(path, dtype=types, **options)
    except FileNotFoundError:
        raise AnalysisError(path, "is missing", FILES_HINT) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(path, f"cannot be read: {error}") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise AnalysisError(
            path, _first_bad_cell(path, columns, options) or str(error), "the file was edited or cut"
        ) from None


def _first_bad_cell(path, columns, options):
    """Where a CSV file stops being numbers, for the message; None when the table itself is broken."""
    try:
        frame = pd.read_csv(path, dtype=str, **options)
    except (pd.errors.ParserError, ValueError):
        return None
    for name, (kind, _) in columns.items():
        if kind == TEXT:
            continue
        numbers = pd.to_numeric(frame[name], errors="coerce")
        bad = numbers.isna() if kind == REAL else numbers.isna() | (numbers % 1 != 0)
        if bad.any():
            row = bad.idxmax()
            return f"line {row + 2}: column {name}: '{frame[name][row]}' is not a number"
    return None


def _read_timeline(path, runs):
    document = _read_json(path, TIMELINE_SCHEMA, "metadata", "schema", hint=FILES_HINT)
    processes = {}
    alike = tuple({} for _ in range(runs))
    try:
        events = document["traceEvents"]
        for event in events:
            if event["ph"] == "M" and event["name"] == "process_name":
                args = event["args"]
                processes[event["pid"]] = (args["run"], args.get("gpu", -1))
                alike[args["run"]].update((gpu, args["gpu"]) for gpu in args.get("gpus", ()))
        slices = [e for e in events if e["ph"] == "X" and e.get("cat") == "compute"]
        where = [processes[e["pid"]] for e in slices]
        frame = pd.DataFrame(
            {
                "run": np.array([run for run, _ in where], dtype=np.int64),
                "device": np.array([gpu for _, gpu in where], dtype=np.int64),
                "stream": np.array([e["tid"] - 1 for e in slices], dtype=np.int64),
                "job": [e["args"]["job"] for e in slices],
                "iteration": np.array([e["args"]["iteration"] for e in slices], dtype=np.int64),
                "name": [e["name"] for e in slices],
                "start_s": np.array([e["ts"] for e in slices], dtype=float) * 1e-6,
                "duration_s": np.array([e["dur"] for e in slices], dtype=float) * 1e-6,
            }
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise AnalysisError(
            path, f"an event lacks or names the unknown {error}", "see docs/reference/results.md"
        ) from None
    frame = frame.sort_values(["run", "device", "start_s"], kind="stable")
    frame.attrs["units"] = {"start_s": "s", "duration_s": "s"}
    metadata = document["metadata"]
    shortest = int(metadata.get("slices_left_out", 0)) - int(metadata.get("alike_slices_left_out", 0))
    is_part = "window_s" in metadata or "top" in metadata
    return Timeline(frame.reset_index(drop=True), alike, shortest, is_part)
