# SPDX-License-Identifier: GPL-2.0-only
"""The errors of the analysis, each of which is one line on stderr and an exit code.

    with writing("report.html") as path: …          # the file is whole or as it was; AnalysisError where it cannot be written
"""

import contextlib

from echelon_common.errors import EXIT_USAGE, UserError
from echelon_common.files import draft


class AnalysisError(UserError):
    """Results, sweeps or plans are not what they should be."""


class NothingToDraw(AnalysisError):
    """The results are sound, but hold nothing that this figure shows."""


class UsageError(AnalysisError):
    """An option or argument asks for something that is not there."""

    exit_code = EXIT_USAGE


@contextlib.contextmanager
def writing(path):
    """A draft of the file (echelon_common/files.py), with its errors as ours."""
    try:
        with draft(path) as temporary:
            yield temporary
    except OSError as error:
        raise AnalysisError(error.filename or path, f"cannot be written: {error.strerror}") from None
