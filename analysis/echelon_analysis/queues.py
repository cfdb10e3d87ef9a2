# SPDX-License-Identifier: GPL-2.0-only
"""Draws the queue over time at the links with the deepest queues: one panel for each link, one line for each scheduler.

    draw_queues(results, "figures/queues.png")

The packet fabric alone has queues: on the fluid fabric this is an error that says so.
"""

import numpy as np

from echelon_analysis.errors import NothingToDraw
from echelon_analysis.style import LINE_COLOURS, LINE_DASHES, WIDTH, caption, legend_label, save, styled
from echelon_analysis.units import time_scale

MAX_LINKS = 4


def byte_scale(largest):
    """(factor, unit) in which the largest reads best."""
    for factor, unit in ((1e-9, "GB"), (1e-6, "MB"), (1e-3, "kB")):
        if largest * factor >= 1.0:
            return factor, unit
    return 1.0, "B"


def deepest_links(results, limit=MAX_LINKS):
    """Links in falling order of their deepest queue under any scheduler; ties by number."""
    series = results.link_series
    depth = series.groupby("link").queue_bytes.max()
    depth = depth[depth > 0]
    return sorted(depth.index, key=lambda link: (-depth[link], link))[:limit]


def queue_series(results, run, link):
    """(edges, depths) of a link's queue: depths[k] is the largest in the bin from edges[k] to edges[k + 1]; zero where no row is."""
    series = results.link_series[(results.link_series.run == run) & (results.link_series.link == link)]
    edges, depths = [0.0], []
    for row in series.itertuples():
        if row.start_s > edges[-1] + 0.01 * row.duration_s:
            edges.append(row.start_s)
            depths.append(0)
        edges.append(row.start_s + row.duration_s)
        depths.append(row.queue_bytes)
    end = float(results.runs[run]["makespan_s"])
    if end > edges[-1]:
        edges.append(end)
        depths.append(0)
    return np.array(edges), np.array(depths, dtype=float)


def why_none(results):
    """Why there is no queue to draw; nothing when there is one."""
    if all(run.get("fabric") == "fluid" for run in results.runs):
        return "the fluid fabric gives every flow a rate and has no queues", "run with \"fabric\": {\"kind\": \"packet\"}"
    if not (results.link_series.queue_bytes > 0).any():
        return "no queue held a byte at any time", "no link was offered more than its rate"
    return None


def draw_queues(results, out, limit=MAX_LINKS):
    """Draw the figure; return the paths."""
    reason = why_none(results)
    if reason:
        raise NothingToDraw(results.path, *reason)
    links = deepest_links(results, limit)
    names = results.links.drop_duplicates("link").set_index("link").name
    scale = time_scale([run["makespan_s"] for run in results.runs])
    factor, unit = byte_scale(results.link_series.queue_bytes.max())
    columns = min(2, len(links))
    rows = -(-len(links) // columns)
    with styled() as plt:
        figure, grid = plt.subplots(
            rows, columns, figsize=(WIDTH * (1.0 if columns > 1 else 0.68), 0.7 + 1.45 * rows), squeeze=False, sharex=True,
            sharey=True, constrained_layout=True,
        )
        for k, axes in enumerate(grid.flat):
            if k >= len(links):
                axes.set_visible(False)
                continue
            for run, label in enumerate(results.labels):
                edges, depths = queue_series(results, run, links[k])
                axes.stairs(
                    depths * factor, edges * scale.factor, label=legend_label(label), color=LINE_COLOURS[run % len(LINE_COLOURS)],
                    linestyle=LINE_DASHES[run % len(LINE_DASHES)], linewidth=1.0, baseline=None, zorder=3 + run,
                )
            axes.set_title(names[links[k]].replace("->", " → "))
            axes.grid(True)
            if k % columns == 0:
                axes.set_ylabel(f"queue [{unit}]")
            if k + columns >= len(links):
                axes.set_xlabel(f"time [{scale.unit}]")
                axes.tick_params(labelbottom=True)
        grid.flat[0].set_ylim(bottom=0)
        grid.flat[0].set_xlim(0, None)
        grid[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        text = f"Largest queue at the link's sending end in each bin. The {len(links)} links with the deepest queues."
        caption(figure, text)
        return save(figure, out)
