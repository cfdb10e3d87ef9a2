# SPDX-License-Identifier: GPL-2.0-only
"""Makes tables of results: which columns there are, what they mean, and the rows of a point.

    table = Tables(sweep)
    table.add(point, "done", metrics, provenance)
    table.runs.columns                              # ['point', 'scheduler', …]; rows are tuples in that order

Columns come from the metrics themselves: every number or text of a run is a column, sections joined with '_'
(groups_tardiness_sum_s), so that a metric that the program learns appears by itself. Units are in the names' endings.
"""

import dataclasses

from echelon_sweep.jsonfile import canonical
from echelon_sweep.points import SCENARIO

UNITS = (("_bps", "bit/s"), ("bytes", "B"), ("_s", "s"))

DESCRIPTIONS = {
    "points": {
        "point": "id of the point: a hash of program, inputs, parameters and seed",
        "scenario": "scenario file, as the specification names it",
        "seed": "seed of all random choices",
        "status": "done, missing, failed (as many errors as retries) or bad (the result is damaged)",
    },
    "runs": {
        "point": "the point, as in points",
        "scheduler": "label of the scheduler",
        "fabric": "fabric that carried the flows",
        "seed": "seed of all random choices",
        "makespan_s": "end of the last job",
        "all_jobs_completion_mean_s": "completion time of a job, mean over jobs",
        "all_jobs_completion_p95_s": "completion time of a job, 95th percentile over jobs",
        "all_jobs_slowdown_mean": "completion time over ideal time, mean over jobs",
        "all_jobs_slowdown_max": "completion time over ideal time, largest of the jobs",
        "all_jobs_fairness": "Jain's index of the jobs' slowdowns: 1 when all are slowed down alike",
        "groups_count": "EchelonFlows that crossed the network",
        "groups_tardiness_sum_s": "tardiness, summed over EchelonFlows",
        "groups_tardiness_max_s": "tardiness, largest of the EchelonFlows",
        "groups_cct_mean_s": "completion time of an EchelonFlow, mean",
        "groups_cct_p95_s": "completion time of an EchelonFlow, 95th percentile",
        "flows_count": "flows that crossed the network",
        "flows_bytes": "payload of the flows that crossed the network",
        "flows_fct_mean_s": "completion time of a flow, mean",
        "flows_fct_p99_s": "completion time of a flow, 99th percentile",
        "flows_scale_up_count": "flows that stayed inside a host",
        "links_utilisation_mean": "part of a link's capacity in use over the makespan, mean over links",
        "links_utilisation_max": "part of a link's capacity in use over the makespan, largest of the links",
    },
    "jobs": {
        "point": "the point, as in points",
        "scheduler": "label of the scheduler",
        "job": "name of the job",
        "completion_time_s": "from the job's arrival to the end of its last iteration",
        "iterations": "number of iterations",
        "iteration_time_mean_s": "time of an iteration, mean",
        "iteration_time_min_s": "time of an iteration, shortest",
        "iteration_time_max_s": "time of an iteration, longest",
        "ideal_time_s": "its iterations as profiled, with an infinitely fast network between hosts, summed",
        "slowdown": "completion time over ideal time; 0 for a job that computes nothing",
        "compute_utilisation": "part of the completion time in which its GPUs compute, mean over GPUs",
        "compute_s": "computation on the critical path, summed over iterations",
        "transmission_s": "transmission on the critical path as if alone, summed over iterations",
        "waiting_s": "waiting for bandwidth on the critical path, summed over iterations",
        "delay_s": "other delays on the critical path, summed over iterations",
    },
    "work": {
        "point": "the point, as in points",
        "host": "machine that ran it",
        "started": "when, in UTC",
        "wall_s": "time that it took",
        "cpu_s": "processor time that it took",
        "peak_rss_bytes": "largest resident memory of its processes",
        "events": "events that the emulator handled, all runs",
        "scheduler_calls": "decisions of the schedulers, all runs",
    },
}


def unit_of(column):
    """By the ending of its name; '' for plain numbers and texts."""
    return next((unit for ending, unit in UNITS if column.endswith(ending)), "")


@dataclasses.dataclass
class Table:
    name: str
    columns: list = dataclasses.field(default_factory=list)
    rows: list = dataclasses.field(default_factory=list)  # of dicts; tuples() orders them

    def add(self, row):
        for column in row:
            if column not in self._known:
                self._known[column] = True
                self.columns.append(column)
        self.rows.append(row)

    def __post_init__(self):
        self._known = dict.fromkeys(self.columns, True)

    def tuples(self):
        return (tuple(row.get(column) for column in self.columns) for row in self.rows)


class Tables:
    """The tables of a sweep. Add points in the order of points.json."""

    def __init__(self, sweep):
        self._axes = [(axis["pointer"], axis["column"]) for axis in sweep.document["axes"]]
        several = isinstance(sweep.spec["scenario"], list)
        first = ["point", *(["scenario"] if several else []), *(column for _, column in self._axes), "seed", "status"]
        self._several = several
        self.points = Table("points", first)
        self.runs = Table("runs", ["point", "scheduler"])
        self.jobs = Table("jobs", ["point", "scheduler", "job"])
        self.work = Table("work", ["point", "host", "started", "wall_s", "cpu_s", "peak_rss_bytes", "events", "scheduler_calls"])

    @property
    def deterministic(self):
        """The tables that are equal whenever the points are."""
        return (self.points, self.runs, self.jobs)

    def add(self, point, status, metrics=(), provenance=None):
        row = {"point": point.id}
        if self._several:
            row["scenario"] = point.parameters[SCENARIO]
        for pointer, column in self._axes:
            row[column] = plain(point.parameters[pointer])
        self.points.add({**row, "seed": point.seed, "status": status})
        for run in metrics:
            scheduler = run["scheduler"]
            self.runs.add({"point": point.id, "scheduler": scheduler, **flat(run, skip=("scheduler", "jobs"))})
            for job in run["jobs"]:
                self.jobs.add({"point": point.id, "scheduler": scheduler, "job": job["name"], **job_row(job)})
        if provenance:
            engine = provenance.get("engine", [])
            row = {column: provenance.get(column) for column in self.work.columns[1:6]}
            for name in ("events", "scheduler_calls"):
                row[name] = sum(entry.get(name, 0) for entry in engine)
            self.work.add({"point": point.id, **row})

    def column_rows(self, description_of_axis):
        """(table, column, unit, description) of every column."""
        axes = {column: pointer for pointer, column in self._axes}
        for table in (self.points, self.runs, self.jobs, self.work):
            for column in table.columns:
                if table is self.points and column in axes:
                    yield table.name, column, "", description_of_axis(axes[column])
                else:
                    told = DESCRIPTIONS[table.name].get(column, f"{column.replace('_', ' ')}, as in summary.json")
                    yield table.name, column, unit_of(column), told


def plain(value):
    """A parameter as one field: numbers and texts as they are, anything else as JSON."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return canonical(value)
    return value


def flat(document, skip=(), prefix=""):
    """Numbers and texts of an object and of the objects in it: {'groups_count': 3}."""
    found = {}
    for key, value in document.items():
        if key in skip:
            continue
        if isinstance(value, dict):
            found.update(flat(value, prefix=f"{prefix}{key}_"))
        elif not isinstance(value, list):
            found[prefix + key] = int(value) if isinstance(value, bool) else value
    return found


def job_row(job):
    """The columns of a job in one run."""
    times = job["iteration_times_s"]
    row = {}
    for key, value in job.items():
        if key == "iteration_times_s":
            row["iterations"] = len(times)
            row["iteration_time_mean_s"] = sum(times) / len(times)
            row["iteration_time_min_s"] = min(times)
            row["iteration_time_max_s"] = max(times)
        elif key == "critical_path":
            row.update(flat(value))
        elif key != "name":
            row.update(flat({key: value}))
    return row
