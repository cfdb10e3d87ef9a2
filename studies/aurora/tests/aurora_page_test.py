# SPDX-License-Identifier: GPL-2.0-only
"""The committed page of the Aurora study is what its tool makes of the committed CSV."""

import pathlib
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]


class AuroraStudyTest(unittest.TestCase):
    def test_page(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "aurora.md"
            tool = FOLDER / "run.py"
            done = subprocess.run(
                ["/usr/bin/python3", tool, "--from-csv", "--page", page], capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(page.read_text(encoding="utf-8"), (FOLDER / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
