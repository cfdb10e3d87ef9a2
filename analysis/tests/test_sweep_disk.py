# SPDX-License-Identifier: GPL-2.0-only
"""A full disk: one line that names a file, exit code 75, no error of any point; with room again the sweep goes on."""

import errno
import os
import sqlite3
import time
import unittest
from unittest import mock

from sweep_case import SweepCase

from echelon_sweep import worker
from echelon_sweep.layout import Sweep
from echelon_sweep.program import find_program

# The emulator, but it cannot write what it found; the second one cannot even say so.
SAYS_FULL = '#!/bin/sh\ncase $1 in run) echo "echelon: /a/flows.csv: cannot be written: No space left on device" >&2; exit 64;; esac\nexec {real} "$@"\n'
SILENT = '#!/bin/sh\ncase $1 in run) exit 70;; esac\nexec {real} "$@"\n'
SLOW = '#!/bin/sh\ncase $1 in run) sleep 2;; esac\nexec {real} "$@"\n'


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullDiskTest(SweepCase):
    def one_line(self, done, pattern):
        self.assertRegex(done.stderr.splitlines()[-1], rf"^echelon-sweep: {pattern}: the disk is full \(make room, then submit again\)$")
        self.assertNotIn("Traceback", done.stderr)

    def test_the_emulator_finds_it_full(self):
        for name, text in (("says", SAYS_FULL), ("silent", SILENT)):
            with self.subTest(name):
                fake = self.fake(name, text)
                self.one_line(self.submit(self.spec(name, retries=1), binary=fake, code=75), "/.*")
                self.assertEqual(list(self.out.glob(f"{name}/runs/??/*/error*")), [])
                self.assertEqual(list(self.out.glob(f"{name}/runs/??/.*")), [])
                self.submit(self.spec(name, retries=1))

    def test_the_worker_finds_it_full(self):
        def when_syncing(handle):
            if os.readlink(f"/proc/self/fd/{handle}").endswith("/result.json"):
                full()

        spec = self.spec()
        with mock.patch("os.fsync", when_syncing):
            done = self.submit(spec, code=75)
        self.one_line(done, "/.*/result.json")
        self.assertEqual(list(self.out.glob("s/runs/??/*/error*")), [])

    def test_gather_finds_it_full(self):
        self.submit(self.spec())
        before = {path.name: path.read_bytes() for path in (self.out / "s").iterdir() if path.is_file()}
        with mock.patch("os.write", full):
            self.one_line(self.in_process("gather", self.out / "s", code=75), "/.*points.csv.*")
        connect = sqlite3.connect

        def small(path, **options):
            database = connect(path, **options)
            database.execute("PRAGMA max_page_count = 2")
            return database

        with mock.patch("sqlite3.connect", small):
            self.one_line(self.in_process("gather", self.out / "s", code=75), "/.*/results.sqlite")
        with mock.patch("sqlite3.connect", side_effect=sqlite3.OperationalError("disk I/O error")):
            done = self.in_process("gather", self.out / "s", code=65)
        self.assertRegex(done.stderr, r"^echelon-sweep: /.*/results.sqlite: cannot be written: disk I/O error\n$")
        self.assertEqual(before, {path.name: path.read_bytes() for path in (self.out / "s").iterdir() if path.is_file()})


class WorkFolderTest(SweepCase):
    def test_the_folder_of_a_long_point_looks_used(self):
        """Other machines take a work folder that has not changed for a day as left behind."""
        fake = self.fake("slow", SLOW)
        self.submit(self.spec(axes=None, seeds=None), "--backend", "print", binary=fake)
        sweep = Sweep.open(self.out / "s")
        ages = []

        def look(_tally, running):
            for path, *_ in sweep.working() if running else ():
                ages.append(time.time() - os.stat(path).st_mtime)
                os.utime(path, (0, 0))

        with mock.patch.object(worker, "TOUCH_S", 0.1):
            worker.run_points(sweep, sweep.points, find_program(str(fake)), progress=look)
        self.assertGreater(len(ages), 1)
        self.assertLess(max(ages), 60)


if __name__ == "__main__":
    unittest.main()
