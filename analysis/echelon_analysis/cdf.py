# SPDX-License-Identifier: GPL-2.0-only
"""Cumulative distribution of EchelonFlow tardiness, one line per scheduler.

    draw_cdf(results, "figures/tardiness-cdf.png")

Covers EchelonFlows that cross the network between hosts.
"""

import numpy as np

from echelon_analysis.errors import AnalysisError
from echelon_analysis.style import LINE_COLOURS, LINE_DASHES, WIDTH, save, styled
from echelon_analysis.units import time_scale

# When the largest value is this many times the median, a linear axis would press most of the sample against 0.
LOG_SPREAD = 10.0


def distribution(values):
    """Points (x, y) of the empirical distribution's steps: y[i] is the share of the sample <= x[i]."""
    x = np.sort(np.asarray(values, dtype=float))
    return x, np.arange(1, x.size + 1) / x.size


def tardiness_by_run(results):
    """One array per run, in the order of the runs."""
    groups = results.groups
    return [groups.tardiness_s[groups.run == run].to_numpy() for run in range(len(results.runs))]


def draw_cdf(results, out):
    """Draw the figure; return the paths of PNG and SVG."""
    samples = tardiness_by_run(results)
    everything = np.concatenate(samples)
    if everything.size == 0:
        raise AnalysisError(
            results.path / "groups.csv",
            "no EchelonFlow crossed the network, so there is no tardiness to draw",
            "the jobs stay inside their hosts",
        )
    scale = time_scale(np.percentile(np.abs(everything), [90]))
    median = np.median(np.abs(everything))
    logarithmic = everything.max() > LOG_SPREAD * median
    with styled() as plt:
        figure, axes = plt.subplots(figsize=(WIDTH * 0.62, 2.6), constrained_layout=True)
        # Later runs lie on top with dashes, so that a line that coincides with an earlier one lets it show through.
        low, top = np.inf, -np.inf
        for run, (label, sample) in enumerate(zip(results.labels, samples)):
            if sample.size == 0:
                continue
            x, y = distribution(sample * scale.factor)
            low, top = min(low, x[0]), max(top, x[-1])
            axes.step(
                np.concatenate([x[:1], x]),
                np.concatenate([[0.0], y]),
                where="post",
                label=label,
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
        axes.set_xlabel(f"tardiness of an EchelonFlow [{scale.unit}]")
        axes.set_ylabel("share of EchelonFlows")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
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
