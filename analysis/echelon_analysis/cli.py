# SPDX-License-Identifier: GPL-2.0-only
"""The command line of the analysis: table, gantt, cdf, bars, check, report; schedule for plans.

Exit codes as the emulator's: 0 done, 1 a check failed, 64 usage, 65 bad input. An error is one line on stderr.
"""

import argparse
import json
import os
import sys

from echelon_analysis.errors import EXIT_USAGE, AnalysisError

PROGRAM = "echelon-analysis"


class Parser(argparse.ArgumentParser):
    """argparse with the emulator's way to report usage errors."""

    def error(self, message):
        print(f"{PROGRAM}: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of GPUs")
    return value


def make_parser():
    parser = Parser(prog=PROGRAM, description="Tables and figures from the result folders of 'echelon run', and from plans.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, out=True):
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("results", metavar="RESULTS", help="results/<name>/<run-id>, or its parent if it holds one run")
        if out:
            added.add_argument("-o", "--out", metavar="FILE", required=True, help="PNG or SVG; both are written")
        return added

    table = command("table", "compare the schedulers: one row each, the best of each column marked", out=False)
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

    command("cdf", "distribution of EchelonFlow tardiness, one line per scheduler")
    command("bars", "mean iteration time of each job under each scheduler")
    command("check", "derive the figures of summary.json again from the CSV files", out=False)
    report = command("report", "write the table and all figures", out=False)
    report.add_argument("-o", "--out", metavar="FOLDER", help="default: RESULTS/figures")

    text = "the plans of an all-to-all: who sends to whom when, one panel per order"
    schedule = commands.add_parser("schedule", help=text, description=text)
    schedule.add_argument("plan", metavar="PLAN", help="file that 'echelon plan … --out' wrote")
    schedule.add_argument("-o", "--out", metavar="FILE", required=True, help="PNG or SVG; both are written")
    schedule.add_argument(
        "--order", action="append", metavar="NAME", help="show this order (repeatable; default: the first four)"
    )
    return parser


def main(arguments=None):
    """Run a command; return the exit code."""
    options = make_parser().parse_args(arguments)
    try:
        return run(options)
    except AnalysisError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def run(options):
    """Run the chosen command. Figures import matplotlib, which takes half a second, only here."""
    if options.command == "schedule":
        from echelon_analysis.schedule import draw_schedule, load_plan

        return announce(*draw_schedule(load_plan(options.plan), options.out, options.order))
    from echelon_analysis.load import open_results

    results = open_results(options.results)
    if options.command == "table":
        from echelon_analysis import table

        if options.json:
            print(json.dumps(table.as_document(results), indent=1, ensure_ascii=False))
        else:
            print(table.render(results))
        return 0
    if options.command == "check":
        from echelon_analysis.metrics import differences

        lines = differences(results)
        for line in lines:
            print(f"{PROGRAM}: {results.path}: {line}", file=sys.stderr)
        if not lines:
            print(f"{results.path}: the CSV files bear out summary.json")
        return 1 if lines else 0

    return announce(*draw(options, results))


def announce(paths, notes):
    """Say what was written; return the exit code."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    for path in paths:
        print(path)
    return 0


def draw(options, results):
    """Make figures; return their paths and notes."""
    if options.command == "gantt":
        from echelon_analysis.gantt import draw_gantt

        return draw_gantt(
            results, options.out, options.job, options.schedulers, options.devices, options.iteration, options.window
        )
    if options.command == "cdf":
        from echelon_analysis.cdf import draw_cdf

        return draw_cdf(results, options.out), []
    if options.command == "bars":
        from echelon_analysis.bars import draw_bars

        return draw_bars(results, options.out), []
    import pathlib

    from echelon_analysis.report import write_report

    paths, notes = write_report(results, pathlib.Path(options.out) if options.out else None)
    # The SVG twins go without saying.
    return [p if p.suffix != ".png" else f"{p} (and .svg)" for p in paths if p.suffix != ".svg"], notes
