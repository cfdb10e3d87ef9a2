# SPDX-License-Identifier: GPL-2.0-only
"""Names that all parts of the study of finish-time targets share: files, schedulers, jobs."""

import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
STUDY = "finish-time-targets"
DATA = FOLDER / "data"
CSV = DATA / f"{STUDY}.csv"
WAITS = DATA / f"{STUDY}-waits.csv"
BUCKETS = DATA / f"{STUDY}-buckets.csv"
PERTURBED = DATA / f"{STUDY}-perturbed.csv"
COST = DATA / f"{STUDY}-cost.csv"
PAGE = FOLDER / "README.md"
FIGURES = FOLDER / "figures"

# The scheduler whose targets come from the whole iteration.
OURS = "least-slack"
REFERENCE = "fair"
# What it is held against, the best of them in each point.
BASELINES = [REFERENCE, "fifo", "srpt", "sebf", "bssi", "echelon"]
# The paper's rank as it is written. It is shown beside the others, and has columns of its own.
LITERAL = "echelon-paper"
SCHEDULERS = [*BASELINES, LITERAL, OURS]
PACKET_SCHEDULERS = [REFERENCE, "srpt", "sebf", OURS]

# Kind of job -> what the page calls it. Each is a scenario, studies/finish-time-targets/scenarios/finish-time-<kind>.json.
KINDS = {
    "data-parallel": "data parallel",
    "1f1b": "1F1B + data parallel",
    "gpipe": "GPipe + data parallel",
    "fsdp": "FSDP",
    "moe": "mixture of experts",
    "megatron": "Megatron (tp 8)",
}
HEADLINE = "data-parallel"


def scenario_path(kind):
    return FOLDER / "scenarios" / f"finish-time-{kind}.json"
