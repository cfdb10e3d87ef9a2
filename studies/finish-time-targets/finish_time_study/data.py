# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of studies/finish-time-targets/README.md, from its CSV files.

    data, waits, buckets, perturbed, cost = read()
    part(compared(data), part="map", kind="fsdp").saving       # 1 - T(ours) / T(best baseline of the point)

T is the iteration time averaged over a point's jobs. A seed fixes arrivals, compute noise and paths, so schedulers are compared
on the same point, and the best baseline is chosen point by point, as nobody can in practice.
"""

import json

import pandas

from finish_time_study.names import BASELINES, BUCKETS, COST, CSV, LITERAL, OURS, PERTURBED, ROOT, WAITS, scenario_path
from finish_time_study.points import COLUMNS

# A point within this share of the best baseline counts as neither won nor lost.
EVEN = 0.005


def read():
    """(data, waits, buckets, perturbed, cost)."""
    return tuple(pandas.read_csv(path, keep_default_na=False) for path in (CSV, WAITS, BUCKETS, PERTURBED, COST))


def part(data, **fixed):
    for column, value in fixed.items():
        data = data[data[column].isin(value) if isinstance(value, (list, tuple)) else data[column] == value]
    return data


def compared(data):
    """One line per point: a column per scheduler, the best baseline and its name, what ours saves."""
    wide = data.pivot(index=COLUMNS, columns="scheduler", values="iteration_s")
    baselines = wide[[name for name in BASELINES if name in wide]]
    wide["best"] = baselines.min(axis=1)
    wide["best_name"] = baselines.idxmin(axis=1)
    wide["saving"] = 1 - wide[OURS] / wide.best
    wide["literal_saving"] = 1 - wide[OURS] / wide[LITERAL]
    ideal = data[data.scheduler == OURS].set_index(COLUMNS).ideal_s
    return wide.join(ideal).reset_index()


def outcome(points):
    """(won, even, lost): numbers of points."""
    won, lost = int((points.saving > EVEN).sum()), int((points.saving < -EVEN).sum())
    return won, len(points) - won - lost, lost


def by_hand():
    """What the headline's all-reduces ask of an uplink, from the scenario and its model alone."""
    path = scenario_path("data-parallel")
    scenario = json.loads(path.read_text(encoding="utf-8"))
    [job, other], topology = scenario["jobs"], scenario["topology"]
    assert job["parallelism"] == other["parallelism"]
    of = job["parallelism"]
    model = json.loads((ROOT / "workloads" / path.parent.joinpath(job["workload"]).name).read_text(encoding="utf-8"))["transformer"]
    h, f, vocabulary, layers, s = (model[k] for k in ("hidden", "ffn_hidden", "vocabulary", "layers", "sequence"))
    layer = 4 * h * h + 3 * h * f + 2 * h
    parameters = layers * layer + 2 * vocabulary * h + h
    # A ring sends 2 (n - 1) / n times the gradients, 2 bytes each, over each of its edges; all edges lead to another leaf.
    edge = 2 * (of["dp"] - 1) / of["dp"] * 2 * parameters
    edges = of["dp"] // topology["leaves"]
    rate = 1e9 * float(topology["host_link"]["rate"].removesuffix("Gbps"))
    uplink = rate * topology["hosts_per_leaf"] / topology["oversubscription"] / topology["spines"]
    flops = of["micro_batch"] * (layers * (s * 2 * (4 * h * h + 3 * h * f) + 4 * s * s * h) + 2 * s * vocabulary * h)
    forward = flops / (989e12 * of["utilisation"])
    return {
        "parameters": parameters, "bytes": edge, "edges": edges, "uplink_s": 8 * edges * edge / uplink,
        "forward_s": forward, "backward_s": 2 * forward, "iteration_s": 3 * forward, "uplink": uplink,
    }
