#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""All-to-alls on oversubscribed leaf-spines: writes studies/all-to-all-leaf-spine/README.md, .csv and the picture.

    studies/all-to-all-leaf-spine/run.py            needs the release build with benchmarks (cmake --preset release)
    studies/all-to-all-leaf-spine/run.py --page     page and picture from the CSV that is there
    studies/all-to-all-leaf-spine/run.py --page page.md    the page there, no picture
    studies/all-to-all-leaf-spine/run.py --planning takes the planning times of the page again

Runs leaf-spine-all-to-all once per line of the CSV, one at a time; lines that are there are not
run again, so that it can be stopped and started. About twenty minutes from nothing. Nothing on
the page is typed in: text stands here, figures come from the runs.
"""

import argparse
import csv
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PROGRAM = ROOT / "build" / "release" / "bin" / "leaf-spine-all-to-all"
CSV = FOLDER / "data" / "all-to-all-leaf-spine.csv"
PAGE = FOLDER / "README.md"
PICTURE = FOLDER / "figures" / "all-to-all-leaf-spine.png"

COLUMNS = [
    "ranks", "rack", "gpus_per_server", "spines", "oversubscription", "traffic", "seed", "order", "scheduler",
    "bound_s", "relay_bound_s", "makespan_s", "ratio", "stages", "transmissions", "planning_s",
]  # fmt: skip
KEY = COLUMNS[:9]
CASE = KEY[:7]  # what all orders have in common
SIZES = [64, 128, 256, 512]
# Run with hashing and `edf` only, without `fast`, and without these.
LARGE = {256: ["uniform"], 512: ["uniform", "hot-rack"]}
OVERSUBSCRIPTION = [1, 2, 4, 8]
TRAFFIC = ["balanced", "uniform", "zipf", "hot-rack"]
ORDERS = ["rack-aware", "aurora", "fast", "spread-out", "unordered"]
SCHEDULERS = {"unordered": ["fair"]}
RACK = 16
SERVER = 8  # GPUs of a host in the part with servers
SERVER_SIZES = [64, 128]
PLANNED = ["rack-aware", "aurora"]  # whose planning times are shown
PLANNING_RUNS = 3
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
    "unordered": "#7a7a7a",
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
                                yield ranks, 1, spines, traffic, oversubscription, order, scheduler, seed
    for ranks in SERVER_SIZES:
        for spines in [ECMP, 1]:
            for traffic in TRAFFIC:
                for oversubscription in OVERSUBSCRIPTION:
                    for order in ORDERS:
                        for scheduler in SCHEDULERS.get(order, ["edf", "fair"]):
                            for seed in [1, 2, 3] if ranks == SERVER_SIZES[0] else [1]:
                                yield ranks, SERVER, spines, traffic, oversubscription, order, scheduler, seed


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


def run(program, key, more):
    options = dict(zip(KEY, key))
    command = [program, "--gap", str(GAP), *more]
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), value]
    if options["order"] == "unordered" and int(options["ranks"]) > EXACT_SHARING:
        command += ["--step", str(STEP)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(done.stdout.strip(), file=sys.stderr)
    return dict(zip(COLUMNS, done.stdout.strip().split(",")))


def run_missing(program):
    rows = read()
    wanted = []
    for ranks, server, spines, traffic, oversubscription, order, scheduler, seed in cases():
        key = tuple(
            str(value) for value in (ranks, RACK, server, spines, oversubscription, traffic, seed, order, scheduler)
        )
        wanted.append(key)
        if key in rows:
            continue
        rows[key] = run(program, key, [])
        write([rows[k] for k in wanted if k in rows] + [r for k, r in rows.items() if k not in wanted])
    write([rows[key] for key in wanted])


def planned(rows, **wanted):
    """The runs whose planning is timed."""
    return select(rows, gpus_per_server=1, spines=ECMP, scheduler="edf", seed=1, **wanted)


def time_planning(program):
    """The least of some runs each."""
    rows = read()
    for row in [row for order in PLANNED for row in planned(rows.values(), order=order)]:
        key = tuple(row[name] for name in KEY)
        row["planning_s"] = run(program, key, ["--planning", str(PLANNING_RUNS)])["planning_s"]
    write(rows.values())


# What the page shows: completion over the bound, of each case under the better of its schedulers.


def number(row, name):
    return float(row[name])


def better(rows):
    """Per case and order the run of less time; rack-aware as it is meant to run, under edf."""
    best = {}
    for row in rows:
        if row["order"] == "rack-aware" and row["scheduler"] != "edf":
            continue
        key = tuple(row[name] for name in CASE + ["order"])
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
    part = select(rows, spines=spines, gpus_per_server=1)
    lines = by_order(part, lambda o: f"1:{o}", OVERSUBSCRIPTION, "oversubscription")
    lines += by_order(part, lambda n: f"{n} GPUs", SIZES, "ranks")
    lines += by_order(part, lambda t: f"`{t}`", TRAFFIC, "traffic")
    lines.append(["**all**"] + [mean_and_worst(select(part, order=order)) for order in ORDERS])
    # Sizes that were not run with these spines.
    return table(["mean / worst"] + [f"`{order}`" for order in ORDERS], [x for x in lines if x[1] != "–"])


def with_relays(rows):
    """The same runs, their ratios to the bound with relays."""
    return [{**row, "ratio": number(row, "makespan_s") / number(row, "relay_bound_s")} for row in rows]


def servers(rows, spines):
    """Servers of several GPUs: every order to the bound without relays, and `fast` to that with them."""
    part = select(rows, spines=spines)

    def line(label, some):
        cells = [mean_and_worst(select(some, order=order)) for order in ORDERS]
        return [label, *cells, mean_and_worst(with_relays(select(some, order="fast")))]

    lines = [line(f"1:{o}", select(part, oversubscription=o)) for o in OVERSUBSCRIPTION]
    lines += [line(f"{n} GPUs", select(part, ranks=n)) for n in SERVER_SIZES]
    lines += [line(f"`{t}`", select(part, traffic=t)) for t in TRAFFIC]
    lines.append(line("**all**", part))
    header = ["mean / worst"] + [f"`{order}`" for order in ORDERS] + ["`fast` / bound with relays"]
    return table(header, lines)


def effort(rows):
    lines = []
    for ranks in SIZES:
        line = [str(ranks)]
        for order in PLANNED:
            runs = planned(rows, ranks=ranks, order=order)
            for name, form in [("stages", "{:,.0f}"), ("transmissions", "{:,.0f}"), ("planning_s", "{:.3f} s")]:
                line.append(form.format(max(number(row, name) for row in runs)))
        lines.append(line)
    header = ["GPUs"]
    for order in PLANNED:
        header += [f"`{order}`: stages", "transmissions", "planning"]
    return table(header, lines)


def sharing(rows):
    lines = []
    for order in ["rack-aware", "aurora", "fast", "spread-out"]:
        line = [f"`{order}`"]
        for spines in [ECMP, 1]:
            for scheduler in ["edf", "fair"]:
                part = select(rows, gpus_per_server=1, order=order, spines=spines, scheduler=scheduler)
                line.append(mean_and_worst([row for row in part if int(row["ranks"]) not in LARGE]))
        lines.append(line)
    return table(
        ["mean / worst", f"{ECMP} spines, `edf`", f"{ECMP} spines, `fair`", "one spine, `edf`", "one spine, `fair`"],
        lines,
    )


def losses(rows):
    """Cases in which another order takes less time than rack-aware, by at least 0.1 %."""
    ours = {tuple(row[name] for name in CASE): row for row in rows if row["order"] == "rack-aware"}
    worse = {}
    for row in rows:
        key = tuple(row[name] for name in CASE)
        ahead = number(ours[key], "ratio") / number(row, "ratio") - 1
        if ahead >= 0.001:
            worse.setdefault(row["order"], []).append((ahead, row))
    return len(ours), worse


def relays(rows):
    """What relays gain, by traffic."""
    lines = []
    for traffic in TRAFFIC:
        runs = select(rows, traffic=traffic, order="rack-aware")
        line = [f"`{traffic}`", f"{mean([number(row, 'relay_bound_s') / number(row, 'bound_s') for row in runs]):.2f}"]
        for spines in [ECMP, 1]:
            fast = {
                tuple(row[name] for name in CASE): number(row, "ratio")
                for row in select(rows, order="fast", traffic=traffic, spines=spines)
            }
            over = [number(row, "ratio") / fast[tuple(row[name] for name in CASE)] for row in select(runs, spines=spines)]
            line += [f"{mean(over):.2f}", f"{sum(ratio < 1 for ratio in over)} of {len(over)}"]
        lines.append(line)
    header = ["mean", "bound with relays / without"]
    for spines in [f"{ECMP} spines", "one spine"]:
        header += [f"{spines}: `rack-aware` / `fast`", "`rack-aware` ahead in"]
    return table(header, lines)


def picture(rows):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 10})
    rows = select(rows, gpus_per_server=1)
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


def lost_cases(rows):
    """A list: how often, by how much and where other orders are faster."""
    _, worse = losses(rows)
    lines = []
    for order, found in sorted(worse.items()):
        ahead, row = max(found, key=lambda pair: pair[0])
        most = f"by {100 * ahead:.1f} %" if ahead < 1 else f"{1 + ahead:.1f} times as fast"
        lines.append(
            f"- `{order}` in {len(found)}, {most} at most ({row['ranks']} GPUs, 1:{row['oversubscription']}, "
            f"`{row['traffic']}`, {row['spines']} spine{'s' if row['spines'] != '1' else ''}: {number(row, 'ratio'):.4f} "
            "times the bound)."
        )
    return "\n".join(lines) or "None."


def page(every):
    both = better(every)
    rows = select(both, gpus_per_server=1)
    inside = select(both, gpus_per_server=SERVER)
    ours = select(rows, order="rack-aware")
    cases_run = len(ours)
    lost = lost_cases(rows)
    hashed = select(rows, spines=ECMP)
    return f"""# All-to-all on an oversubscribed leaf-spine

Racks have {RACK} GPUs with ports of 100 Gb/s and uplinks of 1:1 to 1:8, and there are {", ".join(map(str, SIZES))} GPUs. Figures are the completion on the fluid fabric over the
leaf-spine lower bound ([all-to-all-leaf-spine.md](../../docs/algorithms/all-to-all-leaf-spine.md)); 1 is the least that any schedule can take.
`studies/all-to-all-leaf-spine/run.py` writes this page from `leaf-spine-all-to-all`; every run is in [all-to-all-leaf-spine.csv](data/all-to-all-leaf-spine.csv).

With {ECMP} spines and one GPU a server the mean over all cases is {mean([number(r, "ratio") for r in select(hashed, order="rack-aware")]):.3f} times the bound with `rack-aware`, {mean([number(r, "ratio") for r in select(hashed, order="aurora")]):.3f} with `aurora`,
{mean([number(r, "ratio") for r in select(hashed, order="spread-out")]):.3f} with `spread-out` and {mean([number(r, "ratio") for r in select(hashed, order="unordered")]):.3f} with `unordered`.

![completion over the bound](figures/all-to-all-leaf-spine.png)

*Mean over sizes and seeds. Solid: {ECMP} spines; dashed: one spine as fast as all of them. `rack-aware` is the bold line near 1.*

- **{ECMP} spines.** `rack-aware` names the spine of each transmission; the others are hashed, as ECMP does.
- **One fat spine.** Nothing collides, which is the most that any choice of spines could do for the others.
- **Traffic.** `balanced`: every pair the same. `uniform`: entries between 0 and twice the mean. `zipf`: popularity of receivers k^-1.2, so that the hottest port bounds the
  whole. `hot-rack`: `uniform`, with four times as much to the ranks of one rack, so that its uplinks bound the whole from 1:2 on.
- **Sharing.** Each case of `aurora`, `fast` and `spread-out` is run under max-min shares (`fair`) and with earlier stages first (`edf`), and the *better* counts. `rack-aware` runs under `edf`, which its
  guarantee needs; `unordered` under max-min shares. At {" and ".join(map(str, LARGE))} GPUs only `edf`, only {ECMP} spines, no `fast`, no `uniform`, and
  at {SIZES[-1]} no `hot-rack`.
- Orders by decomposition may exceed their bound by {100 * GAP:g} %. Above {EXACT_SHARING} GPUs max-min shares of `unordered` are decided once per {100 * STEP:g} % of the bound, which makes it late by a few of these steps at most.
- Servers have one GPU but in the [part on servers](#servers-of-{SERVER}-gpus); `fast` is then `aurora` with its stages by ascending size.

## {ECMP} spines

{comparison(rows, ECMP)}
## One fat spine

{comparison(rows, 1)}
## Servers of {SERVER} GPUs

Each GPU has a port of 100 Gb/s as before, and 900 Gb/s inside the server. There are {RACK // SERVER} servers a rack, and {" and ".join(map(str, SERVER_SIZES))} GPUs. The bound is that of ports
on their own; `fast` relays through the ports of a whole server, so it may go below it. Its last column is against the bound
with relays, in which a server's ports carry each other's bytes.

{ECMP} spines:

{servers(inside, ECMP)}
One fat spine:

{servers(inside, 1)}
`rack-aware` does not relay. If relays lower the bound much, `fast` is far ahead, with or without racks. If they do not, it loses on {ECMP} spines
mostly because paths collide, since it names no spines. This is the time of `rack-aware` over that of `fast`:

{relays(inside)}
Faster than `rack-aware` by at least 0.1 %, of {len(select(inside, order="rack-aware"))} cases:

{lost_cases(inside)}

## What it costs

The table gives the largest of each column, for one GPU a server and {ECMP} spines. An uplink slower than a port doubles transmissions, as each goes over two spines.
Planning is processor time on one core, the least of {PLANNING_RUNS} runs.

{effort(every)}
## Earlier stages first, or fair shares

{"Up to " + str(SIZES[1]) + " GPUs. Under fair shares a transmission that runs ahead of its stage takes from one that the plan needs first."}

{sharing(every)}
## Where `rack-aware` loses

It is at most {max(number(row, "ratio") for row in ours):.4f} times the bound, {mean([number(row, "ratio") for row in ours]):.4f} in the mean. Of {cases_run} cases, another order is faster by at least 0.1 % in:

{lost}

Such differences are the price of `gap`, of which `rack-aware` may use {100 * GAP:g} % for whole entries and few stages; with `gap` 0 it decomposes instead, exactly but for traffic inside racks that finds no gap.
`unordered` needs no plan and is never far from the bound where paths do not collide, at the price of all other ranks sending to each receiver
at once, which a fluid fabric does not charge for: no queues, no incast. With hashed spines it is {mean_and_worst(select(hashed, order="unordered"))} (mean / worst), since rates adapt to collisions
and only the fullest link counts. Where one port bounds the whole (`zipf`) and racks have time to spare, order matters little.
"""


def write_page(where):
    rows = list(read().values())
    if where == PAGE:
        picture(better(rows))
    where.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=pathlib.Path, nargs="?", const=PAGE, help="runs nothing; writes the page")
    parser.add_argument("--planning", action="store_true", help="takes the planning times again")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    arguments = parser.parse_args()
    if arguments.page is None:
        before = len(read())
        run_missing(arguments.program)
        if arguments.planning or before == 0:
            time_planning(arguments.program)
    write_page(arguments.page or PAGE)
