# SPDX-License-Identifier: GPL-2.0-only
"""Reads and writes JSON as this package wants it, without duplicate keys and without NaN.

    document = read_json("spec.json")               # SweepError with the JSON pointer of what is wrong
    text = canonical(document)                      # sorted keys, no spaces: equal values, equal text
"""

import json
import math
import re

from echelon_sweep.errors import SweepError

MAX_DEPTH = 100


class _WithDuplicate(dict):
    duplicate = None


def _object(pairs):
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = _WithDuplicate(found)
    seen = set()
    for key, _ in pairs:
        if key in seen:
            marked.duplicate = key
            break
        seen.add(key)
    return marked


def token(key):
    """A key as part of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def split_pointer(pointer):
    """The keys of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _check(where, pointer, value, depth=0):
    if depth > MAX_DEPTH:
        raise SweepError(where, pointer[:200], "is nested too deep", "no spec needs that")
    if isinstance(value, float) and not math.isfinite(value):
        raise SweepError(where, pointer, "is not a finite number", "JSON has no NaN and no infinity")
    if isinstance(value, str) and any(0xD800 <= ord(c) < 0xE000 for c in value):
        raise SweepError(where, pointer, "holds half a character", "a \\u escape of the range d800 to dfff stands alone")
    if isinstance(value, _WithDuplicate):
        raise SweepError(where, f"{pointer}/{token(value.duplicate)}", "the key stands twice", "keep one")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(where, f"{pointer}/{token(key)}", inner, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(where, f"{pointer}/{index}", inner, depth + 1)


def parse_json(text, where):
    """The document in a text; SweepError when it is not good JSON."""
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise SweepError(where, "", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise SweepError(where, "", "is nested too deep", "no spec needs that") from None
    except ValueError as error:  # a whole number of thousands of digits
        digits = max(map(len, re.findall(r"\d+", text)))
        raise SweepError(where, "", f"has a whole number of {digits:,} digits", "numbers are 64 bits") from error
    _check(where, "", document)
    return document


def read_json(path, limit=None):
    """The document in a file of at most `limit` bytes."""
    try:
        with open(path, "rb") as file:
            data = file.read() if limit is None else file.read(limit + 1)
        if limit is not None and len(data) > limit:
            raise SweepError(path, "", f"is longer than {limit:,} bytes", "axes are multiplied: a few lines make a million points")
        text = data.decode()
    except UnicodeDecodeError:
        raise SweepError(path, "", "is not UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise SweepError(path, "", f"cannot be read: {reason}") from None
    return parse_json(text, path)


def canonical(value):
    """Equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def compact(value):
    """One line; keys as they stand."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
