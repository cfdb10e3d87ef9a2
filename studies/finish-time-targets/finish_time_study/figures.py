# SPDX-License-Identifier: GPL-2.0-only
"""The figures of studies/finish-time-targets/README.md.

    draw(data, buckets)      # studies/finish-time-targets/figures/{turns,headline,regime,lines}.{png,svg}
"""

from echelon_analysis.style import BLUE, GREY, INK, LINE_COLOURS, LINE_DASHES, MARKERS, ORANGE, VERMILION, WIDTH, caption, legend_above, save, styled

from finish_time_study.data import compared, part
from finish_time_study.names import BASELINES, FIGURES, KINDS, LITERAL, OURS
from finish_time_study.points import BASE, LINES, MAP_OVERSUBSCRIPTIONS

DRAWN_SECONDS = 5.5
LOWEST = -25  # percent, of the lines
OTHERS = [colour for colour in LINE_COLOURS if colour != VERMILION]
JOB_LOOKS = [(BLUE, ""), (ORANGE, "////")]
LINE_TITLES = {"spines": "spines", "noise": "compute noise σ", "control_delay": "control delay", "jobs": "jobs"}


def draw(data, buckets):
    draw_turns(buckets)
    draw_headline(data)
    draw_regime(data)
    draw_lines(data)


def draw_turns(buckets):
    """Who sends when: rate of each job's all-reduces on an uplink, from bucket to bucket."""
    schedulers = list(dict.fromkeys(buckets.scheduler))
    jobs = sorted(buckets.job.unique())
    with styled() as plt:
        figure, panels = plt.subplots(len(schedulers), 1, figsize=(WIDTH, 3.2), sharex=True, constrained_layout=True)
        for axes, scheduler in zip(panels, schedulers):
            # Both jobs are within the drawn iterations from here on.
            start = max(part(buckets, scheduler=scheduler, job=job).reference_s.min() for job in jobs)
            for row, (job, (colour, hatch)) in enumerate(zip(jobs, JOB_LOOKS)):
                of = part(buckets, scheduler=scheduler, job=job)
                for _, whole in of.groupby("iteration"):
                    first, last = whole.reference_s.min(), whole.finish_s.max()
                    axes.broken_barh([(first - start, last - first)], (row + 0.1, 0.8), facecolor=GREY, alpha=0.45, linewidth=0)
                spans = list(zip(of.reference_s - start, of.finish_s - of.reference_s))
                axes.broken_barh(spans, (row + 0.25, 0.5), facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0.4)
            axes.set_yticks([0.5 + row for row in range(len(jobs))], [f"job {job}" for job in jobs])
            axes.set_ylim(len(jobs), 0)
            axes.set_xlim(0, DRAWN_SECONDS)
            axes.set_title(scheduler, loc="left")
        panels[-1].set_xlabel("time [s]")
        caption(figure, "All-reduces late in the first seed's run: each coloured bar is one bucket from its start to its end, so a wide one shares its uplinks or waits for them. "
                        "Grey: from an iteration's first bucket to its last; in the gaps a job computes forward.")
        return save(figure, FIGURES / "turns")


def draw_headline(data):
    points = compared(part(data, part="headline"))
    shown = [*BASELINES, LITERAL, OURS]
    with styled() as plt:
        figure, axes = plt.subplots(figsize=(WIDTH, 2.8), constrained_layout=True)
        order = points.sort_values("best", kind="stable")
        for i, name in enumerate(shown):
            axes.plot(range(len(order)), order[name], linestyle="none", marker=MARKERS[i % len(MARKERS)], markersize=4.2 if name == OURS else 3.2,
                      color=VERMILION if name == OURS else OTHERS[i % len(OTHERS)], markeredgewidth=0, label=name)
        axes.axhline(points.ideal_s.mean(), color=GREY, linewidth=1, linestyle="--", label="ideal")
        axes.set_xlabel("seed and offset, by the best baseline")
        axes.set_ylabel("iteration [s]")
        legend_above(figure, *axes.get_legend_handles_labels(), 5)
        return save(figure, FIGURES / "headline")


def draw_regime(data):
    points = compared(part(data, part="map"))
    kinds = [kind for kind in KINDS if kind in set(points.kind)]
    with styled() as plt:
        figure, panels = plt.subplots(2, -(-len(kinds) // 2), figsize=(WIDTH, 4.2), sharex=True, sharey=True, constrained_layout=True)
        for axes, kind in zip(panels.flat, kinds):
            of = part(points, kind=kind)
            for factor, cells in of.groupby("oversubscription"):
                i = MAP_OVERSUBSCRIPTIONS.index(factor)
                mean = cells.groupby("load").saving.mean()
                look = {"color": LINE_COLOURS[i], "linestyle": LINE_DASHES[i], "marker": MARKERS[i], "markersize": 3.4}
                axes.plot(100 * mean.index, 100 * mean, label=f"{factor}:1", **look)
            literal = of.groupby("load").literal_saving.mean()
            axes.plot(100 * literal.index, 100 * literal, color=GREY, linewidth=1.2, label=f"against {LITERAL}")
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.axvspan(80, 100, color=GREY, alpha=0.25, linewidth=0)
            axes.set_title(KINDS[kind], fontsize=8)
            axes.grid(True)
        for axes in panels[-1]:
            axes.set_xlabel("load of the busiest link [%]")
        for axes in panels[:, 0]:
            axes.set_ylabel("saved [%]")
        handles, labels = panels[0, 0].get_legend_handles_labels()
        legend_above(figure, handles, labels, 4)
        caption(figure, f"Iteration time that {OURS} saves against the best of {', '.join(BASELINES)} in each point, mean over seeds, by oversubscription; grey line: against {LITERAL}, all oversubscriptions. "
                        "Shaded: the sum of loads is 80 to 100 %.")
        return save(figure, FIGURES / "regime")


def draw_lines(data):
    points = compared(part(data, part="line"))
    kinds = [kind for kind in KINDS if kind in set(points.kind)]
    with styled() as plt:
        figure, panels = plt.subplots(1, len(LINES), figsize=(WIDTH, 2.6), sharey=True, constrained_layout=True)
        for axes, (column, values) in zip(panels, LINES.items()):
            of = on_line(points, column)
            for i, kind in enumerate(kinds):
                mean = [100 * part(of, kind=kind, **{column: value}).saving.mean() for value in values]
                axes.plot(range(len(values)), mean, color=LINE_COLOURS[i], linestyle=LINE_DASHES[i], marker=MARKERS[i], markersize=3.4, label=KINDS[kind])
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.set_xticks(range(len(values)), [label(value) for value in values], fontsize=7)
            axes.set_xlabel(LINE_TITLES[column])
            axes.grid(True)
        panels[0].set_ylim(bottom=LOWEST)
        panels[0].set_ylabel("saved [%]")
        handles, labels = panels[0].get_legend_handles_labels()
        legend_above(figure, handles, labels, 5)
        caption(figure, f"As above, at a load of {100 * BASE['load']:.0f} % and {BASE['oversubscription']}:1; one property changes in each panel. What lies beneath −{-LOWEST} % is in the tables.")
        return save(figure, FIGURES / "lines")


def on_line(points, column):
    """Points that differ from the common one in this column alone."""
    return part(points, **{name: BASE[name] for name in LINES if name != column})


def label(value):
    return str(value).replace("us", " µs").replace("ms", " ms").replace("0s", "0")
