# SPDX-License-Identifier: GPL-2.0-only
"""Draws the utilisation of the network's links over time, with one panel for each scheduler.

    draw_heatmap(results, "figures/links.png")          # -> (paths, notes)

Links are grouped by tier (host to leaf, leaf to spine, …) and sorted by their ends within it; of many the busiest are shown.
"""

import re

import numpy as np

from echelon_analysis.errors import NothingToDraw
from echelon_analysis.style import BLUE, INK, SKY, WIDTH, caption, save, styled
from echelon_analysis.units import time_scale
from echelon_common.text import shown

MAX_LINKS = 60
COLUMNS = 3
# Links may be named one by one up to this many.
MAX_NAMES = 40
# From idle to full: lightness falls steadily, for every eye and on paper.
COLOURS = ("#FFFFFF", "#B9DDF3", SKY, BLUE, "#001B2E")


def tier(name):
    """'host3->leaf1' -> 'host → leaf'."""
    return " → ".join(re.sub(r"[\d.,:/-]+$", "", end.strip()) or end for end in name.split("->"))


def _order(name):
    """Names by their numbers: host2 before host10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def chosen_links(results, limit=MAX_LINKS):
    """(link numbers in the order of the rows, tier of each, how many links there are).

    Of more than `limit` those that carry most under the scheduler that loads them most, in share of their capacity; ties by number.
    """
    links = results.links
    names = links.drop_duplicates("link").set_index("link").name
    load = links.groupby("link").utilisation.max()
    carrying = load[load > 0]
    busiest = sorted(carrying.index, key=lambda link: (-carrying[link], link))[:limit]
    first = {}
    for link in sorted(names.index):
        first.setdefault(tier(names[link]), len(first))
    rows = sorted(busiest, key=lambda link: (first[tier(names[link])], _order(names[link])))
    return rows, [tier(names[link]) for link in rows], len(names)


def utilisation(results, run, rows):
    """(edges of the bins in seconds, array links × bins) of one run; bins without a row of link_series.csv are 0."""
    series = results.link_series[results.link_series.run == run]
    if series.empty:
        return np.array([0.0, float(results.runs[run]["makespan_s"])]), np.zeros((len(rows), 1))
    width = float(series.duration_s.max())
    count = int(round((series.start_s + series.duration_s).max() / width))
    rates = results.links[results.links.run == run].set_index("link").rate_bps
    place = {link: k for k, link in enumerate(rows)}
    own = series[series.link.isin(rows)]
    grid = np.zeros((len(rows), count))
    bins = np.minimum((own.start_s / width).round().astype(int), count - 1)
    grid[own.link.map(place), bins] = own.rate_bps / own.link.map(rates)
    return np.append(np.arange(count) * width, (series.start_s + series.duration_s).max()), grid


def draw_heatmap(results, out, limit=MAX_LINKS):
    """Draw the figure; return (paths, notes)."""
    rows, tiers, total = chosen_links(results, limit)
    if not rows:
        raise NothingToDraw(results.path / "links.csv", "no link between hosts carried anything", "the jobs stay inside their hosts")
    notes = [f"shown are the {len(rows)} busiest of {total} links; --links chooses how many"] if len(rows) == limit < total else []
    grids = [utilisation(results, run, rows) for run in range(len(results.runs))]
    end = max(edges[-1] for edges, _ in grids)
    scale = time_scale([end])
    columns = min(COLUMNS, len(grids))
    lines = -(-len(grids) // columns)
    height = max(0.35, min(2.4, 0.045 * len(rows) if len(rows) > MAX_NAMES else 0.085 * len(rows)))
    names = results.links.drop_duplicates("link").set_index("link").name
    with styled() as plt:
        from matplotlib.colors import LinearSegmentedColormap

        shades = LinearSegmentedColormap.from_list("load", COLOURS)
        figure, panels = plt.subplots(
            lines, columns, figsize=(WIDTH, 0.75 + lines * (0.3 + height)), squeeze=False, sharex=True, sharey=True,
            constrained_layout=True,
        )
        for run, axes in enumerate(panels.flat):
            if run >= len(grids):
                axes.set_visible(False)
                continue
            edges, grid = grids[run]
            mesh = axes.pcolormesh(
                edges * scale.factor, np.arange(len(rows) + 1), grid, cmap=shades, vmin=0.0, vmax=1.0, rasterized=True
            )
            axes.axvline(edges[-1] * scale.factor, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
            for k in range(1, len(rows)):
                if tiers[k] != tiers[k - 1]:
                    axes.axhline(k, color=INK, linewidth=0.6)
            axes.set_title(results.labels[run])
            axes.tick_params(axis="y", length=0)
            for side in ("left", "bottom"):
                axes.spines[side].set_visible(side == "bottom")
            if run + columns >= len(grids):
                axes.set_xlabel(f"time [{scale.unit}]")
                axes.tick_params(labelbottom=True)
        first = panels.flat[0]
        first.set_ylim(len(rows), 0)
        first.set_xlim(0, end * scale.factor)
        if len(rows) <= MAX_NAMES and height / len(rows) >= 0.08:
            first.set_yticks(np.arange(len(rows)) + 0.5, [shown(names[link].replace("->", "→")) for link in rows], fontsize=5)
        else:
            middles = {t: np.mean([k + 0.5 for k, own in enumerate(tiers) if own == t]) for t in dict.fromkeys(tiers)}
            texts = [f"{shown(t)}\n({tiers.count(t)} links)" for t in middles]
            first.set_yticks(list(middles.values()), texts, fontsize=6.5)
        for axes in panels[:, 0]:
            axes.tick_params(axis="y", labelsize=first.get_yticklabels()[0].get_fontsize())
        bar = figure.colorbar(mesh, ax=list(panels.flat), location="right", aspect=30, pad=0.015, fraction=0.04)
        bar.set_label("utilisation")
        bar.set_ticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0", "25 %", "50 %", "75 %", "100 %"])
        bar.outline.set_linewidth(0.4)
        text = "Payload rate over capacity, mean of each bin. Dashed: the end of the run."
        if len(rows) < total:
            idle = total - int((results.links.groupby("link").utilisation.max() > 0).sum())
            text = f"The {len(rows)} busiest of {total} links" + (f" ({idle} idle)" if idle else "") + ". " + text
        caption(figure, text)
        return save(figure, out), notes
