# SPDX-License-Identifier: GPL-2.0-only
"""The packages install with pip, without a network, and their commands start."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from sweep_case import ROOT

COMMANDS = ("echelon-analysis", "echelon-sweep")


class InstallTest(unittest.TestCase):
    def test_install(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            # A copy: setuptools leaves its build in the source folder.
            source = folder / "analysis"
            shutil.copytree(ROOT / "analysis", source, ignore=shutil.ignore_patterns("node_modules", "__pycache__", "build", "tests"))
            target = folder / "installed"
            pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-build-isolation", "--no-deps"]
            done = subprocess.run(
                [*pip, "--target", target, source], capture_output=True, text=True, cwd=folder, check=False
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            environment = {**os.environ, "PYTHONPATH": str(target)}
            for command in COMMANDS:
                with self.subTest(command):
                    done = subprocess.run(
                        [target / "bin" / command, "--help"], capture_output=True, text=True, env=environment, cwd=folder, check=False
                    )
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn("usage: ", done.stdout)
            # What is no Python travels with the packages.
            for package in ("echelon_common", "echelon_analysis", "echelon_sweep"):
                for path in (source / package).rglob("*"):
                    if path.is_file():
                        self.assertTrue((target / path.relative_to(source)).is_file(), path)


if __name__ == "__main__":
    unittest.main()
