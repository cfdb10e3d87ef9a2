# SPDX-License-Identifier: GPL-2.0-only
"""Draws who sends to whom when in the plans of one all-to-all, with one panel for each order on one time axis.

    draw_schedule(load_plan("plan.json"), "schedule.png", orders=["aurora", "sjf"])

A row per sender; bars are transmissions, their colour and the number in them the receiver. What one sender sends at a time to several
receivers shares its row. A dashed line marks the lower bound. Input: `echelon plan … --out plan.json` (docs/reference/plan.md).
"""

import dataclasses
import pathlib

import numpy as np
import pandas as pd

from echelon_analysis.checks import LONGEST_S
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.load import read_json
from echelon_analysis.selection import lanes
from echelon_analysis.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, WIDTH, YELLOW, save, styled
from echelon_analysis.units import format_time, time_scale
from echelon_common.errors import did_you_mean

PLAN_SCHEMA = "echelon/plan/1"
MAX_PANELS = 4
MAX_GPUS = 65536
MAX_SENDERS = 32
# Receivers up to this many have colours of their own, in the order of the palette; beyond, shades of one scale.
COLOURS = (ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE, "#777777")
DARK = (BLUE, VERMILION, GREEN, "#777777")
ROW_HEIGHT = 0.84
# A number is drawn in bars of at least this part of the time axis and of a row.
LEAST_WIDTH, LEAST_HEIGHT = 1 / 60, 0.5
TRANSMISSION = {"stage": int, "source": int, "destination": int, "bytes": int, "start_s": float, "end_s": float}


@dataclasses.dataclass(frozen=True)
class OrderPlan:
    """One order's transmissions: stage, source, destination, bytes, start_s, end_s."""

    name: str
    makespan: float
    stages: int
    transmissions: pd.DataFrame


@dataclasses.dataclass(frozen=True)
class Plan:
    """A file of plans. Times in seconds."""

    path: pathlib.Path
    gpus: int
    bound: float
    orders: list


def load_plan(path):
    """The plans in a file; AnalysisError when it is none, or holds figures without transmissions."""
    path = pathlib.Path(path)
    if not path.exists():
        raise AnalysisError(path, "is missing", "write one with echelon plan … --out")
    document = read_json(path, PLAN_SCHEMA, "schema")
    try:
        orders = [_load_order(path, order) for order in document["orders"]]
        plan = Plan(path, int(document["gpus"]), float(document["bound_s"]), orders)
        times = [plan.bound, *(order.makespan for order in orders)]
        if not 1 <= plan.gpus <= MAX_GPUS or not all(0 <= time <= LONGEST_S for time in times):
            raise ValueError(f"{plan.gpus} GPUs, times of {min(times):g} to {max(times):g} s")
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise AnalysisError(path, f"is no whole plan: {error!r}", "write one with echelon plan … --out") from None
    if not orders:
        raise AnalysisError(path, "holds no orders", "write one with echelon plan … --out")
    for order in orders:
        ranks = order.transmissions[["source", "destination"]]
        if len(ranks) and not (0 <= ranks.min().min() and ranks.max().max() < plan.gpus):
            raise AnalysisError(path, f"order '{order.name}' has a rank outside 0 to {plan.gpus - 1}")
    return plan


def _load_order(path, order):
    if "transmissions" not in order:
        raise AnalysisError(path, f"holds no transmissions of order '{order['order']}'", "echelon plan … --out writes them")
    for row in order["transmissions"]:
        for key, kind in TRANSMISSION.items():
            if kind is int and not (isinstance(row[key], int) and abs(row[key]) < 2**63):
                raise ValueError(f"the {key} of a transmission is {row[key]!r}")
    table = pd.DataFrame(order["transmissions"], columns=list(TRANSMISSION)).astype(TRANSMISSION)
    times = table[["start_s", "end_s"]].to_numpy()
    if not ((times >= 0) & (times <= LONGEST_S)).all():
        raise ValueError(f"a transmission of order {order['order']!r} at no time")
    return OrderPlan(str(order["order"]), float(order["makespan_s"]), int(order["stages"]), table)


def choose_orders(plan, names=None):
    """The named orders; by default the first MAX_PANELS."""
    if not names:
        return plan.orders[:MAX_PANELS]
    known = {order.name: order for order in plan.orders}
    for name in names:
        if name not in known:
            raise UsageError(plan.path, f"no order '{name}'", did_you_mean(name, list(known)))
    return [known[name] for name in names]


def choose_senders(plan, orders):
    """All ranks; of more than MAX_SENDERS those that send longest under the first order."""
    if plan.gpus <= MAX_SENDERS:
        return list(range(plan.gpus))
    table = orders[0].transmissions
    busy = (table.end_s - table.start_s).groupby(table.source).sum().reindex(range(plan.gpus), fill_value=0)
    return sorted(busy.sort_values(ascending=False, kind="stable").index[:MAX_SENDERS])


def sender_bars(table):
    """One sender's transmissions as bars (destination, start_s, end_s, lane); a receiver's that follow each other are one."""
    bars = []
    for row in table.sort_values(["start_s", "destination"], kind="stable").itertuples():
        last = next((b for b in reversed(bars) if b[0] == row.destination), None)
        if last and abs(last[2] - row.start_s) <= 1e-12:
            last[2] = row.end_s
        else:
            bars.append([row.destination, row.start_s, row.end_s])
    bars = pd.DataFrame(bars, columns=["destination", "start_s", "end_s"])
    return bars.assign(lane=lanes(bars.start_s, bars.end_s))


def _colour(receiver, gpus):
    if gpus <= len(COLOURS):
        return COLOURS[receiver]
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return to_hex(colormaps["cividis"](receiver / (gpus - 1)))


def _ink(colour, gpus):
    """Black or white, whichever is read on the colour."""
    if gpus <= len(COLOURS):
        return "white" if colour in DARK else "black"
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 130 else "black"


def draw_schedule(plan, out, orders=None):
    """Draw the figure; return (paths of PNG and SVG, notes for the user)."""
    notes = []
    chosen = choose_orders(plan, orders)
    if not orders and len(plan.orders) > len(chosen):
        left = ", ".join(order.name for order in plan.orders[len(chosen) :])
        notes.append(f"shown are the first {len(chosen)} orders; choose others with --order: {left}")
    senders = choose_senders(plan, chosen)
    if len(senders) < plan.gpus:
        notes.append(f"shown are the {len(senders)} of {plan.gpus} senders that send longest")
    end = max([order.makespan for order in chosen] + [plan.bound])
    scale = time_scale([end])
    height = max(0.4, (0.19 if len(senders) <= 16 else 0.11) * len(senders))  # of a panel, in inches
    with styled() as plt:
        figure, grid = plt.subplots(
            len(chosen),
            1,
            figsize=(WIDTH, 0.75 + len(chosen) * (0.42 + height)),
            squeeze=False,
            sharex=True,
            constrained_layout=True,
        )
        for axes, order in zip(grid.flat, chosen):
            _draw_order(axes, plan, order, senders, end, scale)
        bottom = grid.flat[-1]
        bottom.set_xlabel(f"time [{scale.unit}]")
        bottom.set_xlim(0, end * scale.factor * 1.005 if end > 0 else 1)
        _legend(figure, bottom, plan, plt, height)
        return save(figure, out), notes


def _draw_order(axes, plan, order, senders, end, scale):
    from matplotlib.collections import PolyCollection

    corners, colours = [], []
    for place, sender in enumerate(senders):
        bars = sender_bars(order.transmissions[order.transmissions.source == sender])
        count = 1 + (bars.lane.max() if len(bars) else 0)
        height = ROW_HEIGHT / count
        for bar in bars.itertuples():
            colour = _colour(bar.destination, plan.gpus)
            low = place - ROW_HEIGHT / 2 + bar.lane * height
            start, length = bar.start_s * scale.factor, (bar.end_s - bar.start_s) * scale.factor
            right, top = start + length, low + height
            corners.append([(start, low), (right, low), (right, top), (start, top)])
            colours.append(colour)
            if bar.end_s - bar.start_s >= LEAST_WIDTH * end and height >= LEAST_HEIGHT and len(senders) <= 16:
                axes.text(
                    start + length / 2, low + height / 2 + 0.03, str(bar.destination),
                    ha="center", va="center", fontsize=5.5, color=_ink(colour, plan.gpus),
                )
    axes.add_collection(PolyCollection(corners, facecolors=colours, edgecolors="white", linewidths=0.3))
    axes.axvline(plan.bound * scale.factor, color="black", linewidth=0.9, linestyle=(0, (4, 2)), zorder=3)
    above = 100 * (order.makespan / plan.bound - 1) if plan.bound > 0 else 0.0
    text = "the lower bound" if abs(above) < 0.05 else f"{above:.1f} % above the bound"
    stages = "1 stage" if order.stages == 1 else f"{order.stages} stages"
    axes.set_title(f"{order.name}: {format_time(order.makespan)}, {text}; {stages}", fontweight="normal")
    step = 1 if len(senders) <= 16 else 4
    axes.set_yticks(range(0, len(senders), step))
    axes.set_yticklabels([str(s) for s in senders[::step]])
    axes.set_ylim(len(senders) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("sender")


def _legend(figure, axes, plan, plt, height):
    """Beneath the panels: what the colours and the dashed line mean. height: of a panel, in inches."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    bound = Line2D([], [], color="black", linewidth=0.9, linestyle=(0, (4, 2)), label="lower bound")
    entries = [bound]
    if plan.gpus <= len(COLOURS):
        entries = [Patch(facecolor=COLOURS[r], label=f"to {r}") for r in range(plan.gpus)] + entries
    axes.legend(
        handles=entries,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.36 / height),
        borderaxespad=0,
        ncols=len(entries),
        handlelength=1.4,
        columnspacing=1.2,
    )
    if plan.gpus > len(COLOURS):
        shades = plt.cm.ScalarMappable(plt.Normalize(0, plan.gpus - 1), "cividis")
        bar = figure.colorbar(shades, ax=figure.axes, location="right", aspect=40, pad=0.01)
        bar.set_label("receiver")
        bar.set_ticks(np.unique(np.linspace(0, plan.gpus - 1, min(plan.gpus, 9)).round().astype(int)))
