# SPDX-License-Identifier: GPL-2.0-only
"""The look of the figures, and how they are saved.

    with styled() as plt:
        figure, axes = plt.subplots()
        …
        save(figure, "out.png")          # writes out.png and out.svg

Colours: Okabe and Ito's palette, told apart by colour-blind readers; every distinction is also made by hatch, dash or lightness,
so that a print in grey keeps it. Equal data give equal bytes: no dates, fixed SVG ids.
"""

import contextlib
import pathlib

from echelon_analysis.errors import AnalysisError, UsageError

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#BBBBBB"

# One look per run, by index.
LINE_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, "#777777")
LINE_DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)),
               (0, (3, 1, 1, 1, 1, 1)), (0, (2, 2)), (0, (6, 1, 1, 1, 1, 1)))
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "oo")

WIDTH = 7.0  # inches: the text width of a two-column paper


@contextlib.contextmanager
def styled():
    """matplotlib.pyplot under Echelon's style sheet, without a display."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.style.context(pathlib.Path(__file__).with_name("echelon.mplstyle")):
        yield plt
    plt.close("all")


def output_paths(out):
    """The PNG and the SVG that `-o out` asks for; out may end in either or in nothing."""
    path = pathlib.Path(out)
    if path.suffix not in ("", ".png", ".svg"):
        raise UsageError(path, f"cannot write {path.suffix} files", "give a name that ends in .png or .svg; both are written")
    base = path.with_suffix("") if path.suffix else path
    return base.with_name(base.name + ".png"), base.with_name(base.name + ".svg")


def save(figure, out):
    """Write PNG and SVG; return their paths."""
    png, svg = output_paths(out)
    try:
        png.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    except OSError as error:
        raise AnalysisError(error.filename or png, f"cannot be written: {error.strerror}") from None
    return [png, svg]
