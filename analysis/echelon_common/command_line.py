# SPDX-License-Identifier: GPL-2.0-only
"""Frames a command line: options are parsed, signals end it, and every error is one line on stderr and an exit code.

    parser = Parser(prog="echelon-sweep", description="…")
    parser.add_argument("--processes", type=whole(1))
    sys.exit(run_program("echelon-sweep", lambda: work(parser.parse_args())))
"""

import argparse
import os
import signal
import sys

from echelon_common.errors import EXIT_INTERRUPTED, EXIT_USAGE, Interrupted, UserError
from echelon_common.text import one_line

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


class Parser(argparse.ArgumentParser):
    """argparse that reports usage errors as the emulator does."""

    def error(self, message):
        print(f"{self.prog.split()[0]}: {one_line(message)} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def whole(least):
    """The type of an option that is a whole number, `least` or more."""

    def parse(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value

    parse.__name__ = "whole number"
    return parse


def _unwritten(error):
    return UserError(error.filename or "the output", error.strerror)


def run_program(program, command, error_of=_unwritten):
    """Call command() and return its exit code, or that of the error that ended it.

    error_of: turns an OSError, such as a full disk, into the UserError to report.
    """
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: no name makes a traceback
    try:
        code = command()
        sys.stdout.flush()
        return code
    except Interrupted:
        print(f"{program}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _end_output()  # the reader (head, less) has seen enough
        return 0
    except OSError as error:
        _end_output()
        return _tell(program, error_of(error))
    except UserError as error:
        return _tell(program, error)


def _interrupt(number, _frame):
    raise Interrupted(number)


def _end_output():
    """Print what is left, or drop it where it has no place any more: Python would complain of it at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(program, error):
    print(f"{program}: {error}", file=sys.stderr)
    return error.exit_code
