# SPDX-License-Identifier: GPL-2.0-only
"""The command line of the analysis: tables, figures, the report, from a result folder or a sweep; schedule for plans.

Exit codes as the emulator's: 0 done, 1 a check failed, 64 usage, 65 bad input, 75 interrupted. An error is one line on stderr.
"""

import argparse
import os
import pathlib
import signal
import sys

from echelon_analysis.errors import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_USAGE, AnalysisError, Interrupted, UsageError
from echelon_analysis.style import FORMATS, output_paths
from echelon_output.text import json_text, one_line

PROGRAM = "echelon-analysis"
RESULTS = "results/<name>/<run-id>, or its parent if it holds one run"
SWEEP = "sweeps/<name>, a folder that 'echelon-sweep gather' has filled"


class Parser(argparse.ArgumentParser):
    """argparse with the emulator's way to report usage errors."""

    def error(self, message):
        print(f"{PROGRAM}: {one_line(message)} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


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
    parser = Parser(prog=PROGRAM, description="Tables and figures from results of 'echelon run', from sweeps, and from plans.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, of="RESULTS", out="FILE"):
        added = commands.add_parser(name, help=text, description=text)
        places = {"RESULTS": RESULTS, "SWEEP": SWEEP, "RESULTS|SWEEP": f"{RESULTS}; or {SWEEP}"}
        added.add_argument("results", metavar=of, help=places[of])
        if out == "FILE":
            added.add_argument(
                "-o", "--out", metavar="FILE", required=True,
                help="the suffix is the format: " + ", ".join(FORMATS) + "; without one: png and svg",
            )
            _format(added)
        if "SWEEP" in of and name != "report":
            added.add_argument(
                "--where", action="append", type=condition, metavar="AXIS=VALUE",
                help="take only these points of the sweep (repeatable)",
            )
            added.add_argument("--partial", action="store_true", help="of a sweep that lacks points, take what is there")
        return added

    table = command("table", "compare the schedulers: one row each, the best of each column marked", out=None)
    table.add_argument("--json", action="store_true", help="exact values in seconds, for programs")

    gantt = command("gantt", "one iteration of a job under two schedulers on one time axis")
    gantt.add_argument("--job", metavar="NAME", help="default: the one on most GPUs")
    gantt.add_argument(
        "--schedulers", nargs="+", metavar="NAME", help="default: the first and the one of shortest iterations"
    )
    gantt.add_argument("--devices", type=positive, default=8, metavar="N", help="show at most N GPUs (default 8)")
    gantt.add_argument("--iteration", type=int, metavar="I", help="from 0; default: the middle one")
    gantt.add_argument(
        "--window", nargs=2, type=float, metavar=("FROM", "TO"), help="seconds since the iteration's start"
    )

    cdf = command("cdf", "distribution of tardiness or completion times, one line per scheduler", "RESULTS|SWEEP")
    cdf.add_argument(
        "--of", choices=("tardiness", "fct", "cct"), default="tardiness",
        help="tardiness of EchelonFlows (default), flow completion time, coflow completion time",
    )
    command("bars", "mean iteration time of each job under each scheduler, with confidence intervals", "RESULTS|SWEEP")
    heatmap = command("heatmap", "utilisation of each link over time, one panel per scheduler")
    heatmap.add_argument("--links", type=positive, default=60, metavar="N", help="the N busiest links (default 60)")
    queues = command("queues", "queue depth over time at the links with the deepest queues (packet fabric)")
    queues.add_argument("--links", type=positive, default=4, metavar="N", help="links to show (default 4)")
    lines = command("lines", "a metric against a parameter of a sweep, one line per scheduler", "SWEEP")
    lines.add_argument("--x", metavar="AXIS", required=True, help="the parameter along the x axis")
    lines.add_argument(
        "--y", metavar="METRIC", default="speedup",
        help="column of runs.csv or jobs.csv, or speedup:COLUMN against 'fair' at the same point; "
        "default speedup:iteration_time_mean_s",
    )
    lines.add_argument("--by", metavar="AXIS", help="one panel for each value of this parameter")
    why = command("why", "what each job's iterations are made of, and whom they waited for", "RESULTS|SWEEP", out=None)
    why.add_argument("-o", "--out", metavar="FILE", help="also draw it; the suffix is the format")
    _format(why)
    text = "kinds of EchelonFlows named for each job and scheduler (default 5)"
    why.add_argument("--top", type=positive, default=5, metavar="N", help=text)

    figures = command("figures", "write the table and all figures", "RESULTS|SWEEP", out=None)
    figures.add_argument("-o", "--out", metavar="FOLDER", help="default: figures/ in the folder")
    _format(figures)
    report = command("report", "write everything as one HTML file that needs no network", "RESULTS|SWEEP", out=None)
    report.add_argument("-o", "--out", metavar="FILE", help="default: report.html in the folder")
    command("check", "derive the figures of summary.json again from the CSV files", out=None)

    text = "the plans of an all-to-all: who sends to whom when, one panel per order"
    schedule = commands.add_parser("schedule", help=text, description=text)
    schedule.add_argument("plan", metavar="PLAN", help="file that 'echelon plan … --out' wrote")
    schedule.add_argument("-o", "--out", metavar="FILE", required=True, help="as of the other figures")
    _format(schedule)
    schedule.add_argument(
        "--order", action="append", metavar="NAME", help="show this order (repeatable; default: the first four)"
    )
    return parser


def _format(parser):
    parser.add_argument(
        "--format", type=formats, metavar="F[,F]", help=f"{', '.join(FORMATS)}; one file for each, whatever -o ends in"
    )


def main(arguments=None):
    """Run a command; return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: no name makes a traceback
    try:
        code = run(make_parser().parse_args(arguments))
        sys.stdout.flush()
        return code
    except Interrupted:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except AnalysisError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{PROGRAM}: {one_line(error.filename or 'the output')}: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to print has no place
        return EXIT_BAD_INPUT


def _interrupt(_number, _frame):
    raise Interrupted


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
        from echelon_analysis.gantt import draw_gantt

        return draw_gantt(results, out, options.job, options.schedulers, options.devices, options.iteration, options.window), []
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
