# SPDX-License-Identifier: GPL-2.0-only
"""The errors of sweeps, each of which is one line on stderr and an exit code.

    raise SweepError("a.json", "/axes", "there are no axes", "give at least one")
    # echelon-sweep: a.json: /axes: there are no axes (give at least one)        exit code 65
"""

from echelon_common.errors import EXIT_INTERRUPTED, EXIT_USAGE, UserError

EXIT_MISSING = 3  # points have no result yet
EXIT_FAILED = 4  # points have failed for good
EXIT_NO_BATCH_SYSTEM = 69


class SweepError(UserError):
    """Something is wrong with a specification, or with a result. str() is one line: file, JSON pointer, what, hint."""

    def __init__(self, where, pointer, what, hint=""):
        super().__init__(where, f"{pointer}: {what}" if pointer else what, hint)


class DiskFull(SweepError):
    """No space is left. That is no error of a point, and submitting again goes on where this ended."""

    exit_code = EXIT_INTERRUPTED

    def __init__(self, where):
        super().__init__(where, "", "the disk is full", "make room, then submit again")


class UsageError(SweepError):
    """Options do not fit together, or name what is not there."""

    exit_code = EXIT_USAGE

    def __init__(self, what, hint=""):
        super().__init__("", "", what, hint)


class NoBatchSystem(UsageError):
    """The batch system cannot be reached."""

    exit_code = EXIT_NO_BATCH_SYSTEM
