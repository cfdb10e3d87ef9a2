# SPDX-License-Identifier: GPL-2.0-only
"""Files of results, sweeps and plans that are damaged in every way: each command says so in one line, exit code 65, no traceback."""

import contextlib
import io
import json
import pathlib
import random
import shutil
import sqlite3
import tempfile
import unittest
import warnings
from unittest import mock

import synthetic
import synthetic_sweep
from documents import changed, places, without

from echelon_analysis.cli import main

# Of the many damages of a file, so many are tried; the seed makes them the same everywhere.
SAMPLE = 12
WRONG = ("text", "", [], {}, None, float("nan"), float("inf"), -1, 1e300, 2**70, True, "\ud800", [None], {"a": []})
CELLS = ("", "nan", "inf", "-inf", "1e300", "-1", "99999999999999999999", "1.5", "x", '"', "=1", "\0", "é", "-5e6")

RESULTS = (["table"], ["check"], ["why"], ["gantt"], ["cdf"], ["cdf", "--of", "fct"], ["bars"], ["heatmap"], ["figures"], ["report"])
SWEEPS = (["why"], ["lines", "--x", "oversubscription"], ["bars"], ["figures"], ["report"])
DRAWN = ("gantt", "cdf", "bars", "heatmap", "queues", "lines", "schedule")


def crude(data, numbers):
    """(what, bytes), whatever the format."""
    yield "empty", b""
    yield "cut in half", data[: len(data) // 2]
    yield "cut by a byte or two", data[:-2]
    yield "binary", numbers.randbytes(500)
    yield "zeros", b"\0" * 500
    for _ in range(4):
        at = numbers.randrange(len(data))
        yield f"byte {at}", data[:at] + numbers.randbytes(1) + data[at + 1 :]


def damaged_json(text, numbers):
    yield from crude(text.encode(), numbers)
    yield "a list", b"[]"
    yield "a number", b"7"
    yield "deep", b"[" * 200_000
    document = json.loads(text)
    every = [path for path, _ in places(document)]
    for path in numbers.sample(every, min(2 * SAMPLE, len(every))):
        value = numbers.choice(WRONG)
        yield f"{path} is {value!r}", json.dumps(changed(document, path, value)).encode("utf-8", "surrogatepass")
        yield f"{path} is missing", json.dumps(without(document, path)).encode()


def damaged_csv(text, numbers):
    yield from crude(text.encode(), numbers)
    lines = text.splitlines()
    yield "header alone", (lines[0] + "\n").encode()
    yield "no header", "\n".join(lines[1:]).encode()
    yield "rows twice", "\n".join([*lines, *lines[1:]]).encode()
    yield "a field more in each row", "\n".join([lines[0], *(line + ",1" for line in lines[1:])]).encode()
    yield "a field less in each row", "\n".join([lines[0], *(line.rpartition(",")[0] for line in lines[1:])]).encode()
    for _ in range(SAMPLE if len(lines) > 1 else 0):
        row, cells = numbers.randrange(1, len(lines)), None
        cells = lines[row].split(",")
        column, value = numbers.randrange(len(cells)), numbers.choice(CELLS)
        cells[column] = value
        yield f"line {row + 1}, column {column + 1} is {value!r}", "\n".join([*lines[:row], ",".join(cells), *lines[row + 1 :]]).encode()


class DamageTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.numbers = random.Random(1)
        # What takes time is drawing; whatever can go wrong with bad values has by then.
        patch = mock.patch("matplotlib.figure.Figure.savefig")
        patch.start()
        self.addCleanup(patch.stop)

    def call(self, command, path):
        """(exit code, what stands on stderr)."""
        name, *options = command
        if name in DRAWN:
            options += ["-o", str(self.folder / "out.svg")]
        elif name in ("figures", "report"):
            options += ["-o", str(self.folder / "out")]
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # would stand on stderr
            code = main([name, str(path), *options])
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").unlink(missing_ok=True) if (self.folder / "out").is_file() else None
        return code, errors.getvalue()

    def try_all(self, path, file, damages, commands):
        data = file.read_bytes()
        for number, (what, damage) in enumerate(damages):
            file.write_bytes(damage)
            # Each damage meets one of the commands, each command many damages.
            for command in (commands[number % len(commands)],):
                with self.subTest(file=file.name, what=what, command=command):
                    code, errors = self.call(command, path)
                    self.assertIn(code, (0, 1, 65) if command == ["check"] else (0, 64, 65), errors)
                    if code == 65:
                        lines = [line for line in errors.splitlines() if not line.startswith("note: ")]
                        self.assertEqual(len(lines), 1, errors)
                        self.assertIn(str(path), lines[0])
        file.write_bytes(data)

    def test_results(self):
        path = synthetic.pipeline(self.folder / "p" / "r", stages=2, microbatches=2, iterations=2)
        fig2 = synthetic.figure2(self.folder / "f" / "r")
        for folder in (path, fig2):
            for file in sorted(folder.iterdir()):
                damaged = damaged_json if file.suffix == ".json" else damaged_csv
                self.try_all(folder, file, damaged(file.read_text(encoding="utf-8"), self.numbers), RESULTS)

    def test_which_file_is_named(self):
        path = synthetic.figure2(self.folder / "r")
        for name, command in (("groups.csv", "figures"), ("summary.json", "table"), ("computes.csv", "report"), ("manifest.json", "bars")):
            data = (path / name).read_bytes()
            (path / name).write_bytes(data[: len(data) // 3] + b"\xff")
            code, errors = self.call([command], path)
            self.assertEqual(code, 65)
            self.assertTrue(errors.startswith(f"echelon-analysis: {path / name}: "), errors)
            (path / name).write_bytes(data)

    def test_sweeps(self):
        path = synthetic_sweep.write(self.folder / "sweep")
        file = path / "results.sqlite"
        data = file.read_bytes()
        self.try_all(path, file, list(crude(data, self.numbers)), SWEEPS)
        for table, column in self.cells(file):
            for value in (None, "x", b"\xff", float("inf"), -1, 2**62, ""):
                with self.subTest(table=table, column=column, value=value):
                    file.write_bytes(data)
                    with contextlib.closing(sqlite3.connect(file)) as database:
                        database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = 1', (value,))
                        database.commit()
                    command = self.numbers.choice(SWEEPS)
                    code, errors = self.call(command, path)
                    self.assertIn(code, (0, 64, 65), errors)
                    if code == 65:
                        self.assertIn(str(path), errors.splitlines()[-1])

    def cells(self, file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [(table, row[1]) for table in tables for row in database.execute(f'PRAGMA table_info("{table}")')]

    def test_plans(self):
        rows = [{"stage": 0, "source": 0, "destination": 1, "bytes": 5, "start_s": 0.0, "end_s": 1.0}]
        order = {"order": "aurora", "makespan_s": 1.0, "stages": 1, "transmissions": rows}
        plan = {"schema": "echelon/plan/1", "gpus": 2, "bound_s": 1.0, "orders": [order]}
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        self.try_all(file, file, list(damaged_json(file.read_text(), self.numbers)) * 2, [["schedule"]])


if __name__ == "__main__":
    unittest.main()
