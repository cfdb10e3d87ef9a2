# SPDX-License-Identifier: GPL-2.0-only
"""What ships and what is written about sweeps: specifications expand, the page's example, columns and codes are true."""

import json
import re
import unittest

from sweep_case import ROOT, SweepCase

import echelon_common.errors
from echelon_sweep import errors
from echelon_sweep.spec import KEYS
from echelon_sweep.tables import DESCRIPTIONS, unit_of

PAGE = (ROOT / "docs" / "reference" / "sweep.md").read_text(encoding="utf-8")
FOLDER = ROOT / "scenarios" / "sweep"


def rows_after(text):
    """Cells of the first table after a text."""
    lines = PAGE[PAGE.index(text) :].split("\n")
    begin = next(i for i, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[begin + 1 :]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


class ShippedTest(SweepCase):
    def test_points_as_documented(self):
        told = {}
        for names, count, _ in rows_after("## Shipped sweeps"):
            for name in re.findall(r"`([^`]+)`", names):
                told[name] = int(count.removesuffix(" each"))
        self.assertGreaterEqual(len(told), 2)
        for name, count in told.items():
            with self.subTest(name):
                self.assertEqual(int(self.tool("expand", FOLDER / name, "--count").stdout), count)

    def test_names_are_those_of_the_files(self):
        found = 0
        for path in FOLDER.glob("*.json"):
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["schema"] == "echelon/sweep/1":
                found += 1
                self.assertEqual(document["name"], path.stem)
                self.assertIn("description", document)
        self.assertGreaterEqual(found, 2)

    def test_oversubscription(self):
        """Less capacity between the leaves never helps."""
        document = json.loads((FOLDER / "oversubscription.json").read_text(encoding="utf-8"))
        document["scenario"] = str(FOLDER / document["scenario"])
        document["axes"]["/topology/oversubscription"] = [1, 4]
        document["seeds"] = [1]
        self.submit(self.write("spec.json", document))
        makespans = {}
        for line in (self.out / "oversubscription" / "runs.csv").read_text(encoding="utf-8").splitlines()[1:]:
            point, scheduler, _, _, makespan = line.split(",")[:5]
            makespans.setdefault(scheduler, []).append(float(makespan))
        self.assertEqual(list(makespans), ["fair", "sebf", "echelon"])
        for wide, narrow in makespans.values():
            self.assertLess(wide, narrow)


class PageTest(SweepCase):
    def test_example(self):
        """4 cells of spines and oversubscription × 2 of iterations × 3 seeds: 3 × 2 − 2 excluded = 4."""
        [example] = [block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "echelon/sweep/1" in block]
        document = json.loads(example)
        document["scenario"] = str(FOLDER / document["scenario"])
        self.assertEqual(self.tool("expand", self.write("example.json", document), "--count").stdout, "24\n")
        self.assertEqual(set(KEYS) - {"replications"}, set(document))

    def test_keys(self):
        self.assertEqual([row[0].strip("`") for row in rows_after("| key | meaning")], list(KEYS))

    def test_columns(self):
        for name in ("runs", "jobs", "work"):
            rows = [[cell.strip("`") for cell in row] for row in rows_after(f"**`{name}`**")]
            self.assertEqual(rows, [[column, unit_of(column), text] for column, text in DESCRIPTIONS[name].items()])

    def test_exit_codes(self):
        defined = {**vars(echelon_common.errors), **vars(errors)}
        codes = {value for name, value in defined.items() if name.startswith("EXIT_")}
        self.assertEqual({int(row[0]) for row in rows_after("| exit code |")}, codes)

    def test_commands(self):
        told = {row[0].strip("`").split()[0] for row in rows_after("| command |")}
        usage = self.tool("--help").stdout
        for command in told:
            self.assertIn(command, usage)
            self.tool(command, "--help")


if __name__ == "__main__":
    unittest.main()
