# SPDX-License-Identifier: GPL-2.0-only
"""Draws cumulative distributions of EchelonFlow tardiness, flow and coflow completion times, one line for each scheduler.

    draw_cdf(results, "figures/tardiness-cdf.png")
    draw_cdf(results, "figures/fct-cdf.pdf", of="fct")
    draw_cdf_of_sweep(sweep, "figures/cct-cdf.png", of="cct")      # all points of the sweep together

Covers flows and EchelonFlows that cross the network between hosts. A bundle of identical flows counts as `count` of them.
"""

import dataclasses

import numpy as np

from echelon_analysis.errors import NothingToDraw
from echelon_analysis.style import LINE_COLOURS, LINE_DASHES, WIDTH, caption, legend_label, save, styled
from echelon_analysis.units import time_scale

# When the largest value is this many times the median, a linear axis would press most of the sample against 0.
LOG_SPREAD = 10.0
# Steps of the share that a line shows at least, below TAIL and again above; finer ones are less than a pixel.
POINTS = 1000
TAIL = 0.95


@dataclasses.dataclass(frozen=True)
class Metric:
    """Where a distribution comes from and how its axes are called."""

    table: str  # flows or groups
    label: str
    share: str


METRICS = {
    "tardiness": Metric("groups", "tardiness of an EchelonFlow", "share of EchelonFlows"),
    "fct": Metric("flows", "flow completion time", "share of flows"),
    "cct": Metric("groups", "completion time of an EchelonFlow (CCT)", "share of EchelonFlows"),
}


def distribution(values, counts=None):
    """Points (x, y) of the empirical distribution's steps: y[i] is the share of the sample <= x[i]; x ascends strictly.

    counts: how often each value occurs; once each if None.
    """
    values = np.asarray(values, dtype=float)
    order = np.argsort(values, kind="stable")
    counts = np.ones(values.size, dtype=np.int64) if counts is None else np.asarray(counts)
    values, cumulative = values[order], np.cumsum(counts[order])
    last = np.diff(values, append=np.inf) > 0
    return values[last], cumulative[last] / (cumulative[-1] if cumulative.size else 1)


def thinned(x, y, points=POINTS):
    """At most 2 × points of a distribution's points: evenly spaced shares up to TAIL, and as many above; the first and the last stay."""
    if x.size <= 2 * points:
        return x, y
    wanted = np.concatenate([np.linspace(0, TAIL, points), np.linspace(TAIL, 1, points)])
    picked = np.unique(np.append(0, np.minimum(np.searchsorted(y, wanted), x.size - 1)))
    return x[picked], y[picked]


def sample(frame, of):
    """(values in seconds, counts) of rows of flows.csv (fct) or groups.csv (tardiness, cct)."""
    if of == "fct":
        return (frame.finish_s - frame.start_s).to_numpy(), frame["count"].to_numpy()
    values = frame.tardiness_s if of == "tardiness" else frame.cct_s
    return values.to_numpy(), np.ones(len(frame), dtype=np.int64)


def samples_by_run(results, of="tardiness"):
    """(values, counts) of each run, in the order of the runs."""
    table = results.flows if of == "fct" else results.groups
    return [sample(table[table.run == run], of) for run in range(len(results.runs))]


def draw_cdf(results, out, of="tardiness"):
    """Draw the figure; return the paths."""
    samples = samples_by_run(results, of)
    return _draw(results.path, results.labels, samples, of, "", out)


def draw_cdf_of_sweep(sweep, out, of="tardiness"):
    """Draw the figure over all points of a sweep that kept its tables; return the paths."""
    table = sweep.table(METRICS[of].table)
    samples = [sample(table[table.scheduler == label], of) for label in sweep.schedulers]
    text = f"All {len(sweep.points)} points of the sweep '{sweep.name}' together.{sweep.remarks()}"
    return _draw(sweep.path, sweep.schedulers, samples, of, text, out)


def _size(samples):
    """'n = 1,234' or 'n = 1,200 to 1,234'."""
    sizes = [int(counts.sum()) for _, counts in samples if counts.size]
    low, high = min(sizes), max(sizes)
    return f"n = {low:,} for each scheduler." if low == high else f"n = {low:,} to {high:,}."


def _draw(path, labels, samples, of, text, out):
    metric = METRICS[of]
    everything = np.concatenate([values for values, _ in samples])
    if everything.size == 0:
        raise NothingToDraw(
            path / f"{metric.table}.csv",
            f"no EchelonFlow crossed the network, so there is no {METRICS[of].label.split(' of an')[0]} to draw",
            "the jobs stay inside their hosts",
        )
    scale = time_scale(np.percentile(np.abs(everything), [90]))
    median = np.median(np.abs(everything))
    logarithmic = everything.max() > LOG_SPREAD * median
    with styled() as plt:
        figure, axes = plt.subplots(figsize=(WIDTH * 0.68, 2.75), constrained_layout=True)
        # Later runs lie on top with dashes, so that a line that coincides with an earlier one lets it show through.
        low, top = np.inf, -np.inf
        for run, (label, (values, counts)) in enumerate(zip(labels, samples)):
            if values.size == 0:
                continue
            x, y = thinned(*distribution(values * scale.factor, counts))
            low, top = min(low, x[0]), max(top, x[-1])
            axes.step(
                np.concatenate([x[:1], x]),
                np.concatenate([[0.0], y]),
                where="post",
                label=legend_label(label),
                color=LINE_COLOURS[run % len(LINE_COLOURS)],
                linestyle=LINE_DASHES[run % len(LINE_DASHES)],
                zorder=3 + run,
            )
        if logarithmic:
            _logarithmic(axes, everything * scale.factor)
        else:
            pad = 0.03 * (top - low) if top > low else 0.5 * max(abs(top), 1.0)
            axes.set_xlim(0.0 if 0 <= low < 0.1 * top else low - pad, top + pad)
        axes.set_ylim(0.0, 1.01)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
        axes.grid(True)
        axes.set_xlabel(f"{metric.label} [{scale.unit}]")
        axes.set_ylabel(metric.share)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        caption(figure, (text + " " if text else "") + "Between hosts; " + _size(samples))
        return save(figure, out)


def _logarithmic(axes, values):
    """A logarithmic axis, its ticks plain numbers; linear around zero where there are values that have no logarithm."""
    if values.min() > 0:
        axes.set_xscale("log")
        axes.set_xlim(values.min() / 1.2, values.max() * 1.2)
    else:
        positive = values[values > 0]
        linear = 10.0 ** np.floor(np.log10(np.percentile(positive, 10)))
        axes.set_xscale("symlog", linthresh=linear)
        axes.set_xlim(1.2 * values.min() - 0.05 * linear, 1.2 * values.max())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
