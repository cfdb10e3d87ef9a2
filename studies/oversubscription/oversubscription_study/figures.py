# SPDX-License-Identifier: GPL-2.0-only
"""The figures of studies/oversubscription/README.md.

    draw(data)       # figures/oversubscription.{png,svg} and oversubscription-why.{png,svg}
"""

import numpy as np
from echelon_analysis.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE_COLOURS,
    LINE_DASHES,
    MARKERS,
    ORANGE,
    VERMILION,
    WIDTH,
    caption,
    legend_above,
    save,
    styled,
)

from oversubscription_study import data as study

FIGURES = study.FOLDER / "figures"
SAVINGS, WHY = FIGURES / "oversubscription", FIGURES / "oversubscription-why"
# A scheduler whose mean leaves this range somewhere gets a row of panels of its own.
USUAL = 0.15
# The one axis of all others, percent: rows compare, and wide intervals are cut.
SHOWN = 10.0
LOOKS = {
    "compute_s": ("compute", BLUE, ""),
    "transmission_s": ("transmission, as if alone", ORANGE, "////"),
    "waiting_s": ("waiting for bandwidth", VERMILION, "xxxx"),
}


def draw(data):
    draw_savings(data)
    draw_why(data)


def numbers(data, column):
    return sorted(study.grid(data)[column].unique())


def outliers(data):
    """Schedulers that need an axis of their own."""
    found = [s for s in study.schedulers(data) if s != study.REFERENCE]
    return [s for s in found if max(abs(i.mean) for i in study.cells(data, s).values()) > USUAL]


def draw_savings(data):
    factors, counts = numbers(data, "oversubscription"), numbers(data, "jobs")
    apart = outliers(data)
    shown = [s for s in study.schedulers(data) if s != study.REFERENCE and s not in apart]
    looks = {s: k for k, s in enumerate(s for s in study.schedulers(data) if s != study.REFERENCE)}
    by_scheduler = {s: study.cells(data, s) for s in looks}
    with styled() as plt:
        rows, columns = len(counts) + len(apart), len(study.PLACEMENTS)
        figure, panels = plt.subplots(
            rows, columns, figsize=(WIDTH, 1.15 + 1.3 * rows), squeeze=False, sharex=True, sharey="row", constrained_layout=True
        )
        for axes_row, jobs in zip(panels, counts):
            for axes, placement in zip(axes_row, study.PLACEMENTS):
                for rank, s in enumerate(shown):
                    own = [factor for factor in factors if (placement, factor, jobs) in by_scheduler[s]]
                    if not own:
                        continue
                    line = [by_scheduler[s][placement, factor, jobs] for factor in own]
                    aside = 1 + 0.035 * (rank - 0.5 * (len(shown) - 1))
                    draw_line(axes, [f * aside for f in own], line, looks[s], s)
            axes_row[0].set_ylim(-SHOWN, SHOWN)
            axes_row[0].set_ylabel(f"{jobs} job{'s' if jobs > 1 else ''}\nsaved [%]")
        for axes_row, s in zip(panels[len(counts):], apart):
            for axes, placement in zip(axes_row, study.PLACEMENTS):
                for rank, jobs in enumerate(counts):
                    line = [by_scheduler[s][placement, factor, jobs] for factor in factors]
                    shade = 0.25 + 0.75 * rank / (len(counts) - 1)
                    draw_line(axes, [f * (1 + 0.035 * (rank - 1.5)) for f in factors], line, looks[s], s, shade)
            axes_row[0].set_ylabel(f"{s}\nsaved [%]")
        for axes in panels.flat:
            axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
            axes.set_xscale("log", base=2)
            axes.minorticks_off()
            axes.set_xticks(factors, [f"{factor}:1" for factor in factors])
            axes.grid(True)
        for axes, placement in zip(panels[0], study.PLACEMENTS):
            axes.set_title(placement)
        for axes in panels[-1]:
            axes.set_xlabel("oversubscription")
        handles = {}
        for axes in panels.flat:
            found, labels = axes.get_legend_handles_labels()
            handles.update(zip(labels, found))
        legend_above(figure, handles.values(), handles.keys(), 4)
        seeds = study.grid(data).seed.nunique()
        caption(
            figure,
            f"Iteration time saved against {study.REFERENCE} at the same point, mean over the jobs and {seeds} seeds; above 0 is faster. "
            f"Whiskers: 95 % confidence interval of the mean over seeds, Student's t, n = {seeds}; those of several schedulers stand side by side. "
            f"Those beyond ± {SHOWN:.0f} % are cut." + (f" Last {'row' if len(apart) == 1 else 'rows'}: pale to dark, {counts[0]} to {counts[-1]} jobs." if apart else ""),
        )
        return save(figure, SAVINGS)


def draw_line(axes, xs, line, look, label, shade=1.0):
    means = np.array([100 * interval.mean for interval in line])
    halves = np.array([100 * interval.half for interval in line])
    colour = LINE_COLOURS[look % len(LINE_COLOURS)]
    axes.plot(
        xs, means, color=colour, alpha=shade, linestyle=LINE_DASHES[look % len(LINE_DASHES)], linewidth=1.0,
        marker=MARKERS[look % len(MARKERS)], markersize=3.4, markeredgecolor="white", markeredgewidth=0.3,
        label=label if shade == 1.0 else None, zorder=3 + look,
    )
    axes.errorbar(xs, means, yerr=halves, fmt="none", color=colour, alpha=shade, elinewidth=0.6, capsize=0, zorder=2)


def draw_why(data):
    """Where an iteration's time goes under the reference: one bar per oversubscription and number of jobs."""
    factors, counts = numbers(data, "oversubscription"), numbers(data, "jobs")
    rows = study.part(study.points(study.grid(data)), scheduler=study.REFERENCE)
    with styled() as plt:
        figure, panels = plt.subplots(1, len(study.PLACEMENTS), figsize=(WIDTH, 2.9), sharey=True, constrained_layout=True)
        for axes, placement in zip(panels, study.PLACEMENTS):
            for k, factor in enumerate(factors):
                for i, jobs in enumerate(counts):
                    x = k * (len(counts) + 1) + i
                    bottom = 0.0
                    cell = study.part(rows, placement=placement, oversubscription=factor, jobs=jobs)
                    for column, (label, colour, hatch) in LOOKS.items():
                        height = study.over_seeds(cell, column).mean
                        axes.bar(
                            x, height, 0.85, bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3,
                            label=label if x == 0 else None,
                        )
                        bottom += height
            line = study.bound(data, max(counts))
            axes.axhline(line, color=GREEN, linewidth=1.2, linestyle="--", label="network that takes no time")
            axes.set_title(placement)
            width = len(counts) + 1
            ticks = [k * width + i for k in range(len(factors)) for i in range(len(counts))]
            axes.set_xticks(ticks, [str(jobs) for _ in factors for jobs in counts], fontsize=6.5)
            for k, factor in enumerate(factors):
                axes.annotate(
                    f"{factor}:1", (k * width + 0.5 * (len(counts) - 1), 0), xytext=(0, -19), textcoords="offset points",
                    xycoords=("data", "axes fraction"), ha="center", fontsize=7.5,
                )
            axes.set_xlabel("jobs; oversubscription", labelpad=12)
            axes.grid(True, axis="y", color=GREY, linewidth=0.4)
        panels[0].set_ylabel(f"iteration under {study.REFERENCE} [s]")
        handles, labels = panels[0].get_legend_handles_labels()
        legend_above(figure, handles, labels, 4)
        caption(figure, "Critical paths of the iterations, mean over iterations, jobs and seeds.")
        return save(figure, WHY)
