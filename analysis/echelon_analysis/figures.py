# SPDX-License-Identifier: GPL-2.0-only
"""Writes all tables and figures of a result folder or a sweep into its figures/.

    write_figures(results)            # -> (paths, notes)
    write_sweep_figures(sweep)

A figure that would show nothing (queues on the fluid fabric) or lacks its file (`echelon run --files`) is a note, not an error, unless
none is left.
"""

from echelon_analysis.bars import draw_bars, draw_bars_of_sweep
from echelon_analysis.cdf import METRICS, draw_cdf, draw_cdf_of_sweep
from echelon_analysis.errors import AnalysisError, NothingToDraw, UsageError, writing
from echelon_analysis.gantt import draw_gantt
from echelon_analysis.heatmap import draw_heatmap
from echelon_analysis.lines import comparable, draw_lines
from echelon_analysis.queues import draw_queues
from echelon_analysis.style import output_paths
from echelon_analysis.table import render
from echelon_analysis import why
from echelon_common.files import write_text


# Figure, and the files that it is made from.
FILES = {
    "Gantt chart": ("computes.csv", "flows.csv", "groups.csv", "jobs.csv"),
    "distributions": ("flows.csv", "groups.csv"),
    "heat map of links": ("link_series.csv", "links.csv"),
    "figure of queues": ("link_series.csv", "links.csv"),
}


# What a file's figure is called where it cannot be drawn.
TITLES = {
    "gantt": "Gantt chart", "link-utilisation": "heat map of links", "queues": "figure of queues",
    **{f"{of}-cdf": f"distribution of {of}" for of in METRICS},
}  # fmt: skip


class Folder:
    """Where figures go, and what was written there and noted."""

    def __init__(self, path, formats):
        self.path = path
        self.formats = formats
        self.paths = []
        self.figures = 0
        self.notes = []

    def write(self, name, text):
        """A text file."""
        with writing(self.path / name) as draft:
            write_text(draft, text + "\n")
        self.paths.append(self.path / name)

    def draw(self, function, name, *arguments):
        """A figure: function(first argument, paths, …) returns paths, or paths and notes. One that shows nothing becomes a note."""
        first, *rest = arguments
        out = output_paths(self.path / name, self.formats)
        try:
            made = function(first, out, *rest)
        except (NothingToDraw, UsageError) as error:  # there are no options here that a user could choose otherwise
            self.note(f"no {TITLES.get(name, name)}: {error.what}")
            return
        paths, notes = made if isinstance(made, tuple) else (made, [])
        self.paths += paths
        self.figures += 1
        self.note(*notes)

    def finished(self, of):
        """(paths, notes); an error when no figure at all could be drawn."""
        if not self.figures:
            raise AnalysisError(of, "no figure can be drawn", "; ".join(self.notes))
        return self.paths, self.notes

    def note(self, *notes):
        """Notes for the user, each once."""
        self.notes += [note for note in notes if note not in self.notes]

    def can_draw(self, figure, results):
        """Whether the figure's files are there; else a note."""
        lacks = results.lacks(*FILES[figure])
        if lacks:
            self.note(f"no {figure}: {lacks}")
        return not lacks


def write_figures(results, path=None, formats=None):
    """Write table.txt, why.txt and the figures; return their paths and notes for the user."""
    folder = Folder(path or results.path / "figures", formats)
    # A file that is wrong is found before the first figure is written.
    for file in sorted({file for files in FILES.values() for file in files} | {"waits.csv"}):
        if not results.lacks(file):
            getattr(results, file.partition(".")[0])
    folder.write("table.txt", render(results))
    folder.write("why.txt", why.render(results))
    folder.note(*why.notes(results))
    if folder.can_draw("Gantt chart", results):
        folder.draw(draw_gantt, "gantt", results)
    folder.draw(draw_bars, "iteration-times", results)
    folder.draw(why.draw_why, "critical-path", results)
    if not results.lacks("groups.csv") and not len(results.groups):
        folder.note("no EchelonFlow crossed the network: no distributions and no links")
    else:
        for of in METRICS if folder.can_draw("distributions", results) else ():
            folder.draw(draw_cdf, f"{of}-cdf", results, of)
        if folder.can_draw("heat map of links", results):
            folder.draw(draw_heatmap, "link-utilisation", results)
    if folder.can_draw("figure of queues", results):
        folder.draw(draw_queues, "queues", results)
    return folder.finished(results.path)


def write_sweep_figures(sweep, path=None, formats=None):
    """Write why.txt and the figures of a sweep; return their paths and notes for the user."""
    folder = Folder(path or sweep.path / "figures", formats)
    folder.write("why.txt", why.render_sweep(sweep))
    _speedups(folder, sweep)
    folder.draw(draw_bars_of_sweep, "iteration-times", sweep)
    folder.draw(why.draw_why_of_sweep, "critical-path", sweep)
    try:
        tables = {of: sweep.table(metric.table) for of, metric in METRICS.items()}
    except AnalysisError as error:
        folder.note(f"no distributions: {error}")
        tables = {}
    for of in tables:
        folder.draw(draw_cdf_of_sweep, f"{of}-cdf", sweep, of)
    return folder.finished(sweep.path)


def _speedups(folder, sweep):
    """A figure of speed-ups for each axis, of the points that have somebody to compare with."""
    sweep, notes = comparable(sweep)
    if len(sweep.schedulers) < 2:
        folder.note(*notes, f"no speed-ups: there is no other scheduler to compare with '{sweep.schedulers[0]}'")
        return
    folder.note(*notes)
    for axis in sweep.varying_axes():
        folder.draw(draw_lines, f"speedup-{_file_name(axis)}", sweep, axis)


def _file_name(axis):
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in axis)
