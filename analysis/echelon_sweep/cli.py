# SPDX-License-Identifier: GPL-2.0-only
"""The command line of sweeps: expand, submit, worker, status, gather, clean, cancel.

Exit codes: 0 complete, 3 points missing, 4 points failed for good, 64 usage, 65 bad spec or result, 69 no batch
system, 75 interrupted or the disk is full: try again. An error is one line on stderr.
"""

import argparse
import os
import signal
import sys

from echelon_sweep import backends
from echelon_output.text import one_line
from echelon_sweep.errors import EXIT_INTERRUPTED, EXIT_USAGE, NO_SPACE, DiskFull, Interrupted, SweepError
from echelon_sweep.paths import utf8_path

PROGRAM = "echelon-sweep"


class Parser(argparse.ArgumentParser):
    """argparse with the emulator's way to report usage errors."""

    def error(self, message):
        print(f"{PROGRAM}: {one_line(message)} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def whole(least):
    def parse(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value

    parse.__name__ = "whole number"
    return parse


def make_parser():
    parser = Parser(
        prog=PROGRAM,
        description="Run a scenario over a grid of parameters and seeds.",
        epilog="Exit codes: 0 complete, 3 points missing, 4 points failed for good, 64 usage, 65 bad spec or result, "
        "69 no batch system, 75 interrupted or the disk is full: try again.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text, argument, meaning):
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument(argument.lower(), metavar=argument, help=meaning)
        return added

    def with_program(added):
        added.add_argument("--program", metavar="FILE", help="the emulator (default: $ECHELON_BIN, or the release build)")

    a_spec, a_sweep = "specification, docs/reference/sweep.md", "the sweep's folder, sweeps/<name>"

    expand = command("expand", "check a specification and list its points", "SPEC", a_spec)
    form = expand.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the points as JSON")
    form.add_argument("--count", action="store_true", help="print their number only")
    with_program(expand)

    submit = command("submit", "run the points that have no result", "SPEC", a_spec + ", or the folder of a sweep")
    submit.add_argument("--out", metavar="DIR", default="sweeps", help="where sweep folders lie (default: sweeps)")
    submit.add_argument("--backend", choices=backends.BACKENDS, default="local", help="where they run (default: local)")
    submit.add_argument("--processes", type=whole(1), metavar="N", help="points at a time (default: cores; on a batch system 1)")
    submit.add_argument("--dry-run", action="store_true", help="say what would be done")
    submit.add_argument("--max-errors", type=whole(1), metavar="N", help="local: stop after so many errors")
    with_program(submit)
    for name in backends.BACKENDS:
        backends.add_options(name, submit)

    worker = command("worker", "run a chunk of points: what a batch task does", "SWEEP", a_sweep)
    worker.add_argument("--points", metavar="FILE", help="one point id per line (default: all, as in points.json)")
    worker.add_argument("--from", type=whole(0), default=0, dest="begin", metavar="I", help="first line, from 0")
    worker.add_argument("--count", type=whole(1), metavar="N", help="number of lines (default: to the end)")
    worker.add_argument("--processes", type=whole(1), default=1, metavar="N", help="points at a time (default: 1)")
    worker.add_argument("--batch", choices=backends.BACKENDS, metavar="NAME", help="the batch system that runs this task")
    with_program(worker)

    status = command("status", "how far a sweep is", "SWEEP", a_sweep)
    status.add_argument("--json", action="store_true", help="print JSON")

    gather = command("gather", "verify the results and write results.sqlite and CSV files", "SWEEP", a_sweep)
    gather.add_argument("--partial", action="store_true", help="write what there is, with the status of each point")

    clean = command("clean", "remove errors, damaged results and what killed workers left", "SWEEP", a_sweep)
    clean.add_argument("--all", action="store_true", help="also results of points that the sweep has no more")
    clean.add_argument("--dry-run", action="store_true", help="say what would be removed")

    cancel = command("cancel", "take a sweep's jobs back from the batch system", "SWEEP", a_sweep)
    able = [name for name in backends.BACKENDS if hasattr(backends.load(name), "cancel")]
    cancel.add_argument("--backend", choices=able, default=able[0], help=f"the batch system (default: {able[0]})")
    return parser


def main(arguments=None):
    """Run a command; return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: no name makes a traceback
    try:
        options = make_parser().parse_args(arguments)
        for value in (os.getcwd(), *vars(options).values()):
            if isinstance(value, str):
                utf8_path(value)
        return _run(options)
    except Interrupted:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except SweepError as error:
        return _told(error)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = error.filename or "output"
        if error.errno in NO_SPACE:
            return _told(DiskFull(where))
        print(f"{PROGRAM}: {one_line(where)}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE


def _told(error):
    print(f"{PROGRAM}: {error}", file=sys.stderr)
    return error.exit_code


def _interrupt(number, _frame):
    raise Interrupted(number)


def _run(options):
    import importlib

    return importlib.import_module(f"echelon_sweep.commands.{options.command}").run(options)
