# SPDX-License-Identifier: GPL-2.0-only
"""README-plotting.md: its code runs as it stands, and its study figure shows what the committed one shows."""

import contextlib
import importlib.util
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
STUDY = ROOT / "tools" / "echelonflow-study.py"


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
        for name in ("analysis", "docs"):
            (self.folder / name).symlink_to(ROOT / name)

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

    def test_a_study_figure_in_ten_lines(self):
        code = blocks()[1]
        self.assertEqual(len(code.splitlines()), 10)
        axes = run(code)["axes"]
        self.assertGreater((self.folder / "echelonflow-oversubscription.png").stat().st_size, 10_000)

        # The committed figure's own source draws it again; upper right is oversubscription.
        spec = importlib.util.spec_from_file_location("echelonflow_study", STUDY)
        study = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(study)
        drawn = []
        original = study.save
        study.save = lambda figure, _: drawn.append(figure) or original(figure, self.folder / "again")
        study.draw(study.with_ratios(study.pandas.read_csv(study.CSV, keep_default_na=False)))
        self.assertEqual(
            (self.folder / "again.svg").read_bytes(), study.IMAGE.with_suffix(".svg").read_bytes(),
            "the committed figure is not what its source draws",
        )
        committed = drawn[0].axes[1]

        ours = {line.get_label(): line for line in axes.get_lines() if not line.get_label().startswith("_")}
        theirs = {line.get_label(): line for line in committed.get_lines() if not line.get_label().startswith("_")}
        self.assertEqual(list(ours), list(theirs))
        self.assertEqual(len(ours), 8)
        for name, line in theirs.items():
            self.assertEqual(list(ours[name].get_xdata(orig=False)), list(line.get_xdata(orig=False)), name)
            self.assertTrue(np.allclose(ours[name].get_ydata(), line.get_ydata(), rtol=1e-12), name)
            self.assertEqual(ours[name].get_color(), line.get_color(), name)
        self.assertEqual(axes.get_xlabel(), committed.get_xlabel())
        self.assertEqual(axes.get_ylabel(), committed.get_ylabel())
        self.assertEqual(list(axes.get_xticks()), list(committed.get_xticks()))
        self.assertEqual(
            [t.get_text() for t in axes.get_xticklabels()], [t.get_text() for t in committed.get_xticklabels()]
        )
        self.assertTrue(np.allclose(axes.get_ylim(), committed.get_ylim(), rtol=1e-12))


if __name__ == "__main__":
    unittest.main()
