# SPDX-License-Identifier: GPL-2.0-only
"""The folder of a sweep: what a dry run leaves alone, other names and links, damage, kept files, what killed workers left."""

import json
import os
import subprocess
import unittest

from sweep_case import BINARY, OVERSUBSCRIPTION, SweepCase

FEWER = {"axes": {OVERSUBSCRIPTION: [1, 2]}}


class FolderCase(SweepCase):
    """Six points, all done."""

    def setUp(self):
        super().setUp()
        self.sweep = self.out / "s"
        self.submit(self.spec())

    def times(self, folder=None):
        """When each result was written."""
        return {path.parent.name: path.stat().st_mtime_ns for path in (folder or self.sweep).glob("runs/??/*/result.json")}

    def texts(self):
        return {path.name: path.read_bytes() for path in self.sweep.iterdir() if path.is_file()}


class DryRunTest(FolderCase):
    def test_existing_folder_stays_as_it_is(self):
        before = self.texts()
        done = self.submit(self.spec(**FEWER), "--dry-run")
        self.assertIn("4 points, 4 done", done.stderr)
        self.assertIn("2 earlier points are not in the sweep any more", done.stderr)
        done = self.submit(self.spec(seeds=[1, 2, 3]), "--dry-run")
        self.assertIn("9 points, 6 done, 3 to run", done.stderr)
        self.assertIn("would run 3 points", done.stdout)
        done = self.submit(self.spec(seeds=[1, 2, 3]), "--dry-run", "--backend", "print")
        self.assertIn("would print 1 commands for 3 points", done.stdout)
        self.assertEqual(self.texts(), before)


class NameTest(FolderCase):
    """The folder given to submit is the sweep: nothing runs again, and no second folder is made."""

    def unchanged(self, before, folder):
        self.assertEqual(self.times(folder), before)
        self.assertEqual([path.parent.name for path in self.folder.rglob("sweep.json")], [folder.name])

    def test_renamed(self):
        before = self.times()
        renamed = self.sweep.rename(self.folder / "kept")
        self.assertIn("6 points, 6 done", self.in_process("submit", renamed, "--program", BINARY).stderr)
        self.unchanged(before, renamed)

    def test_symbolic_link(self):
        before = self.times()
        link = self.folder / "latest"
        link.symlink_to(self.sweep)
        self.assertIn("6 points, 6 done", self.in_process("submit", link, "--program", BINARY).stderr)
        self.unchanged(before, self.sweep)

    def test_current_folder(self):
        before = self.times()
        done = subprocess.run(
            self.command("submit", ".", "--program", BINARY), cwd=self.sweep, capture_output=True, text=True, check=True
        )
        self.assertIn("6 points, 6 done", done.stderr)
        self.unchanged(before, self.sweep)


class DamageTest(FolderCase):
    def test_damaged_documents_are_written_anew(self):
        before, texts = self.times(), self.texts()
        for name, text in (("points.json", "[{"), ("points.json", '{"points":[{}]}'), ("sweep.json", ""), ("sweep.json", "{}")):
            with self.subTest(name=name, text=text):
                (self.sweep / name).write_text(text, encoding="utf-8")
                done = self.submit(self.spec())
                self.assertIn(f"{name}: ", done.stderr.splitlines()[0])
                self.assertIn("written anew", done.stderr.splitlines()[0])
                self.assertEqual({key: self.texts()[key] for key in ("points.json", "sweep.json")},
                                 {key: texts[key] for key in ("points.json", "sweep.json")})  # fmt: skip
        self.assertEqual(self.times(), before)


class KeptFilesTest(FolderCase):
    def kept(self, name):
        return len(list(self.sweep.glob(f"runs/??/*/files/{name}")))

    def test_more_files_than_before(self):
        """Points that do not keep what the specification now wants run again; their figures stay as they were."""
        before = self.times()
        for files, flows, timelines, ran in (("tables", 6, 0, 6), ("all", 6, 6, 6), ("tables", 6, 6, 0), ("summary", 6, 6, 0)):
            with self.subTest(files):
                done = self.submit(self.spec(files=files))
                self.assertEqual(f'"files" is "{files}" now' in done.stderr, ran > 0, done.stderr)
                self.assertIn(f"6 points, {6 - ran} done", done.stderr)
                self.assertEqual((self.kept("flows.csv"), self.kept("timeline.json")), (flows, timelines))
        self.assertEqual(self.times(), before)
        self.assertEqual(list(self.sweep.glob("runs/??/.*")), [])


class GatheredTest(FolderCase):
    def gathered(self):
        return json.loads(self.in_process("status", self.sweep, "--json").stdout)["gathered"]

    def test_tables_of_more_points_are_not_those_of_the_sweep(self):
        self.submit(self.spec())  # changes nothing
        self.assertTrue(self.gathered())
        # As if the submit had been killed before it wrote the tables of the four points that are left.
        self.submit(self.spec(**FEWER))
        listed = (self.sweep / "points.json").stat().st_mtime
        os.utime(self.sweep / "results.sqlite", (listed - 1, listed - 1))
        for path in (*self.sweep.glob("runs/??/*/*"), *self.sweep.glob("runs/??/*")):
            os.utime(path, (listed - 2, listed - 2))
        self.assertFalse(self.gathered())
        self.in_process("gather", self.sweep)
        self.assertTrue(self.gathered())

    def test_unchanged_documents_keep_their_age(self):
        before = [(self.sweep / name).stat().st_mtime_ns for name in ("sweep.json", "points.json")]
        self.submit(self.spec())
        self.assertEqual([(self.sweep / name).stat().st_mtime_ns for name in ("sweep.json", "points.json")], before)


class WorkFolderTest(FolderCase):
    def test_submit_that_completes_removes_what_killed_workers_left(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        point = next(iter(self.times()))
        left = self.sweep / "runs" / point[:2] / f".{point}.{os.uname().nodename}.{dead.pid}.abcdef"
        left.mkdir()
        self.submit(self.spec())
        self.assertFalse(left.exists())


if __name__ == "__main__":
    unittest.main()
