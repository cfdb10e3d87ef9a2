# SPDX-License-Identifier: GPL-2.0-only
"""Names that all parts of the study of finish-time targets share: files, schedulers, jobs."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = "finish-time-targets"
DOCS = ROOT / "docs" / "studies"
CSV = DOCS / f"{STUDY}.csv"
WAITS = DOCS / f"{STUDY}-waits.csv"
BUCKETS = DOCS / f"{STUDY}-buckets.csv"
PERTURBED = DOCS / f"{STUDY}-perturbed.csv"
COST = DOCS / f"{STUDY}-cost.csv"
PAGE = DOCS / f"{STUDY}.md"
IMAGES = ROOT / "docs" / "images"

# The scheduler whose targets come from the whole iteration.
OURS = "least-slack"
REFERENCE = "fair"
# What it is held against, the best of them in each point.
BASELINES = [REFERENCE, "fifo", "srpt", "sebf", "bssi", "echelon"]
# The paper's rank as it is written. It is shown beside the others, and has columns of its own.
LITERAL = "echelon-paper"
SCHEDULERS = [*BASELINES, LITERAL, OURS]
PACKET_SCHEDULERS = [REFERENCE, "srpt", "sebf", OURS]

# Kind of job -> what the page calls it. Each is a scenario, scenarios/sweep/finish-time-<kind>.json.
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
    return ROOT / "scenarios" / "sweep" / f"finish-time-{kind}.json"
