#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/profile-error/README.md: what errors of the profile cost, per scheduler.

    studies/profile-error/run.py build/release/bin/echelon            write
    studies/profile-error/run.py build/release/bin/echelon --print    to the terminal

Runs scenarios/robustness/profile-error.json for every error and seed, without error as the reference,
and on a network a thousand times as fast to see what the computations themselves lose.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
SCENARIO = ROOT / "scenarios" / "robustness" / "profile-error.json"
PAGE = FOLDER / "README.md"
SEEDS = range(1, 11)
ERRORS = [(sigma, per) for per in ("task", "job") for sigma in (0.1, 0.2, 0.4)]
NO_NETWORK = ["--set", "/topology/host_link/rate=100Tbps", "--scheduler", "fair"]


def run(binary, seed, sigma, per="task", more=()):
    """The runs of summary.json, by scheduler. A flow that never ends would be an error of the program."""
    settings = []
    for job in range(len(json.loads(SCENARIO.read_text(encoding="utf-8"))["jobs"])):
        settings += ["--set", f"/jobs/{job}/compute_noise/sigma={sigma}"]
        settings += ["--set", f"/jobs/{job}/compute_noise/per={per}"]
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "run", SCENARIO, "--json", "--out", folder, "--seed", seed, *settings, *more]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    return {entry["scheduler"]: entry for entry in json.loads(done.stdout)["runs"]}


def iteration_times(entry):
    return {job["name"]: statistics.mean(job["iteration_times_s"]) for job in entry["jobs"]}


def ratio(entry, reference):
    """Mean over the jobs of the ratio of their iteration times."""
    ours, theirs = iteration_times(entry), iteration_times(reference)
    return statistics.mean(ours[name] / theirs[name] for name in ours)


def percent(value):
    return f"{100 * value:+.1f} %"


def measure(binary):
    exact = {seed: run(binary, seed, 0) for seed in SEEDS}
    alone = {seed: run(binary, seed, 0, more=NO_NETWORK)["fair"] for seed in SEEDS}
    flows = {entry["flows"]["count"] for runs in exact.values() for entry in runs.values()}
    lost, over_fair, computing = {}, {}, {}
    for error in ERRORS:
        noisy = {seed: run(binary, seed, *error) for seed in SEEDS}
        flows |= {entry["flows"]["count"] for runs in noisy.values() for entry in runs.values()}
        computing[error] = [
            ratio(run(binary, seed, *error, more=NO_NETWORK)["fair"], alone[seed]) - 1 for seed in SEEDS
        ]
        for name in exact[1]:
            lost[error, name] = [ratio(noisy[s][name], exact[s][name]) - 1 for s in SEEDS]
            over_fair[error, name] = [ratio(noisy[s][name], noisy[s]["fair"]) - 1 for s in SEEDS]
    for name in exact[1]:
        over_fair[None, name] = [ratio(exact[s][name], exact[s]["fair"]) - 1 for s in SEEDS]
    assert len(flows) == 1, "every run finishes every flow"
    return list(exact[1]), flows.pop(), lost, over_fair, computing


def table(rows):
    head, *body = rows
    return "\n".join(
        ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(row) + " |" for row in body]
    )


def page(binary):
    schedulers, flows, lost, over_fair, computing = measure(binary)
    titles = [f"{round(100 * sigma)} % per {per}" for sigma, per in ERRORS]

    def mean(values):
        return percent(statistics.mean(values))

    losses = [["", *titles]]
    losses.append(["computation alone", *(mean(computing[e]) for e in ERRORS)])
    for name in schedulers:
        losses.append([f"`{name}`", *(mean(lost[e, name]) for e in ERRORS)])
    spread = [["", "mean", "best seed", "worst seed"]]
    for name in schedulers:
        values = lost[(0.2, "task"), name]
        spread.append([f"`{name}`", mean(values), percent(min(values)), percent(max(values))])
    gains = [["", "exact profile", *titles]]
    for name in schedulers:
        gains.append([f"`{name}`", mean(over_fair[None, name]), *(mean(over_fair[e, name]) for e in ERRORS)])
    return f"""# Errors of the profile

Written by `studies/profile-error/run.py` from `scenarios/robustness/profile-error.json`. Four jobs (FSDP, GPipe, 1F1B, data parallel) run ten iterations each across the same
1:2 oversubscribed uplinks. A real compute time is the profiled one times a lognormal factor with median 1 and the given sigma, drawn per computation or once per job. Schedulers
know only the profile. There are {len(SEEDS)} seeds, and the draws are the same under every scheduler. **Every flow finishes in every run** ({flows} flows each).

## Iteration time lost

The table compares the iteration time with the error to that without, under the same scheduler, as the mean over jobs and seeds. *Computation alone* is the same on a network a thousand times as fast:
a job waits for its slowest rank, so errors cost time even if nothing is scheduled.

{table(losses)}

At 20 % per task, over the seeds:

{table(spread)}

## Against fair sharing

The table compares the iteration time to that under `fair` with the same real times. Negative values are faster.

{table(gains)}
"""


def main():
    text = page(sys.argv[1])
    if sys.argv[2:] == ["--print"]:
        print(text, end="")
        return
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
