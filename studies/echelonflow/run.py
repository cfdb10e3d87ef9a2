#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/echelonflow/README.md: what EchelonFlow schedulers gain in iteration time, and where they do not.

    studies/echelonflow/run.py build/release/bin/echelon                 run the grid, write page, CSV and figures
    studies/echelonflow/run.py build/release/bin/echelon --from-csv      page and figures from the committed CSV

Runs scenarios/paper/echelonflow-*.json over load × oversubscription × seed, and at the middle of the grid over control
delay, profile error and layer times that differ by a millionth. About fifteen minutes on two cores. Every figure on the
page is computed from studies/echelonflow/data/echelonflow.csv and echelonflow-spread.csv: one line per run, with the iteration time
averaged over the jobs.
"""

import argparse
import concurrent.futures
import itertools
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import pandas

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(ROOT / "analysis"))

from echelon_analysis.style import GREY, HATCHES, LINE_COLOURS, LINE_DASHES, WIDTH, save, styled  # noqa: E402

CSV = FOLDER / "data" / "echelonflow.csv"
SPREAD = FOLDER / "data" / "echelonflow-spread.csv"
PAGE = FOLDER / "README.md"
IMAGE = FOLDER / "figures" / "echelonflow"

PARADIGMS = [
    "data-parallel",
    "parameter-server",
    "tensor-parallel",
    "expert-parallel",
    "gpipe",
    "1f1b",
    "fsdp",
    "gpipe-fsdp",
    "1f1b-fsdp",
]
PIPELINES_AND_FSDP = ["gpipe", "1f1b", "fsdp", "gpipe-fsdp", "1f1b-fsdp"]
SCHEDULERS = ["fair", "srpt", "edf", "sebf", "bssi", "echelon-paper", "echelon", "echelon-bssi", "least-slack", "portfolio"]
# Flows, coflows, and the paper's sentence to the letter.
BASELINES = ["fair", "srpt", "sebf", "echelon-paper"]
OURS = "portfolio"
COFLOWS = ["data-parallel", "parameter-server", "tensor-parallel", "expert-parallel"]
# The line at 1, and what is so far above it that the others could not be told apart.
NOT_DRAWN = ["fair", "edf"]

# Computation is the base scenario's times `slower`: the smaller, the more the network is loaded.
SLOWER = [2, 1, 0.5]
OVERSUBSCRIPTION = [2, 4, 8]
SEEDS = [1, 2, 3, 4]
CONTROL_DELAYS = ["0s", "10us", "100us", "1ms"]
PROFILE_ERRORS = [0, 0.1, 0.2, 0.4]
# Layer times are multiplied by 1 + each of these, to see which digits of a cell hold.
PERTURBATIONS = [-1e-6, 1e-6]
LAYER_TIMES = {"layer_forward": 500, "layer_backward": 1000}  # us, of the base scenarios
MIDDLE = {"slower": 1, "oversubscription": 4, "control_delay": "0s", "profile_error": 0}

# A loss below this share is rounding of times to picoseconds.
SAME = 1e-6


def points():
    """Every run: the grid, then the two lines through its middle."""
    for paradigm, seed in itertools.product(PARADIGMS, SEEDS):
        cells = [dict(MIDDLE, slower=s, oversubscription=o) for s, o in itertools.product(SLOWER, OVERSUBSCRIPTION)]
        cells += [dict(MIDDLE, control_delay=d) for d in CONTROL_DELAYS[1:]]
        cells += [dict(MIDDLE, profile_error=e) for e in PROFILE_ERRORS[1:]]
        for cell in cells:
            yield dict(paradigm=paradigm, seed=seed, **cell)


def perturbed_points():
    for paradigm, seed, perturbation in itertools.product(PARADIGMS, SEEDS, PERTURBATIONS):
        yield dict(paradigm=paradigm, seed=seed, **MIDDLE, perturbation=perturbation)


def run(binary, point):
    """One line of the CSV per scheduler."""
    scenario = json.loads((ROOT / "scenarios" / "paper" / f"echelonflow-{point['paradigm']}.json").read_text())
    scenario.pop("expect", None)  # holds for the scenario as it stands, not for its variations
    scenario["seed"] = point["seed"]
    scenario["topology"]["oversubscription"] = point["oversubscription"]
    for job in scenario["jobs"]:
        for key, us in LAYER_TIMES.items():
            job["workload"]["transformer"][key] = f"{us * point['slower'] * (1 + point.get('perturbation', 0)):.9g}us"
        if point["profile_error"]:
            job["compute_noise"] = {"sigma": point["profile_error"], "per": "task"}
    scenario["schedulers"] = [{"name": name, "control_delay": point["control_delay"]} for name in SCHEDULERS]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scenario.json"
        path.write_text(json.dumps(scenario))
        done = subprocess.run(
            [binary, "run", path, "--json", "--quiet", "--out", folder], capture_output=True, text=True, check=True
        )
    summary = json.loads(done.stdout)
    chosen = {engine["scheduler"]: engine.get("portfolio", {}).get("selected", "") for engine in summary["engine"]}
    return [
        dict(
            point,
            scheduler=entry["scheduler"],
            iteration_s=statistics.mean(statistics.mean(job["iteration_times_s"]) for job in entry["jobs"]),
            tardiness_s=entry["groups"]["tardiness_sum_s"],
            selected=chosen[entry["scheduler"]],
        )
        for entry in summary["runs"]
    ]


def run_all(binary, todo):
    lines = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done, found in enumerate(pool.map(lambda point: run(binary, point), todo), 1):
            lines += found
            if sys.stderr.isatty() or done % 50 == 0:
                print(f"{done} of {len(todo)}", file=sys.stderr)
    return pandas.DataFrame(lines)


def with_ratios(data):
    """Adds iteration time over that of fair, and over the best of the baselines, in the same cell."""
    cell = [column for column in data.columns if column not in ("scheduler", "iteration_s", "tardiness_s", "selected")]
    wide = data.pivot(index=cell, columns="scheduler", values="iteration_s")
    best = wide[BASELINES].min(axis=1).rename("best")
    joined = data.join(wide["fair"].rename("fair"), on=cell).join(best, on=cell)
    joined["to_fair"] = joined.iteration_s / joined.fair
    joined["to_best"] = joined.iteration_s / joined.best
    return joined


def part(data, **fixed):
    for column, value in fixed.items():
        data = data[data[column] == value]
    return data


def grid(data):
    return part(data, control_delay="0s", profile_error=0)


def line(data, column):
    """The runs on the line through the middle of the grid along a column."""
    return part(data, **{name: value for name, value in MIDDLE.items() if name != column})


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def mean_table(data, column, values, figure="to_fair"):
    rows = [
        [str(value)] + [f"{part(data, **{column: value, 'scheduler': s})[figure].mean():.3f}" for s in SCHEDULERS]
        for value in values
    ]
    return table([column.replace("_", " ")] + SCHEDULERS, rows)


def draw(data):
    with styled() as plt:
        figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 5.6))
        bars, *lines = axes.flat
        shown = [name for name in SCHEDULERS if name not in NOT_DRAWN]
        width = 0.8 / len(shown)
        for i, name in enumerate(shown):
            values = [part(grid(data), paradigm=p, scheduler=name).to_fair.mean() for p in PARADIGMS]
            bars.bar(
                [x + (i - (len(shown) - 1) / 2) * width for x in range(len(PARADIGMS))],
                values,
                width,
                label=name,
                color=LINE_COLOURS[i],
                hatch=HATCHES[i],
                edgecolor="white",
                linewidth=0.3,
            )
        bars.axhline(1, color=GREY, linewidth=0.8)
        bars.set_xticks(range(len(PARADIGMS)), [p.replace("-parallel", "").replace("parameter-", "param. ") for p in PARADIGMS], rotation=30, ha="right")
        bars.set_title("by paradigm, mean over load, oversubscription, seed", fontsize=8)
        for axis, column, values, text in zip(
            lines,
            ("oversubscription", "control_delay", "profile_error"),
            (OVERSUBSCRIPTION, CONTROL_DELAYS, PROFILE_ERRORS),
            ("oversubscription", "control delay", "profile error σ (lognormal)"),
        ):
            for i, name in enumerate(shown):
                of = part(line(data, column), scheduler=name)
                of = of[of.paradigm.isin(PIPELINES_AND_FSDP)]
                axis.plot(
                    range(len(values)),
                    [of[of[column] == v].to_fair.mean() for v in values],
                    color=LINE_COLOURS[i],
                    linestyle=LINE_DASHES[i],
                    marker=".",
                    label=name,
                )
            axis.axhline(1, color=GREY, linewidth=0.8)
            axis.set_xticks(range(len(values)), [str(v).replace("us", " µs").replace("ms", " ms") for v in values])
            axis.set_xlabel(text)
        for axis in axes.flat:
            axis.set_ylabel("iteration time / fair")
        bars.set_ylim(bottom=min(bar.get_height() for bar in bars.patches) - 0.1)
        handles, labels = bars.get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncol=len(shown), fontsize=6.5, columnspacing=1.2, frameon=False)
        figure.tight_layout(rect=(0, 0, 1, 0.96))
        save(figure, IMAGE)


def cell_name(row):
    return f"{row.paradigm}, computation × {row.slower:g}, {row.oversubscription}:1, seed {row.seed}"


def losses(data, name, count=None):
    of = part(data, scheduler=name)
    lost = of[of.to_best > 1 + SAME].sort_values(["to_best", "paradigm", "seed"], ascending=[False, True, True])
    return lost if count is None else lost.head(count)


def best_baseline(data, row):
    same = part(data, paradigm=row.paradigm, seed=row.seed, slower=row.slower, oversubscription=row.oversubscription)
    return same[same.scheduler.isin(BASELINES)].sort_values("iteration_s").scheduler.iloc[0]


def wins_table(data):
    rows = []
    for name in SCHEDULERS:
        of = part(data, scheduler=name)
        rows.append(
            [
                name,
                f"{(of.to_best <= 1 + SAME).mean() * 100:.1f} %",
                f"{of.to_best.mean():.4f}",
                f"{of.to_best.min():.3f}",
                f"{of.to_best.max():.3f}",
            ]
        )
    header = ["scheduler", f"no worse than the best of {', '.join(BASELINES)}", "ratio to it, mean", "best", "worst"]
    return table(header, rows)


def half_range(frame, keys):
    """{scheduler: half the range over the perturbations of the mean over all but these keys, the largest over the keys}."""
    means = frame.groupby(["scheduler", *keys, "perturbation"]).to_fair.mean().groupby(["scheduler", *keys])
    return ((means.max() - means.min()) / 2).groupby("scheduler").max()


def spread_table(data, spread):
    middle = part(grid(data), slower=MIDDLE["slower"], oversubscription=MIDDLE["oversubscription"])
    frame = pandas.concat([middle.assign(perturbation=0.0), spread])
    columns = [half_range(frame, []), half_range(frame, ["paradigm"]), half_range(frame, ["paradigm", "seed"])]
    rows = [[name] + [f"{column[name]:.4f}" for column in columns] for name in SCHEDULERS if name != "fair"]
    return table(["scheduler", "mean of all", "worst paradigm", "worst cell"], rows)


def of(data, scheduler, **fixed):
    """Mean over fair, as a text."""
    return f"{part(data, scheduler=scheduler, **fixed).to_fair.mean():.3f}"


def apart(data, one, other):
    """The largest difference of two schedulers in a cell."""
    cell = ["paradigm", "seed", "slower", "oversubscription"]
    return (part(data, scheduler=one).set_index(cell).to_fair - part(data, scheduler=other).set_index(cell).to_fair).abs().max()


def notes(data):
    whole = grid(data)
    coflows, pipelines = whole[whole.paradigm.isin(COFLOWS)], whole[whole.paradigm.isin(PIPELINES_AND_FSDP)]
    late, wrong = line(data, "control_delay"), line(data, "profile_error")
    fsdp = part(whole, paradigm="fsdp")
    worst = losses(fsdp, "least-slack", 1).iloc[0]
    return f"""
In the tables for delay and error, times are relative to `fair` with the same delay or error.

## Where it does not help, and why

- **Data, tensor and expert parallelism, parameter servers.** Their EchelonFlows are coflows (d = r), and `echelon` *is* `sebf` there: in {len(part(coflows, scheduler=OURS))} cells they differ by at most {apart(coflows, "echelon", "sebf"):g}. An
  arrangement adds nothing to what `sebf` and `bssi` know. What `portfolio` gains ({of(coflows, OURS)} against {of(coflows, "sebf")}) comes from the order of jobs. Targets of the whole iteration do not pay in these cells (`least-slack`
  {of(coflows, "least-slack")}); [where they do](../finish-time-targets/README.md).
- **The literal reading of the paper's rank** (`echelon-paper`): {of(whole, "echelon-paper")} over all cells, `echelon` {of(whole, "echelon")}; with 1F1B {of(whole, "echelon-paper", paradigm="1f1b")} and {of(whole, "echelon", paradigm="1f1b")}. It ranks by tardiness, lateness so far included.
  A pipeline that has once been late ranks behind every fresh all-reduce, gets later, and ranks further behind. Of coflows, the last to come goes first. `echelon` counts only what is
  still to come ([why](../../docs/algorithms/echelonflow.md#the-literal-reading-echelon-paper)).
- **Two FSDP jobs in step.** With equal jobs that collide in every layer, any rule that judges by the present alternates between them, and both pay: `least-slack` {of(fsdp, "least-slack")}, `echelon` {of(fsdp, "echelon")}. A strict order of the jobs
  lets one job run free and the other fill its gaps. `portfolio` tries each job first and finds this order ({of(fsdp, OURS)}), `echelon-paper` falls into one by accident ({of(fsdp, "echelon-paper")}), as the late job stays late. `least-slack` loses most in
  {cell_name(worst)}: {worst.to_best:.3f}, to {best_baseline(whole, worst)}.
- **Earliest ideal finish first, flow by flow** (`edf`, {of(whole, "edf")}). This is right on one link, but wrong for collectives: their flows block each other's ports one by one, and a collective ends with its last flow. The figure leaves it out.
- **Late decisions.** A new flow waits until a decision covers it. With 1 ms of control delay that wait costs more than the order of flows gains (`echelon` {of(late, "echelon", control_delay="1ms")}); only knowing the jobs
  ahead still pays (`portfolio` {of(late, OURS, control_delay="1ms")}). At 100 µs `echelon` has {of(late, "echelon", control_delay="100us")}, without delay {of(late, "echelon", control_delay="0s")}.
- **Wrong profiles.** An error of 40 % per task costs little (`echelon` {of(wrong, "echelon", profile_error=0)} → {of(wrong, "echelon", profile_error=0.4)}, `least-slack` {of(wrong, "least-slack", profile_error=0)} → {of(wrong, "least-slack", profile_error=0.4)}): orders depend on sizes,
  which are known, and on which computation waits, which the error seldom changes.
- **Pipelines and FSDP under `sebf`** are where arrangements pay: {of(pipelines, "sebf")}, `echelon` {of(pipelines, "echelon")}, `least-slack` {of(pipelines, "least-slack")}. In all other paradigms: {of(coflows, "sebf")}, {of(coflows, "echelon")}, {of(coflows, "least-slack")}.
- **Without contention there is no gain.** If uplinks are not oversubscribed and jobs do not meet, all schedulers are alike; the grid starts at 2:1.
"""


def page(data, spread):
    whole = grid(data)
    hard = whole[whole.paradigm.isin(PIPELINES_AND_FSDP)]
    cells = len(part(hard, scheduler=OURS))
    lost = losses(hard, OURS)
    selected = part(hard, scheduler=OURS).selected.value_counts()
    every = table(["all"] + SCHEDULERS, [[f"{len(part(whole, scheduler=OURS))} cells"] + [of(whole, s) for s in SCHEDULERS]])
    return f"""# What EchelonFlow gains, and where it does not

Written by `studies/echelonflow/run.py` from `scenarios/paper/echelonflow-*.json`; every figure is computed from
[echelonflow.csv](data/echelonflow.csv) and [echelonflow-spread.csv](data/echelonflow-spread.csv). Two jobs of 4 iterations run on 16 hosts in 4 racks and
share oversubscribed uplinks, on the fluid fabric, with {len(SEEDS)} seeds for placement and paths. Unless said otherwise, figures are the iteration time, averaged over the two jobs, over that of `fair` in the same cell,
so values below 1 are better than fair sharing. `echelon` ranks by the tardiness still to come, and `echelon-paper` takes the paper's sentence about the rank to the letter.

![Iteration time by paradigm, oversubscription, control delay and profile error](figures/echelonflow.png)

## By paradigm

Each value is the mean over computation × {{{", ".join(f"{s:g}" for s in SLOWER)}}} (a small factor means a loaded network), oversubscription {", ".join(f"{o}:1" for o in OVERSUBSCRIPTION)} and seeds.

{mean_table(whole, "paradigm", PARADIGMS)}
{every}
## Which digits hold

If jobs collide in step, a tiny difference may decide who goes first. To see which digits hold, the cells at computation × 1 and 4:1 were run three times, with all layer times 1 − 10⁻⁶, 1 and 1 + 10⁻⁶ times the given ones. The table shows half the range of
the mean over their {len(part(spread, scheduler=OURS)) // len(PERTURBATIONS)} cells, of the mean of one paradigm over its seeds (the largest of {len(PARADIGMS)}), and of one cell (the largest). The tables above average nine times as many cells in each row, so their third digits hold; those of single cells hold to a few units.

{spread_table(data, spread)}
## GPipe, 1F1B and FSDP under contention

{cells} cells: {", ".join(PIPELINES_AND_FSDP)}. The bar is the best of {", ".join(BASELINES)} *in each cell*.

{wins_table(hard)}
`portfolio` loses in {len(lost)} of {cells} cells{": " if len(lost) else "."}{"; ".join(f"{cell_name(r)} ({r.to_best:.4f}, to {best_baseline(hard, r)})" for r in lost.itertuples())}
`srpt` and `echelon-paper` are not among those that it tries. It decides as {", ".join(f"“{member}” ({count})" for member, count in selected.items())}.

The worst cells of `least-slack`, which does not know what will come:

{table(["cell", "ratio", "lost to"], [[cell_name(r), f"{r.to_best:.3f}", best_baseline(hard, r)] for r in losses(hard, "least-slack", 6).itertuples()])}
## Load and oversubscription

{mean_table(whole, "slower", SLOWER)}
{mean_table(whole, "oversubscription", OVERSUBSCRIPTION)}
## Control delay

Computation × 1, 4:1. A decision comes into force so long after the arrival or departure that it answers; new flows wait.

{mean_table(line(data, "control_delay"), "control_delay", CONTROL_DELAYS)}
## Profile error

Computation × 1, 4:1. Real compute times are the profiled ones times a lognormal error of this σ per task; schedulers know the profile only.

{mean_table(line(data, "profile_error"), "profile_error", PROFILE_ERRORS)}
{notes(data)}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary", help="the emulator, e.g. build/release/bin/echelon")
    parser.add_argument("--from-csv", action="store_true", help="do not run: use the committed CSV")
    arguments = parser.parse_args()
    if not arguments.from_csv:
        CSV.parent.mkdir(parents=True, exist_ok=True)
        run_all(arguments.binary, list(points())).to_csv(CSV, index=False, float_format="%.9g")
        run_all(arguments.binary, list(perturbed_points())).to_csv(SPREAD, index=False, float_format="%.9g")
    data = with_ratios(pandas.read_csv(CSV, keep_default_na=False))
    draw(data)
    PAGE.write_text(page(data, with_ratios(pandas.read_csv(SPREAD, keep_default_na=False))), encoding="utf-8")


if __name__ == "__main__":
    main()
