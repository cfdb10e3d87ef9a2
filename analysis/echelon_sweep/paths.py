# SPDX-License-Identifier: GPL-2.0-only
"""Decides which paths a sweep can have, since files in JSON and lines of shell commands name them.

    utf8_path(os.path.abspath(path))                # the path; UsageError where JSON cannot hold it
    command_line(["/usr/bin/python3", "a b"])       # "/usr/bin/python3 'a b'"; UsageError where a line cannot hold it
    check_words(["/home/a/sweeps/s"])               # the check alone

Whatever else a folder may be called ($(…), quotes, blanks, a dash in front) is quoted.
"""

import shlex

from echelon_common.text import shown
from echelon_sweep.errors import UsageError


def utf8_path(path):
    """The path, if it is UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UsageError(f"{path}: the path is not UTF-8", "the files of a sweep name it, and JSON is UTF-8; rename the folder") from None
    return path


def check_words(words):
    """UsageError unless each word, quoted, is part of one line that shows what it is."""
    for word in words:
        if shown(word) != word:
            hint = "a script would take what follows a line break for a command; rename the folder"
            raise UsageError(f"{word!r}: holds a line break or another character that no line of commands can hold", hint)


def command_line(words):
    """One line for a shell."""
    check_words(words)
    return shlex.join(words)
