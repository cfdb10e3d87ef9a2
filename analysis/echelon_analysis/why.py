# SPDX-License-Identifier: GPL-2.0-only
"""Tells why iterations take as long as they do: the critical path of each job, and whom it waited for.

    print(render(results))                    # for each job: its parts under each scheduler, and the EchelonFlows it waited for most
    draw_why(results, "figures/why.png")      # stacked bars

An iteration's time is compute, transmission (what flows take alone on their paths), waiting for bandwidth, and delay, along its
critical path. Definitions: docs/reference/metrics.md.
"""

import math

import numpy as np
import pandas as pd

from echelon_analysis.checks import PARTS
from echelon_analysis.selection import kind_of
from echelon_analysis.style import BLUE, GREY, ORANGE, VERMILION, WIDTH, caption, save, styled
from echelon_analysis.units import decimals, format_time, time_scale
from echelon_common.text import shown

MAX_JOBS = 12
TOP = 5
# Parts in the order of the bars: text, colour, hatch. Lightness and hatch tell them apart in grey.
LOOKS = {
    "compute_s": ("compute", BLUE, ""),
    "transmission_s": ("transmission", ORANGE, "////"),
    "waiting_s": ("waiting for bandwidth", VERMILION, "xxxx"),
    "delay_s": ("delay", GREY, "...."),
}


def parts(results):
    """Rows (job, scheduler, compute_s, …, total_s), of the mean iteration, in the order of jobs and runs."""
    runs = [{job["name"]: job for job in run["jobs"]} for run in results.runs]
    rows = []
    for name in results.job_names:
        for label, jobs in zip(results.labels, runs):
            count = max(1, len(jobs[name]["iteration_times_s"]))
            values = {part: jobs[name]["critical_path"][part] / count for part in PARTS}
            rows.append({"job": name, "scheduler": label, **values})
    frame = pd.DataFrame(rows)
    return frame.assign(total_s=frame[list(PARTS)].sum(axis=1))


def parts_of_sweep(sweep):
    """The same over the points of a sweep: of each job the mean over points of its mean iteration."""
    jobs = sweep.jobs
    frame = jobs[["job", "scheduler"]].assign(**{part: jobs[part] / jobs.iterations for part in PARTS})
    frame = frame.groupby(["job", "scheduler"], sort=False).mean().reset_index()
    order = {label: k for k, label in enumerate(sweep.schedulers)}
    names = list(dict.fromkeys(frame.job))
    frame = frame.sort_values(
        ["job", "scheduler"], key=lambda c: c.map(order if c.name == "scheduler" else names.index), kind="stable"
    )
    return frame.assign(total_s=frame[list(PARTS)].sum(axis=1)).reset_index(drop=True)


def waited_for(results):
    """Rows (run, job, blocking_job, blocking_name, seconds), most first of each run and job: whom its critical paths waited for, per
    iteration.

    EchelonFlows of one name in several iterations are one row. So are the waits that no competing flow explains, '(unattributed)', and
    those for EchelonFlows without a row in waits.csv, '(many others)'.
    """
    sums = results.waits.groupby(["run", "job", "blocking_job", "blocking_name"], sort=True).seconds.sum().reset_index()
    iterations = {
        (number, job["name"]): max(1, len(job["iteration_times_s"])) for number, run in enumerate(results.runs) for job in run["jobs"]
    }
    return _most_first(sums.assign(seconds=sums.seconds / [iterations[key] for key in zip(sums.run, sums.job)]))


def by_kind(waits):
    """Rows (run, job, blocking_job, kind, seconds, count, most, most_s) of waited_for(), most first of each run and job: EchelonFlows of
    one kind together.

    A kind is a name up to its first word with a number ('dp' of 'dp s1 t0 bucket3'); `most` is the EchelonFlow of longest wait in it.
    """
    kinds = waits.assign(kind=waits.blocking_name.map(kind_of), count=1, most=waits.blocking_name, most_s=waits.seconds)
    # Rows come with the longest wait first.
    told = {"seconds": "sum", "count": "sum", "most": "first", "most_s": "first"}
    return _most_first(kinds.groupby(["run", "job", "blocking_job", "kind"], sort=True).agg(told).reset_index())


def _most_first(rows):
    order = np.lexsort((-rows.seconds.to_numpy(), pd.factorize(rows.job)[0], rows.run.to_numpy()))
    return rows.iloc[order].reset_index(drop=True)


def notes(results):
    """What the waits cannot say: lines for the user."""
    found = []
    if results.lacks("waits.csv"):
        found.append(f"whom iterations waited for is not told: {results.lacks('waits.csv')}")
    full = results.rate_log_full
    if full:
        text = "the log of rates was full under " + ", ".join(full)
        found.append(f"{text}: of waits after that, those are not told for which flows")
    return found


def render(results, top=TOP):
    """The parts and the waits as text; without waits.csv the parts alone."""
    of_job = dict(list(parts(results).groupby("job", sort=False)))
    kinds = {} if results.lacks("waits.csv") else dict(list(by_kind(waited_for(results)).groupby(["run", "job"], sort=False)))
    lines = [f"Mean iteration along its critical path, by job and scheduler: {shown(results.scenario)}"]
    for name in results.job_names:
        lines += ["", shown(name), *_table(of_job[name])]
        for run, label in enumerate(results.labels):
            if (run, name) in kinds:
                lines += _waits(label, name, kinds[run, name], top)
    return "\n".join(lines)


def _waits(label, name, rows, top):
    """Lines about the waits of one job under one scheduler. rows: of by_kind()."""
    total = rows.seconds.sum()
    if total <= 0:
        return []
    lines = [f"  {shown(label)}: waits {format_time(total)} an iteration for"]
    for row in rows.head(top).itertuples():
        lines.append(f"    {format_time(row.seconds):>10}  {100 * row.seconds / total:5.1f} %  {shown(_who(row, name))}")
    if len(rows) > top:
        rest = rows.seconds[top:].sum()
        lines.append(f"    {format_time(rest):>10}  {100 * rest / total:5.1f} %  {len(rows) - top} other kinds")
    return lines


def _who(row, job):
    if not row.blocking_job:
        return row.most
    owner = "the job itself" if row.blocking_job == job else row.blocking_job
    if row.count == 1:
        return f"{row.most} of {owner}"
    return f"{row.kind} of {owner}: {row.count} EchelonFlows, most for {row.most} ({format_time(row.most_s)})"


def render_sweep(sweep):
    """The parts as text, over the points of a sweep."""
    frame = parts_of_sweep(sweep)
    lines = [f"Mean iteration along its critical path, mean over {_points(sweep)}: {shown(sweep.name)}"]
    lines += [shown(sweep.remarks().strip())] if sweep.remarks() else []
    for name in dict.fromkeys(frame.job):
        lines += ["", shown(name), *_table(frame[frame.job == name])]
    return "\n".join(lines)


def _points(sweep):
    return f"{len(sweep.points)} point{'s' if len(sweep.points) > 1 else ''}"


def _table(frame):
    """Rows of one job, one per scheduler."""
    columns = ["total_s", *PARTS]
    scale = time_scale(frame.total_s)
    places = decimals(frame.total_s * scale.factor)
    titles = [f"iteration [{scale.unit}]", *(LOOKS[part][0] for part in PARTS)]
    grid = [["scheduler", *titles]]
    for row in frame.to_dict("records"):
        cells = [f"{row[c] * scale.factor:.{places}f}" for c in columns]
        shares = [""] + [f" ({100 * row[c] / row['total_s']:.0f} %)" if row["total_s"] > 0 else "" for c in PARTS]
        grid.append([shown(row["scheduler"]), *(a + b for a, b in zip(cells, shares))])
    widths = [max(len(line[k]) for line in grid) for k in range(len(grid[0]))]
    return ["  " + "  ".join([line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]) for line in grid]


def draw_why(results, out):
    """Draw the stacked bars; return the paths."""
    return _draw(parts(results), results.labels, "Mean over the job's iterations.", out)


def draw_why_of_sweep(sweep, out):
    """Draw them over the points of a sweep; return the paths."""
    text = f"Mean over {_points(sweep)} of the sweep '{sweep.name}'.{sweep.remarks()}"
    return _draw(parts_of_sweep(sweep), sweep.schedulers, text, out)


def _draw(frame, labels, text, out):
    totals = frame.groupby("job", sort=False).total_s.max()
    jobs = list(totals.index)
    if len(jobs) > MAX_JOBS:
        keep = set(sorted(jobs, key=lambda j: (-totals[j], j))[:MAX_JOBS])
        text += f" The {MAX_JOBS} of {len(jobs)} jobs with the longest iterations."
        jobs = [job for job in jobs if job in keep]
    columns = min(2, len(jobs))
    rows = math.ceil(len(jobs) / columns)
    with styled() as plt:
        figure, grid = plt.subplots(
            rows, columns, figsize=(WIDTH * (1.0 if columns > 1 else 0.68), 0.7 + rows * (0.62 + 0.21 * len(labels))),
            squeeze=False, sharey=True, constrained_layout=True,
        )
        for axes, job in zip(grid.flat, jobs):
            _draw_job(axes, frame[frame.job == job], labels)
            axes.set_title(job)
        for axes in list(grid.flat)[len(jobs):]:
            axes.set_visible(False)
        handles = [
            plt.Rectangle((0, 0), 1, 1, facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0.0, label=name)
            for name, colour, hatch in LOOKS.values()
        ]
        figure.suptitle(" ", fontsize=9)  # room for the legend
        figure.legend(handles=handles, loc="upper center", ncol=4, borderaxespad=0.2, columnspacing=1.6)
        caption(
            figure,
            text + " Transmission: what flows on the critical path take alone on their paths; the rest of their time is waiting."
        )
        return save(figure, out)


def _draw_job(axes, frame, labels):
    scale = time_scale(frame.total_s)
    left = np.zeros(len(labels))
    rows = frame.set_index("scheduler").reindex(labels)
    for part in PARTS:
        _, colour, hatch = LOOKS[part]
        values = rows[part].fillna(0.0).to_numpy() * scale.factor
        axes.barh(np.arange(len(labels)), values, left=left, height=0.68, color=colour, hatch=hatch, edgecolor="white", linewidth=0.0)
        left = left + values
    places = decimals(left)
    for row, total in enumerate(left):
        text = f"{total:.{places}f}" if total > 0 else "no value"
        axes.annotate(text, (total, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5)
    axes.set_yticks(np.arange(len(labels)), map(shown, labels))
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.set_xlim(0, 1.18 * left.max() if left.max() > 0 else 1)
    axes.set_xticks([t for t in axes.get_xticks() if 0 <= t <= 1.02 * left.max()])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"mean iteration time [{scale.unit}]")
    axes.grid(True, axis="x")
