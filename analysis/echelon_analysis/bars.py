# SPDX-License-Identifier: GPL-2.0-only
"""Mean iteration time of each job under each scheduler, as bars.

    draw_bars(results, "figures/iteration-times.png")

One panel per job with an axis of its own, from zero: jobs differ by orders of magnitude. Whiskers span the iterations' extremes.
"""

import math

import numpy as np

from echelon_analysis.style import HATCHES, LINE_COLOURS, WIDTH, save, styled
from echelon_analysis.units import decimals, time_scale

COLUMNS = 2
MAX_JOBS = 12


def iteration_times(results, job):
    """One array of iteration times per run."""
    found = []
    for run in results.runs:
        found.append(np.array(next(j["iteration_times_s"] for j in run["jobs"] if j["name"] == job)))
    return found


def chosen_jobs(results):
    """All jobs, or the longest-iterating ones when a page cannot hold all; in the order of the summary."""
    names = results.job_names
    if len(names) <= MAX_JOBS:
        return names
    reference = results.runs[results.reference_run]["jobs"]
    longest = sorted(reference, key=lambda j: (-np.mean(j["iteration_times_s"]), j["name"]))
    keep = {j["name"] for j in longest[:MAX_JOBS]}
    return [name for name in names if name in keep]


def draw_bars(results, out):
    """Draw the figure; return the paths of PNG and SVG."""
    jobs = chosen_jobs(results)
    runs = len(results.runs)
    columns = min(COLUMNS, len(jobs))
    rows = math.ceil(len(jobs) / columns)
    with styled() as plt:
        figure, grid = plt.subplots(
            rows,
            columns,
            figsize=(WIDTH * (1.0 if columns > 1 else 0.62), rows * (0.75 + 0.21 * runs)),
            squeeze=False,
            sharey=True,
            constrained_layout=True,
        )
        for axes, job in zip(grid.flat, jobs):
            _draw_job(axes, results, job)
        for axes in list(grid.flat)[len(jobs):]:
            axes.set_visible(False)
        if len(jobs) < len(results.job_names):
            figure.suptitle(f"The {len(jobs)} of {len(results.job_names)} jobs with the longest iterations")
        return save(figure, out)


def _draw_job(axes, results, job):
    times = iteration_times(results, job)
    scale = time_scale([t.max() for t in times if t.size])
    means = np.array([t.mean() * scale.factor if t.size else 0.0 for t in times])
    ends = np.array([t.max() * scale.factor if t.size else 0.0 for t in times])
    starts = np.array([t.min() * scale.factor if t.size else 0.0 for t in times])
    places = np.arange(len(means))
    for run in places:
        axes.barh(
            run,
            means[run],
            height=0.68,
            color=LINE_COLOURS[run % len(LINE_COLOURS)],
            hatch=HATCHES[run % len(HATCHES)],
            edgecolor="white",
            linewidth=0.0,
        )
    if (ends - starts).max() > 0.005 * ends.max():
        axes.errorbar(
            means, places, xerr=[means - starts, ends - means],
            fmt="none", ecolor="#222222", elinewidth=0.8, capsize=2,
        )
    reference = means[results.reference_run]
    digits = decimals(means)
    for run in places:
        text = f"{means[run]:.{digits}f}"
        if run != results.reference_run and reference > 0:
            change = 100.0 * (means[run] / reference - 1.0)
            text += "  (±0 %)" if abs(change) < 0.05 else f"  ({change:+.1f} %)".replace("-", "−")
        axes.annotate(
            text, (ends[run], run), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5
        )
    axes.set_yticks(places)
    axes.set_yticklabels(results.labels)
    axes.set_ylim(len(means) - 0.45, -0.55)
    axes.set_xlim(0, 1.42 * ends.max() if ends.max() > 0 else 1)
    # Ticks stop where the bars do; beyond is room for the figures.
    axes.set_xticks([t for t in axes.get_xticks() if 0 <= t <= 1.02 * ends.max()])
    axes.tick_params(axis="y", length=0)
    axes.set_title(job)
    axes.set_xlabel(f"mean iteration time [{scale.unit}]")
    axes.grid(True, axis="x")
