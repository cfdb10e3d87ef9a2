# SPDX-License-Identifier: GPL-2.0-only
"""The figures of the Aurora study."""

import math

from aurora_study import paper
from aurora_study.data import PARTS, SETTINGS, TRAFFIC, losses, part, speedups, utilisations
from echelon_analysis.style import BLACK, BLUE, GREEN, GREY, HATCHES, LINE_COLOURS, LINE_DASHES, ORANGE, SKY, WIDTH, save, styled

COLOURS = dict(zip(TRAFFIC, (BLUE, ORANGE, SKY)))
MARKS = dict(zip(TRAFFIC, ("", "////", "....")))

# (contender, model, label, range of the paper) by setting.
BARS = {
    SETTINGS[0]: [
        ("sjf", "hol-shared", "SJF\nhead of line,\nshared", paper.SJF),
        ("sjf", "hol-single", "SJF\nhead of line,\nsingle", paper.SJF),
        ("random", "hol-shared", "RCS\nhead of line,\nshared", paper.RCS),
        ("random", "hol-single", "RCS\nhead of line,\nsingle", paper.RCS),
        ("unordered", "max-min", "no order\nmax-min", None),
    ],
    SETTINGS[1]: [
        ("random", "fluid", "RGA\nfluid", paper.RGA),
        ("random", "one-sender", "RGA\none sender", paper.RGA),
        ("random", "hol-shared", "RGA + RCS\nhead of line,\nshared", paper.RGA),
    ],
    SETTINGS[2]: [
        ("lina", "fluid", "Lina\nordered", paper.LINA_HOMOGENEOUS),
        ("lina", "hol-shared", "Lina\nhead of line,\nshared", paper.LINA_HOMOGENEOUS),
        ("random", "fluid", "REC", None),
    ],
    SETTINGS[3]: [
        ("lina", "fluid", "Lina\nordered", paper.LINA_HETEROGENEOUS),
        ("lina", "hol-shared", "Lina\nhead of line,\nshared", paper.LINA_HETEROGENEOUS),
        ("lina", "split-hol-shared", "the same,\none model on\nslow GPUs", paper.LINA_HETEROGENEOUS),
        ("random", "fluid", "RGA + REC", None),
    ],
}


def _bracket(axis, x, low, high):
    """A range of the paper's: a bar with caps."""
    axis.plot([x, x], [low, high], color=BLACK, linewidth=1.2, solid_capstyle="butt", zorder=4)
    for y in (low, high):
        axis.plot([x - 0.05, x + 0.05], [y, y], color=BLACK, linewidth=1.2, zorder=4)


def draw_speedups(data, image):
    found = speedups(data)
    with styled() as plt:
        figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 5.2), gridspec_kw={"width_ratios": (5, 3.9)})
        for axis, setting in zip((axes[0, 0], axes[0, 1], axes[1, 0], axes[1, 1]), SETTINGS):
            width = 0.24
            for x, (contender, model, _, reported) in enumerate(BARS[setting]):
                rows = part(found, setting=setting, contender=contender, model=model)
                for k, traffic in enumerate(TRAFFIC):
                    ratio = part(rows, traffic=traffic).ratio
                    at = x + (k - 0.75) * width
                    axis.bar(
                        at,
                        ratio.mean() - 1,
                        width,
                        bottom=1,
                        color=COLOURS[traffic],
                        hatch=MARKS[traffic],
                        edgecolor="white",
                        linewidth=0.3,
                        label=TRAFFIC[traffic] if x == 0 else None,
                    )
                    axis.plot([at, at], [ratio.min(), ratio.max()], color="white", linewidth=1.8, zorder=3)
                    axis.plot([at, at], [ratio.min(), ratio.max()], color="#444444", linewidth=0.8, zorder=3)
                    if abs(ratio.mean() - 1) < 0.02:  # no bar to be seen
                        text = dict(textcoords="offset points", xytext=(0, 2), ha="center", va="bottom", rotation=90, fontsize=6)
                        axis.annotate(f"{ratio.mean():.2f}", (at, max(ratio.max(), 1)), **text)
                if reported:
                    _bracket(axis, x - 1.62 * width, *reported)
            axis.axhline(1, color=GREY, linewidth=0.8, zorder=0)
            axis.set_xticks(range(len(BARS[setting])), [label for *_, label, _ in BARS[setting]], fontsize=6.5)
            axis.set_xlim(-0.6, len(BARS[setting]) - 0.4)
            axis.set_title(setting, fontsize=8)
            axis.grid(axis="y")
        for axis in axes[:, 0]:
            axis.set_ylabel("time / Aurora's")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        (bracket,) = axes[0, 0].plot([], [], color=BLACK, linewidth=1.2, marker="_", markersize=5)
        (whisker,) = axes[0, 0].plot([], [], color="#444444", linewidth=0.8)
        figure.legend(
            handles + [bracket, whisker],
            labels + ["the paper's range", "least to most"],
            loc="upper center",
            ncol=5,
            fontsize=7,
            handlelength=1.6,
            columnspacing=1.2,
        )
        figure.tight_layout(rect=(0, 0, 1, 0.95))
        save(figure, image)


def draw_utilisation(data, image):
    found = utilisations(data)
    contenders = list(found.contender.unique())
    looks = dict(zip(contenders, (BLUE, ORANGE, SKY, GREEN)))
    with styled() as plt:
        figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.5), sharey=True)
        for axis, setting in zip(axes, SETTINGS[2:]):
            for k, contender in enumerate(contenders):
                for x, traffic in enumerate(TRAFFIC):
                    rows = part(found, setting=setting, contender=contender, traffic=traffic)
                    axis.bar(
                        x + (k - 1.5) * 0.2,
                        100 * rows.utilisation.mean(),
                        0.2,
                        color=looks[contender],
                        hatch=HATCHES[k],
                        edgecolor="white",
                        linewidth=0.3,
                        label=contender if x == 0 else None,
                    )
            axis.set_xticks(range(len(TRAFFIC)), [name.replace(", ", "\n") for name in TRAFFIC.values()], fontsize=6.5)
            axis.set_title(setting, fontsize=8)
            axis.grid(axis="y")
        axes[0].set_ylabel("GPU utilisation, %")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncol=4, fontsize=7)
        figure.tight_layout(rect=(0, 0, 1, 0.92))
        save(figure, image)


SCHEMES = {
    "exclusive-homogeneous-aurora": "exclusive homogeneous: aurora",
    "exclusive-homogeneous-greedy-max-weight": "exclusive homogeneous: greedy-max-weight",
    "exclusive-heterogeneous-aurora": "exclusive heterogeneous: placement and aurora",
    "exclusive-heterogeneous-fluid": "exclusive heterogeneous: placement, fluid",
    "colocated-homogeneous": "colocated homogeneous: pairs",
    "colocated-heterogeneous": "colocated heterogeneous: the paper's heuristic",
    "colocated-heterogeneous-search": "colocated heterogeneous: our search",
}


def draw_forecasts(data, image):
    found = losses(data)
    with styled() as plt:
        figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 3.1), sharey=True)
        for axis, (traffic, title) in zip(axes, TRAFFIC.items()):
            for k, (scheme, label) in enumerate(SCHEMES.items()):
                rows = part(found, traffic=traffic, contender=scheme)
                if rows.empty:
                    continue
                axis.plot(
                    PARTS,
                    [part(rows, mixed=m).loss.mean() for m in PARTS],
                    color=LINE_COLOURS[k],
                    linestyle=LINE_DASHES[k],
                    marker="osD^vPX"[k],
                    markersize=3.5,
                    label=label,
                )
            axis.axhline(paper.FORECAST_LOSS, color=BLACK, linewidth=0.8)
            axis.axhline(0, color=GREY, linewidth=0.8, zorder=0)
            axis.set_xticks(PARTS)
            axis.set_xlabel("other layers' traffic, %")
            axis.set_title(title, fontsize=8)
            axis.grid(axis="y")
        axes[0].annotate("the paper's most", (25, paper.FORECAST_LOSS), textcoords="offset points", xytext=(0, 2), fontsize=6.5)
        axes[0].set_ylabel("time lost, mean, %")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncol=2, fontsize=6.5, handlelength=3)
        figure.tight_layout(rect=(0, 0.2, 1, 1))
        save(figure, image)


ORDERS = {
    ("aurora", "exact"): "aurora",
    ("aurora", "gap-0.01"): "aurora, gap 0.01",
    ("aurora-alg1", "exclusive"): "aurora-alg1",
    ("greedy-max-weight", "exclusive"): "greedy-max-weight",
    ("spread-out", "hol-shared"): "spread-out",
    ("random", "hol-shared"): "random",
    ("sjf", "hol-shared"): "sjf",
    ("unordered", "max-min"): "max-min",
}


def power_of_ten(value, _position):
    """10⁻³ in plain text: the style sheet has no mathematics, so that "$" in a name stays what it is."""
    return "10" + f"{round(math.log10(value))}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def draw_scaling(data, planning, image):
    scaling = part(data, part="scaling", traffic="lognormal").assign(gpus=lambda rows: rows.case.astype(int))
    taken = part(planning, traffic="lognormal").assign(gpus=lambda rows: rows.case.astype(int))
    with styled() as plt:
        figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.9))
        panels = (
            ("makespan / bound", scaling.assign(y=scaling.time_s / scaling.bound_s)),
            ("stages", scaling.assign(y=scaling.stages)),
            ("planning time, s (measured)", taken.assign(y=taken.time_s)),
        )
        for axis, (title, frame) in zip(axes, panels):
            for k, ((order, variant), label) in enumerate(ORDERS.items()):
                rows = part(frame, contender=order, variant=variant)
                axis.plot(
                    rows.gpus,
                    rows.y,
                    color=LINE_COLOURS[k],
                    linestyle=LINE_DASHES[k],
                    marker="osD^vPXp"[k],
                    markersize=3,
                    label=label,
                )
            axis.set_xscale("log", base=2)
            axis.set_xticks([8, 32, 128, 512], ["8", "32", "128", "512"])
            axis.minorticks_off()
            axis.set_xlabel("GPUs")
            axis.set_title(title, fontsize=8)
            axis.grid(axis="y")
        for axis in axes[1:]:
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter(power_of_ten)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncol=4, fontsize=6.5)
        figure.tight_layout(rect=(0, 0.13, 1, 1))
        save(figure, image)
