# SPDX-License-Identifier: GPL-2.0-only
"""All tables and figures of a result folder or a sweep, into its figures/.

    write_figures(results)            # -> (paths, notes)
    write_sweep_figures(sweep)

What does not apply (queues on the fluid fabric) is a note, not an error.
"""

from echelon_analysis.bars import draw_bars, draw_bars_of_sweep
from echelon_analysis.cdf import METRICS, draw_cdf, draw_cdf_of_sweep
from echelon_analysis.errors import AnalysisError
from echelon_analysis.gantt import draw_gantt
from echelon_analysis.heatmap import draw_heatmap
from echelon_analysis.lines import draw_lines
from echelon_analysis.queues import draw_queues, why_none
from echelon_analysis.style import output_paths
from echelon_analysis.table import render
from echelon_analysis import why


class Folder:
    """Where figures go, and what was written there and noted."""

    def __init__(self, path, formats):
        self.path = path
        self.formats = formats
        self.paths = []
        self.notes = []

    def write(self, name, text):
        """A text file."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise AnalysisError(error.filename or self.path, f"cannot be written: {error.strerror}") from None
        self.paths.append(self.path / name)

    def draw(self, function, name, *arguments):
        """A figure: function(first argument, paths, …) returns paths, or paths and notes."""
        first, *rest = arguments
        made = function(first, output_paths(self.path / name, self.formats), *rest)
        paths, notes = made if isinstance(made, tuple) else (made, [])
        self.paths += paths
        self.notes += [note for note in notes if note not in self.notes]


def write_figures(results, path=None, formats=None):
    """Write table.txt, why.txt and the figures; return their paths and notes for the user."""
    folder = Folder(path or results.path / "figures", formats)
    # Files that a figure would miss are missed before the first is written.
    results.groups, results.flows, results.jobs, results.links, results.link_series, results.waits, results.timeline
    folder.write("table.txt", render(results))
    folder.write("why.txt", why.render(results))
    folder.draw(draw_gantt, "gantt", results)
    folder.draw(draw_bars, "iteration-times", results)
    folder.draw(why.draw_why, "critical-path", results)
    if len(results.groups):
        for of in METRICS:
            folder.draw(draw_cdf, f"{of}-cdf", results, of)
        folder.draw(draw_heatmap, "link-utilisation", results)
    else:
        folder.notes.append("no EchelonFlow crossed the network: no distributions and no links")
    reason = why_none(results)
    if reason:
        folder.notes.append(f"no figure of queues: {reason[0]}")
    else:
        folder.draw(draw_queues, "queues", results)
    return folder.paths, folder.notes


def write_sweep_figures(sweep, path=None, formats=None):
    """Write why.txt and the figures of a sweep; return their paths and notes for the user."""
    folder = Folder(path or sweep.path / "figures", formats)
    folder.write("why.txt", why.render_sweep(sweep))
    for axis in sweep.varying_axes():
        folder.draw(draw_lines, f"speedup-{_file_name(axis)}", sweep, axis)
    folder.draw(draw_bars_of_sweep, "iteration-times", sweep)
    folder.draw(why.draw_why_of_sweep, "critical-path", sweep)
    try:
        tables = {of: sweep.table(metric.table) for of, metric in METRICS.items()}
    except AnalysisError as error:
        folder.notes.append(f"no distributions: {error}")
        return folder.paths, folder.notes
    for of in tables:
        folder.draw(draw_cdf_of_sweep, f"{of}-cdf", sweep, of)
    return folder.paths, folder.notes


def _file_name(axis):
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in axis)
