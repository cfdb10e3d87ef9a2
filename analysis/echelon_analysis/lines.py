# SPDX-License-Identifier: GPL-2.0-only
"""Draws a metric against a parameter of a sweep, one line for each scheduler: the mean over the seeds with a 95 % confidence interval.

    draw_lines(sweep, "speedup.pdf", x="oversubscription")                        # speed-up of iterations against `fair`
    draw_lines(sweep, "tardiness.pdf", x="oversubscription", y="tardiness_sum_s", by="placement")

A speed-up compares with `fair` at the same point, seed by seed. Its means, over a point's jobs and over the seeds, are geometric. Other
axes become panels; those beyond two stay at their middle values, and a note says so.
"""

import dataclasses
import functools
import math

import numpy as np
import pandas as pd

from echelon_analysis.bars import whiskers
from echelon_analysis.errors import AnalysisError, NothingToDraw, UsageError
from echelon_analysis.load import reference_label
from echelon_analysis.statistics import LEAST_COUNT, geometric_interval, mean_interval
from echelon_analysis.style import INK, LINE_COLOURS, LINE_DASHES, MARKERS, WIDTH, caption, legend_label, save, styled
from echelon_analysis.sweep import Sweep
from echelon_analysis.units import time_scale
from echelon_common.errors import did_you_mean
from echelon_common.text import shown

SPEEDUP = "speedup"
SPEEDUP_OF = "iteration_time_mean_s"
MAX_COLUMNS = 3
MAX_PANELS = 12
# Values of an axis that span this factor evenly in their logarithms get a logarithmic axis.
LOG_SPAN = 8.0
MAX_TICKS = 9
# Between the schedulers' whiskers, in points of print: on an axis of numbers, and on one of names, which no line connects.
WHISKER_STEP, CATEGORY_STEP = 1.4, 6.0


def metric_values(sweep, y):
    """Rows (point, scheduler, value) of the metric, and its label and unit."""
    name, colon, of = y.partition(":")
    if name == SPEEDUP:
        return _speedups(sweep, of if colon else SPEEDUP_OF)
    source = _source(sweep, y)
    values = source[["point", "scheduler", y]].rename(columns={y: "value"})
    values = values.groupby(["point", "scheduler"], sort=False).value.mean().reset_index()
    return values, y.removesuffix("_s").replace("_", " "), source.attrs["units"].get(y, "")


def _source(sweep, column):
    """The table that holds the column: of the runs, else of the jobs."""
    for frame in (sweep.runs, sweep.jobs):
        if column in frame and column not in sweep.axes and pd.api.types.is_numeric_dtype(frame[column]):
            return frame
    known = [
        c for frame in (sweep.runs, sweep.jobs) for c in frame
        if c not in sweep.axes and pd.api.types.is_numeric_dtype(frame[c])
    ]
    raise UsageError(sweep.path, f"no metric '{column}'", did_you_mean(column, [SPEEDUP, *known]))


def _speedups(sweep, of):
    source = _source(sweep, of)
    reference = reference_label(sweep.schedulers)
    keys = ["point", "job"] if "job" in source else ["point"]
    base = source[source.scheduler == reference].set_index(keys)[of]
    rows = source[[*keys, "scheduler", of]].join(base.rename("base"), on=keys)
    if rows.base.isna().any():
        lacking = rows.point[rows.base.isna()].iloc[0]
        raise AnalysisError(sweep.path, f"point {lacking} has no run of '{reference}' to compare with", "leave such points out with --where")
    rows = rows[(rows[of] > 0) & (rows.base > 0)]
    logs = np.log(rows.base / rows[of])
    values = np.exp(logs.groupby([rows.point, rows.scheduler], sort=False).mean())
    label = f"speed-up of {_words(of)}"
    return values.rename("value").rename_axis(["point", "scheduler"]).reset_index(), label, ""


def _words(column):
    """'iteration_time_mean_s' -> 'iteration time'."""
    return column.removesuffix("_s").removesuffix("_mean").replace("_", " ")


def curves(sweep, values, x, interval=mean_interval):
    """{scheduler: [(value of x, Interval over the seeds)]} of points that differ in x and the seed alone."""
    rows = values.merge(sweep.points[["point", x]], on="point")
    found = {}
    for scheduler in sweep.schedulers:
        own = rows[rows.scheduler == scheduler]
        samples = [(v, own.value[own[x] == v]) for v in sweep.values(x)]
        found[scheduler] = [(v, interval(sample)) for v, sample in samples if len(sample)]
    return found


def facets(sweep, x, by=None):
    """(axis of the columns or None, axis of the rows or None, the sweep to draw, notes)."""
    sweep.check_axis(x)
    if by is not None:
        sweep.check_axis(by)
        if by == x:
            raise UsageError(sweep.path, f"--by {by} is the x axis already")
    notes = []
    panels = [by] if by else []
    while True:
        # What still varies where x and the panels' axes stand still; axes that vary together with them do not.
        free = [
            axis for axis in sweep.varying_axes()
            if axis not in (x, *panels) and sweep.points.groupby([x, *panels])[axis].nunique().max() > 1
        ]
        if not free:
            break
        if len(panels) < 2:
            panels.append(free[0])
            continue
        text = sweep.middle(free[0])
        notes.append(f"shown are the points with {free[0]} = {text}; choose others with --where {free[0]}=…")
        sweep = sweep.where([(free[0], text)])
    panels = [axis for axis in panels if sweep.points[axis].nunique() > 1]
    return (*panels, None, None)[:2] + (sweep, notes)


def comparable(sweep):
    """(the sweep of those points that have a run of whom speed-ups compare with; notes).

    Its only scheduler may be that one: then there is nothing to compare.
    """
    reference = reference_label(sweep.schedulers)
    some = sweep.with_scheduler(reference)
    without = len(sweep.points) - len(some.points)
    if not without:
        return sweep, []
    verb = "has" if without == 1 else "have"
    return some, [f"speed-ups leave out {without} of {len(sweep.points)} points, which {verb} no run of '{reference}'"]


def draw_lines(sweep, out, x, y=SPEEDUP, by=None):
    """Draw the figure; return (paths, notes)."""
    if y.partition(":")[0] == SPEEDUP and len(sweep.schedulers) < 2:
        raise UsageError(
            sweep.path, f"every run is of '{sweep.schedulers[0]}', so there is no speed-up", f"--y {SPEEDUP_OF} draws its times"
        )
    across, down, sweep, notes = facets(sweep, x, by)
    if sweep.points[x].nunique() < 2:
        raise UsageError(
            sweep.path, f"axis '{x}' has one value, so there is no line", "axes: " + ", ".join(sweep.varying_axes())
        )
    values, label, unit = metric_values(sweep, y)
    interval = geometric_interval if y.startswith(SPEEDUP) else mean_interval
    factor = 1.0
    if unit == "s":
        scale = time_scale(values.value)
        factor, unit = scale.factor, scale.unit
    axes = [axis for axis in (down, across) if axis]
    panels = []
    for chosen, rows in sweep.by_values(sweep.points, axes):
        title = ", ".join(f"{axis} {sweep.text(axis, value)}" for axis, value in reversed(list(zip(axes, chosen))))
        panels.append((title, curves(sweep, values[values.point.isin(rows.point)], x, interval)))
    if not any(line for _, lines in panels for line in lines.values()):
        raise NothingToDraw(sweep.path, f"no run has a value of '{y}'")
    if len(panels) > MAX_PANELS:
        notes.append(f"shown are {MAX_PANELS} of {len(panels)} panels; choose with --where")
        panels = panels[:MAX_PANELS]
    label += f" [{unit}]" if unit else ""
    notes += sweep.numbered([axis for axis in (x, across, down) if axis])
    columns = sweep.points[across].nunique() if across else 1
    plot = _Plot(sweep, x, label, factor, 2 if columns == 4 else min(columns, MAX_COLUMNS), y.startswith(SPEEDUP))
    return _draw(plot, panels, out), notes


@dataclasses.dataclass(frozen=True)
class _Plot:
    """What the panels of a figure have in common."""

    sweep: Sweep
    x: str
    label: str  # of the y axis
    factor: float  # from a value to the y axis
    columns: int  # of panels
    speedup: bool  # whether the values are speed-ups

    @functools.cached_property
    def places(self):
        """value of x -> place on the axis: the number itself, or the rank of a name."""
        numbers = self.sweep.numbers(self.x)
        return {value: numbers[value] if numbers else float(rank) for rank, value in enumerate(self.sweep.values(self.x))}

    @property
    def is_numeric(self):
        """Whether x has numbers, between which lines make sense."""
        return self.sweep.numbers(self.x) is not None


def _draw(plot, panels, out):
    sweep, columns = plot.sweep, plot.columns
    rows = math.ceil(len(panels) / columns)
    with styled() as plt:
        figure, grid = plt.subplots(
            rows, columns, figsize=(WIDTH * (0.7 if columns == 1 else 1.0), 0.75 + 1.75 * rows), squeeze=False,
            sharex=True, sharey=True, constrained_layout=True,
        )
        for k, axes in enumerate(grid.flat):
            if k >= len(panels):
                axes.set_visible(False)
                continue
            title, lines = panels[k]
            if plot.speedup:
                axes.axhline(1.0, color=INK, linewidth=0.8, zorder=1)
            _draw_panel(axes, plot, lines)
            axes.set_title(title, fontsize=8)
            axes.grid(True)
            if k % columns == 0:
                axes.set_ylabel(plot.label)
            if k + columns >= len(panels):
                axes.tick_params(labelbottom=True)
                unit = sweep.ticks(plot.x, list(plot.places))[1]
                axes.set_xlabel(plot.x.replace("_", " ") + (f" [{unit}]" if unit else ""))
        _x_axis(grid.flat[0], plot)
        if not plot.speedup and min((i.mean for _, c in panels for line in c.values() for _, i in line), default=0) >= 0:
            grid.flat[0].set_ylim(bottom=0)
        grid[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        caption(figure, describe(sweep, panels, plot.speedup))
        return save(figure, out)


def describe(sweep, panels, speedup):
    """The caption: what points and whiskers are."""
    counts = sorted({interval.count for _, lines in panels for line in lines.values() for _, interval in line})
    numbers = str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
    text = "Points: one seed each." if counts[-1] == 1 else f"Points: {'geometric ' if speedup else ''}mean over {numbers} seeds."
    text += f" {whiskers(counts)}"
    if speedup:
        text += f" Above 1 is faster than {reference_label(sweep.schedulers)} at the same point."
        if "job" in sweep.jobs and sweep.jobs.groupby("point").job.nunique().max() > 1:
            text += " Several jobs: their geometric mean."
    return text + sweep.remarks()


def _draw_panel(axes, plot, lines):
    from matplotlib.transforms import ScaledTranslation

    sweep = plot.sweep
    reference = reference_label(sweep.schedulers)
    shown = [s for s in sweep.schedulers if lines[s] and not (plot.speedup and s == reference)]
    for rank, scheduler in enumerate(shown):
        k = sweep.schedulers.index(scheduler)
        line = lines[scheduler]
        xs = np.array([plot.places[value] for value, _ in line])
        ys = np.array([interval.mean for _, interval in line]) * plot.factor
        reach = np.array([(i.mean - i.low, i.high - i.mean) for _, i in line]).T * plot.factor
        look = {"color": LINE_COLOURS[k % len(LINE_COLOURS)], "zorder": 3 + k}
        # Side by side, by so many points of print, where whiskers would hide one another.
        step = WHISKER_STEP if plot.is_numeric else CATEGORY_STEP
        aside = (rank - 0.5 * (len(shown) - 1)) * step / 72
        transform = axes.transData + ScaledTranslation(aside, 0, axes.figure.dpi_scale_trans)
        axes.plot(
            xs, ys, linestyle=LINE_DASHES[k % len(LINE_DASHES)] if plot.is_numeric else "none", marker=MARKERS[k % len(MARKERS)],
            markersize=3.8, markeredgecolor="white", markeredgewidth=0.4, label=legend_label(scheduler), transform=transform, **look,
        )
        some = np.array([interval.count >= LEAST_COUNT for _, interval in line])
        if some.any():
            axes.errorbar(
                xs[some], ys[some], yerr=reach[:, some], fmt="none", elinewidth=0.8, capsize=1.8, capthick=0.8,
                transform=transform, **look,
            )


def _x_axis(axes, plot):
    """Ticks at the values where there are few; logarithmic where numbers grow by factors."""
    numeric, where = plot.is_numeric, list(plot.places.values())
    if numeric and min(where) > 0 and max(where) / min(where) >= LOG_SPAN:
        axes.set_xscale("log", base=2)
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if len(where) <= MAX_TICKS or not numeric:
        axes.set_xticks(where, map(shown, plot.sweep.ticks(plot.x, list(plot.places))[0]))
    if not numeric:
        axes.set_xlim(-0.5, len(where) - 0.5)
