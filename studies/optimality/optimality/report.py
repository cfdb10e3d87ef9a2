# SPDX-License-Identifier: GPL-2.0-only
"""Tables and the figure of a comparison.

    frame = pandas.DataFrame(rows)
    print(markdown(summarise(frame)))          # one line per mix and scheduler, and of all mixes
    draw(frame, "results/optimality/ratio")    # ratio.png, ratio.svg: distribution of the ratio to the optimum
"""

import pandas

from echelon_analysis.style import LINE_COLOURS, LINE_DASHES, WIDTH, save, styled

# What fits beside each other in a figure's width.
LEGEND_COLUMNS = 5

HEADERS = {
    "mix": "mix",
    "scheduler": "scheduler",
    "instances": "instances",
    "exact": "solved exactly",
    "lp_over_optimum": "optimum / LP, mean",
    "lp_mean": "to LP, mean",
    "lp_worst": "to LP, worst",
    "optimum_mean": "to optimum, mean",
    "optimum_p95": "95 %",
    "optimum_worst": "to optimum, worst",
    "optimal": "optimal",
}


def summarise(frame, by="mix"):
    """One row per value of `by` and scheduler; then one per scheduler for all."""
    rows = []
    order = list(dict.fromkeys(frame[by]))
    for value, part in [(v, frame[frame[by] == v]) for v in order] + [("all", frame)]:
        for scheduler in dict.fromkeys(part.scheduler):
            one = part[part.scheduler == scheduler]
            exact = one[one.exact == 1]
            ratio = exact.ratio_optimum.astype(float)
            rows.append(
                {
                    "mix": value,
                    "scheduler": scheduler,
                    "instances": len(one),
                    "exact": len(exact),
                    "lp_over_optimum": (exact.upper_ms / exact.lp_ms).mean(),
                    "lp_mean": one.ratio_lp.mean(),
                    "lp_worst": one.ratio_lp.max(),
                    "optimum_mean": ratio.mean(),
                    "optimum_p95": ratio.quantile(0.95),
                    "optimum_worst": ratio.max(),
                    "optimal": int((ratio < 1 + 1e-4).sum()),
                }
            )
    return pandas.DataFrame(rows)


def markdown(table):
    lines = ["| " + " | ".join(HEADERS[c] for c in table.columns) + " |", "|" + "---|" * len(table.columns)]
    for row in table.itertuples(index=False):
        lines.append("| " + " | ".join(f"{v:.4f}" if isinstance(v, float) else str(v) for v in row) + " |")
    return "\n".join(lines)


def draw(frame, out):
    """One panel per mix: share of instances within a ratio of the optimum."""
    mixes = list(dict.fromkeys(frame.mix))
    schedulers = list(dict.fromkeys(frame.scheduler))
    frame = frame[frame.exact == 1]
    with styled() as plt:
        figure, panels = plt.subplots(1, len(mixes), figsize=(WIDTH, 2.4), sharey=True, squeeze=False)
        for axes, mix in zip(panels[0], mixes):
            part = frame[frame.mix == mix]
            for k, scheduler in enumerate(schedulers):
                ratio = sorted(part[part.scheduler == scheduler].ratio_optimum.astype(float))
                share = [(i + 1) / len(ratio) for i in range(len(ratio))]
                axes.step(
                    [1.0] + ratio,
                    [0.0] + share,
                    where="post",
                    label=scheduler,
                    color=LINE_COLOURS[k % len(LINE_COLOURS)],
                    linestyle=LINE_DASHES[k % len(LINE_DASHES)],
                )
            axes.set_title(mix)
            # max() with 1.1 first: a mix without proven optima has no quantile.
            axes.set_xlim(0.99, max(1.1, float(part.ratio_optimum.astype(float).quantile(0.98))))
            axes.set_ylim(0, 1)
        panels[0][0].set_ylabel("share of instances")
        # Room by hand: the style's own layout knows nothing of a legend above all panels.
        figure.set_layout_engine("none")
        in_one_row = len(schedulers) <= LEGEND_COLUMNS
        figure.subplots_adjust(left=0.08, right=0.98, top=0.76 if in_one_row else 0.69, bottom=0.22, wspace=0.15)
        figure.text(0.53, 0.03, "Σ tardiness / optimum", ha="center")
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncol=min(len(labels), LEGEND_COLUMNS), frameon=False)
        return save(figure, out)
