# SPDX-License-Identifier: GPL-2.0-only
"""Hostile input of sweeps: names of folders that a shell could execute, values that no argument or table holds, damaged files."""

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import unittest

from documents import changed, places, without
from sweep_case import BINARY, OVERSUBSCRIPTION, SCENARIO, SweepCase

from echelon_sweep.cli import main

# Folder names; each would make the file `harmed` if a shell took a part of it for a command.
QUOTED = (
    "two words", "it's", 'say "x"', "$(touch harmed)", "`touch harmed`", "a;touch harmed", "a&touch harmed", "a|touch harmed",
    "-rf", "--help", "*", "~", "#x", "a\\b", "$HOME", "!!", "{a,b}", "<in", "100%A", "ünïcode", "a=b",
)  # fmt: skip
REFUSED = ("a\ntouch harmed\n", "a\rtouch harmed", "a\x1b[31m", "a\tb", "a\u202eb")


class FolderNameTest(SweepCase):
    def in_folder(self, name):
        """A specification of two points in a folder of that name, which is the current one."""
        here = self.folder / name
        here.mkdir()
        shutil.copy(self.scenario, here / "small.json")
        (here / "s.json").write_text(self.spec(axes=None).read_text(), encoding="utf-8")
        return here

    def call(self, here, *arguments, code=0):
        environment = {**os.environ, "ECHELON_BIN": BINARY}
        done = subprocess.run(
            self.command(*arguments), cwd=here, env=environment, capture_output=True, text=True, errors="replace", timeout=120, check=False
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def assert_unharmed(self):
        self.assertEqual(list(self.folder.rglob("harmed")), [])

    def test_printed_commands_run_in_a_loop_of_eval(self):
        """As docs/reference/sweep-on-slurm.md has it: a line is a command."""
        for name in QUOTED:
            with self.subTest(name):
                here = self.in_folder(name)
                lines = self.call(here, "submit", "s.json", "--backend", "print").stdout
                loop = 'while IFS= read -r line; do eval "$line" || exit; done'
                done = subprocess.run(["sh", "-c", loop], cwd=self.folder, input=lines, capture_output=True, text=True, timeout=120, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(len(list((here / "sweeps/s").glob("runs/??/*/result.json"))), 2)
                self.assert_unharmed()
                self.call(here, "gather", "sweeps/s")

    def test_names_that_no_line_holds_are_refused(self):
        for name in REFUSED:
            here = self.in_folder(name)
            for backend in ("print", "slurm"):
                with self.subTest(name=name, backend=backend):
                    done = self.call(here, "submit", "s.json", "--backend", backend, code=64)
                    self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
                    self.assertIn("rename the folder", done.stderr)
                    self.assertTrue(done.stderr.rstrip("\n").isprintable(), done.stderr)
                    self.assertFalse((here / "sweeps").exists())
            # No command is written where the points run here.
            self.call(here, "submit", "s.json")
        self.assert_unharmed()

    def test_paths_that_are_not_utf8(self):
        bad = os.fsdecode(b"bad\xff")
        here = self.in_folder(bad)
        for command in ("submit", "expand"):
            for path, folder in (("s.json", here), (f"{bad}/s.json", self.folder)):
                with self.subTest(command=command, path=path):
                    done = self.call(folder, command, path, code=64)
                    self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                    self.assertIn(r"bad\xff", done.stderr)
                    self.assertIn("not UTF-8", done.stderr)
        for option in ("--out", "--program"):
            self.assertIn("not UTF-8", self.call(self.folder, "submit", self.spec(), option, bad, code=64).stderr)
        for command in ("status", "gather", "clean", "worker"):
            self.assertIn("not UTF-8", self.call(self.folder, command, bad, code=64).stderr)
        self.assertEqual(list(self.folder.rglob("sweep.json")), [])

    def test_scenario_that_looks_like_an_option(self):
        self.write("--version", SCENARIO)
        spec = self.folder / "s.json"
        spec.write_text(self.spec(scenario="--version", axes=None).read_text(), encoding="utf-8")
        self.call(self.folder, "submit", "s.json")


class LimitTest(SweepCase):
    def refused(self, spec, pointer, *words):
        done = self.in_process("expand", spec, "--program", BINARY, code=65)
        self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
        self.assertTrue(done.stderr.startswith(f"echelon-sweep: {spec}: {pointer}"), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_integers_beyond_64_bits(self):
        place = "/axes/~1topology~1oversubscription"
        for value, text in ((2**63, "9.223372036854775808e18"), (2 * 10**19, "2e19"), (-(2**64), "-1.8446744073709551616e19"), (10**400, "1e400")):
            with self.subTest(value=text):
                self.refused(self.spec(axes={OVERSUBSCRIPTION: [1, value]}), f"{place}/1", "beyond 64 bits", text[:16])
        self.refused(self.spec(axes={"/jobs": [[{"name": 2**63}]]}), "/axes/~1jobs/0/0/name", "beyond 64 bits")
        path = self.spec()
        path.write_text(path.read_text().replace('"seeds"', '"seeds": [' + "7" * 5000 + '], "more"'), encoding="utf-8")
        self.refused(path, "has a whole number of 5,000 digits")

    def test_values_that_are_no_argument(self):
        # Linux takes arguments of up to 131,071 bytes: the assignment "/description=…" with quotes.
        fits = 2**17 - 2 - len('/jobs/0/name=""')
        self.refused(self.spec(axes={"/jobs/0/name": ["a", "b" * (fits + 1)]}), "/axes/~1jobs~10~1name/1", "131,072 bytes")
        self.refused(self.spec(axes={"/jobs/0/name": ["ä" * (fits // 2 + 1)]}), "/axes/~1jobs~10~1name/0", "argument")
        self.refused(self.spec(schedulers=["b" * (fits + 100)]), "/schedulers", "argument")
        # Ten of 120,000 bytes are too many together; along a zip the largest row counts.
        large, small = "b" * 120_000, "a"
        axes = {f"/jobs/{i}/name": [large] for i in range(10)}
        self.refused(self.spec(axes=axes, seeds=None), "/axes", "1,200,", "arguments")
        axes = {f"/jobs/{i}/name": [large + str(j) if i == j else small + str(j) for j in range(10)] for i in range(10)}
        spec = self.spec(axes=axes, zip=[list(axes)], seeds=None)
        self.assertNotIn("arguments", self.in_process("expand", spec, "--program", BINARY, code=65).stderr)

    def test_size_of_a_specification(self):
        spec = self.spec()
        spec.write_text(spec.read_text() + " " * 2**24, encoding="utf-8")
        done = self.in_process("expand", spec, "--program", BINARY, code=65)
        self.assertRegex(done.stderr, r"^echelon-sweep: .*: is longer than 16,777,216 bytes \(.*\)\n$")
        # 100,000 points of 10,000 bytes.
        axes = {"/jobs/0/name": [f"{i:05}" * 2000 for i in range(100)], OVERSUBSCRIPTION: [1 + i / 1024 for i in range(1000)]}
        self.refused(self.spec(axes=axes, seeds=None), "/axes", "100000 points", "at most")
        self.refused(self.spec(axes={f"/a{i}": [1] for i in range(1001)}), "/axes", "1,001 axes")


class StaleFolderTest(SweepCase):
    def test_submit_removes_what_killed_workers_left(self):
        """Of processes that are gone, and of those whose number another process has now."""
        self.submit(self.spec())
        sweep = self.out / "s"
        point = self.results()[0].parent.name
        dead = subprocess.Popen(["true"])
        dead.wait()

        def left(pid, age):
            path = sweep / "runs" / point[:2] / f".{point}.{os.uname().nodename}.{pid}.abcdef"
            path.mkdir()
            os.utime(path, (path.stat().st_mtime - age,) * 2)
            return path

        gone, reused, alive = left(dead.pid, 0), left(os.getpid(), 10**7), left(os.getppid(), 0)
        self.submit(self.spec(seeds=[1, 2, 3]))
        self.assertEqual([path.exists() for path in (gone, reused, alive)], [False, False, True])


class DamageTest(SweepCase):
    """Every file that the tool reads, damaged in every way: one line, no traceback."""

    def setUp(self):
        super().setUp()
        self.submit(self.spec(axes={OVERSUBSCRIPTION: [1, 2]}, seeds=[1]))
        self.sweep = self.out / "s"

    def damages(self, text, random_state):
        """(what, bytes) of a damaged file."""
        data = text.encode()
        yield "empty", b""
        yield "cut", data[: len(data) // 2]
        yield "binary", random_state.randbytes(300)
        yield "zeros", b"\0" * 100
        yield "not an object", b"[1, 2]"
        yield "deep", b"[" * 100_000
        document = json.loads(text)
        for path, value in places(document):
            for other in ("text", [], {}, None, float("nan"), -1, 2**70, True, "\ud800"):
                if type(other) is not type(value):
                    yield f"{path} is {other!r}", json.dumps(changed(document, path, other)).encode()
            yield f"{path} is missing", json.dumps(without(document, path)).encode()

    def test_damaged_files(self):
        numbers = random.Random(1)
        files = [self.sweep / "sweep.json", self.sweep / "points.json", *self.results()[:1]]
        for file in files:
            text = file.read_text(encoding="utf-8")
            every = list(self.damages(text, numbers))
            for what, data in [*every[:6], *numbers.sample(every[6:], min(120, len(every) - 6))]:
                file.write_bytes(data)
                for command in (("status",), ("gather", "--partial"), ("clean", "--dry-run"), ("worker",)):
                    with self.subTest(file=file.name, what=what, command=command[0]):
                        self.looked_at(command, file)
            file.write_text(text, encoding="utf-8")

    def looked_at(self, command, file):
        name, *options = command
        extra = ["--program", BINARY] if name == "worker" else []
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = main([name, str(self.sweep), *options, *extra])
        self.assertIn(code, (0, 3, 4, 65), errors.getvalue())
        if code == 65:
            self.assertIn(file.name, errors.getvalue().splitlines()[0])


if __name__ == "__main__":
    unittest.main()
