# SPDX-License-Identifier: GPL-2.0-only
"""Turns result files into tables: results.sqlite, points.csv, runs.csv and jobs.csv in the sweep's folder.

    report = gather(sweep)                          # verifies every result, writes if nothing is missing
    report.exit_code, report.missing                # EXIT_DONE, 0

One process writes, into drafts that are renamed when whole. Linear in the number of points; the tables of a
sweep are held in memory. Rows stand in the order of points.json, so equal results give equal CSV bytes.
"""

import csv
import dataclasses
import io
import os
import sqlite3

from echelon_common.errors import EXIT_BAD_INPUT, EXIT_DONE
from echelon_common.files import draft, write_atomically
from echelon_common.text import guarded
from echelon_sweep.errors import EXIT_FAILED, EXIT_MISSING, DiskFull, SweepError
from echelon_sweep.layout import ALARM_FILE, DONE, FAILED, MISSING
from echelon_sweep.tables import Tables
from echelon_sweep.verify import BadResult, read_result, wrong_ids

RESULTS_SCHEMA = "echelon/sweep-results/1"
BAD = "bad"


@dataclasses.dataclass
class Report:
    points: int = 0
    done: int = 0
    missing: int = 0
    failed: int = 0
    bad: list = dataclasses.field(default_factory=list)  # one line each
    written: bool = False

    @property
    def exit_code(self):
        if self.bad:
            return EXIT_BAD_INPUT
        return EXIT_MISSING if self.missing else EXIT_FAILED if self.failed else EXIT_DONE


def gather(sweep, partial=False):
    """Verify all results; write the tables when every point has one, or with `partial` those there are."""
    for wrong in wrong_ids(sweep)[:1]:
        raise SweepError(sweep.path / "points.json", "", f"point {wrong} is not the hash of its parameters", "submit the spec again")
    report = Report(len(sweep.points))
    tables = Tables(sweep)
    for point in sweep.points:
        state = sweep.state(point)
        metrics, provenance = (), None
        if state == DONE:
            try:
                metrics, provenance = read_result(sweep, point)
            except BadResult as error:
                report.bad.append(str(error))
                state = BAD
            alarm = f"{sweep.point_folder(point.id)}/{ALARM_FILE}"
            if os.path.exists(alarm):
                report.bad.append(f"{alarm}: the same point gave other metrics: the program is not deterministic")
                metrics, provenance, state = (), None, BAD
        report.done += state == DONE
        report.missing += state == MISSING
        report.failed += state == FAILED
        tables.add(point, state, metrics, provenance)
    if report.exit_code == EXIT_DONE or partial:
        _write(sweep, tables, report)
        report.written = True
    return report


def _write(sweep, tables, report):
    for table in tables.deterministic:
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        out.writerow(table.columns)
        # Floats as the shortest text that reads back; None as an empty field.
        out.writerows([guarded(value) for value in row] for row in table.tuples())
        write_atomically(sweep.path / f"{table.name}.csv", text.getvalue())
    final = sweep.path / "results.sqlite"
    try:
        with draft(final, sync=True) as temporary:
            _write_database(sweep, tables, report, temporary)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise DiskFull(final) from None
        raise SweepError(final, "", f"cannot be written: {error}") from None


def _write_database(sweep, tables, report, path):
    meta = {
        "schema": RESULTS_SCHEMA,
        "name": sweep.name,
        "description": sweep.spec.get("description", ""),
        "program": sweep.build,
        "points": report.points,
        "done": report.done,
        "missing": report.missing,
        "failed": report.failed,
        "bad": len(report.bad),
    }
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        _make(database, "meta", ["key", "value"], meta.items())
        for table in (*tables.deterministic, tables.work):
            _make(database, table.name, table.columns, table.tuples())
        about = tables.column_rows(lambda pointer: f"axis {pointer} of the scenario")
        _make(database, "columns", ["table", "column", "unit", "description"], about)
        for name in ("runs", "jobs"):
            database.execute(f'CREATE INDEX "{name}_point" ON "{name}" ("point")')
        database.execute("COMMIT")
    finally:
        database.close()


def _make(database, name, columns, rows):
    quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    database.execute(f'CREATE TABLE "{name}" ({quoted})')
    marks = ", ".join("?" * len(columns))
    database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
