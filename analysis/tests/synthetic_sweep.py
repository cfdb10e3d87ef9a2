# SPDX-License-Identifier: GPL-2.0-only
"""A small gathered sweep, written by hand in the format of docs/reference/sweep.md, for the tests.

    path = write(folder)        # 3 values of oversubscription × 2 placements × 3 seeds, fair and echelon, jobs a and b

Under fair an iteration of each job takes `oversubscription` seconds. Under echelon that of b takes as long, and that of a is faster by
s² with s = 1 + seed / 10 (packed) or s = 1 (spread): the geometric mean of the jobs' speed-ups is s.
"""

import sqlite3

import synthetic

from echelon_analysis.sweep import SCHEMA

VALUES = (2, 4, 8)
PLACEMENTS = ("packed", "spread")
SEEDS = (1, 2, 3)
SCHEDULERS = ("fair", "echelon")
PARTS = ("compute_s", "transmission_s", "waiting_s", "delay_s")


def speedup(placement, seed):
    return 1 + seed / 10 if placement == "packed" else 1.0


def write(folder, tables=False, missing=0, schema=SCHEMA, schedulers=lambda placement: SCHEDULERS):
    """Write the folder. tables: with kept files. missing: so many points have no result. schedulers: those of points of a placement."""
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_text("{}", encoding="utf-8")
    database = sqlite3.connect(folder / "results.sqlite")
    database.executescript(
        """
        CREATE TABLE meta (key TEXT, value TEXT);
        CREATE TABLE columns ("table" TEXT, "column" TEXT, unit TEXT, description TEXT);
        CREATE TABLE points (point TEXT, oversubscription INTEGER, placement TEXT, seed INTEGER, status TEXT);
        CREATE TABLE runs (point TEXT, scheduler TEXT, makespan_s REAL, tardiness_sum_s REAL);
        CREATE TABLE jobs (point TEXT, scheduler TEXT, job TEXT, iterations INTEGER, iteration_time_mean_s REAL, compute_s REAL,
                           transmission_s REAL, waiting_s REAL, delay_s REAL);
        """
    )
    database.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", schema), ("name", folder.name)])
    described = [("runs", "makespan_s", "s", "end of the last job"), ("jobs", "iteration_time_mean_s", "s", "mean iteration")]
    described += [("jobs", part, "s", "of the critical path") for part in PARTS]
    described += [("points", "oversubscription", "", "/topology/oversubscription"), ("runs", "tardiness_sum_s", "s", "")]
    database.executemany("INSERT INTO columns VALUES (?, ?, ?, ?)", described)
    number = 0
    for value in VALUES:
        for placement in PLACEMENTS:
            for seed in SEEDS:
                point = f"{number:016x}"
                number += 1
                done = number > missing
                status = "done" if done else "missing"
                database.execute("INSERT INTO points VALUES (?, ?, ?, ?, ?)", (point, value, placement, seed, status))
                if done:
                    _write_point(database, folder, point, value, placement, seed, tables, schedulers(placement))
    database.commit()
    database.close()
    return folder


def _write_point(database, folder, point, value, placement, seed, tables, schedulers):
    for scheduler in schedulers:
        gain = speedup(placement, seed) if scheduler == "echelon" else 1.0
        times = {"a": value / gain**2, "b": float(value)}
        database.execute("INSERT INTO runs VALUES (?, ?, ?, ?)", (point, scheduler, 2 * value, 10.0 * value / gain))
        for job, time in times.items():
            # Of two iterations: a second of compute each, a tenth is transmission, the rest waiting.
            row = (point, scheduler, job, 2, time, 2.0, 0.2, 2 * time - 2.2, 0.0)
            database.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    if tables:
        synthetic.figure2(folder / "runs" / point[:2] / point / "files")


def spoil(folder, **meta):
    """Change entries of the database's meta table."""
    database = sqlite3.connect(folder / "results.sqlite")
    for key, value in meta.items():
        database.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    database.commit()
    database.close()
