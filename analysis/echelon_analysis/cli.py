# SPDX-License-Identifier: GPL-2.0-only
"""The command line of the analysis, which draws tables, figures and the report from a result folder, a sweep or a plan.

The exit codes are those of the emulator: 0 done, 1 a check failed, 64 usage, 65 bad input, 75 interrupted. An error is one line on stderr.
"""

import argparse
import pathlib
import sys

from echelon_analysis.errors import UsageError
from echelon_analysis.style import FORMATS, output_paths
from echelon_common.command_line import Parser, run_program, whole
from echelon_common.text import json_text, one_line

PROGRAM = "echelon-analysis"
RESULTS = "The folder of the results, results/<name>/<run-id>, or its parent if that holds one run."
SWEEP = "The folder of a sweep, sweeps/<name>, that 'echelon-sweep gather' has filled."


def formats(text):
    found = text.split(",")
    for name in found:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"'{name}' is not a format (known: {', '.join(FORMATS)})")
    return list(dict.fromkeys(found))


def condition(text):
    axis, equals, value = text.partition("=")
    if not axis or not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not AXIS=VALUE")
    return axis, value


def make_parser():
    parser = Parser(prog=PROGRAM, description="Draw tables, figures and a report from results of 'echelon run', from sweeps and from plans.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, of="RESULTS", out="FILE"):
        added = commands.add_parser(name, help=text, description=text)
        places = {"RESULTS": RESULTS, "SWEEP": SWEEP, "RESULTS|SWEEP": f"{RESULTS} {SWEEP}"}
        added.add_argument("results", metavar=of, help=places[of])
        if out == "FILE":
            added.add_argument(
                "-o", "--out", metavar="FILE", required=True,
                help=f"The file to write. Its suffix is the format ({', '.join(FORMATS)}); without one, PNG and SVG are written.",
            )
            _format(added)
        if "SWEEP" in of and name != "report":
            added.add_argument(
                "--where", action="append", type=condition, metavar="AXIS=VALUE",
                help="Take only these points of the sweep (repeatable).",
            )
            added.add_argument("--partial", action="store_true", help="Take what is there of a sweep that lacks points.")
        return added

    table = command("table", "Compare the schedulers: one row each, with the best value of each column marked.", out=None)
    table.add_argument("--json", action="store_true", help="Print exact values in seconds, for programs.")

    gantt = command("gantt", "Draw one iteration of a job under two schedulers on one time axis.")
    gantt.add_argument("--job", metavar="NAME", help="The job to show. The default is the one on most GPUs.")
    gantt.add_argument(
        "--schedulers", nargs="+", metavar="NAME", help="The schedulers to show. The default is the first and the one with the shortest iterations."
    )
    gantt.add_argument("--devices", type=whole(1), default=8, metavar="N", help="Show at most N GPUs (default 8).")
    gantt.add_argument("--iteration", type=int, metavar="I", help="The iteration to show, from 0. The default is the middle one.")
    gantt.add_argument(
        "--window", nargs=2, type=float, metavar=("FROM", "TO"), help="Show only this time, in seconds since the iteration's start."
    )

    cdf = command("cdf", "Draw the distribution of tardiness or of completion times, one line for each scheduler.", "RESULTS|SWEEP")
    cdf.add_argument(
        "--of", choices=("tardiness", "fct", "cct"), default="tardiness",
        help="Tardiness of EchelonFlows (the default), flow completion time, or coflow completion time.",
    )
    command("bars", "Draw the mean iteration time of each job under each scheduler, with confidence intervals.", "RESULTS|SWEEP")
    heatmap = command("heatmap", "Draw how much of each link is used over time, one panel for each scheduler.")
    heatmap.add_argument("--links", type=whole(1), default=60, metavar="N", help="Show the N busiest links (default 60).")
    queues = command("queues", "Draw the queues over time at the links where they are deepest (packet fabric only).")
    queues.add_argument("--links", type=whole(1), default=4, metavar="N", help="Show N links (default 4).")
    lines = command("lines", "Draw a metric against a parameter of a sweep, one line for each scheduler.", "SWEEP")
    lines.add_argument("--x", metavar="AXIS", required=True, help="The parameter along the x axis.")
    lines.add_argument(
        "--y", metavar="METRIC", default="speedup",
        help="A column of runs.csv or jobs.csv, or speedup:COLUMN, which compares with 'fair' at the same point. "
        "The default is speedup:iteration_time_mean_s.",
    )
    lines.add_argument("--by", metavar="AXIS", help="Draw one panel for each value of this parameter.")
    why = command("why", "Tell what each job's iterations are made of, and whom they waited for.", "RESULTS|SWEEP", out=None)
    why.add_argument("-o", "--out", metavar="FILE", help="Draw it, too, into this file. Its suffix is the format.")
    _format(why)
    text = "Name N kinds of EchelonFlows for each job and scheduler (default 5)."
    why.add_argument("--top", type=whole(1), default=5, metavar="N", help=text)

    figures = command("figures", "Write the table and all figures for which there is data.", "RESULTS|SWEEP", out=None)
    figures.add_argument("-o", "--out", metavar="FOLDER", help="The folder to write into. The default is figures/ in the given folder.")
    _format(figures)
    report = command("report", "Write one HTML file that shows everything and needs no network.", "RESULTS|SWEEP", out=None)
    report.add_argument("-o", "--out", metavar="FILE", help="The file to write. The default is report.html in the given folder.")
    command("check", "Compute the figures of summary.json again from the CSV files, and compare.", out=None)

    text = "Draw the plans of an all-to-all: who sends to whom when, one panel for each order."
    schedule = commands.add_parser("schedule", help=text, description=text)
    schedule.add_argument("plan", metavar="PLAN", help="The file that 'echelon plan … --out' wrote.")
    schedule.add_argument("-o", "--out", metavar="FILE", required=True, help="The file to write. Its suffix is the format.")
    _format(schedule)
    schedule.add_argument(
        "--order", action="append", metavar="NAME", help="Show this order (repeatable). The default is the first four."
    )
    return parser


def _format(parser):
    parser.add_argument(
        "--format", type=formats, metavar="F[,F]", help=f"Write a file in each of these formats ({', '.join(FORMATS)}), whatever -o ends in."
    )


def main(arguments=None):
    """Run a command; return the exit code."""
    return run_program(PROGRAM, lambda: run(make_parser().parse_args(arguments)))


def run(options):
    """Run the chosen command. Figures import matplotlib, which takes half a second, only here."""
    if options.command == "schedule":
        from echelon_analysis.schedule import draw_schedule, load_plan

        return announce(*draw_schedule(load_plan(options.plan), _out(options), options.order))
    if options.command == "report":
        from echelon_analysis.html import write_html

        path = pathlib.Path(options.results)
        out = pathlib.Path(options.out) if options.out else path / "report.html"
        write_html(path, out)
        return announce([out], [])
    from echelon_analysis.sweep import is_sweep, open_sweep

    if options.command == "lines" or ("where" in options and is_sweep(options.results)):
        return run_sweep(options, open_sweep(options.results, options.partial).where(options.where or ()))
    if getattr(options, "where", None):
        raise UsageError(options.results, "is no sweep, so there is nothing to choose with --where")
    from echelon_analysis.load import open_results

    results = open_results(options.results)
    if options.command == "table":
        from echelon_analysis import table

        if options.json:
            print(json_text(table.as_document(results), indent=1))
        else:
            print(table.render(results))
        return 0
    if options.command == "check":
        from echelon_analysis.metrics import differences

        lines = differences(results)
        for line in lines:
            print(f"{PROGRAM}: {one_line(f'{results.path}: {line}')}", file=sys.stderr)
        if not lines:
            print(f"{one_line(results.path)}: the CSV files bear out summary.json")
        return 1 if lines else 0
    if options.command == "why":
        from echelon_analysis import why

        print(why.render(results, options.top))
        return announce(why.draw_why(results, _out(options)) if options.out else [], why.notes(results))
    if options.command == "figures":
        from echelon_analysis.figures import write_figures

        folder = pathlib.Path(options.out) if options.out else None
        return announce_folder(*write_figures(results, folder, options.format))
    return announce(*draw(options, results))


def run_sweep(options, sweep):
    """Run the chosen command on a sweep."""
    if sweep.lacking():
        print(f"note: {one_line(sweep.lacking())}", file=sys.stderr)
    if options.command == "why":
        from echelon_analysis import why

        print(why.render_sweep(sweep))
        return announce(why.draw_why_of_sweep(sweep, _out(options)) if options.out else [], [])
    if options.command == "figures":
        from echelon_analysis.figures import write_sweep_figures

        folder = pathlib.Path(options.out) if options.out else None
        return announce_folder(*write_sweep_figures(sweep, folder, options.format))
    if options.command == "lines":
        from echelon_analysis.lines import draw_lines

        return announce(*draw_lines(sweep, _out(options), options.x, options.y, options.by))
    if options.command == "cdf":
        from echelon_analysis.cdf import draw_cdf_of_sweep

        return announce(draw_cdf_of_sweep(sweep, _out(options), options.of), [])
    from echelon_analysis.bars import draw_bars_of_sweep

    return announce(*draw_bars_of_sweep(sweep, _out(options)))


def _out(options):
    return output_paths(options.out, options.format)


def announce(paths, notes):
    """Say what was written; return the exit code."""
    for note in notes:
        print(f"note: {one_line(note)}", file=sys.stderr)
    for path in paths:
        print(one_line(path))
    return 0


def announce_folder(paths, notes):
    """Like announce(); of a figure in several formats one line."""
    lines = {}
    for path in paths:
        lines.setdefault(path.with_suffix(""), []).append(path)
    return announce([f"{p[0]}" + "".join(f" (and {q.suffix})" for q in p[1:]) for p in lines.values()], notes)


def draw(options, results):
    """Make one figure; return its paths and notes."""
    out = _out(options)
    if options.command == "gantt":
        from echelon_analysis.gantt import Choice, draw_gantt

        choice = Choice(options.job, options.schedulers, options.devices, options.iteration, options.window)
        return draw_gantt(results, out, choice), []
    if options.command == "cdf":
        from echelon_analysis.cdf import draw_cdf

        return draw_cdf(results, out, options.of), []
    if options.command == "heatmap":
        from echelon_analysis.heatmap import draw_heatmap

        return draw_heatmap(results, out, options.links)
    if options.command == "queues":
        from echelon_analysis.queues import draw_queues

        return draw_queues(results, out, options.links), []
    from echelon_analysis.bars import draw_bars

    return draw_bars(results, out), []
