# SPDX-License-Identifier: GPL-2.0-only
"""Bounds and optima of instances, kept in a file so that another scheduler is compared quickly.

    store = Store("results/optimality/optima.jsonl")
    fill(store, [make("coflow", 0)], time_limit=10.0, processes=2)
    store[make("coflow", 0).key()]["upper"]          # ms

One JSON object per line; its `key` is the hash of the instance, later lines replace earlier ones. Times in ms.
"""

import json
import multiprocessing
import pathlib

from optimality.exact import solve
from optimality.lower_bound import lp_bound


def examine(instance, time_limit):
    """What the store keeps of an instance."""
    problem = instance.problem()
    optimum = solve(problem, time_limit=time_limit)
    return {
        "key": instance.key(),
        "name": instance.name,
        "lp": lp_bound(problem),
        "lower": optimum.lower,
        "upper": optimum.upper,
        "exact": optimum.exact,
        "tardiness": [optimum.tardiness[g] for g in problem.groups],
        "rounds": optimum.rounds,
        "seconds": round(optimum.seconds, 3),
        "time_limit": time_limit,
    }


class Store:
    """A mapping from key to record, and its file."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.records = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                self.records[record["key"]] = record

    def __getitem__(self, key):
        return self.records[key]

    def settled(self, key, time_limit):
        """Whether more time would not tell more."""
        record = self.records.get(key)
        return record is not None and (record["exact"] or record["time_limit"] >= time_limit)

    def add(self, record):
        self.records[record["key"]] = record
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def _examine(arguments):
    return examine(*arguments)


def fill(store, instances, time_limit, processes=2, progress=None):
    """Examines what the store lacks."""
    todo = [(i, time_limit) for i in instances if not store.settled(i.key(), time_limit)]
    if not todo:
        return
    with multiprocessing.Pool(processes) as pool:
        for done, record in enumerate(pool.imap_unordered(_examine, todo), 1):
            store.add(record)
            if progress:
                progress(done, len(todo), record)
