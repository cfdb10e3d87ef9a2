# SPDX-License-Identifier: GPL-2.0-only
"""The text of studies/oversubscription/README.md, every number of it computed.

    page(*data.read_csv())
"""

import json

from oversubscription_study import data as study
from oversubscription_study.data import PARTS, PLACEMENTS, REFERENCE, against_waiting, bound, cells, over_seeds, part, points, saved

# Savings below this share are called none.
SLIGHT = 0.002
# The one whose losses are of another size than the others' differences.
LITERAL = "echelon-paper"
BLOCKERS = ["own data", "own pipeline", "other data", "other pipeline", "unattributed"]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def percent(interval):
    """'+1.7 ± 0.4'; without a whisker for one seed."""
    if not interval.count:
        return "–"
    text = f"{100 * interval.mean:+.1f}".replace("-", "−")
    text = text.replace("−0.0", "0.0").replace("+0.0", "0.0")
    return text if interval.count < 2 else f"{text} ± {100 * interval.half:.1f}"


def share(value):
    return f"{100 * value:.1f} %"


def cell_name(cell):
    placement, factor, jobs = cell
    return f"{placement}, {factor}:1, {jobs} job{'s' if jobs > 1 else ''}"


def others(data):
    return [s for s in study.schedulers(data) if s != REFERENCE]


def helps(interval):
    """+1: faster than the reference with 95 % confidence, and not just slightly; -1: slower; 0: neither."""
    if interval.mean - interval.half > 0 and interval.mean > SLIGHT:
        return 1
    return -1 if interval.mean + interval.half < 0 and interval.mean < -SLIGHT else 0


def met(data, scheduler, **fixed):
    """What it saves where jobs share uplinks."""
    return saved(data, scheduler, **{"jobs": [2, 3, 4], "placement": ["spread", "random"], **fixed})


def names(pairs):
    """'`srpt` +1.5 ± 1.1, `edf` −1.0 ± 0.3' or 'none'."""
    return ", ".join(f"`{s}` {percent(interval)}" for s, interval in pairs) or "none"


def by_factor(data):
    factors = sorted(study.grid(data).oversubscription.unique())
    columns = [(p, f) for p in ("spread", "random") for f in factors]
    rows = [[f"`{s}`"] + [percent(met(data, s, placement=p, oversubscription=f)) for p, f in columns] for s in others(data)]
    return table(["scheduler"] + [f"{p} {f}:1" for p, f in columns], rows)


def waited(waits, scheduler, waiter, blockers, **fixed):
    """Seconds of the mean iteration at 8:1."""
    rows = part(waits, scheduler=scheduler, **fixed)
    return part(rows, waiter=waiter, blocker=blockers).seconds.sum() / rows.seed.nunique()


def long_runs(data):
    """{scheduler: (saving in the grid's cell, saving over more iterations)}."""
    rows = part(data, part="long")
    fixed = dict(placement="spread", oversubscription=8, jobs=4)
    return {
        s: (saved(data, s, **fixed), over_seeds(part(points(rows), scheduler=s), "saving"))
        for s in dict.fromkeys(rows.scheduler) if s != REFERENCE
    }


def in_short(data, waits):
    two = [(s, met(data, s)) for s in others(data)]
    faster = [(s, i) for s, i in two if i.mean - i.half > 0]
    slower = [(s, i) for s, i in two if i.mean + i.half < 0]
    level = [(s, i) for s, i in two if (s, i) not in faster + slower]
    apart = [s for s in others(data) if s != LITERAL]
    alone = extreme(data, apart, jobs=[1])
    packed = extreme(data, apart, placement=["packed"])
    loaded = dict(placement="spread", oversubscription=8, jobs=4)
    cell = [(s, saved(data, s, **loaded)) for s in others(data) if len(part(study.grid(data), scheduler=s, **loaded))]
    gains = [(s, i) for s, i in cell if helps(i) > 0]
    losses = [(s, i) for s, i in cell if helps(i) < 0]
    long = long_runs(data)
    whole = over_seeds(part(points(study.grid(data)), scheduler=REFERENCE, **loaded), "iteration_s").mean
    packed_s = over_seeds(part(points(study.grid(data)), scheduler=REFERENCE, placement="packed", oversubscription=8, jobs=4), "iteration_s").mean
    where = dict(placement="spread", jobs=4)
    own = waited(waits, REFERENCE, "data", ["own data"], **where)
    other = waited(waits, REFERENCE, "data", ["other data"], **where)
    ahead = waited(waits, REFERENCE, "pipeline", BLOCKERS, **where)
    lost = waited(waits, LITERAL, "pipeline", ["own data", "other data"], **where)
    lost_fair = waited(waits, REFERENCE, "pipeline", ["own data", "other data"], **where)
    return f"""Little time is saved, and a wrong order costs much: `{LITERAL}`, the literal reading of the paper's rank; `echelon`, which counts from now, does not pay it. Percent of `fair`'s iteration time, mean ± 95 % interval over the seeds:

- **Jobs that share no uplink** (packed, or one job): every scheduler but `{LITERAL}` saves {percent(packed[0][1])} to {percent(packed[1][1])} % (packed) and {percent(alone[0][1])} to {percent(alone[1][1])} % (one job).
- **Jobs that meet** (2 or 4, spread or random): faster with 95 % confidence: {names(faster)}. Slower: {names(slower)}. Undecided: {names(level)}.
- **Most load** (4 jobs, spread, 8:1): faster {names(gains)}; slower {names(losses)}. Over 8 iterations: {names((s, pair[1]) for s, pair in long.items())}.
- **Why so little to save.** There, of {whole:.2f} s, all-reduces wait {own:.2f} s for their own job's all-reduces and {other:.2f} s for another's. The former wait under every
  order. Activations, which a scheduler could let pass, wait {ahead:.2f} s in all: fair sharing already gives a few small flows what they need.
- **Why `{LITERAL}` loses.** It lets activations wait for all-reduces: in the same cell a job waits {lost:.2f} s for that, under `fair` {lost_fair:.2f} s.
- **Needed to gain:** activations that do wait, an order of whole jobs instead of buckets, or jobs shifted in time ([below](#what-would-be-needed-to-gain)). Packing
  the jobs saves {share(1 - packed_s / whole)}.
"""


def headline(data):
    rows = []
    for s in others(data):
        of = cells(data, s)
        best, worst = max(of, key=lambda c: of[c].mean), min(of, key=lambda c: of[c].mean)
        signs = [helps(interval) for interval in of.values()]
        rows.append(
            [
                f"`{s}`",
                percent(saved(data, s)),
                percent(met(data, s)),
                f"{percent(of[best])} ({cell_name(best)})",
                f"{percent(of[worst])} ({cell_name(worst)})",
                f"{signs.count(1)} of {len(of)}",
                f"{signs.count(-1)} of {len(of)}",
            ]
        )
    header = ["scheduler", "all cells", "jobs that meet", "best cell", "worst cell", "cells helped", "cells hurt"]
    return table(header, rows)


def by_place(data, jobs):
    factors = sorted(study.grid(data).oversubscription.unique())
    columns = [(p, f) for p in PLACEMENTS for f in factors]
    rows = [
        [f"`{s}`"] + [percent(saved(data, s, placement=p, oversubscription=f, jobs=jobs)) for p, f in columns] for s in others(data)
        if len(part(study.grid(data), scheduler=s, jobs=jobs))
    ]
    return table(["scheduler"] + [f"{p} {f}:1" for p, f in columns], rows)


def by_jobs(data):
    counts = sorted(study.grid(data).jobs.unique())
    rows = [[f"`{s}`"] + [percent(saved(data, s, jobs=n, placement=["spread", "random"])) for n in counts] for s in others(data)]
    return table(["scheduler"] + [f"{n} job{'s' if n > 1 else ''}" for n in counts], rows)


def where_time_goes(data):
    """Under the reference, seconds of the mean iteration."""
    rows = []
    under = part(points(study.grid(data)), scheduler=REFERENCE)
    for (placement, factor, jobs), frame in under.groupby(study.CELL):
        if jobs not in (1, 4):
            continue
        whole = over_seeds(frame, "iteration_s")
        parts = [over_seeds(frame, column).mean for column in PARTS]
        least = bound(data, jobs)
        rows.append(
            (
                PLACEMENTS.index(placement),
                [placement, f"{factor}:1", jobs, f"{whole.mean:.2f} ± {whole.half:.2f}", f"{least:.2f}", share(1 - least / whole.mean)]
                + [f"{value:.2f}" for value in parts[:3]]
                + [share(parts[2] / whole.mean)],
            )
        )
    header = ["placement", "uplinks", "jobs", "iteration", "bound", "above it", "compute", "transmission", "waiting", "waiting share"]
    return table(header, [row for _, row in sorted(rows, key=lambda entry: entry[0])])


def who_waits(waits):
    rows = []
    for placement in PLACEMENTS:
        for jobs in sorted(waits.jobs.unique()):
            for s in dict.fromkeys(waits.scheduler):
                of = part(waits, placement=placement, jobs=jobs, scheduler=s)
                if not len(of):
                    continue
                seeds = of.seed.nunique()
                values = [part(of, blocker=b).seconds.sum() / seeds for b in BLOCKERS]
                rows.append([placement, jobs, f"`{s}`", f"{of.seconds.sum() / seeds:.2f}"] + [f"{v:.2f}" for v in values])
    return table(["placement", "jobs", "scheduler", "waiting"] + BLOCKERS, rows)


def packet_table(data):
    """Both fabrics on the points of the packet sweep: iteration under the reference, savings of the others."""
    packet = part(data, part="packet")
    on_packets, on_fluid = points(packet), points(study.grid(data))
    chosen = [s for s in dict.fromkeys(packet.scheduler) if s != REFERENCE]
    rows = []
    for cell, frame in on_packets.groupby(study.CELL):
        fixed = dict(zip(study.CELL, cell))
        seeds = sorted(frame.seed.unique())
        fluid = part(on_fluid, seed=seeds, **fixed)
        two = [over_seeds(part(f, scheduler=REFERENCE), "iteration_s").mean for f in (frame, fluid)]
        row = [cell_name(cell), f"{two[0]:.3f}", f"{two[1]:.3f}", f"{100 * (two[0] / two[1] - 1):+.2f} %"]
        for s in chosen:
            pair = [part(f, scheduler=s).saving.mean() for f in (frame, fluid)]
            row.append(" / ".join(f"{100 * value:+.1f}".replace("-", "−") for value in pair))
        rows.append((PLACEMENTS.index(cell[0]), row))
    header = ["point", f"`{REFERENCE}` packets [s]", "fluid [s]", "difference"] + [f"`{s}` saves: packets / fluid [%]" for s in chosen]
    return table(header, [row for _, row in sorted(rows, key=lambda entry: entry[0])])


def digits(data):
    """Which digits of the most loaded cell hold."""
    rows = [[f"`{s}`"] + [f"± {100 * value:.2f}" for value in study.half_ranges(data, s)] for s in dict.fromkeys(part(data, part="faster").scheduler) if s != REFERENCE]
    return table(["scheduler", "mean over the seeds, points", "the worst seed, points"], rows)


def shared_seeds(data):
    long, short = (set(frame.seed) for frame in (part(data, part="long"), study.grid(data)))
    return f"{len(long & short)} of {len(long)}"


def long_table(data):
    rows = [[f"`{s}`", percent(short), percent(more)] for s, (short, more) in long_runs(data).items()]
    long = part(data, part="long")
    return table(["scheduler", f"3 iterations, {study.grid(data).seed.nunique()} seeds", f"8 iterations, {long.seed.nunique()} seeds"], rows)


def packet_note(data):
    """How far apart the fabrics are."""
    packet = part(data, part="packet")
    two = points(packet).merge(points(study.grid(data)), on=[*study.CELL, "seed", "scheduler"])
    usual, own = two[two.scheduler != LITERAL], two[two.scheduler == LITERAL]
    gap = 100 * (usual.saving_x - usual.saving_y).abs().max()
    wide = 100 * (own.saving_x - own.saving_y).abs().max()
    return f"""Savings differ from the fluid
fabric's by at most {gap:.2f} points, except `{LITERAL}`'s, by up to {wide:.1f}: it loses on both, and its size of loss is not one to rely on. Its rank
counts lateness so far, so who falls behind once stays there, and differences add up; a millionth of the computing time does not bring them about (± {100 * study.half_ranges(data, LITERAL)[1]:.2f} points, above). More is not known."""


def by_hand():
    """One packed job: what the last all-reduces need at a host's interface. Only constants of the scenario and its model."""
    scenario = json.loads((study.FOLDER / "scenarios" / "llama2-70b-jobs.json").read_text())
    of = scenario["jobs"][0]["parallelism"]
    model = json.loads((study.ROOT / "workloads" / "llama2-70b.json").read_text())["transformer"]
    h, f = model["hidden"], model["ffn_hidden"]
    narrow = model["kv_heads"] * h // model["heads"]
    layer = 2 * h * h + 2 * h * narrow + h + 3 * h * f + h
    layers = model["layers"] // of["pp"]
    first_stage = layers * layer + model["vocabulary"] * h
    # A ring of dp ranks sends 2 (dp - 1) / dp times the gradients, 2 bytes each; the tp ranks of a host share its interface.
    host_bytes = 2 * (of["dp"] - 1) / of["dp"] * 2 * first_stage
    rate = 1e9 * float(scenario["topology"]["host_link"]["rate"].removesuffix("Gbps"))
    s = model["sequence"]
    forward = s * (2 * (2 * h * h + 2 * h * narrow) + 4 * s * h) + 2 * s * 3 * h * f
    backward = 2 * layers * forward / (of["tp"] * of["peak_flops"] * 0.4)
    # The collectives of one backward pass: two all-gathers and two reduce-scatters per layer.
    sent = (of["tp"] - 1) / of["tp"] * s * h * 2
    tensor = layers * 4 * sent * 8 / (1e12 * float(scenario["topology"]["scale_up"]["rate"].removesuffix("Tbps")))
    hidden = (backward + tensor) * (layers - 1) / layers
    # The vocabulary's matrices, at both ends, have a bucket each.
    return {"groups": (model["layers"] + 2) * of["tp"], "layer": layer, "bytes": host_bytes, "all_reduce": 8 * host_bytes / rate, "hidden": hidden}


def page(data, waits, cost):
    grid = study.grid(data)
    seeds = sorted(grid.seed.unique())
    hand = by_hand()
    packed = over_seeds(part(points(grid), scheduler=REFERENCE, placement="packed", jobs=1), "iteration_s").mean
    least = bound(data, 1)
    pairs = against_waiting(data)
    beyond = pairs[pairs.saved_s > pairs.fair_waiting_s]
    return f"""# Who saves time on an oversubscribed network?

**Question.** On uplinks oversubscribed 2, 4 and 8 times, with one, two and four LLaMA-2-70B training jobs in three placements: how much
iteration time does each scheduler save against fair sharing, and where does it save none?

**In short.** {in_short(data, waits)}
Written by `studies/oversubscription/run.py`; every number is computed from [oversubscription.csv](data/oversubscription.csv) and
[oversubscription-waits.csv](data/oversubscription-waits.csv).

## Set-up

`studies/oversubscription/scenarios/llama2-70b-jobs.json` has identical jobs, with tensor 8 × pipeline 4 × data parallel 2 on 64 A100s each, 1F1B with 8 micro-batches, sequence
parallelism and 3 iterations. There are 32 hosts of 8 GPUs behind one 400 Gb/s interface, 4 hosts to a leaf, 8 leaves, 2 spines and ECMP. Tensor parallelism stays inside
hosts. Jobs arrive at random, 2 s apart on average, and each computation takes its profiled time ± 2 %, so jobs are not in step. The fabric is fluid.

- `packed`: a job fills two leaves, and no other job is on them. `spread`: every job has a host under each leaf. `random`: hosts drawn from the seed.
- Grid: {grid.oversubscription.nunique()} oversubscriptions × {grid.jobs.nunique()} numbers of jobs × {grid.placement.nunique()} placements × {len(seeds)} seeds = {len(grid[["placement", "oversubscription", "jobs", "seed"]].drop_duplicates())} points, {len(study.schedulers(data)) - 1} schedulers each (`oversubscription-llama.json`), and `portfolio`, which takes as long as all others together, with
  two jobs that share uplinks at 8:1 (`oversubscription-llama-portfolio.json`).
- A seed fixes arrivals, placement, paths and compute times, so schedulers are compared on equal terms: the saving is
  1 − T / T_fair at the same point, T averaged over the jobs. ± is the 95 % confidence interval over the seeds (Student's t, n = {len(seeds)}).
- **Bound**: the same jobs with a network between hosts that takes no time (`oversubscription-llama-bound.json`).

## How much, and where

![Iteration time saved, by placement, jobs and oversubscription](figures/oversubscription.png)

The tables give the iteration time saved against `fair` in percent; negative values are losses. "Jobs that meet" are two or four jobs, spread or random. Helped and hurt count the cells of {len(cells(data, others(data)[0]))} where the interval
excludes 0 and the mean is beyond {100 * SLIGHT:.1f} %; by chance alone one cell in 40 is on either side, {len(cells(data, others(data)[0])) / 40:.1f} of {len(cells(data, others(data)[0]))}.

{headline(data)}
By oversubscription, two and four jobs (`portfolio`: two, at 8:1):

{by_factor(data)}
By number of jobs, spread and random:

{by_jobs(data)}
Four jobs:

{by_place(data, 4)}
More iterations, four jobs spread at 8:1 (`oversubscription-llama-long.json`). The cell was chosen after the grid, because effects are largest there, and {shared_seeds(data)} seeds are the grid's: it says
how losses grow with time, not how other cells would.

{long_table(data)}
**Which digits hold.** Half the range of the saving over GPUs a millionth slower, as given and a millionth faster, four jobs spread at 8:1 (`oversubscription-llama-perturbed.json`):

{digits(data)}
## Where the time goes

![Critical paths under fair sharing](figures/oversubscription-why.png)

The table splits the seconds of the mean iteration under `fair` along its critical path.

{where_time_goes(data)}
**What can be saved at most.** The chain of tasks that is critical under `fair` has to run under any scheduler, in the same order, and no task is faster than alone. So no
iteration can save more than that chain waits for bandwidth. Of {len(pairs)} jobs under other schedulers, {len(beyond)} save more.

**Who waits for whom**, at 8:1, seconds of the mean iteration: for the job's own all-reduces or activations, for another job's, or unattributed, the link being free
(`oversubscription-llama-waits.json`).

{who_waits(waits)}
## By hand

One packed job. A layer has {hand["layer"]:,} parameters; the first stage's gradients, the vocabulary's with them, make each host send {hand["bytes"] / 1e9:.2f} GB: {hand["all_reduce"]:.3f} s at 400 Gb/s. The
backward pass of the last micro-batch hides at most {hand["hidden"]:.3f} s of it, all but its first layer's. Expected: {least:.3f} + {hand["all_reduce"]:.3f} − {hand["hidden"]:.3f} = {least + hand["all_reduce"] - hand["hidden"]:.3f} s; emulated: {packed:.3f} s.

## On packets

The same jobs in segments of 64 KiB, 1 MiB inside hosts, seed {", ".join(str(s) for s in sorted(part(data, part="packet").seed.unique()))} (`oversubscription-llama-packet.json`). {packet_note(data)}

{packet_table(data)}
{notes(data, waits, cost)}"""


def of_waiting(waits, blockers, **fixed):
    """The share of the waiting on critical paths that these blockers cause."""
    rows = part(waits, **fixed)
    return part(rows, blocker=blockers).seconds.sum() / rows.seconds.sum()


def extreme(data, schedulers, **fixed):
    """((mean saving, its Interval, cell, scheduler) of the worst cell, of the best) among these schedulers."""
    found = []
    for s in schedulers:
        for cell, interval in cells(data, s).items():
            named = dict(zip(study.CELL, cell))
            if all(named[name] in value for name, value in fixed.items()):
                found.append((interval.mean, interval, cell, s))
    return min(found, key=lambda entry: entry[0]), max(found, key=lambda entry: entry[0])


def notes(data, waits, cost):
    usual = [s for s in others(data) if s != LITERAL]
    low, high = extreme(data, usual, jobs=[1])
    packed_low, packed_high = extreme(data, usual, placement=["packed"])
    worst, _ = extreme(data, [LITERAL])
    least, most = extreme(data, [LITERAL], jobs=[1])
    held = part(waits, scheduler=LITERAL, jobs=1, placement="spread")
    behind = part(held, waiter="pipeline", blocker=["own data", "unattributed"]).seconds.sum() / held.seconds.sum()
    fair_own = of_waiting(waits, ["own data", "own pipeline"], scheduler=REFERENCE, jobs=4, placement="spread")
    fair_others = of_waiting(waits, ["other data", "other pipeline"], scheduler=REFERENCE, jobs=4, placement="spread")
    single = of_waiting(waits, ["own data", "own pipeline"], scheduler=REFERENCE, jobs=1, placement="spread")
    hours = cost.cpu_s.sum() / 3600
    where = dict(placement="spread", jobs=4)
    own, other = ({s: waited(waits, s, "data", [f"{whose} data"], **where) for s in ("fair", "srpt", "sebf")} for whose in ("own", "other"))
    held_back = part(waits, scheduler="sebf", blocker="unattributed", **where).seconds.sum() / waits.seed.nunique()
    groups = by_hand()["groups"]
    there = {s: saved(data, s, oversubscription=8, **where) for s in ("sebf", "bssi", "echelon", "least-slack")}
    ahead = waited(waits, REFERENCE, "pipeline", BLOCKERS, **where)
    under = part(points(study.grid(data)), scheduler=REFERENCE, oversubscription=8)
    whole, alone_s = (over_seeds(part(under, placement="spread", jobs=n), "iteration_s").mean for n in (4, 1))
    packed_s = over_seeds(part(under, placement="packed"), "iteration_s").mean
    long = long_runs(data)
    _, best = extreme(data, ["portfolio"])
    best_portfolio = (best[0], best[1], best[2])
    return f"""
## Where it does not help, and why

- **One job.** Except `{LITERAL}`, schedulers stay between {percent(low[1])} and {percent(high[1])} % of `fair`. {share(single)} of the waiting on its critical path (spread, 8:1) is
  due to its own flows, nearly all of it all-reduces behind all-reduces: eight tensor ranks reduce the same layers over the same link. Any order of them ends when the link has carried all bytes.
- **Packed jobs.** Each has two leaves to itself: {percent(packed_low[1])} to {percent(packed_high[1])} %, whatever the oversubscription and the number of jobs. What is above the bound is a host's own interface.
- **Several jobs on shared uplinks.** With four jobs spread at 8:1, {share(fair_others)} of the waiting under `fair` is due to other jobs, {share(fair_own)} to the job itself. An order
  changes only the former: the latter is {own["fair"]:.2f} s under `fair`, {own["srpt"]:.2f} s under `srpt`, {own["sebf"]:.2f} s under `sebf`, while the waiting for others is {other["fair"]:.2f}, {other["srpt"]:.2f} and {other["sebf"]:.2f} s.
- **Orders of coflows there.** `sebf` saves {percent(there["sebf"])} %, `bssi` {percent(there["bssi"])} %, `echelon`, which is much like `sebf` on all-reduces, {percent(there["echelon"])} %. `sebf` waits {other["sebf"]:.2f} s for others, with no link left idle
  (unattributed: {held_back:.2f} s). A job has {groups} all-reduces in an iteration, one for each layer and tensor rank, almost all of one size, and needs the last of them: an order of these says nothing about which *job*
  should finish first. That this is why is an inference; the tables show only whom flows wait for, and only under the schedulers above. `least-slack` knows how late each may be, and saves {percent(there["least-slack"])} %.
- **`{LITERAL}`, the literal reading of the paper's rank, hurts, even a job alone**: {percent(most[1])} % at best and {percent(least[1])} % at worst with one job, {percent(worst[1])} % ({cell_name(worst[2])}) at worst. It serves the EchelonFlow
  of least tardiness first, and tardiness counts the lateness so far. An all-reduce that has just started is never as late as a pipeline that has waited once, so
  the last micro-batch's activations and their gradients queue behind the all-reduces of stages that are already done; {share(behind)} of what the job waits for (spread, 8:1, one job) is pipeline
  flows behind its own all-reduces. `echelon`, `echelon-bssi` and `least-slack` count only what is still to come, and do not have this loss
  ([why](../../docs/algorithms/echelonflow.md#the-literal-reading-echelon-paper)).

## What would be needed to gain

- **Activations that wait.** Schedulers that know the pipeline protect it. Here the pipeline waits {ahead:.2f} of {whole:.2f} s even with four jobs at 8:1, so protecting it cannot pay. It would with larger activations,
  or all-reduces that run beside the pipeline's steady state instead of after it.
- **Orders of jobs.** At 8:1 spread, an iteration takes {alone_s:.2f} s alone and {whole:.2f} s with three others: {share(1 - alone_s / whole)} is what meeting costs, and about the most that any order could save on average. `srpt`, which ranks
  by what is left of each flow, saves {percent(long["srpt"][1])} % of the iteration over 8 iterations. `portfolio`, which tries orders of whole jobs ahead of time, saves {percent(best_portfolio[1])} % in its best cell
  ({cell_name(best_portfolio[2])}){"" if helps(best_portfolio[1]) else ", which three seeds cannot tell from none"}.
- **Other starting times.** All-reduces come at the end of an iteration. Shifting the jobs so that these do not meet is outside what the schedulers here do.
- **A placement.** Packed jobs take {packed_s:.2f} s at any oversubscription, {share(1 - packed_s / whole)} less than spread ones at 8:1 with four jobs: more than any scheduler.

## Threats to validity

- On the fluid fabric rates change at once and everywhere. The packets above see queues, but no congestion control. Decisions come without delay.
- The study has one model, one shape of parallelism and one interface per host. With dp 2 and 8 micro-batches gradients are exchanged often; longer accumulation shrinks every number here.
- Eight connections go over two uplinks, so ECMP's luck differs from seed to seed more than schedulers do. With so few seeds the intervals are wide if placement is random, and only large
  effects can be told from chance.
- Jobs run three iterations from random arrivals, so the first and the last meet fewer jobs. Equal jobs without noise would lock into a phase; 2 % of noise per task loosens this, but
  does not make jobs of different lengths.
- `portfolio` predicts with profiled times, and its members run to the end of all jobs.

## Again

```
studies/oversubscription/run.py build/release/bin/echelon
```

{cost.points.sum()} points in {len(cost)} sweeps, {hours:.2f} core hours as measured, so about {60 * hours / 2:.0f} minutes on two free cores. Points that have a result in `sweeps/` are not run again.
Runs with another build of the emulator should agree to a relative 1e-9; times are whole picoseconds.
"""
