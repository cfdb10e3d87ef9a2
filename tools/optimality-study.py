#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write docs/studies/optimality.md: how far schedulers are from the optimum of the tardiness sum.

    tools/optimality-study.py            needs the release build; hours, if no optimum is known yet
    tools/optimality-study.py --instances 20

Runs `analysis/echelon-optimality compare` (optima are kept in results/optimality) and puts its table, its figure and the
worst instances on the page.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "optimality"
PAGE = ROOT / "docs" / "studies" / "optimality.md"
IMAGE = ROOT / "docs" / "images" / "optimality"
ROLLOUT = '{"name": "rollout", "objective": "tardiness"}'
SCHEDULERS = ["fair", "srpt", "sebf", "bssi", "echelon", "least-slack", "echelon-bssi", ROLLOUT]
OURS, PAPERS = "rollout", "echelon"
WORST = 5


def table(frame):
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * len(frame.columns)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]) + "\n"


def worst(solved, scheduler):
    found = solved[solved.scheduler == scheduler].sort_values(["ratio_optimum", "mix", "instance"], ascending=[False, True, True])
    shown = found.head(WORST)[["mix", "instance", "fabric", "weighted", "groups", "flows", "ratio_optimum"]].copy()
    shown["ratio_optimum"] = shown["ratio_optimum"].map("{:.3f}".format)
    return table(shown.rename(columns={"ratio_optimum": "to optimum"}))


def against_the_papers(rows):
    """Σ over all instances of a mix, ours over the paper's."""
    sums = rows.pivot_table(index="mix", columns="scheduler", values="ratio_lp", sort=False)
    found = pandas.DataFrame({"mix": sums.index})
    for name in ("least-slack", "echelon-bssi", "rollout"):
        found[f"{name} / {PAPERS}"] = [f"{value:.3f}" for value in sums[name] / sums[PAPERS]]
    return table(found)


def page(rows, instances):
    solved = rows[rows.exact == 1]
    ours = solved[solved.scheduler == OURS].ratio_optimum
    return f"""# The distance to the optimum

Written by `tools/optimality-study.py`. {instances} seeded instances of each mix: open loop, releases and ideal finish times given, half of them on a big switch, half on an
oversubscribed leaf-spine, every fifth with weights. Objective: Σ w t_H, the weighted sum of EchelonFlow tardiness. Formulations, proofs and what "exact" means:
[optimality.md](../algorithms/optimality.md).

`rollout` (objective `tardiness`) is {ours.mean():.3f} times the exact optimum on average and {ours.max():.3f} times at worst, over {len(ours)} instances that were solved exactly. It and the optimum know
all releases in advance. `echelon-bssi` is the best that knows the present only.

![Distribution of the ratio to the optimum](../images/optimality.png)

{(RESULTS / "table.md").read_text(encoding="utf-8")}
## Ours against the paper's

Mean ratio to the LP bound over all instances of a mix, of ours over that of `echelon`:

{against_the_papers(rows)}
## The worst instances

Of `rollout`:

{worst(solved, OURS)}
Of `echelon-bssi`:

{worst(solved, "echelon-bssi")}
Of `echelon`:

{worst(solved, PAPERS)}
`analysis/echelon-optimality scenario MIX INSTANCE` prints any of them as a scenario.

## What the optimum does differently

- It ends an old group that is nearly done before it turns to fresh ones. Ranking by τ, as `echelon` does, counts lateness that nobody can avoid any more, so that every fresh micro-batch overtakes it.
- It lets a group that is late anyway stay as late: EchelonFlow tardiness is a maximum. `echelon-bssi` grants what a group has been late already; the optimum also foresees what it will be.
- It respects the offsets inside a group. Where `sebf` and `bssi` end all all-gathers of FSDP together, the first ends as late as the last.
- It keeps a port free for a flow that is about to be released. No scheduler that knows the present only can do that.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--instances", type=int, default=500, help="per mix (default 500)")
    arguments = parser.parse_args()
    command = [ROOT / "analysis" / "echelon-optimality", "compare", "--instances", arguments.instances, "--schedulers", *SCHEDULERS]
    done = subprocess.run([str(word) for word in command], check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    PAGE.write_text(page(pandas.read_csv(RESULTS / "instances.csv"), arguments.instances), encoding="utf-8")
    for suffix in (".png", ".svg"):
        shutil.copy(RESULTS / f"ratio{suffix}", IMAGE.with_suffix(suffix))


if __name__ == "__main__":
    main()
