# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of sweeps share: a folder, a small scenario, and the tool as a subprocess."""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from echelon_sweep.cli import main

ROOT = pathlib.Path(os.environ.get("ECHELON_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
TOOL = ROOT / "analysis" / "echelon-sweep"

# Two coflows over two leaves: some milliseconds under two schedulers.
SCENARIO = {
    "schema": "echelon/scenario/1",
    "name": "small",
    "topology": {
        "kind": "leaf-spine",
        "leaves": 2,
        "spines": 1,
        "hosts_per_leaf": 8,
        "host_link": {"rate": "100Gbps", "delay": "500ns"},
        "uplink": {"delay": "500ns"},
        "oversubscription": 1,
    },
    "jobs": [
        {
            "name": "shuffle",
            "workload": {"kind": "collective", "operation": "all-to-all", "ranks": 8, "bytes": "10MB"},
            "placement": "spread",
            "iterations": 2,
        },
        {
            "name": "ring",
            "workload": {"kind": "collective", "operation": "all-reduce", "ranks": 8, "bytes": "10MB"},
            "placement": "spread",
            "iterations": 1,
        },
    ],
    "schedulers": ["fair", "sebf"],
}

OVERSUBSCRIPTION = "/topology/oversubscription"


class SweepCase(unittest.TestCase):
    """Each test has an empty folder, self.folder."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.scenario = self.write("small.json", SCENARIO)
        self.out = self.folder / "sweeps"

    def write(self, name, document):
        path = self.folder / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return path

    def spec(self, name="s", **changes):
        """A specification of six points, changed; its path."""
        document = {
            "schema": "echelon/sweep/1",
            "name": name,
            "scenario": "small.json",
            "axes": {OVERSUBSCRIPTION: [1, 2, 4]},
            "seeds": [1, 2],
        }
        document.update(changes)
        document = {key: value for key, value in document.items() if value is not None}
        return self.write(f"{name}.sweep.json", document)

    def command(self, *arguments):
        return [sys.executable, "-B", str(TOOL), *map(str, arguments)]

    def tool(self, *arguments, code=0, binary=BINARY, **options):
        """Run the tool; check its exit code."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "ECHELON_BIN": str(binary)},
            cwd=self.folder,
            check=False,
            **options,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def in_process(self, *arguments, code=0):
        """The tool without a new interpreter, where many calls are made. Give --program: the environment stays."""
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            try:
                found = main(list(map(str, arguments)))
            except SystemExit as usage:
                found = usage.code
        self.assertEqual(found, code, out.getvalue() + errors.getvalue())
        return subprocess.CompletedProcess(arguments, found, out.getvalue(), errors.getvalue())

    def submit(self, spec, *arguments, code=0, binary=BINARY):
        return self.in_process("submit", spec, "--out", self.out, "--program", binary, *arguments, code=code)

    def results(self, name="s"):
        return sorted((self.out / name).glob("runs/??/[0-9a-f]*/result.json"))

    def fake(self, name, text):
        """A program that the tests put in the emulator's place; {real} stands for the emulator."""
        path = self.write(name, text.replace("{real}", BINARY))
        path.chmod(0o755)
        return path

    def metrics(self, name="s"):
        """Point id -> the bytes of its metrics."""
        found = {}
        for path in self.results(name):
            text = path.read_text(encoding="utf-8")
            found[path.parent.name] = text[text.index('"metrics"') : text.index('"provenance"')]
        return found
