# SPDX-License-Identifier: GPL-2.0-only
"""Collects the distributions, the links over time and the table of EchelonFlows that the page holds.

    distributions(results, pack)     # CDFs of tardiness, CCT and FCT
    links(results, pack)             # load of the busiest links over time, and queues where there are any
    echelonflows(results, pack)      # one row per EchelonFlow, the latest if there are many
"""

import numpy as np

from echelon_analysis.cdf import distribution, sample, thinned
from echelon_analysis.html.pack import Pack
from echelon_analysis.metrics import nearest_rank

# A line of a distribution has at most twice so many points (cdf.thinned).
POINTS = 200
# Of each sample; the page shows them in its table, exact though its lines have fewer points.
PERCENTS = (10, 25, 50, 75, 90, 99, 100)
# Of more jobs than this, the CDFs are of all jobs together alone.
MAX_CDF_JOBS = 8
MAX_LINKS = 48
MAX_QUEUES = 12
MAX_GROUPS = 20_000


def distributions(results, pack: Pack):
    """Per metric, choice of job and scheduler: the points of the CDF."""
    groups = results.groups
    flows = results.flows.merge(groups[["run", "group", "job"]], on=["run", "group"])
    samples = (
        ("EchelonFlow tardiness", groups, *sample(groups, "tardiness")),
        ("flow completion time", flows, *sample(flows, "fct")),
        ("coflow completion time (CCT)", groups, *sample(groups, "cct")),
    )
    jobs = results.job_names
    choices = [None] + (jobs if 1 < len(jobs) <= MAX_CDF_JOBS else [])
    curves = []
    for title, frame, values, counts in samples:
        for job in choices:
            mine = np.ones(len(frame), dtype=bool) if job is None else (frame.job == job).to_numpy()
            for run in range(len(results.runs)):
                own = mine & (frame.run == run).to_numpy()
                x, p = thinned(*distribution(values[own], counts[own]), POINTS)
                curves.append(
                    {
                        "metric": title, "job": job, "run": run, "n": int(counts[own].sum()),
                        "x": pack.times(x), "p": pack.integers(np.rint(p * 1e5), 1e-5),
                        "quantiles": [nearest_rank(values[own], percent, counts[own]) for percent in PERCENTS],
                    }
                )
    return {"metrics": [s[0] for s in samples], "jobs": choices[1:], "percents": PERCENTS, "curves": curves}


def links(results, pack: Pack):
    """The busiest links of all runs over time."""
    series = results.link_series
    if not len(series):
        return {"missing": "link_series.csv has no rows: nothing crossed the network."}
    table = results.links
    peak = table.groupby("link").utilisation.max().sort_values(ascending=False, kind="stable")
    shown = [int(link) for link in peak.index[:MAX_LINKS]]
    names = dict(zip(table.link, table.name))
    rates = dict(zip(table.link, table.rate_bps))
    queues = series.groupby("link").queue_bytes.max().sort_values(ascending=False, kind="stable")
    queued = [int(link) for link in queues.index[:MAX_QUEUES] if queues[link] > 0]
    runs = []
    for run in range(len(results.runs)):
        own = series[series.run == run]
        width = float(own.duration_s.max()) if len(own) else 0.0
        bins = int(np.rint(own.start_s / width).max()) + 1 if len(own) else 0

        def matrix(column, chosen):
            grid = np.zeros((len(chosen), bins))
            mine = own[own.link.isin(chosen)]
            place = {link: i for i, link in enumerate(chosen)}
            grid[mine.link.map(place).astype(int), np.rint(mine.start_s / width).astype(int)] = mine[column]
            return grid

        mean = table[table.run == run].set_index("link").utilisation.reindex(shown).fillna(0.0)
        entry = {"bin_s": width, "bins": bins, "mean": mean.tolist()}
        load = matrix("rate_bps", shown) / np.array([[rates[link]] for link in shown])
        entry["load"] = pack.integers(np.rint(200 * load).ravel(), 0.5)
        if queued:
            entry["queue"] = pack.integers(matrix("queue_bytes", queued).ravel())
        runs.append(entry)
    return {
        "links": [names[link] for link in shown],
        "all": int(table.link.nunique()),
        "queues": [names[link] for link in queued],
        "fabric": results.runs[0].get("fabric", ""),
        "runs": runs,
    }


def echelonflows(results, pack: Pack):
    """A row per EchelonFlow of all runs; beyond MAX_GROUPS the latest."""
    groups = results.groups
    notes = []
    if len(groups) > MAX_GROUPS:
        order = np.argsort(-groups.tardiness_s.to_numpy(), kind="stable")[:MAX_GROUPS]
        notes.append(f"Of {len(groups):,} EchelonFlows, the {MAX_GROUPS:,} latest are here; all are in groups.csv.")
        groups = groups.iloc[np.sort(order)]
    return {
        "notes": notes,
        "run": pack.integers(groups.run),
        "job": pack.words(groups.job),
        "iteration": pack.integers(groups.iteration),
        "name": pack.words(groups.name),
        "shape": pack.words(groups["shape"]),
        "flows": pack.integers(groups.flows),
        "bytes": pack.integers(groups.bytes),
        "start": pack.times(groups.reference_s),
        "cct": pack.times(groups.cct_s),
        "tardiness": pack.times(groups.tardiness_s),
    }
