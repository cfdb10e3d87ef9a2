# SPDX-License-Identifier: GPL-2.0-only
"""What every study has: a line in the list of studies, and sweeps that expand to the number of points that are told."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

STUDIES = pathlib.Path(__file__).resolve().parents[1]
ROOT = STUDIES.parent
TOOL = ROOT / "analysis" / "echelon-sweep"
LIST = (STUDIES / "README.md").read_text(encoding="utf-8")


def sweeps():
    for path in sorted(STUDIES.glob("*/scenarios/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"].startswith("echelon/sweep/"):
            yield path, document


class Studies(unittest.TestCase):
    def test_every_study_is_listed_and_has_a_page(self):
        listed = re.findall(r"^\| \[([a-z-]+)\]\(\1/README\.md\)", LIST, re.MULTILINE)
        folders = [path.name for path in STUDIES.iterdir() if path.is_dir() and path.name != "tests"]
        self.assertEqual(sorted(listed), sorted(folders))
        for name in listed:
            self.assertTrue((STUDIES / name / "README.md").is_file(), name)

    def test_sweeps_are_listed_with_their_points(self):
        told = {}
        for names, count in re.findall(r"^\| (`.*\.json`) \| (\d+)(?: each)? \|", LIST, re.MULTILINE):
            told.update({name: int(count) for name in re.findall(r"`([^`]+)`", names)})
        self.assertEqual(sorted(told), [str(path.relative_to(STUDIES)) for path, _ in sweeps()])
        for name, count in told.items():
            with self.subTest(name):
                command = [sys.executable, "-B", TOOL, "expand", STUDIES / name, "--count"]
                done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
                self.assertEqual(done.stdout, f"{count}\n", done.stderr)

    def test_names_of_sweeps_are_those_of_their_files(self):
        for path, document in sweeps():
            self.assertEqual(document["name"], path.stem)
            self.assertIn("description", document)


if __name__ == "__main__":
    unittest.main()
