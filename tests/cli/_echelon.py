# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the command line share."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("ECHELON_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
FIGURE_2 = ROOT / "scenarios" / "paper" / "echelonflow-fig2.json"


def echelon(*arguments, cwd=None, timeout=120):
    """Run the program; returns its CompletedProcess with text output."""
    return subprocess.run(
        [BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=timeout
    )


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def runs_text(document):
    """The part of a summary that must not differ between equal runs."""
    text = document if isinstance(document, str) else json.dumps(document)
    begin = text.index('"runs"')
    return text[begin : text.index('"engine"', begin)]


def shipped_files():
    """Every JSON file of the folders of scenarios, wherever in the tree such a folder lies."""
    return sorted([*ROOT.glob("scenarios/**/*.json"), *ROOT.glob("*/*/scenarios/**/*.json")])


def shipped_scenarios():
    """Every scenario in the tree that is meant to be right."""
    return [
        path
        for path in shipped_files()
        if "invalid" not in path.parts and '"echelon/sweep/' not in path.read_text(encoding="utf-8")
    ]


def shipped_sweeps():
    """Every specification of a sweep in the tree."""
    return [path for path in shipped_files() if '"echelon/sweep/' in path.read_text(encoding="utf-8", errors="replace")]


class CliTestCase(unittest.TestCase):
    """Gives each test an empty folder, self.folder."""

    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = pathlib.Path(self._temporary.name)

    def write(self, name, document):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def run_ok(self, *arguments, **options):
        done = echelon(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def summary(self, scenario, *arguments):
        done = self.run_ok("run", scenario, "--json", "--out", self.folder / "out", *arguments)
        return json.loads(done.stdout)

    def assert_one_line(self, text):
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.endswith("\n"), text)
