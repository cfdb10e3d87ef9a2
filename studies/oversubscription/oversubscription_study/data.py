# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of studies/oversubscription/README.md: from sweep folders to CSV, from CSV to savings with their intervals.

    write_csv(pathlib.Path("sweeps"))
    jobs, waits, cost = read_csv()
    saved(jobs, "least-slack", placement="spread", jobs=4)        # Interval: share of fair's iteration time, mean over seeds

A saving is 1 - T / T_fair, T being the iteration time averaged over the jobs of one point: the same seed, hence the same
arrivals, placement, paths and compute times under every scheduler. Over several cells the mean is taken seed by seed
first, so an interval (95 %, Student's t) always rests on as many values as there are seeds.
"""

import pathlib
import sqlite3

import pandas

from echelon_analysis.statistics import mean_interval
from echelon_analysis.sweep import load_sweep, load_sweep_tables

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
CSV = FOLDER / "data" / "oversubscription.csv"
WAITS = FOLDER / "data" / "oversubscription-waits.csv"
COST = FOLDER / "data" / "oversubscription-cost.csv"

# Part of the study -> its sweep. The grid is two sweeps, of different schedulers.
SWEEPS = {
    "grid": "oversubscription-llama",
    "portfolio": "oversubscription-llama-portfolio",
    "bound": "oversubscription-llama-bound",
    "waits": "oversubscription-llama-waits",
    "packet": "oversubscription-llama-packet",
    "long": "oversubscription-llama-long",
    "perturbed": "oversubscription-llama-perturbed",
}
# Of the scenario. The perturbed sweep makes two parts, "faster" and "slower".
PEAK_FLOPS = 312e12
REFERENCE = "fair"
PLACEMENTS = ["packed", "spread", "random"]
CELL = ["placement", "oversubscription", "jobs"]
PARTS = ["compute_s", "transmission_s", "waiting_s", "delay_s"]
# First words of the names of groups and tasks.
KINDS = {"tp": "tensor", "pp": "pipeline", "dp": "data"}


def jobs_of(folder, part):
    """One line per point, scheduler and job; times are of the mean iteration."""
    _, jobs = load_sweep(folder / SWEEPS[part])
    frame = jobs.rename(columns={"count": "jobs"})
    found = pandas.DataFrame({"part": "grid" if part == "portfolio" else part}, index=frame.index)
    if part == "perturbed":
        found["part"] = ["faster" if flops > PEAK_FLOPS else "slower" for flops in frame.peak_flops]
    for column in (*CELL, "seed", "scheduler", "job"):
        # The bound is that of every placement, oversubscription and number of jobs.
        found[column] = "" if part == "bound" and column in CELL else frame[column]
    found["iteration_s"] = frame.iteration_time_mean_s
    for column in ("ideal_time_s", *PARTS):
        found[column.replace("_time", "")] = frame[column] / frame.iterations
    return found


def waits_of(folder):
    """Seconds per iteration that flows on critical paths wait, by the kinds of waiting and of blocking flows."""
    folder = folder / SWEEPS["waits"]
    key = ["point", "scheduler", "job", "iteration", "step"]
    waits, path = load_sweep_tables(folder, "waits"), load_sweep_tables(folder, "critical_path")
    _, jobs = load_sweep(folder)
    waits = waits.merge(path[[*key, "name"]], on=key).rename(columns={"count": "jobs"})
    waits["waiter"] = waits.name.map(kind_of)
    waits["blocker"] = [
        "unattributed" if group == -1 else f"{'own' if other == job else 'other'} {kind_of(name)}"
        for group, other, job, name in zip(waits.blocking_group, waits.blocking_job, waits.job, waits.blocking_name)
    ]
    iterations = jobs.groupby(["point", "scheduler"]).iterations.sum().rename("iterations")
    waits = waits.join(iterations, on=["point", "scheduler"])
    waits["seconds"] /= waits.iterations
    by = [*CELL, "seed", "scheduler", "waiter", "blocker"]
    return waits.groupby(by).seconds.sum().reset_index()


def kind_of(name):
    """'pp forward s0->s1 d1 t0' -> 'pipeline'."""
    return KINDS[str(name).split(" ", maxsplit=1)[0]]


def cost_of(folder):
    """Points and processor time of each sweep, as measured."""
    rows = []
    for name in SWEEPS.values():
        with sqlite3.connect(f"file:{folder.resolve() / name / 'results.sqlite'}?mode=ro", uri=True) as connection:
            [row] = connection.execute("SELECT COUNT(*), SUM(cpu_s) FROM work")
        rows.append({"sweep": name, "points": row[0], "cpu_s": round(row[1])})
    return pandas.DataFrame(rows)


def write_csv(folder):
    frames = [jobs_of(folder, part) for part in ("grid", "portfolio", "bound", "packet", "long", "perturbed")]
    pandas.concat(frames).to_csv(CSV, index=False, float_format="%.12g", lineterminator="\n")
    waits_of(folder).to_csv(WAITS, index=False, float_format="%.12g", lineterminator="\n")
    cost_of(folder).to_csv(COST, index=False, lineterminator="\n")


def read_csv():
    """(jobs, waits, cost). Whole numbers stay whole, also where the bound has none."""
    jobs = pandas.read_csv(CSV, dtype={"oversubscription": "Int64", "jobs": "Int64"})
    return jobs, pandas.read_csv(WAITS), pandas.read_csv(COST)


def part(data, **fixed):
    for column, value in fixed.items():
        data = data[data[column].isin(value) if isinstance(value, (list, tuple)) else data[column] == value]
    return data


def grid(data):
    return part(data, part="grid")


def schedulers(data):
    """As in the scenario; the reference first."""
    return list(dict.fromkeys(grid(data).scheduler))


def points(data):
    """One line per point and scheduler: means over jobs, and the saving against the reference at the same point."""
    keys = [*CELL, "seed"]
    means = data.groupby([*keys, "scheduler"], sort=False)[["iteration_s", "ideal_s", *PARTS]].mean().reset_index()
    base = means[means.scheduler == REFERENCE].set_index(keys).iteration_s.rename("fair_s")
    means = means.join(base, on=keys)
    means["saving"] = 1 - means.iteration_s / means.fair_s
    return means


def over_seeds(frame, column):
    """Mean over everything else seed by seed, then over the seeds."""
    return mean_interval(frame.groupby("seed")[column].mean())


def saved(data, scheduler, **fixed):
    return over_seeds(part(points(grid(data)), scheduler=scheduler, **fixed), "saving")


def cells(data, scheduler):
    """{(placement, oversubscription, jobs): Interval of the saving}, of the cells that the scheduler has."""
    own = part(points(grid(data)), scheduler=scheduler)
    return {cell: over_seeds(frame, "saving") for cell, frame in own.groupby(CELL)}


def against_waiting(data):
    """One line per job and scheduler: its saving, and what its critical path under the reference waits for bandwidth.

    The chain of tasks on that path runs under every scheduler, its tasks in the same order, none faster than alone. So
    no iteration can be shorter than the path without its waiting.
    """
    keys = [*CELL, "seed", "job"]
    rows = grid(data)
    base = part(rows, scheduler=REFERENCE).set_index(keys)[["iteration_s", "waiting_s"]].add_prefix("fair_")
    rows = rows[rows.scheduler != REFERENCE].join(base, on=keys)
    rows["saved_s"] = rows.fair_iteration_s - rows.iteration_s
    return rows


def half_ranges(data, scheduler):
    """Half the range of a saving over GPUs a millionth slower, as given and faster: of the mean over the seeds, and the largest of one seed."""
    where = {name: values.iloc[0] for name, values in part(data, part="faster")[CELL].items()}
    runs = [part(points(part(data, part=name, **where)), scheduler=scheduler) for name in ("slower", "grid", "faster")]
    by_seed = pandas.concat([run.set_index("seed").saving for run in runs], axis=1)

    def half(frame, axis):
        return (frame.max(axis=axis) - frame.min(axis=axis)) / 2

    return half(by_seed.mean(), 0), half(by_seed, 1).max()


def bound(data, jobs):
    """Mean iteration time with a network between hosts that takes no time, of as many jobs."""
    of = part(data, part="bound")
    names = sorted(of.job.unique())[:jobs]
    return over_seeds(part(of, job=names), "iteration_s").mean
