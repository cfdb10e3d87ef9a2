# SPDX-License-Identifier: GPL-2.0-only
"""Runs schedulers on instances with the emulator and sets their Σ w_H t_H beside the bounds.

    rows = compare(store, [make("coflow", 0)], ["fair", "echelon"], binary)
    rows[0]["ratio_optimum"]           # None where the optimum is not proven
    violations(rows)                   # results below the bound: an error of the emulator or of the bound

One scenario per instance, with all schedulers. Rows in the order of instances, then schedulers; times in ms.
"""

import json
import multiprocessing
import os
import pathlib
import subprocess
import tempfile

from echelon_analysis.errors import AnalysisError

ROOT = pathlib.Path(__file__).resolve().parents[3]
# The linear programs' tolerance: results may be below a bound by this share of it.
TOLERANCE = 1e-6


def find_binary():
    """ECHELON_BIN, or the release build, or the dev build."""
    candidates = [os.environ.get("ECHELON_BIN")] + [ROOT / "build" / kind / "bin" / "echelon" for kind in ("release", "dev")]
    for path in candidates:
        if path and pathlib.Path(path).exists():
            return str(path)
    raise AnalysisError("echelon", "the program is not there", "build it, or set ECHELON_BIN")


def simulate(instance, schedulers, binary):
    """{label: Σ w t in ms}."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scenario.json"
        path.write_text(json.dumps(instance.scenario(schedulers)), encoding="utf-8")
        done = subprocess.run([binary, "run", path, "--json", "--out", folder], capture_output=True, text=True)
    if done.returncode != 0:
        raise AnalysisError(instance.name, done.stderr.strip() or f"echelon run ended with {done.returncode}")
    return {run["scheduler"]: 1000 * run["groups"]["tardiness_sum_s"] for run in json.loads(done.stdout)["runs"]}


def _simulate(arguments):
    """An error comes back as a value: a pool cannot carry it otherwise."""
    try:
        return simulate(*arguments)
    except AnalysisError as error:
        return error.where, error.what


def describe(instance):
    mix, index = instance.name.rsplit("-", 1)
    return {
        "mix": mix,
        "instance": int(index),
        "fabric": "leaf-spine" if instance.hosts_per_leaf else "big-switch",
        "weighted": int(len({g.weight for g in instance.groups}) > 1),
        "groups": len(instance.groups),
        "flows": sum(len(g.transfers) for g in instance.groups),
    }


def compare(store, instances, schedulers, binary, processes=2):
    """A row per instance and scheduler."""
    with multiprocessing.Pool(processes) as pool:
        results = pool.map(_simulate, [(i, schedulers, binary) for i in instances], chunksize=8)
    rows = []
    for instance, result in zip(instances, results):
        if isinstance(result, tuple):
            raise AnalysisError(*result)
        known = store[instance.key()]
        bound = max(known["lp"], known["lower"])
        for scheduler, value in result.items():
            rows.append(
                {
                    **describe(instance),
                    "scheduler": scheduler,
                    "tardiness_ms": value,
                    "lp_ms": known["lp"],
                    "lower_ms": bound,
                    "upper_ms": known["upper"],
                    "exact": int(known["exact"]),
                    "solve_s": known["seconds"],
                    "ratio_lp": value / known["lp"],
                    "ratio_optimum": value / known["upper"] if known["exact"] else None,
                }
            )
    return rows


def violations(rows):
    """One line for each result below the lower bound."""
    return [
        f"{r['mix']}-{r['instance']:03d}: {r['scheduler']} reaches {r['tardiness_ms']:.9g} ms, less than the bound {r['lower_ms']:.9g} ms"
        for r in rows
        if r["tardiness_ms"] < r["lower_ms"] * (1 - TOLERANCE)
    ]
