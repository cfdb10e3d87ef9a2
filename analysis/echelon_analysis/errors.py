# SPDX-License-Identifier: GPL-2.0-only
"""Errors that a user can mend: one line on stderr, then an exit code of sysexits.h."""

EXIT_USAGE = 64
EXIT_BAD_INPUT = 65


class AnalysisError(Exception):
    """Something is wrong with what was given. str() is one line: where, what, and a hint."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, where, what, hint=""):
        line = f"{where}: {what}" + (f" ({hint})" if hint else "")
        super().__init__(" ".join(line.split()))
        self.where = where
        self.what = what
        self.hint = hint


class UsageError(AnalysisError):
    """An option or argument that asks for something that is not there."""

    exit_code = EXIT_USAGE


def did_you_mean(word, known):
    """'did you mean …?' or the list of known words."""
    import difflib

    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(known) if known else "there are none"
