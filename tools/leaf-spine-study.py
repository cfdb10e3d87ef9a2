#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""All-to-alls on oversubscribed leaf-spines: writes docs/studies/all-to-all-leaf-spine.md, .csv and the picture.

    tools/leaf-spine-study.py            needs the release build with benchmarks (cmake --preset release)
    tools/leaf-spine-study.py --page     page and picture from the CSV that is there

Runs bench/leaf-spine-all-to-all once per line of the CSV, one at a time; lines that are there are not
run again, so that it can be stopped and started. About a quarter of an hour from nothing. Nothing on
the page is typed in: text stands here, figures come from the runs.
"""

import argparse
import csv
import pathlib
import subprocess
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "leaf-spine-all-to-all"
CSV = ROOT / "docs" / "studies" / "all-to-all-leaf-spine.csv"
PAGE = ROOT / "docs" / "studies" / "all-to-all-leaf-spine.md"
PICTURE = ROOT / "docs" / "images" / "all-to-all-leaf-spine.png"

COLUMNS = [
    "ranks", "rack", "spines", "oversubscription", "traffic", "seed", "order", "scheduler", "bound_s",
    "makespan_s", "ratio", "stages", "transmissions", "planning_s", "run_s",
]  # fmt: skip
KEY = COLUMNS[:8]
SIZES = [64, 128, 256, 512]
# Run with hashing and `edf` only, without `fast`, and without these.
LARGE = {256: ["uniform"], 512: ["uniform", "hot-rack"]}
OVERSUBSCRIPTION = [1, 2, 4, 8]
TRAFFIC = ["balanced", "uniform", "zipf", "hot-rack"]
ORDERS = ["rack-aware", "aurora", "fast", "spread-out", "at-once"]
SCHEDULERS = {"at-once": ["fair"]}
RACK = 16
ECMP = 4
GAP = 0.02
# Above this many GPUs max-min rates of all pairs are decided once per STEP of the bound.
EXACT_SHARING = 64
STEP = 0.0005
COLOURS = {
    "rack-aware": "#0b6e4f",
    "aurora": "#c1440e",
    "fast": "#e0a100",
    "spread-out": "#4a6fa5",
    "at-once": "#7a7a7a",
}


def cases():
    """The large fabrics with hashing only, and without what is most like another case."""
    for ranks in SIZES:
        large = ranks in LARGE
        for spines in [ECMP] if large else [ECMP, 1]:
            for traffic in [name for name in TRAFFIC if name not in LARGE.get(ranks, [])]:
                for oversubscription in OVERSUBSCRIPTION:
                    for order in [name for name in ORDERS if not (large and name == "fast")]:
                        for scheduler in SCHEDULERS.get(order, ["edf"] if large else ["edf", "fair"]):
                            for seed in [1, 2, 3] if ranks == SIZES[0] else [1]:
                                yield ranks, spines, traffic, oversubscription, order, scheduler, seed


def read():
    if not CSV.exists():
        return {}
    with CSV.open() as file:
        return {tuple(row[name] for name in KEY): row for row in csv.DictReader(file)}


def write(rows):
    CSV.parent.mkdir(parents=True, exist_ok=True)
    with CSV.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run_missing(program):
    rows = read()
    wanted = []
    for ranks, spines, traffic, oversubscription, order, scheduler, seed in cases():
        key = tuple(
            str(value)
            for value in (ranks, RACK, spines, oversubscription, traffic, seed, order, scheduler)
        )
        wanted.append(key)
        if key in rows:
            continue
        options = dict(zip(["ranks", "rack", "spines", "oversubscription", "traffic", "seed", "order"], key))
        command = [program, "--scheduler", scheduler, "--gap", str(GAP)]
        for name, value in options.items():
            command += [f"--{name}", value]
        if order == "at-once" and ranks > EXACT_SHARING:
            command += ["--step", str(STEP)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows[key] = dict(zip(COLUMNS, done.stdout.strip().split(",")))
        print(done.stdout.strip(), file=sys.stderr)
        write([rows[k] for k in wanted if k in rows] + [r for k, r in rows.items() if k not in wanted])
    write([rows[key] for key in wanted])


# What the page shows: completion over the bound, of each case under the better of its schedulers.


def number(row, name):
    return float(row[name])


def better(rows):
    """Per case and order the run of less time; rack-aware as it is meant to run, under edf."""
    best = {}
    for row in rows:
        if row["order"] == "rack-aware" and row["scheduler"] != "edf":
            continue
        key = tuple(row[name] for name in KEY[:7])
        if key not in best or number(row, "ratio") < number(best[key], "ratio"):
            best[key] = row
    return list(best.values())


def select(rows, **wanted):
    return [row for row in rows if all(row[name] == str(value) for name, value in wanted.items())]


def mean(values):
    return sum(values) / len(values)


def mean_and_worst(rows):
    ratios = [number(row, "ratio") for row in rows]
    return f"{mean(ratios):.3f} / {max(ratios):.3f}" if ratios else "–"


def table(header, lines):
    text = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(text + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def by_order(rows, label, values, name):
    lines = []
    for value in values:
        part = select(rows, **{name: value})
        lines.append([label(value)] + [mean_and_worst(select(part, order=order)) for order in ORDERS])
    return lines


def comparison(rows, spines):
    part = select(rows, spines=spines)
    lines = by_order(part, lambda o: f"1:{o}", OVERSUBSCRIPTION, "oversubscription")
    lines += by_order(part, lambda n: f"{n} GPUs", SIZES, "ranks")
    lines += by_order(part, lambda t: f"`{t}`", TRAFFIC, "traffic")
    lines.append(["**all**"] + [mean_and_worst(select(part, order=order)) for order in ORDERS])
    # Sizes that were not run with these spines.
    return table(["mean / worst"] + [f"`{order}`" for order in ORDERS], [x for x in lines if x[1] != "–"])


def effort(rows):
    lines = []
    for ranks in SIZES:
        part = select(rows, ranks=ranks, spines=ECMP, scheduler="edf")
        line = [str(ranks)]
        for order in ["rack-aware", "aurora"]:
            runs = select(part, order=order)
            for name, form in [("stages", "{:,.0f}"), ("transmissions", "{:,.0f}"), ("planning_s", "{:.2f} s")]:
                line.append(form.format(max(number(row, name) for row in runs)))
        lines.append(line)
    header = ["GPUs"]
    for order in ["rack-aware", "aurora"]:
        header += [f"`{order}`: stages", "transmissions", "planning"]
    return table(header, lines)


def sharing(rows):
    lines = []
    for order in ["rack-aware", "aurora", "fast", "spread-out"]:
        line = [f"`{order}`"]
        for spines in [ECMP, 1]:
            for scheduler in ["edf", "fair"]:
                part = select(rows, order=order, spines=spines, scheduler=scheduler)
                line.append(mean_and_worst([row for row in part if int(row["ranks"]) not in LARGE]))
        lines.append(line)
    return table(
        ["mean / worst", f"{ECMP} spines, `edf`", f"{ECMP} spines, `fair`", "one spine, `edf`", "one spine, `fair`"],
        lines,
    )


def losses(rows):
    """Cases in which another order takes less time than rack-aware, by at least 0.1 %."""
    ours = {tuple(row[name] for name in KEY[:6]): row for row in rows if row["order"] == "rack-aware"}
    worse = {}
    for row in rows:
        key = tuple(row[name] for name in KEY[:6])
        ahead = number(ours[key], "ratio") / number(row, "ratio") - 1
        if ahead >= 0.001:
            worse.setdefault(row["order"], []).append((ahead, row))
    return len(ours), worse


def picture(rows):
    plt.rcParams.update({"font.size": 10})
    figure, axes = plt.subplots(1, len(TRAFFIC), figsize=(13, 4.2), sharey=True)
    places = range(len(OVERSUBSCRIPTION))
    for panel, traffic in zip(axes, TRAFFIC):
        for order in reversed(ORDERS):
            for spines, style in [(ECMP, "-"), (1, "--")]:
                part = select(rows, order=order, traffic=traffic, spines=spines)
                groups = [
                    [number(row, "ratio") for row in select(part, oversubscription=o)] for o in OVERSUBSCRIPTION
                ]
                wide = order == "rack-aware"
                panel.plot(
                    places,
                    [mean(group) for group in groups],
                    style,
                    color=COLOURS[order],
                    marker="o" if spines == ECMP else None,
                    markersize=4,
                    linewidth=2.4 if wide else 1.4,
                    zorder=3 if wide else 2,
                )
        panel.set_title(traffic)
        panel.set_xticks(list(places), [f"1:{o}" for o in OVERSUBSCRIPTION])
        panel.grid(axis="y", color="#dddddd")
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_xlabel("oversubscription")
    axes[0].set_ylabel("completion / lower bound")
    axes[0].set_ylim(bottom=0.97)
    lines = [plt.Line2D([], [], color=COLOURS[order], linewidth=2, label=order) for order in ORDERS]
    lines.append(plt.Line2D([], [], color="#333333", marker="o", markersize=4, label=f"{ECMP} spines"))
    lines.append(plt.Line2D([], [], color="#333333", linestyle="--", label="one fat spine"))
    figure.legend(handles=lines, loc="upper center", ncol=len(lines), frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.92))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=110)


def page(every):
    rows = better(every)
    cases_run, worse = losses(rows)
    ours = select(rows, order="rack-aware")
    if worse:
        lost = []
        for order, found in sorted(worse.items()):
            ahead, row = max(found, key=lambda pair: pair[0])
            lost.append(
                f"- `{order}` in {len(found)}, by {100 * ahead:.1f} % at most ({row['ranks']} GPUs, 1:{row['oversubscription']}, "
                f"`{row['traffic']}`, {row['spines']} spine{'s' if row['spines'] != '1' else ''}: {number(row, 'ratio'):.4f} "
                "times the bound)."
            )
        lost = "\n".join(lost)
    else:
        lost = "None."
    hashed = select(rows, spines=ECMP)
    return f"""# All-to-all on an oversubscribed leaf-spine

Racks of {RACK} GPUs with ports of 100 Gb/s; uplinks of 1:1 to 1:8; {", ".join(map(str, SIZES))} GPUs. Completion on the fluid fabric over the
leaf-spine lower bound ([all-to-all-leaf-spine.md](../algorithms/all-to-all-leaf-spine.md)); 1 is the least that any schedule can take.
`tools/leaf-spine-study.py` writes this page from `bench/leaf-spine-all-to-all`; every run is in [all-to-all-leaf-spine.csv](all-to-all-leaf-spine.csv).

With {ECMP} spines the mean over all cases is {mean([number(r, "ratio") for r in select(hashed, order="rack-aware")]):.3f} times the bound with `rack-aware`, {mean([number(r, "ratio") for r in select(hashed, order="aurora")]):.3f} with `aurora`,
{mean([number(r, "ratio") for r in select(hashed, order="spread-out")]):.3f} with `spread-out` and {mean([number(r, "ratio") for r in select(hashed, order="at-once")]):.3f} with `at-once`.

![completion over the bound](../images/all-to-all-leaf-spine.png)

*Mean over sizes and seeds. Solid: {ECMP} spines; dashed: one spine as fast as all of them. `rack-aware` is the bold line near 1.*

- **{ECMP} spines.** `rack-aware` names the spine of each transmission; the others are hashed, as ECMP does.
- **One fat spine.** Nothing collides: the most that any choice of spines could do for the others.
- **Traffic.** `balanced`: every pair the same. `uniform`: entries between 0 and twice the mean. `zipf`: popularity of receivers k^-1.2, so that the hottest port bounds the
  whole. `hot-rack`: `uniform`, with four times as much to the ranks of one rack, so that its uplinks bound the whole from 1:2 on.
- **Sharing.** Each case of `aurora`, `fast` and `spread-out` is run under max-min shares (`fair`) and with earlier stages first (`edf`), and the *better* counts. `rack-aware` runs under `edf`, which its
  guarantee needs; `at-once` under max-min shares. At {" and ".join(map(str, LARGE))} GPUs only `edf`, only {ECMP} spines, no `fast`, no `uniform`, and
  at {SIZES[-1]} no `hot-rack`.
- Orders by decomposition may exceed their bound by {100 * GAP:g} %. Above {EXACT_SHARING} GPUs max-min shares of `at-once` are decided once per {100 * STEP:g} % of the bound, which makes it late by a few of these steps at most.
- Servers have one GPU; `fast` is then `aurora` with its stages by ascending size.

## {ECMP} spines

{comparison(rows, ECMP)}
## One fat spine

{comparison(rows, 1)}
## What it costs

The largest of each, {ECMP} spines. An uplink slower than a port doubles transmissions, as each goes over two spines.
Planning times are those of the runs, several times the least on a machine that does other work.

{effort(every)}
## Earlier stages first, or fair shares

{"Up to " + str(SIZES[1]) + " GPUs. Under fair shares a transmission that runs ahead of its stage takes from one that the plan needs first."}

{sharing(every)}
## Where `rack-aware` loses

It is at most {max(number(row, "ratio") for row in ours):.4f} times the bound, {mean([number(row, "ratio") for row in ours]):.4f} in the mean. Of {cases_run} cases, another order is faster by at least 0.1 % in:

{lost}

Such differences are the price of `gap`, of which `rack-aware` may use {100 * GAP:g} % for whole entries and few stages; with `gap` 0 it decomposes instead, exactly but for traffic inside racks that finds no gap.
`at-once` needs no plan and is never far from the bound where paths do not collide, at the price of all other ranks sending to each receiver
at once, which a fluid fabric does not charge for: no queues, no incast. With hashed spines it is {mean_and_worst(select(hashed, order="at-once"))} (mean / worst), since rates adapt to collisions
and only the fullest link counts. Where one port bounds the whole (`zipf`) and racks have time to spare, order matters little.
"""


def write_page():
    rows = list(read().values())
    picture(better(rows))
    PAGE.write_text(page(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    arguments = parser.parse_args()
    if not arguments.page:
        run_missing(arguments.program)
    write_page()
