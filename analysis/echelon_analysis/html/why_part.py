# SPDX-License-Identifier: GPL-2.0-only
"""Collects why an iteration takes as long as it does: its critical path, and whom the path waited for.

    document = why(results, pack)

Reads critical_path.csv and waits.csv. Rows are sorted by (run, job, iteration, step), so the page finds an iteration by its range.
"""

import numpy as np
import pandas as pd

from echelon_analysis.html.compare_part import listing
from echelon_analysis.html.pack import Pack
from echelon_analysis.selection import kind_of

# Rows in the page. Beyond, of each iteration the longest stay and the others are summed.
MAX_STEPS = 150_000
MAX_WAITS = 60_000
KEYS = ["run", "job", "iteration", "step"]
# In place of an EchelonFlow: short waits together (report-ui/src/why.js); EchelonFlows that waits.csv does not tell apart.
SUMMED, MANY = -2, -3


def why(results, pack: Pack):
    """The section's document, or {"missing": reason}."""
    steps = results.critical_path
    if not len(steps):
        return {"missing": "critical_path.csv has no rows: no iteration ended."}
    jobs = results.job_names
    position = {name: i for i, name in enumerate(jobs)}
    steps = steps.assign(job=steps.job.map(position)).sort_values(KEYS, kind="stable")
    notes = []
    if len(steps) > MAX_STEPS:
        steps, iterations = _middle(steps)
        notes.append(f"Steps are here for {iterations} only; the bars above are of all iterations.")
    waits = results.waits
    group = waits.blocking_group.where((waits.blocking_group >= 0) | (waits.link < 0), MANY)
    waits = waits.assign(job=waits.job.map(position), blocking_group=group).sort_values([*KEYS, "seconds"], kind="stable")
    kept = set(zip(steps.run, steps.job, steps.iteration))
    within = [key in kept for key in zip(waits.run, waits.job, waits.iteration)]
    waits = waits[np.array(within, dtype=bool)]
    waits, left_out = _longest(waits)
    if left_out:
        notes.append(f"Of each iteration, short waits are summed by the job waited for: {left_out:,} in all.")
    if results.rate_log_full:
        notes.append(f"Under {listing(results.rate_log_full)} the log of rates was full before the run ended: whom later flows waited for is not known.")
    return {
        "notes": notes,
        "steps": {
            **{name: pack.integers(steps[name]) for name in (*KEYS, "device", "to")},
            "kind": pack.words(steps.kind),
            "name": pack.words(steps.name),
            "start": pack.times(steps.start_s),
            "end": pack.times(steps.end_s),
            "transmission": pack.times(steps.transmission_s),
            "waiting": pack.times(steps.waiting_s),
            "delay": pack.times(steps.delay_s),
        },
        "waits": {
            **{name: pack.integers(waits[name]) for name in KEYS},
            "link": pack.words(_link_names(results, waits.link)),
            "blocking_job": pack.words(waits.blocking_job),
            "blocking_iteration": pack.integers(waits.blocking_iteration),
            "blocking_group": pack.integers(waits.blocking_group),
            "blocking_name": pack.words(waits.blocking_name),
            "blocking_kind": pack.words([kind_of(name) if name else "" for name in waits.blocking_name]),
            "seconds": pack.times(waits.seconds),
        },
    }


def _link_names(results, links):
    """Names of link numbers; '' where there is no link."""
    names = dict(zip(results.links.link, results.links.name))
    return [names.get(link, "") for link in links]


def _middle(steps):
    """The steps of every job's middle iteration alone, or of as many iterations around it as fit."""
    last = steps.groupby("job").iteration.transform("max")
    distance = (steps.iteration - (last + 1) // 2).abs()
    radius = 0
    while (distance <= radius + 1).sum() <= MAX_STEPS:
        radius += 1
    text = "the middle iteration of each job" if radius == 0 else f"the {2 * radius + 1} iterations in each job's middle"
    return steps[distance <= radius], text


def _longest(waits):
    """The longest waits; the others of each iteration and job waited for become one row. Returns (waits, rows left out)."""
    if len(waits) <= MAX_WAITS:
        return waits, 0
    order = np.argsort(-waits.seconds.to_numpy(), kind="stable")
    rest = waits.iloc[np.sort(order[MAX_WAITS // 2 :])]
    kept = waits.iloc[np.sort(order[: MAX_WAITS // 2])]
    summed = rest.groupby([*KEYS[:3], "blocking_job"], as_index=False).seconds.sum()
    summed = summed.assign(step=-1, link=-1, blocking_iteration=-1, blocking_group=SUMMED, blocking_name="")
    both = pd.concat([kept, summed]).sort_values(KEYS, kind="stable")
    return both, len(rest)
