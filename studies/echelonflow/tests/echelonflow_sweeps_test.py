# SPDX-License-Identifier: GPL-2.0-only
"""The study's sweeps make the cells that its script measures."""

import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]

import run as study  # noqa: E402
from echelon_sweep.expand import grid  # noqa: E402
from echelon_sweep.points import make_assignments  # noqa: E402
from echelon_sweep.spec import read_spec  # noqa: E402


class EchelonFlowSweeps(unittest.TestCase):
    """Sweeps give what the study's own script measured, to the digits of its CSV."""

    def test_cells_of_the_study(self):
        layers = "/jobs/0/workload/transformer/layer_forward"
        middle = {"slower": "1", "oversubscription": "4", "control_delay": "0s", "profile_error": "0"}
        for name, cell, column in (
            ("echelonflow", {"/topology/oversubscription": 8, layers: "250us"}, {"slower": "0.5", "oversubscription": "8"}),
            ("echelonflow-profile-error", {"/jobs/1/compute_noise": {"sigma": 0.2, "per": "task"}}, {"profile_error": "0.2"}),
            ("echelonflow-control-delay", {}, {"control_delay": "0s"}),
        ):
            with self.subTest(name):
                spec = read_spec(FOLDER / "scenarios" / f"{name}.json")
                path = next(path for path in spec.scenarios if path.endswith("echelonflow-gpipe.json"))
                parameters = next(p for p in grid(spec) if all(p[key] == value for key, value in cell.items()))
                command = [BINARY, "run", path, "--json", "--quiet", "--files", "summary", "--seed", "2"]
                for assignment in make_assignments(parameters, spec.schedulers):
                    command += ["--set", assignment]
                with tempfile.TemporaryDirectory() as out:
                    done = subprocess.run([*command, "--out", out], check=True, capture_output=True, text=True)
                runs = json.loads(done.stdout)["runs"]
                wanted = {**middle, **column, "paradigm": "gpipe", "seed": "2"}
                with open(study.CSV, encoding="utf-8") as file:
                    rows = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]
                self.assertEqual([row["scheduler"] for row in rows], [run["scheduler"] for run in runs])
                for run, row in zip(runs, rows):
                    mean = statistics.mean(statistics.mean(job["iteration_times_s"]) for job in run["jobs"])
                    self.assertEqual(f"{mean:.6g}", f"{float(row['iteration_s']):.6g}")


if __name__ == "__main__":
    unittest.main()
