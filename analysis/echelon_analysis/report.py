# SPDX-License-Identifier: GPL-2.0-only
"""All tables and figures of a result folder, into its figures/.

    write_report(results)      # -> (paths, notes)
"""

from echelon_analysis.bars import draw_bars
from echelon_analysis.cdf import draw_cdf
from echelon_analysis.errors import AnalysisError
from echelon_analysis.gantt import draw_gantt
from echelon_analysis.table import render


def write_report(results, folder=None):
    """Write table.txt and the figures (PNG and SVG each); return their paths and notes for the user."""
    folder = folder or results.path / "figures"
    notes = []
    table = folder / "table.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table.write_text(render(results) + "\n", encoding="utf-8")
    except OSError as error:
        raise AnalysisError(error.filename or folder, f"cannot be written: {error.strerror}") from None
    paths = [table]
    gantt, said = draw_gantt(results, folder / "gantt.png")
    paths += gantt
    notes += said
    paths += draw_bars(results, folder / "iteration-times.png")
    if len(results.groups):
        paths += draw_cdf(results, folder / "tardiness-cdf.png")
    else:
        notes.append("no EchelonFlow crossed the network: no tardiness figure")
    return paths, notes
