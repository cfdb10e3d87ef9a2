# SPDX-License-Identifier: GPL-2.0-only
"""Collects what the report of a sweep holds: its points, the metrics of every run, and the parts of every job's critical path.

    title, sealed = sweep_document("sweeps/oversubscription")

Points without a result are counted, in the headline too. Speed-ups are as in `echelon-analysis lines`.
"""

import math

import numpy as np
import pandas as pd

from echelon_analysis.html.compare_part import listing
from echelon_analysis.html.pack import Pack, tick_of
from echelon_analysis.lines import SPEEDUP, comparable, metric_values
from echelon_analysis.checks import PARTS
from echelon_analysis.load import reference_label
from echelon_analysis.sweep import DATABASE, DONE, connect, open_sweep
from echelon_analysis.table import TIE

# Values of metrics in the page; columns beyond are left out.
MAX_VALUES = 600_000
NOT_METRICS = ("point", "scheduler", "seed", "status", "job")


def sweep_document(path):
    """(title, sealed data) of the page."""
    sweep = open_sweep(path, partial=True)
    runs = sweep.runs.reset_index(drop=True)
    pack = Pack(tick_of(float(runs.makespan_s.max()) if "makespan_s" in runs else 1.0))
    number = {point: i for i, point in enumerate(sweep.points.point)}
    schedulers = sweep.schedulers
    some, left_out = comparable(sweep)
    speedups, label, _ = metric_values(some, SPEEDUP)
    states = _states(path)
    meta = _meta(path)
    metrics, notes = _metrics(sweep, runs, speedups, label, pack)
    jobs = sweep.jobs
    total = jobs[list(PARTS)].sum(axis=1)
    share = (jobs.iteration_time_mean_s / total.where(total > 0, np.nan)).fillna(0.0)
    document = {
        "kind": "sweep",
        "scenario": sweep.name,
        "description": str(meta.get("description", "")),
        "tick": pack.tick,
        "schedulers": schedulers,
        "reference": reference_label(schedulers),
        "headline": [*_headline(sweep, speedups, states), *(note[0].upper() + note[1:] + "." for note in left_out)],
        "axes": [_axis(sweep, axis, pack) for axis in _axes(sweep)],
        "points": {"n": len(sweep.points), "id": list(sweep.points.point), "states": states},
        "runs": {
            "point": pack.integers(runs.point.map(number)),
            "scheduler": pack.integers(runs.scheduler.map(schedulers.index)),
            "metrics": metrics,
        },
        "jobs": {
            "point": pack.integers(jobs.point.map(number)),
            "scheduler": pack.integers(jobs.scheduler.map(schedulers.index)),
            "job": pack.words(jobs.job),
            **{part: pack.times(jobs[part] * share) for part in PARTS},
        },
        "notes": notes,
        "provenance": _provenance(meta, sweep),
    }
    return f"{sweep.name}: a sweep", pack.seal(document)


def _axes(sweep):
    """The axes, and the seed where there are several."""
    return [*sweep.axes, *(["seed"] if "seed" in sweep.points and sweep.points.seed.nunique() > 1 else [])]


def _axis(sweep, axis, pack):
    values = sweep.values(axis)
    numeric = pd.api.types.is_numeric_dtype(sweep.points[axis])
    place = {value: i for i, value in enumerate(values)}
    return {
        "name": axis,
        "unit": sweep.points.attrs["units"].get(axis, ""),
        "numeric": numeric,
        "values": [v.item() if hasattr(v, "item") else v for v in values],
        "codes": pack.integers(sweep.points[axis].map(place)),
    }


def _metrics(sweep, runs, speedups, label, pack):
    """Columns of the runs that are numbers, the speed-up first where there is whom to compare with."""
    found = []
    if speedups.scheduler.nunique() > 1:
        joined = runs[["point", "scheduler"]].merge(speedups, on=["point", "scheduler"], how="left").value
        # Means of ratios are geometric, here and in the page.
        found.append({"key": SPEEDUP, "title": label, "unit": "×", "geometric": True, "values": _column(pack, joined, "×")})
    units, told = runs.attrs["units"], runs.attrs["descriptions"]
    numeric = [c for c in runs.columns if c not in (*NOT_METRICS, *sweep.axes) and pd.api.types.is_numeric_dtype(runs[c])]
    columns = [c for c in numeric if c == "makespan_s" or runs[c].nunique() > 1]
    room = max(1, MAX_VALUES // max(1, len(runs)))
    for column in columns[:room]:
        unit = units.get(column, "")
        title = column.removesuffix("_s").replace("_", " ")
        found.append(
            {"key": column, "title": title, "unit": unit, "help": told.get(column, ""), "values": _column(pack, runs[column], unit)}
        )
    left = columns[room:]
    return found, [f"Left out to keep the page small: {listing(left)}; they are in runs.csv."] if left else []


def _column(pack, values, unit):
    """A column, times to the tick unless they are too long for that; and where it has no value."""
    values = np.asarray(values, dtype=float)
    holes = np.flatnonzero(~np.isfinite(values))
    filled = np.where(np.isfinite(values), values, 0.0)
    ticks = unit == "s" and np.abs(filled).max(initial=0.0) <= 2**53 * pack.tick
    return {**(pack.times(filled) if ticks else pack.reals(filled)), "holes": [int(i) for i in holes]}


def _states(path):
    """Points by status: [['done', 98], ['missing', 2]]."""
    rows = _query(path, "SELECT status, count(*) FROM points GROUP BY status ORDER BY status")
    return sorted(([status, count] for status, count in rows), key=lambda row: row[0] != DONE)


def _meta(path):
    return dict(_query(path, "SELECT key, value FROM meta"))


def _query(path, text):
    connection = connect(path / DATABASE)
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def _headline(sweep, speedups, states):
    """Who wins at how many points, and by how much."""
    reference = reference_label(sweep.schedulers)
    undone = [f"{count} {status}" for status, count in states if status != DONE]
    total = sum(count for _, count in states)
    others = [s for s in sweep.schedulers if s != reference]
    table = speedups.pivot(index="point", columns="scheduler", values="value")
    lines = []
    mean = {s: math.exp(np.log(table[s].dropna()).mean()) for s in others if s in table and table[s].notna().any()}
    if mean:
        best = max(mean, key=lambda s: (mean[s], -others.index(s)))
        top = table.max(axis=1)
        wins = int((table[best] >= top * (1 - TIE)).sum())
        change = 100 * (1 - 1 / mean[best])
        word = "shorter" if change >= 0 else "longer"
        size = f"{abs(change):.1f} %" if abs(change) >= 0.05 else "less than 0.05 %"
        if math.isclose(mean[best], 1.0, rel_tol=TIE):
            text = f"iterations are as long under {best} as under {reference}"
        else:
            text = f"iterations are {size} {word} under {best} than under {reference}"
        if len(table) > 1:
            lines.append(f"Over {len(table):,} points, {text} (geometric mean), and none is faster than {best} at {wins:,} of them.")
        else:
            lines.append(f"At the only point{'' if len(sweep.points) == 1 else ' to compare'}, {text}" + (", and none is faster." if wins else "."))
        for s in mean:
            values = table[s].dropna()
            low, high = values.idxmin(), values.idxmax()
            text = f"{s}: speed-up of {mean[s]:.3f}×"
            if len(values) > 1:
                text += (
                    f" on average; from {values[low]:.3f}× ({_where(sweep, low)}) to {values[high]:.3f}× ({_where(sweep, high)})"
                )
            lines.append(text + ".")
    else:
        lines.append(f"{_count(len(sweep.points), 'point')} under {listing(sweep.schedulers)}.")
    if undone:
        lines.append(f"Of {_count(total, 'point')}, {listing(undone)} and so not in this page.")
    return lines


def _count(number, what):
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _where(sweep, point):
    """'oversubscription 8, placement spread' of a point."""
    row = sweep.points[sweep.points.point == point].iloc[0]
    axes = [a for a in _axes(sweep) if sweep.points[a].nunique() > 1]
    return ", ".join(f"{axis} {sweep.text(axis, row[axis])}" for axis in axes)


def _provenance(meta, sweep):
    seeds = sorted(sweep.points.seed.unique())
    pairs = [
        ("Sweep", sweep.name),
        ("Described as", meta.get("description", "")),
        ("Program", meta.get("program", "")),
        ("Axes", "; ".join(f"{a}: {', '.join(sweep.text(a, v) for v in sweep.values(a)[:20])}" for a in sweep.axes)),
        ("Seeds" if len(seeds) > 1 else "Seed", ", ".join(map(str, seeds))),
        ("Schedulers", ", ".join(sweep.schedulers)),
        ("Points", f"{len(sweep.points)} with a result"),
    ]
    return [[what, str(value)] for what, value in pairs if str(value)]
