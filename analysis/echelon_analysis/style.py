# SPDX-License-Identifier: GPL-2.0-only
"""Defines the look of the figures, and saves them.

    with styled() as plt:
        figure, axes = plt.subplots()
        …
        save(figure, "out.pdf")          # the suffix is the format; without one, out.png and out.svg

Colours: Okabe and Ito's palette, told apart by colour-blind readers; every distinction is also made by hatch, dash or lightness,
so that a print in grey keeps it. Equal data give equal bytes: no dates, fixed SVG ids.

    caption(figure, "mean of 5 seeds; whiskers: …")      # beneath everything, small: what the eye cannot tell
"""

import contextlib
import pathlib
import re
import textwrap

from echelon_analysis.errors import NothingToDraw, UsageError, writing
from echelon_common.text import shown

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#BBBBBB"
INK = "#222222"

# One look per run, by index.
LINE_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, "#777777", "#8C510A")
LINE_DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)),
               (0, (3, 1, 1, 1, 1, 1)), (0, (2, 2)), (0, (6, 1, 1, 1, 1, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "oo", "**")

CAPTION_CHARACTERS = 21  # of a caption, per inch
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


# What savefig must leave out or fix so that equal data give equal bytes.
METADATA = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
FORMATS = tuple(suffix[1:] for suffix in METADATA)
DEFAULT_FORMATS = ("png", "svg")


def output_paths(out, formats=None):
    """The files that `-o out` asks for: one for each of `formats`; by default what out ends in, PNG and SVG where it ends in neither."""
    path = pathlib.Path(out)
    if path.suffix in METADATA:
        formats = formats or [path.suffix[1:]]
        path = path.with_suffix("")
    elif re.fullmatch(r"\.[A-Za-z]{2,4}", path.suffix):
        raise UsageError(path, f"cannot write {path.suffix} files", "give a name that ends in " + ", ".join(METADATA))
    return [path.with_name(f"{path.name}.{ending}") for ending in formats or DEFAULT_FORMATS]


def save(figure, out):
    """Write the figure; return the paths. out: a path (see output_paths) or several, each with a suffix."""
    paths = [pathlib.Path(p) for p in out] if isinstance(out, (list, tuple)) else output_paths(out)
    _show_texts(figure)
    for path in paths:
        with writing(path) as draft:
            try:
                figure.savefig(draft, format=path.suffix[1:], metadata=METADATA[path.suffix])
            except (ValueError, OverflowError, MemoryError) as error:
                raise NothingToDraw(path, f"cannot be drawn: {error}", "show fewer rows, or choose pdf") from None
    return paths


def _show_texts(figure):
    """Names are only texts in figures too (echelon_common/text.py)."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        given = text.get_text()
        if given != shown(given, keep="\n"):
            text.set_text(shown(given, keep="\n"))


def legend_label(name):
    """A name as matplotlib's legends take it: they leave out what begins with an underscore."""
    return f" {name}" if name.startswith("_") else name


def caption(figure, text):
    """A small line (or lines) at the figure's foot. The constrained layout keeps room for it."""
    wide = figure.get_size_inches()[0]
    lines = textwrap.wrap(text, int(wide * CAPTION_CHARACTERS))
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6.5, color="#555555", linespacing=1.3)


def legend_above(figure, handles, labels, columns):
    """A legend above everything; the constrained layout leaves its lines free."""
    lines = -(-len(labels) // columns)
    figure.legend(handles, labels, loc="upper center", ncol=columns, fontsize=7.5, frameon=False)
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - (0.19 * lines + 0.06) / figure.get_size_inches()[1]))
