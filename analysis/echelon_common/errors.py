# SPDX-License-Identifier: GPL-2.0-only
"""Defines exit codes, and errors that a user can mend, which are one line on stderr.

    raise UserError("a.json", "there are no axes", "give at least one")
    # echelon-sweep: a.json: there are no axes (give at least one)              exit code 65
    did_you_mean("echellon", ["fair", "echelon"])   # "did you mean 'echelon'?"
"""

import difflib

from echelon_common.text import one_line

# Those of sysexits.h that the emulator uses, too.
EXIT_DONE = 0
EXIT_USAGE = 64
EXIT_BAD_INPUT = 65
EXIT_INTERRUPTED = 75


class UserError(Exception):
    """Something is wrong with what was given. str() is one line: where (if that is not empty), what, and a hint."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, where, what, hint=""):
        line = (f"{where}: " if where else "") + what + (f" ({hint})" if hint else "")
        super().__init__(one_line(line))
        self.where = where
        self.what = what


class Interrupted(BaseException):
    """A signal asked the program to end. What is being written is taken back on the way out."""

    def __init__(self, signum=None):
        super().__init__("interrupted")
        self.signum = signum


def did_you_mean(word, known):
    """The known word that resembles the given one most, as a question, or the list of all known words."""
    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(known) if known else "there are none"
