# SPDX-License-Identifier: GPL-2.0-only
"""The committed figure is what its source draws, and the ten lines of README-plotting.md draw one of its panels."""

import os
import pathlib
import re
import sys
import tempfile
import unittest

import matplotlib
import numpy as np
import pandas

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ROOT = FOLDER.parents[1]
README = ROOT / "analysis" / "README-plotting.md"
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]
matplotlib.use("Agg")

import run as study  # noqa: E402


class EchelonFlowFigure(unittest.TestCase):
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
        for name in ("analysis", "studies"):
            (self.folder / name).symlink_to(ROOT / name)

    def test_a_study_figure_in_ten_lines(self):
        [code] = [block for block in re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S) if "studies/" in block]
        self.assertEqual(len(code.splitlines()), 10)
        names = {}
        exec(compile(code, str(README), "exec"), names)
        axes = names["axes"]
        self.assertGreater((self.folder / "echelonflow-oversubscription.png").stat().st_size, 10_000)

        # The committed figure's own source draws it again; upper right is oversubscription.
        drawn = []
        original = study.save
        self.addCleanup(setattr, study, "save", original)
        study.save = lambda figure, _: drawn.append(figure) or original(figure, self.folder / "again")
        study.draw(study.with_ratios(pandas.read_csv(study.CSV, keep_default_na=False)))
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
