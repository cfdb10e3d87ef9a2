# SPDX-License-Identifier: GPL-2.0-only
"""Draws the mean iteration time of each job under each scheduler, as bars with 95 % confidence intervals.

    draw_bars(results, "figures/iteration-times.png")           # of a result folder: over a job's iterations
    draw_bars_of_sweep(sweep, "figures/iteration-times.png")    # of a sweep: over seeds, one panel per point

One panel per job with an axis of its own, from zero: jobs differ by orders of magnitude. Where few values make a mean each is a dot.
"""

import dataclasses
import math

import numpy as np

from echelon_analysis.load import reference_label
from echelon_analysis.statistics import LEAST_COUNT, mean_interval
from echelon_analysis.style import HATCHES, INK, LINE_COLOURS, WIDTH, caption, save, styled
from echelon_analysis.units import decimals, time_scale
from echelon_common.text import shown

COLUMNS = 2
MAX_PANELS = 12
# More values than this are not drawn one by one.
MAX_DOTS = 12
# A whisker may lengthen the axis to this many times the longest bar; beyond, its end is an arrow.
MAX_REACH = 1.6
# Spread below this share of the mean is not visible.
LEAST_SPREAD = 0.002


@dataclasses.dataclass(frozen=True)
class Panel:
    """What is drawn: a title, and for each label the values whose mean is a bar (none: no bar)."""

    title: str
    labels: tuple
    samples: tuple  # of arrays, in seconds


def iteration_times(results, job):
    """One array of iteration times per run."""
    found = []
    for run in results.runs:
        found.append(np.array(next(j["iteration_times_s"] for j in run["jobs"] if j["name"] == job)))
    return found


def chosen_jobs(results):
    """All jobs, or the longest-iterating ones when a page cannot hold all; in the order of the summary."""
    names = results.job_names
    if len(names) <= MAX_PANELS:
        return names
    reference = results.runs[results.reference_run]["jobs"]
    longest = sorted(reference, key=lambda j: (-np.mean(j["iteration_times_s"]), j["name"]))
    keep = {j["name"] for j in longest[:MAX_PANELS]}
    return [name for name in names if name in keep]


def draw_bars(results, out):
    """Draw the figure; return the paths."""
    jobs = chosen_jobs(results)
    panels = [Panel(job, tuple(results.labels), tuple(iteration_times(results, job))) for job in jobs]
    title = ""
    if len(jobs) < len(results.job_names):
        title = f"The {len(jobs)} of {len(results.job_names)} jobs with the longest iterations"
    text = describe(panels, "iterations")
    return _draw(panels, results.labels[results.reference_run], title, text, out)


def sweep_panels(sweep):
    """One panel for each point but for the seed: the mean over its jobs of their mean iteration times, one value per seed."""
    jobs = sweep.jobs
    axes = sweep.varying_axes()
    means = jobs.groupby([*axes, "seed", "scheduler"], sort=False).iteration_time_mean_s.mean().reset_index()
    panels = []
    for values, part in sweep.by_values(means, axes):
        text = ", ".join(f"{axis} {sweep.text(axis, value)}" for axis, value in zip(axes, values))
        samples = tuple(
            part.iteration_time_mean_s[part.scheduler == label].to_numpy() for label in sweep.schedulers
        )
        panels.append(Panel(text or sweep.name, tuple(sweep.schedulers), samples))
    return panels


def draw_bars_of_sweep(sweep, out):
    """Draw the figure; return (paths, notes). With more points than fit it shows those in the middle of the shorter axes."""
    sweep, notes = sweep.at_most(MAX_PANELS)
    notes += sweep.numbered(sweep.varying_axes())
    panels = sweep_panels(sweep)
    text = describe(panels, "seeds") + (f" {sweep.lacking()}." if sweep.lacking() else "")
    return _draw(panels, reference_label(sweep.schedulers), sweep.where_text(), text, out), notes


def _draw(panels, reference, title, text, out):
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    bars = len(panels[0].labels)
    with styled() as plt:
        figure, grid = plt.subplots(
            rows,
            columns,
            figsize=(WIDTH * (1.0 if columns > 1 else 0.62), 0.35 + rows * (0.62 + 0.21 * bars)),
            squeeze=False,
            sharey=True,
            constrained_layout=True,
        )
        for axes, panel in zip(grid.flat, panels):
            _draw_panel(axes, panel, reference)
        for axes in list(grid.flat)[len(panels):]:
            axes.set_visible(False)
        # The axis of a column's last panel only is named, unless panels differ in unit.
        units = {axes.get_xlabel() for axes in list(grid.flat)[: len(panels)]}
        if len(units) == 1:
            for k, axes in enumerate(list(grid.flat)[: len(panels)]):
                if k + columns < len(panels):
                    axes.set_xlabel("")
        if title:
            figure.suptitle(title, fontsize=8)
        caption(figure, text)
        return save(figure, out)


def describe(panels, over):
    """The caption: what bars, dots and whiskers are."""
    counts = sorted({sample.size for panel in panels for sample in panel.samples if sample.size})
    if counts in ([], [1]):
        return f"Bars: one value each ({over}: 1), so there are no whiskers."
    numbers = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    if not any(_spread_shows(sample) for panel in panels for sample in panel.samples):
        return f"Bars: mean over {numbers} {over}, which agree, so there are no whiskers."
    text = f"Bars: mean over {numbers} {over}."
    if counts[0] <= MAX_DOTS:
        text += f" Dots: the {over}."
    text += f" {whiskers(counts)}"
    if over == "iterations" and counts[-1] >= LEAST_COUNT:
        text += " Iterations of one run follow from one another: the interval speaks for this run alone."
    return text


def whiskers(counts):
    """What whiskers of means over so many values are: a sentence."""
    if counts[-1] < LEAST_COUNT:
        return f"No whiskers: n < {LEAST_COUNT}."
    low = max(counts[0], LEAST_COUNT)
    numbers = str(low) if low == counts[-1] else f"{low} to {counts[-1]}"
    text = f"Whiskers: 95 % confidence interval of the mean, Student's t, n = {numbers}"
    return text + (f"; none where n < {LEAST_COUNT}." if counts[0] < LEAST_COUNT else ".")


def _spread_shows(sample):
    return sample.size > 1 and np.ptp(sample) > LEAST_SPREAD * sample.mean()


def _draw_panel(axes, panel, reference_name):
    intervals = [mean_interval(sample) for sample in panel.samples]
    means = np.array([0.0 if math.isnan(i.mean) else i.mean for i in intervals])
    largest = max([sample.max() for sample in panel.samples if sample.size], default=0.0)
    scale = time_scale([largest])
    means *= scale.factor
    limit = MAX_REACH * means.max()
    reference = means[panel.labels.index(reference_name)] if reference_name in panel.labels else 0.0
    digits = decimals(means)
    reach = means.max()
    for row, (label, interval, sample) in enumerate(zip(panel.labels, intervals, panel.samples)):
        if not interval.count:
            axes.annotate("no value", (0, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7)
            continue
        axes.barh(
            row, means[row], height=0.68, color=LINE_COLOURS[row % len(LINE_COLOURS)], hatch=HATCHES[row % len(HATCHES)],
            edgecolor="white", linewidth=0.0,
        )
        end = means[row]
        if _spread_shows(sample):
            end = _draw_spread(axes, row, means[row], interval.half * scale.factor, sample * scale.factor, limit)
        reach = max(reach, end)
        text = f"{means[row]:.{digits}f}"
        if label != reference_name and reference > 0:
            change = 100.0 * (means[row] / reference - 1.0)
            text += "  (±0 %)" if abs(change) < 0.05 else f"  ({change:+.1f} %)".replace("-", "−")
        axes.annotate(text, (end, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5)
    axes.set_yticks(range(len(panel.labels)))
    axes.set_yticklabels(map(shown, panel.labels))
    axes.set_ylim(len(means) - 0.45, -0.55)
    axes.set_xlim(0, 1.42 * reach if reach > 0 else 1)
    # Ticks stop where the bars do; beyond is room for the figures.
    axes.set_xticks([t for t in axes.get_xticks() if 0 <= t <= 1.02 * reach])
    axes.tick_params(axis="y", length=0)
    axes.set_title(panel.title)
    axes.set_xlabel(f"mean iteration time [{scale.unit}]")
    axes.grid(True, axis="x")


def _draw_spread(axes, row, mean, half, values, limit):
    """Whisker and dots of a bar; return where they end."""
    high = mean
    if values.size >= LEAST_COUNT:
        low, high = max(0.0, mean - half), min(mean + half, limit)
        axes.plot([low, high], [row, row], color=INK, linewidth=0.9, solid_capstyle="butt", zorder=4, gid="whisker")
        for end, cut, arrow in ((low, mean - half < 0, "<"), (high, mean + half > limit, ">")):
            look = {"marker": arrow if cut else "|", "markersize": 3.5 if cut else 5}
            axes.plot([end], [row], color=INK, zorder=4, clip_on=False, **look)
    if values.size <= MAX_DOTS:
        axes.plot(
            values, np.full(values.size, row), linestyle="none", marker="o", markersize=2.4, markerfacecolor="white",
            markeredgecolor=INK, markeredgewidth=0.6, zorder=5, clip_on=False, gid="values",
        )
    return max(high, values.max())
