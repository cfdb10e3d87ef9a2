# SPDX-License-Identifier: GPL-2.0-only
"""One iteration of one job under two schedulers, on one time axis: what each GPU computes, and what it sends meanwhile.

    draw_gantt(results, "figures/gantt.png", job="llama2-70b", schedulers=("fair", "echelon"))

Per GPU a row of compute slices, and beneath it, thinner, the flows that it sends over the network, with a mark where each would
ideally have finished. One GPU stands for all that do the same (selection.py). Time starts with the iteration.
"""

import dataclasses
import re

import numpy as np
import pandas as pd

from echelon_analysis.errors import AnalysisError, UsageError, did_you_mean
from echelon_analysis.selection import kind_of, lanes, representatives
from echelon_analysis.style import (
    BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, WIDTH, YELLOW, save, styled,
)
from echelon_analysis.units import format_time, time_scale

MAX_DEVICES = 8
MAX_LANES = 4
LEGEND_COLUMNS = 5
# A GPU's row, in its own coordinates: compute above, the lanes of its flows beneath, then space to the next GPU.
COMPUTE_HEIGHT, FLOW_HEIGHT, ROW_HEIGHT = 0.46, 0.34, 1.0
# Neighbours of one kind closer than a fraction of the axis and short themselves are one bar: the eye could not part them.
JOIN_GAP, JOIN_LENGTH = 1 / 4000, 1 / 300

# Recognised kinds of compute keep their colour from figure to figure.
COMPUTE_COLOURS = (
    (re.compile(r"^(f|fwd|forward)\b", re.I), SKY, "forward"),
    (re.compile(r"^(b|bwd|backward)\b", re.I), BLUE, "backward"),
    (re.compile(r"^(w|wgrad|weight)\b", re.I), PURPLE, "weight gradient"),
    (re.compile(r"^(opt|optimi[sz]er|update)\b", re.I), GREY, "optimiser"),
)
SPARE_COMPUTE_COLOURS = (YELLOW, PURPLE, GREEN, GREY)
FLOW_LOOKS = ((ORANGE, "/////"), (VERMILION, "\\\\\\\\\\"), (GREEN, "....."), (PURPLE, "xxxxx"), (YELLOW, "-----"))
OTHER_LOOK = ("#FFFFFF", "+++++")


@dataclasses.dataclass(frozen=True)
class Panel:
    """What one half of the figure shows. Times in seconds since the iteration's start."""

    label: str
    iteration_time: float
    compute: pd.DataFrame  # device, stream, name, kind, start_s, duration_s
    flows: pd.DataFrame  # source, group, position, name, kind, start_s, finish_s, ideal_finish_s, bytes


def choose_job(results, job=None):
    """The named job; by default the one that sends most over the network."""
    names = results.job_names
    if job is not None:
        if job not in names:
            raise UsageError(results.path / "summary.json", f"no job '{job}'", did_you_mean(job, names))
        return job
    groups = results.groups[(results.groups.run == results.reference_run) & (results.groups.scale_up == 0)]
    sent = groups.groupby("job").bytes.sum()
    return max(names, key=lambda name: (sent.get(name, 0), -names.index(name)))


def choose_schedulers(results, schedulers=None):
    """The named runs; by default the reference and the one of least makespan among the others."""
    if schedulers:
        return [results.run_index(label) for label in schedulers]
    first = results.reference_run
    others = [run for run in range(len(results.runs)) if run != first]
    if not others:
        return [first]
    return [first, min(others, key=lambda run: (results.runs[run]["makespan_s"], run))]


def choose_iteration(results, job, iteration=None):
    """The given iteration; by default the middle one, past the start and before the end of the run."""
    rows = results.jobs[results.jobs.job == job]
    count = int(rows.groupby("run").iteration.nunique().min()) if len(rows) else 0
    if count == 0:
        raise AnalysisError(results.path / "jobs.csv", f"no iteration of job '{job}'", "was the file cut?")
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
    compute = results.timeline.compute
    compute = compute[(compute.run == run) & (compute.job == job) & (compute.iteration == iteration)]
    compute = compute.assign(
        start_s=compute.start_s - row.start_s, kind=compute.name.map(kind_of)
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


def flow_bars(flows):
    """The flows of one GPU as bars in at most MAX_LANES lanes.

    Columns: kind, start_s, finish_s, lane, and ideal_finish_s where a bar has just one. Where flows are too many, those of
    one group and position are one bar, from the first start to the last finish; where that is too many still, so are
    those of one kind that overlap.
    """
    flows = flows.sort_values(["start_s", "flow"], kind="stable")
    for bars in (_spans(flows, ["flow", "kind"]), _spans(flows, ["group", "position", "kind"])):
        bars = bars.assign(lane=lanes(bars.start_s, bars.finish_s))
        if bars.lane.max() < MAX_LANES:
            return bars
    rows = [
        (kind, start, finish)
        for kind, part in flows.groupby("kind")
        for start, finish in _union(part.start_s, part.finish_s)
    ]
    bars = pd.DataFrame(rows, columns=["kind", "start_s", "finish_s"])
    bars = bars.sort_values(["start_s", "finish_s", "kind"], kind="stable")
    return bars.assign(lane=lanes(bars.start_s, bars.finish_s))


def _spans(flows, keys):
    """One bar per combination of the keys, from the first start to the last finish, in order of start."""
    bars = flows.groupby(keys, sort=False, as_index=False).agg(
        start_s=("start_s", "min"), finish_s=("finish_s", "max"), ideal_finish_s=("ideal_finish_s", "min")
    )
    return bars.sort_values(["start_s", "finish_s"], kind="stable")


def _union(starts, ends):
    """Intervals that cover the same time without overlap. starts ascending."""
    found = []
    for start, end in zip(starts, ends):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _joined(starts, ends, length):
    """Bars with invisible gaps closed: see JOIN_GAP."""
    found = []
    for start, end in zip(starts, ends):
        short = end - start < JOIN_LENGTH * length
        if found and start - found[-1][1] < JOIN_GAP * length and short:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _looks(panels):
    """kind -> (colour, text) for compute, kind -> (colour, hatch) for flows."""
    compute = {}
    kinds = pd.concat([p.compute for p in panels]).sort_values("start_s", kind="stable").kind.unique()
    spare = list(SPARE_COMPUTE_COLOURS)
    for kind in kinds:
        known = next(((c, text) for pattern, c, text in COMPUTE_COLOURS if pattern.match(kind)), None)
        if known:
            spare = [c for c in spare if c != known[0]]
            compute[kind] = (known[0], known[1] if len(kind) == 1 else kind)
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


def draw_gantt(results, out, job=None, schedulers=None, devices=MAX_DEVICES, iteration=None, window=None):
    """Draw the figure; return (paths of PNG and SVG, notes for the user).

    devices: the largest number of GPUs to show. window: (from, to) in seconds since the iteration's start.
    """
    job = choose_job(results, job)
    iteration = choose_iteration(results, job, iteration)
    runs = choose_schedulers(results, schedulers)
    panels = [make_panel(results, run, job, iteration) for run in runs]
    if all(p.compute.empty and p.flows.empty for p in panels):
        raise AnalysisError(
            results.path / "timeline.json",
            f"holds neither compute slices nor flows of job '{job}', iteration {iteration}",
            "choose another with --job and --iteration",
        )
    sent = {}
    for panel in panels:
        for device, size in panel.flows.groupby("source").bytes.sum().items():
            sent[device] = max(sent.get(device, 0), size)
    shown = representatives([p.compute for p in panels], sent, devices)
    notes = []
    if results.timeline.slices_left_out:
        notes.append(
            f"timeline.json left out the {results.timeline.slices_left_out:,} shortest slices of the run; "
            "compute slices may be missing from the Gantt chart"
        )
    end = max(p.iteration_time for p in panels)
    low, high = window if window else (0.0, end)
    if not 0 <= low < min(high, end):
        raise UsageError(
            results.path, f"the window from {low:g} s to {high:g} s shows nothing", f"the iteration lasts {end:g} s"
        )
    scale = time_scale([high])
    with styled() as plt:
        compute_looks, flow_looks = _looks(panels)
        handles = _legend_handles(plt, panels, shown, compute_looks, flow_looks)
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
            _draw_panel(axes, panel, panels[0], shown, (low, high), scale, compute_looks, flow_looks)
        last = grid[-1, 0]
        pad = 0.005 * (high - low)
        last.set_xlim((low - pad) * scale.factor, (high + pad) * scale.factor)
        last.set_xlabel(f"time since the start of iteration {iteration} of {job} [{scale.unit}]")
        figure.legend(
            handles=handles, loc="upper center", ncol=columns, bbox_to_anchor=(0.5, 1.0), borderaxespad=0.3,
            columnspacing=1.6,
        )
        return save(figure, out), notes


def _draw_panel(axes, panel, reference, shown, window, scale, compute_looks, flow_looks):
    length = window[1] - window[0]
    factor = scale.factor
    for row, gpu in enumerate(shown):
        top = row * ROW_HEIGHT
        own = panel.compute[panel.compute.device == gpu.device]
        own = own[(own.start_s < window[1]) & (own.start_s + own.duration_s > window[0])]
        # Streams run side by side and share the row's height.
        height = COMPUTE_HEIGHT / (1 + own.stream.max() if len(own) else 1)
        for (kind, stream), part in own.groupby(["kind", "stream"]):
            bars = _joined(part.start_s, part.start_s + part.duration_s, length)
            axes.broken_barh(
                [(a * factor, (b - a) * factor) for a, b in bars],
                (top + stream * height, height),
                facecolor=compute_looks[kind][0],
                edgecolor="white",
                linewidth=0.4 if len(own) < 150 else 0.1,
            )
        _number_slices(axes, own, top, height, length, factor, compute_looks)
        flows = panel.flows[panel.flows.source == gpu.device]
        flows = flows[(flows.start_s < window[1]) & (flows.finish_s > window[0])]
        if len(flows):
            _draw_flows(axes, flows, top + COMPUTE_HEIGHT + 0.03, length, factor, flow_looks)
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


def _number_slices(axes, own, top, height, length, factor, looks):
    """Write the micro-batch into slices that have room for it."""
    for name, kind, stream, start, duration in zip(own.name, own.kind, own.stream, own.start_s, own.duration_s):
        text = re.search(r"\d+", name)
        if text and duration > (0.011 + 0.008 * len(text.group())) * length:
            axes.text(
                (start + 0.5 * duration) * factor,
                top + (stream + 0.5) * height,
                text.group(),
                ha="center",
                va="center_baseline",
                fontsize=6,
                color="white" if looks[kind][0] in (BLUE, BLACK) else BLACK,
                clip_on=True,
            )


def _draw_flows(axes, flows, top, length, factor, looks):
    bars = flow_bars(flows)
    height = FLOW_HEIGHT / max(2, bars.lane.max() + 1)
    for (kind, lane), part in bars.groupby(["kind", "lane"]):
        colour, hatch = looks[kind]
        axes.broken_barh(
            [(a * factor, (b - a) * factor) for a, b in _joined(part.start_s, part.finish_s, length)],
            (top + lane * height, 0.92 * height),
            facecolor=colour,
            edgecolor="#333333",
            linewidth=0.3,
            hatch=hatch,
        )
    # A stem reaches down to its flow's lane; marks closer than a pixel are one.
    if "ideal_finish_s" in bars:
        marks = bars[["ideal_finish_s", "lane"]]
    else:
        marks = flows[["ideal_finish_s"]].assign(lane=bars.lane.max())
    pixels = np.round(marks.ideal_finish_s / length, 3) * length
    depths = marks.lane.groupby(pixels).max()
    ideal = depths.index.to_numpy() * factor
    head = np.full(ideal.size, top - 0.02)
    axes.vlines(ideal, head, top + (depths.to_numpy() + 0.92) * height, color=BLACK, linewidth=0.7, zorder=4)
    axes.plot(ideal, head, linestyle="none", marker="v", markersize=2.6 if ideal.size < 50 else 1.7, color=BLACK, zorder=4)


def _legend_handles(plt, panels, shown, compute_looks, flow_looks):
    """Every look that occurs among the shown GPUs."""
    devices = [gpu.device for gpu in shown]
    computed = set().union(*(set(p.compute.kind[p.compute.device.isin(devices)]) for p in panels))
    sent = set().union(*(set(p.flows.kind[p.flows.source.isin(devices)]) for p in panels))
    handles = [
        plt.Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="white", label=text)
        for kind, (colour, text) in compute_looks.items()
        if kind in computed
    ]
    others = False
    for kind, look in flow_looks.items():
        if kind not in sent or (look == OTHER_LOOK and others):
            continue
        others = look == OTHER_LOOK
        handles.append(
            plt.Rectangle(
                (0, 0), 1, 1, facecolor=look[0], hatch=look[1], edgecolor="#333333", linewidth=0.3,
                label="other flows" if others else f"{kind} flows",
            )
        )
    if sent:
        handles.append(
            plt.Line2D([], [], color=BLACK, linestyle="none", marker="v", markersize=4, label="ideal finish of a flow")
        )
    handles.append(
        plt.Line2D([], [], color=BLACK, linewidth=1.1, linestyle=(0, (4, 2)), label="end of the iteration")
    )
    return handles
