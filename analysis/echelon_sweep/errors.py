# SPDX-License-Identifier: GPL-2.0-only
"""Exit codes, and errors that a user can mend: one line on stderr.

    raise SweepError("a.json", "/axes", "there are no axes", "give at least one")
    # echelon-sweep: a.json: /axes: there are no axes (give at least one)        exit code 65
"""

import errno

from echelon_output.text import one_line

EXIT_DONE = 0
EXIT_MISSING = 3  # points have no result yet
EXIT_FAILED = 4  # points have failed for good
EXIT_USAGE = 64
EXIT_BAD_INPUT = 65  # a bad spec, or a result that is not what it should be
EXIT_NO_BATCH_SYSTEM = 69
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 75  # try again

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class SweepError(Exception):
    """Something is wrong with a file. str() is one line: file, JSON pointer, what, hint."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, where, pointer, what, hint=""):
        line = f"{where}: " + (f"{pointer}: " if pointer else "") + what + (f" ({hint})" if hint else "")
        super().__init__(one_line(line))
        self.where = where
        self.pointer = pointer
        self.what = what


class DiskFull(SweepError):
    """No space is left. That is no error of a point."""

    exit_code = EXIT_INTERRUPTED

    def __init__(self, where):
        super().__init__(where, "", "the disk is full", "make room, then submit again")


class _WithoutFile(SweepError):
    """str() is what and hint."""

    def __init__(self, what, hint=""):
        Exception.__init__(self, one_line(what + (f" ({hint})" if hint else "")))
        self.where, self.pointer, self.what = "", "", what


class UsageError(_WithoutFile):
    """Options that do not fit together, or name what is not there."""

    exit_code = EXIT_USAGE


class NoBatchSystem(_WithoutFile):
    """The batch system cannot be reached."""

    exit_code = EXIT_NO_BATCH_SYSTEM


class Interrupted(Exception):
    """Asked to stop; nothing is half written."""

    def __init__(self, signum=None):
        super().__init__("interrupted")
        self.signum = signum


def did_you_mean(word, known):
    """'did you mean …?' or the list of known words."""
    import difflib

    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(known) if known else "there are none"
