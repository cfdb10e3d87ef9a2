# SPDX-License-Identifier: GPL-2.0-only
"""README-plotting.md: its code for sweeps runs as it stands."""

import contextlib
import io
import os
import pathlib
import re
import tempfile
import unittest

import numpy as np
import synthetic_sweep

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "analysis" / "README-plotting.md"


def blocks():
    """The Python code blocks of the README, in order."""
    return re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)


def run(code, names=None):
    """Execute a block; return its names."""
    import matplotlib

    matplotlib.use("Agg")
    names = {} if names is None else names
    exec(compile(code, str(README), "exec"), names)
    return names


class ReadmePlottingTest(unittest.TestCase):
    def setUp(self):
        import matplotlib.pyplot as plt

        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        # Style sheets that a block uses, and its open figures, must not reach other tests.
        self.addCleanup(plt.close, "all")
        self.addCleanup(plt.rcdefaults)
        self.folder = pathlib.Path(temporary.name)
        os.chdir(self.folder)
        (self.folder / "analysis").symlink_to(ROOT / "analysis")

    def test_a_sweep_in_five_lines(self):
        synthetic_sweep.write(self.folder / "sweeps" / "demo-100")
        code = blocks()[0]
        self.assertEqual(len(code.splitlines()), 5)
        with contextlib.redirect_stdout(io.StringIO()) as told:
            names = run(code)
        self.assertTrue(told.getvalue().startswith("s count"), told.getvalue())
        # Of jobs a and b under fair: the oversubscription itself; under echelon see synthetic_sweep.py.
        self.assertEqual(names["means"].fair.tolist(), [2, 4, 8])
        gains = [synthetic_sweep.speedup(p, s) for p in synthetic_sweep.PLACEMENTS for s in synthetic_sweep.SEEDS]
        expected = np.mean([(1 / gain**2 + 1) / 2 for gain in gains])
        self.assertTrue(np.allclose(names["means"].echelon, [2 * expected, 4 * expected, 8 * expected], rtol=1e-12))
        self.assertGreater((self.folder / "iteration-time.png").stat().st_size, 5000)
        run(blocks()[2], names)
        self.assertEqual((self.folder / "iteration-time.pdf").read_bytes()[:5], b"%PDF-")


if __name__ == "__main__":
    unittest.main()
