#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/optimality/README.md: how far schedulers are from the optimum of the tardiness sum.

    studies/optimality/run.py            needs the release build; about 15 minutes, if no optimum is known yet
    studies/optimality/run.py --instances 500           hours
    studies/optimality/run.py --from-csv                page and figure from the committed CSV

Runs `studies/optimality/echelon-optimality compare` (optima are kept in results/optimality), and more instances without their optima.
Every figure on the page is computed from studies/optimality/data/optimality.csv, one line per instance and scheduler, and
optimality-online.csv, one line per instance with Σ w t_H of each scheduler in ms.
"""

import argparse
import functools
import itertools
import json
import multiprocessing
import pathlib
import subprocess
import sys

import pandas

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]
sys.dont_write_bytecode = True

from optimality import report  # noqa: E402
from optimality.compare import find_binary, simulate  # noqa: E402
from optimality.instances import make  # noqa: E402

RESULTS = ROOT / "results" / "optimality"
CSV = FOLDER / "data" / "optimality.csv"
WITHOUT_OPTIMA = FOLDER / "data" / "optimality-online.csv"
PAGE = FOLDER / "README.md"
IMAGE = FOLDER / "figures" / "optimality"
PORTFOLIO = '{"name": "portfolio", "objective": "tardiness"}'
SCHEDULERS = ["fair", "srpt", "sebf", "bssi", "echelon-paper", "echelon", "least-slack", "echelon-bssi", PORTFOLIO]
OURS, PAPERS = "portfolio", "echelon-paper"
OURS_ALL = ["echelon", "least-slack", "echelon-bssi", "portfolio"]
# Those that know the present only.
ONLINE = [name for name in SCHEDULERS if name != PORTFOLIO]
MIXES = ["coflow", "pipeline", "fsdp", "mixed"]
WORST = 5


def table(frame):
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * len(frame.columns)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]) + "\n"


def worst(solved, scheduler):
    found = solved[solved.scheduler == scheduler].sort_values(["ratio_optimum", "mix", "instance"], ascending=[False, True, True])
    shown = found.head(WORST)[["mix", "instance", "fabric", "weighted", "groups", "flows", "ratio_optimum"]].copy()
    shown["ratio_optimum"] = shown["ratio_optimum"].map("{:.3f}".format)
    return table(shown.rename(columns={"ratio_optimum": "to optimum"}))


def run_without_optima(count):
    """Σ w t_H in ms of every scheduler, on so many instances of each mix."""
    names = list(itertools.product(MIXES, range(count)))
    schedulers = [json.loads(PORTFOLIO) if name == PORTFOLIO else name for name in SCHEDULERS]
    with multiprocessing.Pool(2) as pool:
        job = functools.partial(simulate, schedulers=schedulers, binary=find_binary())
        found = pool.map(job, [make(mix, index) for mix, index in names], chunksize=8)
    return pandas.DataFrame([{"mix": mix, "instance": index, **values} for (mix, index), values in zip(names, found)])


def to_best(wide):
    """Σ w t_H over that of the best online scheduler on the same instance; indexed by mix and instance."""
    wide = wide.set_index(["mix", "instance"])
    return wide.div(wide[ONLINE].min(axis=1), axis=0)


def means_of(ratios):
    """By mix, and of all."""
    means = ratios.groupby(level="mix", sort=False).mean()
    means.loc["all"] = ratios.mean()
    return means


def online(ratios):
    means = means_of(ratios)
    found = pandas.DataFrame({"mix": means.index})
    for name in ONLINE:
        found[name] = [f"{value:.3f}" for value in means[name]]
    return table(found)


def against_the_papers(ratios):
    """Ours over the paper's, of these means."""
    means = means_of(ratios)
    found = pandas.DataFrame({"mix": means.index})
    for name in OURS_ALL:
        found[f"{name} / {PAPERS}"] = [f"{value:.3f}" for value in means[name] / means[PAPERS]]
    return table(found)


def page(rows, wide):
    instances = rows.instance.nunique()
    solved = rows[rows.exact == 1]
    ours = solved[solved.scheduler == OURS].ratio_optimum
    ratios = to_best(wide)
    best = ratios[ONLINE].mean().idxmin()
    return f"""# The distance to the optimum

Written by `studies/optimality/run.py` from [optimality.csv](data/optimality.csv). There are {instances} seeded instances of each of {len(MIXES)} mixes, {instances * len(MIXES)} in all. They are open loop, with given releases and ideal finish times. Half of them are on a big switch and half on an
oversubscribed leaf-spine, and every fifth has weights. The objective is Σ w t_H, the weighted sum of EchelonFlow tardiness. [formulation.md](formulation.md) has the formulations and proofs, and says what "exact" means.
More instances take hours (`--instances 500`); among more than these {instances * len(MIXES)} the worst cases would be worse. Schedulers are also compared with each other, without the
optimum, on {wide.instance.nunique()} instances of each mix.

`portfolio` (objective `tardiness`) is {ours.mean():.3f} times the exact optimum on average and {ours.max():.3f} times at worst, over {len(ours)} instances that were solved exactly. It and the optimum know
all releases in advance. `{best}` is the best on average that knows the present only; `echelon` is at {ratios["echelon"].mean():.3f} ± {2 * ratios["echelon"].sem():.3f} times the best of those on each instance, `echelon-paper` at
{ratios["echelon-paper"].mean():.3f} ± {2 * ratios["echelon-paper"].sem():.3f} and `sebf` at {ratios["sebf"].mean():.3f} ± {2 * ratios["sebf"].sem():.3f} (two standard errors of the mean).

![Distribution of the ratio to the optimum](figures/optimality.png)

{report.markdown(report.summarise(rows))}

## Online schedulers against the best of them

Each value is Σ w t_H over that of the best online scheduler on the same instance, averaged over {wide.instance.nunique()} instances of each mix ([optimality-online.csv](data/optimality-online.csv)). Coflows have one class each, so `echelon` is `sebf` on them.

{online(ratios)}
## Ours against the paper's words

These are the means above, of our schedulers over that of `{PAPERS}`, the literal reading of the paper's sentence about the rank:

{against_the_papers(ratios)}
## The worst instances

Of `portfolio`:

{worst(solved, OURS)}
Of `echelon-bssi`:

{worst(solved, "echelon-bssi")}
Of `echelon`:

{worst(solved, "echelon")}
Of `{PAPERS}`:

{worst(solved, PAPERS)}
`studies/optimality/echelon-optimality scenario MIX INSTANCE` prints any of them as a scenario.

## What the optimum does differently

- It ends an old group that is nearly done before it turns to fresh ones. Ranking by τ, as `{PAPERS}` does, counts lateness that nobody can avoid any more, so that every fresh micro-batch overtakes it.
  `echelon` counts from now, and does not.
- It lets a group that is late anyway stay as late, because EchelonFlow tardiness is a maximum. `echelon` and `echelon-bssi` allow for the lateness that a group has suffered already; the optimum also foresees what it will suffer.
- It respects the offsets inside a group. Where `sebf` and `bssi` end all all-gathers of FSDP together, the first ends as late as the last.
- It keeps a port free for a flow that is about to be released. No scheduler that knows the present only can do that.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--instances", type=int, default=30, help="per mix, with their optima (default 30)")
    parser.add_argument("--without-optima", type=int, default=200, help="per mix, to compare schedulers with each other (default 200)")
    parser.add_argument("--from-csv", action="store_true", help="do not run: use the committed CSV")
    arguments = parser.parse_args()
    if not arguments.from_csv:
        command = [FOLDER / "echelon-optimality", "compare", "--instances", arguments.instances, "--schedulers", *SCHEDULERS]
        done = subprocess.run([str(word) for word in command], check=False)
        if done.returncode != 0:
            sys.exit(done.returncode)
        # How long the solver took is of this machine.
        pandas.read_csv(RESULTS / "instances.csv").drop(columns="solve_s").to_csv(CSV, index=False, float_format="%.9g", lineterminator="\n")
        run_without_optima(arguments.without_optima).to_csv(WITHOUT_OPTIMA, index=False, float_format="%.9g", lineterminator="\n")
    rows = pandas.read_csv(CSV)
    PAGE.write_text(page(rows, pandas.read_csv(WITHOUT_OPTIMA)), encoding="utf-8")
    report.draw(rows, IMAGE)


if __name__ == "__main__":
    main()
