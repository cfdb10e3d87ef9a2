# SPDX-License-Identifier: GPL-2.0-only
"""What a command may do with input that may be bad: work, or say in one line what is wrong.

    Judge(folder, names).check(done)         # raises Fault
"""

import dataclasses
import json
import re
import unicodedata

DONE, FAILED_EXPECTATION, USAGE, BAD_INPUT = 0, 1, 64, 65
# Line breaks, and controls of the terminal or of the direction of writing.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Fault(Exception):
    """What no input may bring about."""


@dataclasses.dataclass
class Done:
    """How a command ended: its exit code (negative: the signal that ended it; None: it went on for too long), and what it printed."""

    code: int | None
    out: bytes
    err: bytes


def require(holds, text):
    if not holds:
        raise Fault(text)


def tree(folder):
    """Every file and folder beneath, with what the files hold."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def check_ending(done, codes):
    said = done.err.decode("utf-8", errors="backslashreplace")
    require(done.code is not None, f"it takes too long; so far it says {said[-300:]!r}")
    require(done.code in codes, f"exit code {done.code}: {said[-1500:]}")
    require("Traceback" not in said and "internal error" not in said, said[-1500:])
    for stream in (done.out, done.err):
        shown = UNPRINTABLE.search(stream.decode("utf-8", errors="backslashreplace"))
        require(shown is None, f"it prints {shown and unicodedata.name(shown[0], hex(ord(shown[0])))}: {said[:600]!r}")
    return said


def check_refusal(said, names, documents):
    """One line: `file: /pointer: what is wrong (hint)`. names: of what may be at fault. documents: {name: its bytes}."""
    require(said.count("\n") == 1 and said.endswith(")\n"), f"not one line with a hint: {said[:1500]!r}")
    name = next((name for name in names if said.startswith(f"{name}: ")), None)
    require(name is not None, f"it does not begin with the name of a file: {said[:600]!r}")
    pointer = re.match(r"(/\S*): ", said[len(name) + 2 :])
    if pointer and name in documents:
        check_pointer(pointer[1], documents[name], said)


def check_pointer(pointer, content, said):
    """It leads to a value of the file; or to one that is missing, in an object that is there."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for depth, step in enumerate(steps):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, str) and depth < len(steps):
            return  # a file that is named there
        else:
            require(isinstance(value, dict) and depth == len(steps) - 1, f"it points to what is not there: {said[:600]!r}")
            return
