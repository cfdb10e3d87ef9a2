# SPDX-License-Identifier: GPL-2.0-only
"""Draws one iteration of one job under two schedulers on one time axis: what each GPU computes, and what it sends meanwhile.

    draw_gantt(results, "figures/gantt.png", Choice(job="llama2-70b", schedulers=("fair", "echelon")))

Per GPU a row of compute slices, and beneath it, thinner, the flows that it sends over the network, with a mark where each would
ideally have finished. One GPU stands for all that do the same (selection.py). Time starts with the iteration.
"""

import dataclasses
import re

import numpy as np
import pandas as pd

from echelon_analysis.errors import AnalysisError, NothingToDraw, UsageError
from echelon_analysis.selection import compute_kind, flow_bars, kind_of, representatives
from echelon_analysis.style import (
    BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, WIDTH, YELLOW, legend_label, save, styled,
)
from echelon_analysis.units import format_time, time_scale
from echelon_common.errors import did_you_mean

MAX_DEVICES = 8
LEGEND_COLUMNS = 5
# A GPU's row, in its own coordinates: compute above, the marks and the lanes of its flows beneath, then space to the next GPU.
COMPUTE_HEIGHT, MARK_HEIGHT, FLOW_HEIGHT, ROW_HEIGHT = 0.44, 0.09, 0.32, 1.0
# Shares of the time axis: a pixel of the PNG, and a bar too narrow to be told from its neighbour. Bars of one kind with less than
# a pixel between them are drawn as one when they belong together (a micro-batch) or are narrow.
PIXEL, NARROW = 1 / 1250, 1 / 250

# Recognised kinds of compute keep their colour from figure to figure.
COMPUTE_COLOURS = {
    "forward": (SKY, "forward"), "backward": (BLUE, "backward"), "weight": (PURPLE, "weight gradient"), "optimiser": (GREY, "optimiser"),
}
SPARE_COMPUTE_COLOURS = (YELLOW, PURPLE, GREEN, GREY)
FLOW_LOOKS = ((ORANGE, "/////"), (VERMILION, "\\\\\\\\\\"), (GREEN, "....."), (PURPLE, "xxxxx"), (YELLOW, "-----"))
OTHER_LOOK = ("#FFFFFF", "+++++")
# The first number of a task's name is its micro-batch, or its block where the batch is not divided.
NUMBER = re.compile(r"\d+")


@dataclasses.dataclass(frozen=True)
class Choice:
    """What a figure shows; None stands for what choose_job() and its like choose."""

    job: str | None = None
    schedulers: tuple = ()
    devices: int = MAX_DEVICES  # the largest number of GPUs
    iteration: int | None = None
    window: tuple | None = None  # from and to, in seconds since the iteration's start


@dataclasses.dataclass(frozen=True)
class Panel:
    """What one half of the figure shows. Times in seconds since the iteration's start."""

    label: str
    iteration_time: float
    compute: pd.DataFrame  # device, stream, name, kind, start_s, end_s
    flows: pd.DataFrame  # source, destination, group, position, name, kind, start_s, finish_s, ideal_finish_s, bytes


def choose_job(results, job=None):
    """The named job; by default the one on most GPUs, ties by the order of the summary."""
    names = results.job_names
    if job is not None:
        if job not in names:
            raise UsageError(results.path / "summary.json", f"no job '{job}'", did_you_mean(job, names))
        return job
    gpus = results.computes[results.computes.run == 0].groupby("job").device.nunique().to_dict()
    return max(names, key=lambda name: gpus.get(name, 0))


def choose_schedulers(results, job, schedulers=None):
    """The named runs; by default the first and that of the job's shortest mean iteration time among the others."""
    if schedulers:
        return [results.run_index(label) for label in schedulers]
    if len(results.runs) == 1:
        return [0]
    rows = results.jobs[results.jobs.job == job]
    means = rows.groupby("run").time_s.mean()
    return [0, min(range(1, len(results.runs)), key=lambda run: (means.get(run, np.inf), run))]


def choose_iteration(results, job, iteration=None):
    """The given iteration; by default the middle one, past the start and before the end of the run."""
    rows = results.jobs[results.jobs.job == job]
    counts = rows.groupby("run").iteration.agg(lambda i: len(i) if sorted(i) == list(range(len(i))) else 0)
    count = int(counts.reindex(range(len(results.runs)), fill_value=0).min())
    if count == 0:
        raise AnalysisError(results.path / "jobs.csv", f"no iteration of job '{job}' stands there for every run", "was the file cut?")
    if iteration is None:
        return count // 2
    if not 0 <= iteration < count:
        raise UsageError(
            results.path / "jobs.csv", f"job '{job}' has no iteration {iteration}", f"it has 0 to {count - 1}"
        )
    return iteration


def make_panel(results, run, job, iteration):
    """The slices and flows of one iteration under one scheduler."""
    row = results.jobs[
        (results.jobs.run == run) & (results.jobs.job == job) & (results.jobs.iteration == iteration)
    ].iloc[0]
    compute = results.computes
    compute = compute[(compute.run == run) & (compute.job == job) & (compute.iteration == iteration)]
    compute = compute.assign(
        start_s=compute.start_s - row.start_s, end_s=compute.end_s - row.start_s, kind=compute.name.map(kind_of)
    )
    groups = results.groups
    groups = groups[(groups.run == run) & (groups.job == job) & (groups.iteration == iteration)]
    flows = results.flows
    flows = flows[(flows.run == run) & flows.group.isin(groups.group)]
    flows = flows.merge(groups[["group", "name"]], on="group")
    flows = flows.assign(kind=flows.name.map(kind_of), bytes=flows.bytes * flows["count"])
    for column in ("start_s", "finish_s", "ideal_finish_s"):
        flows[column] = flows[column] - row.start_s
    return Panel(results.labels[run], float(row.time_s), compute, flows)


def _joined(starts, ends, numbers, length):
    """Bars [start, end, number] with invisible gaps closed: see PIXEL. number: what bars of one micro-batch have in common, or None."""
    bars = [list(bar) for bar in zip(starts, ends, numbers)]

    def close(bars, belong):
        found = []
        for bar in bars:
            last = found[-1] if found else None
            if last and bar[0] - last[1] < PIXEL * length and belong(last, bar):
                last[1] = max(last[1], bar[1])
                last[2] = last[2] if last[2] == bar[2] else None
            else:
                found.append(bar)
        return found

    bars = close(bars, lambda last, bar: bar[2] is not None and bar[2] == last[2])
    return close(bars, lambda last, bar: bar[1] - bar[0] < NARROW * length)


def _looks(panels):
    """kind -> (colour, text) for compute, kind -> (colour, hatch) for flows."""
    compute = {}
    kinds = pd.concat([p.compute for p in panels]).sort_values("start_s", kind="stable").kind.unique()
    spare = list(SPARE_COMPUTE_COLOURS)
    for kind in kinds:
        known = COMPUTE_COLOURS.get(compute_kind(kind))
        if known:
            spare = [c for c in spare if c != known[0]]
            compute[kind] = known
        else:
            compute[kind] = (None, kind)
    for kind in kinds:
        if compute[kind][0] is None:
            compute[kind] = (spare.pop(0) if spare else "#EEEEEE", kind)
    together = pd.concat([p.flows for p in panels])
    sizes = together.groupby("kind").bytes.sum()
    largest = sorted(sizes.index, key=lambda k: (-sizes[k], k))
    # By name among the largest, so that a kind looks alike in the figures of different runs.
    flows = dict(zip(sorted(largest[: len(FLOW_LOOKS)]), FLOW_LOOKS))
    flows.update((kind, OTHER_LOOK) for kind in largest[len(FLOW_LOOKS) :])
    return compute, flows


@dataclasses.dataclass(frozen=True)
class _Sheet:
    """What the panels of a figure have in common."""

    reference: Panel  # whose iteration time the others are compared with
    shown: list  # the GPUs, one row each
    window: tuple  # from and to, in seconds
    factor: float  # from seconds to the time axis
    compute_looks: dict
    flow_looks: dict

    @property
    def length(self):
        """Of the time axis, in seconds."""
        return self.window[1] - self.window[0]


def draw_gantt(results, out, choice=Choice()):
    """Draw the figure; return the paths of PNG and SVG."""
    job = choose_job(results, choice.job)
    iteration = choose_iteration(results, job, choice.iteration)
    runs = choose_schedulers(results, job, choice.schedulers)
    panels = [make_panel(results, run, job, iteration) for run in runs]
    if all(p.compute.empty and p.flows.empty for p in panels):
        raise NothingToDraw(
            results.path,
            f"neither computes.csv nor flows.csv holds anything of job '{job}', iteration {iteration}",
            "choose another with --job and --iteration",
        )
    shown = representatives([p.compute for p in panels], panels[0].flows, choice.devices)
    end = max(p.iteration_time for p in panels)
    if end <= 0:
        raise NothingToDraw(results.path / "jobs.csv", f"iteration {iteration} of job '{job}' takes no time")
    low, high = choice.window or (0.0, end)
    if not 0 <= low < min(high, end):
        raise UsageError(
            results.path, f"the window from {low:g} s to {high:g} s shows nothing", f"the iteration lasts {end:g} s"
        )
    scale = time_scale([high])
    with styled() as plt:
        sheet = _Sheet(panels[0], shown, (low, high), scale.factor, *_looks(panels))
        handles = _legend_handles(plt, panels, sheet)
        # Inches: the panels keep their row height whatever the number of GPUs, and the legend its place above them.
        lines = -(-len(handles) // LEGEND_COLUMNS)
        columns = -(-len(handles) // lines)
        legend = 0.02 + 0.17 * lines
        panel_height = 0.1 + 0.4 * len(shown)
        title, bottom, left, right = 0.3, 0.46, 0.72, 0.12
        height = legend + len(panels) * (title + panel_height) + bottom
        figure, grid = plt.subplots(len(panels), 1, figsize=(WIDTH, height), squeeze=False, sharex=True)
        figure.subplots_adjust(
            left=left / WIDTH,
            right=1 - right / WIDTH,
            bottom=bottom / height,
            top=1 - (legend + title) / height,
            hspace=title / panel_height,
        )
        for axes, panel in zip(grid[:, 0], panels):
            _draw_panel(axes, panel, sheet)
        last = grid[-1, 0]
        pad = 0.005 * (high - low)
        last.set_xlim((low - pad) * scale.factor, (high + pad) * scale.factor)
        last.set_xlabel(f"time since the start of iteration {iteration} of {job} [{scale.unit}]")
        figure.legend(
            handles=handles, loc="upper center", ncol=columns, bbox_to_anchor=(0.5, 1.0), borderaxespad=0.3,
            columnspacing=1.6,
        )
        return save(figure, out)


def _draw_panel(axes, panel, sheet):
    shown, window, factor, reference = sheet.shown, sheet.window, sheet.factor, sheet.reference
    for row, gpu in enumerate(shown):
        top = row * ROW_HEIGHT
        own = panel.compute[panel.compute.device == gpu.device]
        own = own[(own.start_s < window[1]) & (own.end_s > window[0])]
        # Streams run side by side and share the row's height.
        height = COMPUTE_HEIGHT / (1 + own.stream.max() if len(own) else 1)
        for (kind, stream), part in own.groupby(["kind", "stream"]):
            numbers = [m.group() if m else None for m in map(NUMBER.search, part.name)]
            bars = _joined(part.start_s, part.end_s, numbers, sheet.length)
            axes.broken_barh(
                [(a * factor, (b - a) * factor) for a, b, _ in bars],
                (top + stream * height, height),
                facecolor=sheet.compute_looks[kind][0],
                edgecolor="white",
                linewidth=0.4 if len(bars) < 150 else 0.1,
            )
            _number_bars(axes, bars, top + (stream + 0.5) * height, sheet, sheet.compute_looks[kind][0])
        flows = panel.flows[panel.flows.source == gpu.device]
        flows = flows[(flows.start_s < window[1]) & (flows.finish_s > window[0])]
        if len(flows):
            _draw_flows(axes, flows, top + COMPUTE_HEIGHT + MARK_HEIGHT, sheet)
    bottom = len(shown) * ROW_HEIGHT
    axes.set_ylim(bottom - 0.08, -0.1)
    axes.set_yticks([row * ROW_HEIGHT + 0.5 * COMPUTE_HEIGHT for row in range(len(shown))])
    axes.set_yticklabels([f"GPU {gpu.device}" for gpu in shown])
    for row, gpu in enumerate(shown):
        if gpu.alike > 1:
            axes.annotate(
                f"1 of {gpu.alike} alike",
                (0, row * ROW_HEIGHT + COMPUTE_HEIGHT + 0.16),
                xycoords=axes.get_yaxis_transform(),
                xytext=(-4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=5.5,
                color="#666666",
            )
    axes.tick_params(axis="y", length=0)
    axes.grid(True, axis="x")
    axes.axvline(panel.iteration_time * factor, color=BLACK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=5)
    text = f"iteration time {format_time(panel.iteration_time)}"
    if panel is not reference and reference.iteration_time > 0:
        change = 100.0 * (panel.iteration_time / reference.iteration_time - 1.0)
        text += f"  ({change:+.1f} %)".replace("-", "−")
    axes.set_title(panel.label)
    axes.set_title(text, loc="right", fontweight="normal", fontsize=8)


def _number_bars(axes, bars, middle, sheet, colour):
    """Write the micro-batch into bars that have room for it."""
    for start, end, number in bars:
        if number and end - start > (0.004 + 0.007 * len(number)) * sheet.length:
            axes.text(
                0.5 * (start + end) * sheet.factor,
                middle,
                number,
                ha="center",
                va="center_baseline",
                fontsize=6,
                color="white" if colour in (BLUE, BLACK) else BLACK,
                clip_on=True,
            )


def _draw_flows(axes, flows, top, sheet):
    length, factor = sheet.length, sheet.factor
    bars = flow_bars(flows)
    height = FLOW_HEIGHT / max(2, bars.lane.max() + 1)
    for (kind, lane), part in bars.groupby(["kind", "lane"]):
        colour, hatch = sheet.flow_looks[kind]
        joined = _joined(part.start_s, part.finish_s, [None] * len(part), length)
        # The edge and the hatch would hide the colour of a narrow bar.
        for narrow in (False, True):
            axes.broken_barh(
                [(a * factor, (b - a) * factor) for a, b, _ in joined if (b - a < NARROW * length) == narrow],
                (top + lane * height, 0.92 * height),
                facecolor=colour,
                edgecolor=colour if narrow else "#333333",
                linewidth=0.3,
                hatch=None if narrow else hatch,
            )
    # Above the flows, where they hide neither these nor the slices; marks closer than a pixel are one.
    ideal = np.unique(np.round(flows.ideal_finish_s / (PIXEL * length))) * PIXEL * length * factor
    axes.plot(
        ideal,
        np.full(ideal.size, top - 0.5 * MARK_HEIGHT),
        linestyle="none",
        marker="v",
        markersize=1.9 if ideal.size < 50 else 1.3,
        markeredgewidth=0,
        color=BLACK,
        zorder=4,
    )


def _legend_handles(plt, panels, sheet):
    """Every look that occurs among the shown GPUs."""
    devices = [gpu.device for gpu in sheet.shown]
    computed = set()
    for p in panels:
        computed |= set(p.compute.kind[p.compute.device.isin(devices)])
    sent = set().union(*(set(p.flows.kind[p.flows.source.isin(devices)]) for p in panels))
    handles = [
        plt.Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="white", label=legend_label(text))
        for colour, text in dict.fromkeys(look for kind, look in sheet.compute_looks.items() if kind in computed)
    ]
    others = False
    for kind, look in sheet.flow_looks.items():
        if kind not in sent or (look == OTHER_LOOK and others):
            continue
        others = look == OTHER_LOOK
        handles.append(
            plt.Rectangle(
                (0, 0), 1, 1, facecolor=look[0], hatch=look[1], edgecolor="#333333", linewidth=0.3,
                label="other flows" if others else legend_label(f"{kind} flows"),
            )
        )
    if sent:
        handles.append(
            plt.Line2D([], [], color=BLACK, linestyle="none", marker="v", markersize=3, label="ideal finish of a flow")
        )
    handles.append(
        plt.Line2D([], [], color=BLACK, linewidth=1.1, linestyle=(0, (4, 2)), label="end of the iteration")
    )
    return handles
