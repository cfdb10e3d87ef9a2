# SPDX-License-Identifier: GPL-2.0-only
"""Errors that a user can mend: one line on stderr, then an exit code of sysexits.h.

    with writing("report.html") as path: …          # the file is whole or as it was; AnalysisError where it cannot be written
"""

import contextlib

from echelon_output.files import draft
from echelon_output.text import one_line

EXIT_USAGE = 64
EXIT_BAD_INPUT = 65
EXIT_INTERRUPTED = 75


class AnalysisError(Exception):
    """Something is wrong with what was given. str() is one line: where, what, and a hint."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, where, what, hint=""):
        line = f"{where}: {what}" + (f" ({hint})" if hint else "")
        super().__init__(one_line(line))
        self.where = where
        self.what = what
        self.hint = hint


class NothingToDraw(AnalysisError):
    """The results are sound, but hold nothing that this figure shows."""


class UsageError(AnalysisError):
    """An option or argument that asks for something that is not there."""

    exit_code = EXIT_USAGE


class Interrupted(BaseException):
    """A signal asked the program to end. What is being written is taken back on the way out."""


@contextlib.contextmanager
def writing(path):
    """A draft of the file (echelon_output/files.py), and its errors as ours."""
    try:
        with draft(path) as temporary:
            yield temporary
    except OSError as error:
        raise AnalysisError(error.filename or path, f"cannot be written: {error.strerror}") from None


def did_you_mean(word, known):
    """'did you mean …?' or the list of known words."""
    import difflib

    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(known) if known else "there are none"
