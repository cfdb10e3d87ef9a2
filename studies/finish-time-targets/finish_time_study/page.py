# SPDX-License-Identifier: GPL-2.0-only
"""The text of studies/finish-time-targets/README.md, every number of it computed.

    page(data, waits, perturbed, cost)      # the frames of data.read()
"""

from finish_time_study.data import EVEN, by_hand, compared, outcome, part
from finish_time_study.figures import label, on_line
from finish_time_study.names import BASELINES, KINDS, LITERAL, OURS, PACKET_SCHEDULERS, SCHEDULERS, STUDY
from finish_time_study.points import (
    BASE,
    COLUMNS,
    HALF_LOAD,
    HALF_LOAD_SPINES,
    HEADLINE_SEEDS,
    LINE_SEEDS,
    LINES,
    MAP_LOADS,
    MAP_OVERSUBSCRIPTIONS,
    MAP_SEEDS,
    PACKET_SEEDS,
)
from finish_time_study.runs import PACKET, PACKET_ITERATIONS

STUDIED = ["headline", "map", "line", "half"]
WORST = 15  # losses that are listed one by one
LINE_NAMES = {"spines": "spines", "noise": "compute noise σ", "control_delay": "control delay", "jobs": "jobs"}
FABRIC_NAMES = {"fluid, short": "fluid", "packet": "packets, paced by hosts", "queues": "packets, 8 weighted queues"}


def notes(data):
    chart = compared(part(data, part="map", kind="megatron"))
    low, high = (part(chart, load=load).saving.mean() for load in (chart.load.min(), chart.load.max()))
    return f"""
**Causes.**

- **Nothing may wait.** FSDP's all-gathers and the all-to-alls of experts hold up the computation that comes next. When every flow is due at once there is no slack to order by, and `{OURS}` is an order by need alone.
- **Everybody is late.** Well above 100 %, and on links that hashed paths load twice or more, iterations are longer than ideal whatever one does. Then all slacks are 0, again need alone decides, and an order of
  whole jobs does better: a job that is bound by the bottleneck goes first, and the other one loses nothing by waiting.
- **Late decisions.** A scheduler that serves one flow at a time leaves its link idle from that flow's end until the next decision is in force; fair sharing leaves only a share idle. With buckets of tens of milliseconds a delay of 1 ms
  costs little, with the short flows of FSDP and experts it costs more than any order gains.
- **Gradients at the end.** A Megatron job of few micro-batches reduces all its gradients beside the backward pass of the last one, eight tensor ranks over one interface. Little of that hides, so iterations are late at
  any load that counts: it saves {percent(low)} % at {100 * chart.load.min():.0f} % load, {percent(high)} % at {100 * chart.load.max():.0f} %. Pipelines with one rank per host vary with the offset (see least and most) for the same reason.

`{LITERAL}`, whose rank grows with the age of an EchelonFlow, falls into turns in some seeds and not in others: the job that is late ranks last, which is an order of jobs, but not one that is chosen.

## Threats to validity

- Most points are pairs of equal jobs. Jobs of different periods meet and part by themselves, so the same job gains less on average; the [quickstart](../../README.md) has a third job of another kind.
- Runs have few iterations from random offsets, without optimiser's steps or checkpoints. The gain grows with the number of iterations (compare the six on packets), because other schedulers need some to drift into step.
- `{OURS}` knows the profile of the iteration. With noise σ the profile is wrong by that much per computation.
- One spine means that traffic is spread evenly over uplinks, as packet spraying does. Hashed paths are in the tables of spines.
"""


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def percent(value, digits=1):
    text = f"{100 * value:.{digits}f}"
    return "0.0" if float(text) == 0 else text.replace("-", "−")


def spread(values):
    """'17.0 (12.3 to 20.3)', percent."""
    return f"{percent(values.mean())} ({percent(values.min())} to {percent(values.max())})"


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def page(data, waits, perturbed, cost):
    return "\n".join([
        opening(data), headline(data), why(waits), regime(data), chance(perturbed), lines(data), packets(data), losses(data, waits), notes(data), again(data, cost),
    ])


def opening(data):
    head, chart = compared(part(data, part="headline")), compared(part(data, part="map"))
    best = "; ".join(f"{KINDS[kind]} {spread(busy(part(chart, kind=kind)).saving)}" for kind in KINDS)
    won, even, lost = outcome(chart)
    return f"""# Finish-time targets: where they win, and where they do not

**Question.** EchelonFlow gives every flow an ideal finish time. The paper's arrangement of an all-reduce says that all of it is due at once, d = r. `{OURS}`
takes its targets from the whole iteration: how late each flow may end without making the iteration longer. Where does that save iteration time against the best of {code(BASELINES)}?

**In short.** If two LLaMA-2-7B data-parallel jobs share 4:1 uplinks, iterations under `{OURS}` are {percent(head.saving.mean())} % shorter than under the best baseline of each of {len(head)} seeds and offsets, at least {percent(head.saving.min())} %, at most
{percent(head.saving.max())} %; against the paper's literal rank (`{LITERAL}`) {spread(head.literal_saving)} %. Jobs gain that can send beside their computation, and most where together they load the uplinks to
about 80 to 100 %. There, saved in percent, mean (least to most) of the points: {best}. Of all {len(chart)} points of the map it wins {won}, loses {lost}, and is within {percent(EVEN)} % of the best baseline in {even}.

Written by `studies/finish-time-targets/run.py`; every number is computed from [{STUDY}.csv](data/{STUDY}.csv), [{STUDY}-waits.csv](data/{STUDY}-waits.csv) and [{STUDY}-cost.csv](data/{STUDY}-cost.csv). A saving is 1 − T / T_best, where T is the iteration time averaged over
the jobs. The best baseline is chosen anew in each point, although nobody could choose it beforehand."""


def busy(points):
    """The regime: the sum of loads is 80 to 100 % of the busiest link."""
    return points[(points.load >= 0.8) & (points.load <= 1.0)]


def headline(data):
    head = part(data, part="headline")
    points = compared(head)
    hand = by_hand()
    rows = []
    for name in SCHEDULERS:
        times = points[name]
        saved = "" if name == OURS else spread(1 - points[OURS] / times)
        rows.append([f"`{name}`", f"{times.mean():.3f}", f"{times.min():.3f} to {times.max():.3f}", f"{(times / points.ideal_s).mean():.3f}", saved])
    counts = points.best_name.value_counts()
    chosen = ", ".join(f"`{name}` {counts[name]}" for name in BASELINES if name in counts)
    both = 2 * hand["uplink_s"]
    return f"""
## Two LLaMA-2-7B jobs

`studies/finish-time-targets/scenarios/finish-time-data-parallel.json`: each job has {hand["edges"] * 4} GPUs with an interface of 400 Gb/s each, spread over four leaves, 4 sequences of 4,096 tokens a GPU, all-reduce in buckets beside the backward pass, 42 % of
an H100's peak, 24 iterations. Uplinks are 4:1 with one spine, so hashed paths play no role. Each computation takes its profiled time ± 2 %.

**By hand.** {hand["parameters"]:,} parameters; a ring sends {hand["bytes"] / 1e9:.2f} GB over each of its edges, and {hand["edges"]} edges of a job leave each leaf: {hand["uplink_s"]:.3f} s of an uplink per iteration. Forward {hand["forward_s"]:.3f} s, backward {hand["backward_s"]:.3f} s:
{hand["iteration_s"]:.3f} s on a network that takes no time. Two jobs need the uplink for {both:.3f} s, {percent(both / hand["iteration_s"])} % of that. So no schedule has both jobs iterate faster than {max(both, hand["iteration_s"]):.3f} s for long; `{OURS}` takes {points[OURS].mean():.3f} s.

**Seeds.** {len(points)} of them, {HEADLINE_SEEDS[0]} to {HEADLINE_SEEDS[-1]}. A seed draws the compute noise, and how much later the second job starts: uniformly from 0 to one ideal iteration. The scenario was chosen on the seeds 1 to 40.

{table(["scheduler", "iteration, mean [s]", "least to most [s]", "over ideal", f"`{OURS}` saves [%]"], rows)}
Best baseline: {chosen} of {len(points)}. Against the best baseline of each point `{OURS}` saves {spread(points.saving)} %.

![Iteration times of 60 seeds and offsets under all schedulers](figures/headline.png)"""


def why(waits):
    rows = path_rows(part(waits, why="headline"))
    return f"""
## Why

![Buckets of both jobs over time under the best baseline and under {OURS}](figures/turns.png)

An all-reduce is over when its last byte has arrived, and a bucket of gradients is needed only at the end of the iteration. So the buckets of the first layers of the backward pass may wait for almost all of it,
while the last one may not wait at all. d = r cannot say this: on coflows `echelon` is `sebf`, and a fresh bucket of either job counts the same. If two jobs are in their backward passes together, they
share the uplink bucket by bucket, and both end late. Then both compute forward together while the uplink is idle, and they meet again.

With targets from the iteration, the job that is nearer to its end goes first: its buckets have less slack left. The other one's buckets wait, which costs nothing as long as they end before its own iteration
would. The first job leaves the uplink and computes forward while the other sends, and from then on they take turns by themselves.

The table shows the seconds of the mean iteration on the critical path, for the first seed:

{table(["scheduler", *PATH_HEADER], rows)}"""


PATH_PARTS = ["compute", "transmission", "own flows", "the other job's flows", "unattributed", "delay"]
PATH_HEADER = ["compute", "transmission, as if alone", "waits for own flows", "for the other job's", "unattributed", "delay", "sum"]


def path_rows(waits):
    rows = []
    for scheduler, frame in waits.groupby("scheduler", sort=False):
        seconds = frame.set_index("part_of_path").seconds
        rows.append([f"`{scheduler}`", *(f"{seconds.get(name, 0):.3f}" for name in PATH_PARTS), f"{seconds.sum():.3f}"])
    return rows


def regime(data):
    chart = compared(part(data, part="map"))
    loads = sorted(chart.load.unique())
    rows, literal = [], []
    for kind in KINDS:
        of = part(chart, kind=kind)
        rows.append([KINDS[kind]] + [cell(part(of, load=load).saving) for load in loads])
        literal.append([KINDS[kind]] + [cell(part(of, load=load).literal_saving) for load in loads])
    counts = []
    for kind in KINDS:
        of = part(chart, kind=kind)
        for where, points in (("80 to 100 %", busy(of)), ("all loads", of)):
            won, even, lost = outcome(points)
            counts.append([KINDS[kind], where, len(points), won, even, lost, percent(points.saving.mean()), percent(points.saving.min()), percent(points.saving.max())])
    factors = [[KINDS[kind]] + [cell(part(busy(chart), kind=kind, oversubscription=factor).saving) for factor in MAP_OVERSUBSCRIPTIONS] for kind in KINDS]
    header = ["jobs"] + [f"{100 * load:.0f} %" for load in loads]
    return f"""
## The regime

Here two equal jobs of one kind run, `studies/finish-time-targets/scenarios/finish-time-*.json`. **Load** is what both together ask of the busiest link: its seconds for the bytes of one iteration of each, over the ideal iteration. Links are made slower or
faster until the load is as asked ({", ".join(f"{100 * load:.0f}" for load in MAP_LOADS)} %), which is the ratio of computation to communication: the same as other models, batches or accelerators. Each at {", ".join(f"{f}:1" for f in MAP_OVERSUBSCRIPTIONS)}
(Megatron: 4:1) and seeds {", ".join(map(str, MAP_SEEDS))}: {len(chart)} points here, {len(compared(part(data, part=STUDIED)))} with the seeds above and the lines below.

![Iteration time saved over load, by kind of job and oversubscription](figures/regime.png)

Saved against the best baseline, percent, mean over oversubscription and seeds, by load:

{table(header, rows)}
Against `{LITERAL}`:

{table(header, literal)}
Points won, even (± {percent(EVEN)} %), lost against the best baseline:

{table(["jobs", "load", "points", "won", "even", "lost", "mean [%]", "least", "most"], counts)}
By oversubscription at equal load, 80 to 100 %:

{table(["jobs", *(f"{f}:1" for f in MAP_OVERSUBSCRIPTIONS)], factors)}"""


def chance(perturbed):
    by_kind = perturbed.groupby("kind").saving
    widest = (by_kind.max() - by_kind.min()).max()
    return f"""
**Chance.** At a load of {100 * BASE["load"]:.0f} % and {BASE["oversubscription"]}:1, seed {LINE_SEEDS[0]}, computations a millionth faster or slower change what `{OURS}` saves by at most {100 * widest:.4f} points, over all kinds of jobs."""


def cell(values):
    return percent(values.mean()) if len(values) else "–"


def lines(data):
    points = compared(part(data, part="line"))
    text = f"""
## Spines, noise, delay, more jobs

At a load of {100 * BASE["load"]:.0f} % and {BASE["oversubscription"]}:1, seeds {", ".join(map(str, LINE_SEEDS))}; one property changes. With several spines paths are hashed, so links are loaded unequally, and the load is that of all spines together. More
jobs share the same load, on larger leaves.

![Iteration time saved over spines, noise, control delay and jobs](figures/lines.png)
"""
    for column, values in LINES.items():
        of = on_line(points, column)
        kinds = [kind for kind in KINDS if kind in set(of.kind)]
        rows = [[KINDS[kind]] + [spread(part(of, kind=kind, **{column: value}).saving) for value in values] for kind in kinds]
        text += "\n" + table([LINE_NAMES[column]] + [label(value) for value in values], rows)
        if column == "spines":
            half = compared(part(data, part="half"))
            rows = [[KINDS[kind]] + [spread(part(half, kind=kind, spines=value).saving) for value in HALF_LOAD_SPINES] for kind in kinds]
            text += "\n" + table([f"spines, load {100 * HALF_LOAD:.0f} %", *map(str, HALF_LOAD_SPINES)], rows)
    return text


def packets(data):
    rows = []
    for fabric, name in FABRIC_NAMES.items():
        for seed in PACKET_SEEDS:
            times = part(data, part="packet", fabric=fabric, seed=seed).set_index("scheduler").iteration_s
            best = times.drop(OURS).min()
            rows.append([name, seed, *(f"{times[s]:.3f}" for s in PACKET_SCHEDULERS), percent(1 - times[OURS] / best)])
    return f"""
## On packets

The headline's first {PACKET_ITERATIONS} iterations in segments of {PACKET["segment"]}, seconds of the mean iteration; saved against the best of the others, percent.

{table(["fabric", "seed", *(f"`{s}`" for s in PACKET_SCHEDULERS), "saved"], rows)}"""


def losses(data, waits):
    points = compared(part(data, part=STUDIED))
    lost = points[points.saving < -EVEN].sort_values("saving", kind="stable")
    counts = ", ".join(f"{KINDS[kind]} {(lost.kind == kind).sum()}" for kind in KINDS if (lost.kind == kind).any())
    listed = [[KINDS[r.kind], f"{100 * r.load:.0f} %", f"{r.oversubscription}:1", deviation(r), r.seed, percent(-r.saving), f"`{r.best_name}`"] for r in lost.head(WORST).itertuples()]
    causes = []
    for kind, frame in part(waits, why="worst").groupby("kind", sort=False):
        for _, of_point in frame.groupby(COLUMNS, sort=False):
            first = of_point.iloc[0]
            name = f"{KINDS[kind]}, {100 * first.load:.0f} %, {first.oversubscription}:1, {deviation(first)}".removesuffix(", –")
            causes += [[name, *row] for row in path_rows(of_point)]
    return f"""
## Where it loses

{len(lost)} of {len(points)} points are lost by more than {percent(EVEN)} %: {counts or "none"}.{" The worst:" if len(lost) else ""}

{table(["jobs", "load", "uplinks", "besides", "seed", "lost [%]", "to"], listed) if len(lost) else ""}
The points where it gains least, for each kind of job one of the map and one of the lines (without control delay): seconds of the mean iteration on the critical path under the best baseline and under `{OURS}`.

{table(["point", "scheduler", *PATH_HEADER], causes)}"""


def deviation(row):
    found = [f"{LINE_NAMES[name]} {getattr(row, name)}" for name in LINES if getattr(row, name) != BASE[name]]
    return ", ".join(found) or "–"


def again(data, cost):
    [row] = cost.to_dict("records")
    return f"""
## Again

```
studies/finish-time-targets/run.py run build/release/bin/echelon
studies/finish-time-targets/run.py page
```

There are {row["points"]} points and {row["runs"]} runs, which take {row["cpu_s"] / 60:.1f} minutes of processor time, including packets. Runs with another build of the emulator should agree to a relative 1e-9.
"""
