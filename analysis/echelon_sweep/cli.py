# SPDX-License-Identifier: GPL-2.0-only
"""The command line of sweeps: expand, submit, worker, status, gather, clean, cancel.

Its exit codes are in the epilog of make_parser(). An error is one line on stderr.
"""

import os

from echelon_common.command_line import Parser, run_program, whole
from echelon_common.files import NO_SPACE
from echelon_sweep import backends
from echelon_sweep.errors import DiskFull, UsageError
from echelon_sweep.paths import utf8_path

PROGRAM = "echelon-sweep"


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
        added.add_argument("--program", metavar="FILE", help="The emulator. The default is $ECHELON_BIN, or the release build.")

    a_spec, a_sweep = "The specification (docs/reference/sweep.md)", "The folder of the sweep, sweeps/<name>."

    expand = command("expand", "Check a specification and list its points.", "SPEC", f"{a_spec}.")
    form = expand.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="Print the points as JSON.")
    form.add_argument("--count", action="store_true", help="Print only how many there are.")
    with_program(expand)

    submit = command("submit", "Run the points that have no result.", "SPEC", f"{a_spec}, or the folder of a sweep.")
    submit.add_argument("--out", metavar="DIR", default="sweeps", help="Where the folders of sweeps lie (default: sweeps).")
    submit.add_argument("--backend", choices=backends.BACKENDS, default="local", help="Where the points run (default: local).")
    submit.add_argument("--processes", type=whole(1), metavar="N", help="How many points run at a time (default: as many as there are cores; on a batch system 1).")
    submit.add_argument("--dry-run", action="store_true", help="Only say what would be done.")
    submit.add_argument("--max-errors", type=whole(1), metavar="N", help="On this machine, stop after so many errors.")
    with_program(submit)
    for name in backends.BACKENDS:
        backends.add_options(name, submit)

    worker = command("worker", "Run a chunk of points, as a task of a batch system does.", "SWEEP", a_sweep)
    worker.add_argument("--points", metavar="FILE", help="A file with one point id a line (default: all points, as in points.json).")
    worker.add_argument("--from", type=whole(0), default=0, dest="begin", metavar="I", help="The first line to run, from 0.")
    worker.add_argument("--count", type=whole(1), metavar="N", help="How many lines to run (default: all to the end).")
    worker.add_argument("--processes", type=whole(1), default=1, metavar="N", help="How many points run at a time (default: 1).")
    worker.add_argument("--batch", choices=backends.BACKENDS, metavar="NAME", help="The batch system that runs this task.")
    with_program(worker)

    status = command("status", "Say how far a sweep is.", "SWEEP", a_sweep)
    status.add_argument("--json", action="store_true", help="Print JSON.")

    gather = command("gather", "Verify the results and write results.sqlite and CSV files.", "SWEEP", a_sweep)
    gather.add_argument("--partial", action="store_true", help="Write what there is, with the status of each point.")

    clean = command("clean", "Remove errors, damaged results and what killed workers left.", "SWEEP", a_sweep)
    clean.add_argument("--all", action="store_true", help="Remove also results of points that the sweep no longer has.")
    clean.add_argument("--dry-run", action="store_true", help="Only say what would be removed.")

    cancel = command("cancel", "Take a sweep's jobs back from the batch system.", "SWEEP", a_sweep)
    able = [name for name in backends.BACKENDS if hasattr(backends.load(name), "cancel")]
    cancel.add_argument("--backend", choices=able, default=able[0], help=f"The batch system (default: {able[0]}).")
    return parser


def main(arguments=None):
    """Run a command; return the exit code."""
    return run_program(PROGRAM, lambda: _run(arguments), _error_of)


def _error_of(error):
    where = error.filename or "the output"
    return DiskFull(where) if error.errno in NO_SPACE else UsageError(f"{where}: {error.strerror}")


def _run(arguments):
    import importlib

    options = make_parser().parse_args(arguments)
    for value in (os.getcwd(), *vars(options).values()):
        if isinstance(value, str):
            utf8_path(value)
    return importlib.import_module(f"echelon_sweep.commands.{options.command}").run(options)
