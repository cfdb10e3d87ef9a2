# SPDX-License-Identifier: GPL-2.0-only
"""The CSV, and the ratios that the page and the figures show."""

import math
import statistics

import pandas

from aurora_study import paper

TRAFFIC = {"limoe": "LIMoE-like, 8 GPUs", "routing-8": "DeepSeek trace, 8 GPUs", "routing-64": "DeepSeek trace, 64 GPUs"}
SETTINGS = ("exclusive homogeneous", "exclusive heterogeneous", "colocated homogeneous", "colocated heterogeneous")
PARTS = (25, 50, 75)


def load(path):
    data = pandas.read_csv(path, keep_default_na=False, na_values=[""])
    # Layers of a trace have one aurora for ten random draws.
    data["group"] = data.seed.where(~data.traffic.str.startswith("routing"), 0)
    return data


def part(data, **fixed):
    for column, value in fixed.items():
        data = data[data[column] == value]
    return data


def over(numerator, denominator, column="time_s"):
    """The ratio of a column, layer by layer and draw by draw; index (traffic, case, seed)."""
    keys = ["traffic", "case", "group"]
    joined = numerator.merge(denominator[keys + [column]], on=keys, suffixes=("", "_base"))
    joined["ratio"] = joined[column] / joined[column + "_base"]
    return joined.set_index(["traffic", "case", "seed"]).ratio


def both_of_lina(rows, variant):
    """Both models under Lina: when the later is done, and the mean utilisation."""
    lina = rows[rows.contender.str.startswith("lina-") & (rows.variant == variant)]
    grouped = lina.groupby(["traffic", "case", "seed", "group"], sort=False)
    return grouped.agg(time_s=("time_s", "max"), utilisation=("utilisation", "mean")).reset_index()


def both_exclusive(rows, variant):
    """Both models one after the other on all GPUs; the mean utilisation."""
    alone = rows[rows.contender.str.startswith("exclusive-") & (rows.variant == variant)]
    grouped = alone.groupby(["traffic", "case", "seed", "group"], sort=False)
    return grouped.agg(time_s=("time_s", "sum"), utilisation=("utilisation", "mean")).reset_index()


def _long(series, setting, contender, model):
    frame = series.rename("ratio").reset_index()
    return frame.assign(setting=setting, contender=contender, model=model)


def speedups(data):
    """Time of a contender over Aurora's; one line per layer (or pair), draw, contender and model."""
    found = []
    orders = part(data, part="orders")
    aurora = part(orders, contender="aurora")
    for (contender, variant), rows in orders.groupby(["contender", "variant"], sort=False):
        found.append(_long(over(rows, aurora), SETTINGS[0], contender, variant))

    placements = part(data, part="placements")
    for variant in ("fluid", "one-sender"):
        base = part(placements, contender="sorted", variant=variant)
        for contender in ("random", "optimal"):
            if (contender, variant) != ("optimal", "one-sender"):
                rows = part(placements, contender=contender, variant=variant)
                found.append(_long(over(rows, base), SETTINGS[1], contender, variant))
    base = part(placements, contender="sorted", variant="one-sender")
    found.append(_long(over(part(placements, contender="random", variant="hol-shared"), base), SETTINGS[1], "random", "hol-shared"))

    for setting, name in ((SETTINGS[2], "homogeneous"), (SETTINGS[3], "heterogeneous")):
        rows = part(data, part=f"colocations-{name}")
        for variant in rows.variant.unique():
            if variant not in ("fluid", "one-sender"):
                continue
            base = part(rows, contender="aurora", variant=variant)
            for contender in ("random", "search"):
                found.append(_long(over(part(rows, contender=contender, variant=variant), base), setting, contender, variant))
            found.append(_long(over(both_of_lina(rows, variant), base), setting, "lina", variant))
            found.append(_long(over(both_exclusive(rows, variant), base), setting, "exclusive", variant))
        base = part(rows, contender="aurora", variant="fluid")
        for variant in ("hol-shared", "split-fluid", "split-hol-shared"):
            if (rows.variant == variant).any():
                found.append(_long(over(both_of_lina(rows, variant), base), setting, "lina", variant))
    return pandas.concat(found, ignore_index=True)


def utilisations(data):
    """Mean GPU utilisation by setting, traffic and contender, and Aurora's over the contender's."""
    found = []
    for setting, name in ((SETTINGS[2], "homogeneous"), (SETTINGS[3], "heterogeneous")):
        rows = part(data, part=f"colocations-{name}")
        aurora = part(rows, contender="aurora", variant="fluid")
        contenders = {
            "aurora": aurora,
            "lina, ordered": both_of_lina(rows, "fluid"),
            "lina, unordered": both_of_lina(rows, "hol-shared"),
            "exclusive": both_exclusive(rows, "fluid"),
        }
        for contender, of in contenders.items():
            gain = 1 / over(of, aurora, "utilisation")
            frame = gain.rename("gain").reset_index()
            frame["utilisation"] = of.set_index(["traffic", "case", "seed"]).utilisation.reindex(gain.index).to_numpy()
            found.append(frame.assign(setting=setting, contender=contender))
    return pandas.concat(found, ignore_index=True)


def losses(data):
    """By how much (percent) what was decided on a forecast is slower than what is decided on the traffic itself."""
    rows = part(data, part="forecasts")
    rows = rows.assign(
        on=rows.variant.str.split("-").str[0],
        mixed=rows.variant.str.split("-").str[1].astype(int),
    )
    keys = ["traffic", "case", "seed", "contender", "mixed"]
    wide = rows.pivot(index=keys, columns="on", values="time_s")
    unordered = wide.actual.xs("exclusive-homogeneous-unordered", level="contender").rename("unordered")
    wide = wide.join(unordered)
    wide["loss"] = 100 * (wide.forecast / wide.actual - 1)
    wide["to_unordered"] = wide.unordered / wide.forecast
    return wide.reset_index()


def skews(data):
    """Ratios that the paper reports, for each skew, contention model and reading, and how far they are from the paper's."""
    rows = part(data, part="skews")
    times = rows.pivot_table(index=["case", "seed"], columns=["contender", "variant"], values="time_s", sort=False)
    target = {
        "SJF": statistics.mean(paper.ratios("sjf", "aurora")),
        "RCS": statistics.mean(paper.ratios("rcs", "aurora")),
        "heterogeneous": statistics.mean(paper.ratios("aurora_heterogeneous", "aurora")),
        "RGA": statistics.mean(paper.ratios("rga", "aurora_heterogeneous")),
    }
    aurora = times["aurora", "exclusive"]
    found = []
    for contention in ("hol-shared", "hol-single"):
        for reading in ("fluid", "one-sender"):
            values = pandas.DataFrame(
                {
                    "SJF": times["sjf", contention] / aurora,
                    "RCS": times["random", contention] / aurora,
                    "heterogeneous": times["place-sorted", reading] / aurora,
                    "RGA": times["place-random", reading] / times["place-sorted", reading],
                    "lina_homogeneous": times["lina-homogeneous", "hol-shared"] / times["colocate-aurora-homogeneous", "fluid"],
                    "lina_heterogeneous": times["lina-heterogeneous", "hol-shared"] / times["colocate-aurora-heterogeneous", "fluid"],
                }
            )
            mean = values.groupby(level="case", sort=False).mean().reset_index()
            mean["distance"] = [
                100 * (math.exp(statistics.mean(abs(math.log(row[name] / target[name])) for name in target)) - 1)
                for _, row in mean.iterrows()
            ]
            found.append(mean.assign(contention=contention, reading=reading))
    return target, pandas.concat(found, ignore_index=True).sort_values("distance", kind="stable")
