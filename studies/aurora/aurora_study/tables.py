# SPDX-License-Identifier: GPL-2.0-only
"""The tables of the Aurora study."""

import statistics

from aurora_study import paper
from aurora_study.data import PARTS, SETTINGS, TRAFFIC, part

MODELS = {
    "exclusive": "plan",
    "max-min": "max-min sharing of all",
    "hol-shared": "head of line, receivers share",
    "hol-single": "head of line, receivers serve one",
    "skipping": "busy receivers are skipped",
    "fluid": "fluid",
    "one-sender": "one sender per receiver",
    "split-fluid": "fluid",
    "split-hol-shared": "head of line, receivers share",
}


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def ratio(values):
    """Mean (least–most)."""
    return f"{values.mean():.2f} ({values.min():.2f}–{values.max():.2f})" if len(values) else "–"


def reported(span):
    return f"{span[0]:.2f}–{span[1]:.2f}" if span else "–"


def speedup_table(found, setting, rows):
    """rows: (contender, model, name, range of the paper)."""
    body = []
    for contender, model, name, span in rows:
        of = part(found, setting=setting, contender=contender, model=model)
        body.append([name, MODELS[model], *[ratio(part(of, traffic=t).ratio) for t in TRAFFIC], reported(span)])
    return table(["", "model", *TRAFFIC.values(), "paper"], body)


def layer_table(data):
    """Milliseconds of the six layers, the paper's beside ours (mean over seeds)."""
    orders = part(data, part="orders", traffic="limoe")
    placements = part(data, part="placements", traffic="limoe")

    def mean(rows, **fixed):
        return 1000 * part(rows, **fixed).time_s.mean()

    body = []
    for name in paper.LAYERS:
        theirs = paper.layer(name)
        here = dict(case=name)
        shared, single = (
            [mean(orders, contender=c, variant=v, **here) for c in ("sjf", "random")] for v in ("hol-shared", "hol-single")
        )
        body.append(
            [
                name,
                f"{theirs['aurora']:.1f} / {theirs['sjf']:.1f} / {theirs['rcs']:.1f}",
                f"{mean(orders, contender='aurora', **here):.1f} / {shared[0]:.1f} / {shared[1]:.1f}",
                f"{single[0]:.1f} / {single[1]:.1f}",
                f"{theirs['aurora_heterogeneous']:.1f} / {theirs['rga']:.1f}",
                *[
                    f"{mean(placements, contender='sorted', variant=v, **here):.1f} / {mean(placements, contender='random', variant=v, **here):.1f}"
                    for v in ("fluid", "one-sender")
                ],
            ]
        )
    header = [
        "layer",
        "paper: Aurora / SJF / RCS",
        "here, receivers share",
        "receivers serve one: SJF / RCS",
        "paper, heterogeneous: Aurora / RGA",
        "here, fluid",
        "here, one sender",
    ]
    return table(header, body)


def utilisation_table(found):
    body = []
    for setting in SETTINGS[2:]:
        for contender in found.contender.unique():
            rows = part(found, setting=setting, contender=contender)
            span = {"lina, unordered": paper.UTILISATION_LINA, "lina, ordered": paper.UTILISATION_LINA, "exclusive": paper.UTILISATION_EXCLUSIVE}
            cells = [
                f"{100 * part(rows, traffic=t).utilisation.mean():.1f} %; {part(rows, traffic=t).gain.mean():.2f}" for t in TRAFFIC
            ]
            body.append([setting, contender, *cells, reported(span.get(contender))])
    return table(["setting", "", *TRAFFIC.values(), "paper: Aurora over it"], body)


def loss_table(found, schemes):
    body = []
    for scheme, label in schemes.items():
        for traffic, name in TRAFFIC.items():
            rows = part(found, contender=scheme, traffic=traffic)
            if len(rows):
                cells = [f"{part(rows, mixed=m).loss.mean():.1f} ({part(rows, mixed=m).loss.max():.1f})" for m in PARTS]
                body.append([label, name, *cells])
    return table(["", "traffic", *[f"{m} %" for m in PARTS]], body)


def skew_table(target, found, count):
    body = []
    for _, row in found.head(count).iterrows():
        popularity, pairs, correlation = row["case"].split("/")
        body.append(
            [popularity, pairs, "yes" if correlation == "1" else "no", MODELS[row.contention], MODELS[row.reading]]
            + [f"{row[name]:.2f}" for name in target]
            + [f"{row.distance:.1f} %", f"{row.lina_homogeneous:.2f}", f"{row.lina_heterogeneous:.2f}"]
        )
    body.append(["paper", "", "", "", ""] + [f"{value:.2f}" for value in target.values()] + ["", reported(paper.LINA_HOMOGENEOUS), reported(paper.LINA_HETEROGENEOUS)])
    header = ["σ of popularity", "σ per pair", "hot experts send more", "contention", "reading", "SJF", "RCS", "heterogeneous / homogeneous", "RGA", "off by", "Lina homogeneous", "Lina heterogeneous"]
    return table(header, body)


def scaling_table(data, traffic, orders):
    rows = part(data, part="scaling", traffic=traffic)
    body = []
    for gpus in sorted(rows.case.unique(), key=int):
        cells = []
        for order, variant in orders:
            of = part(rows, case=gpus, contender=order, variant=variant)
            cells.append(f"{(of.time_s / of.bound_s).iloc[0]:.4f}; {of.stages.iloc[0]:.0f}" if len(of) else "–")
        body.append([gpus, *cells])
    return table(["GPUs", *orders.values()], body)


def planning_table(planning, traffic, orders):
    rows = part(planning, traffic=traffic)
    body = []
    for gpus in sorted(rows.case.unique(), key=int):
        cells = []
        for order, variant in orders:
            of = part(rows, case=gpus, contender=order, variant=variant)
            cells.append(_duration(of.time_s.iloc[0]) if len(of) else "–")
        body.append([gpus, *cells])
    return table(["GPUs", *orders.values()], body)


def _duration(seconds):
    for limit, unit, scale in ((1e-3, "µs", 1e6), (1, "ms", 1e3), (float("inf"), "s", 1)):
        if seconds < limit:
            return f"{scale * seconds:.3g} {unit}"


def sjf_against_random(data, variant):
    """In how many layers SJF is slower than a random order, of how many."""
    rows = part(data, part="orders", traffic="limoe", variant=variant)
    wide = rows.pivot(index=["case", "seed"], columns="contender", values="time_s")
    means = wide.groupby(level="case").mean()
    return int((wide.sjf > wide.random).sum()), len(wide), int((means.sjf > means.random).sum()), len(means)


def paper_mean(over, base):
    return statistics.mean(paper.ratios(over, base))
