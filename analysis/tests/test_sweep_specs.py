# SPDX-License-Identifier: GPL-2.0-only
"""What ships and what is written about sweeps: specifications expand, the page's example, columns and codes are true."""

import csv
import json
import re
import statistics
import subprocess
import unittest

from sweep_case import BINARY, OVERSUBSCRIPTION, ROOT, SweepCase

from echelon_sweep import errors
from echelon_sweep.expand import grid
from echelon_sweep.points import make_assignments
from echelon_sweep.spec import KEYS, read_spec
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
        self.assertGreaterEqual(len(told), 6)
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
        self.assertGreaterEqual(found, 6)

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


class StudyTest(SweepCase):
    """Sweeps give what the study's own script measured, to the digits of its CSV."""

    def test_cells_of_the_study(self):
        layers = "/jobs/0/workload/transformer/layer_forward"
        middle = {"slower": "1", "oversubscription": "4", "control_delay": "0s", "profile_error": "0"}
        for name, cell, column in (
            ("echelonflow", {OVERSUBSCRIPTION: 8, layers: "250us"}, {"slower": "0.5", "oversubscription": "8"}),
            ("echelonflow-profile-error", {"/jobs/1/compute_noise": {"sigma": 0.2, "per": "task"}}, {"profile_error": "0.2"}),
            ("echelonflow-control-delay", {}, {"control_delay": "0s"}),
        ):
            with self.subTest(name):
                spec = read_spec(FOLDER / f"{name}.json")
                path = next(path for path in spec.scenarios if path.endswith("echelonflow-gpipe.json"))
                parameters = next(p for p in grid(spec) if all(p[key] == value for key, value in cell.items()))
                command = [BINARY, "run", path, "--json", "--quiet", "--seed", "2", "--out", self.out]
                for assignment in make_assignments(parameters, spec.schedulers):
                    command += ["--set", assignment]
                runs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["runs"]
                wanted = {**middle, **column, "paradigm": "gpipe", "seed": "2"}
                with open(ROOT / "docs" / "studies" / "echelonflow.csv", encoding="utf-8") as file:
                    rows = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]
                self.assertEqual([row["scheduler"] for row in rows], [run["scheduler"] for run in runs])
                for run, row in zip(runs, rows):
                    mean = statistics.mean(statistics.mean(job["iteration_times_s"]) for job in run["jobs"])
                    self.assertEqual(f"{mean:.6g}", f"{float(row['iteration_s']):.6g}")


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
        codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")} - {errors.EXIT_INTERNAL}
        self.assertEqual({int(row[0]) for row in rows_after("| exit code |")}, codes)

    def test_commands(self):
        told = {row[0].strip("`").split()[0] for row in rows_after("| command |")}
        usage = self.tool("--help").stdout
        for command in told:
            self.assertIn(command, usage)
            self.tool(command, "--help")


if __name__ == "__main__":
    unittest.main()
