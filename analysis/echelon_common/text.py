# SPDX-License-Identifier: GPL-2.0-only
"""Keeps texts from outside (names of jobs, labels, paths) mere text wherever they are shown or kept.

    shown("\x9b31m\u202ea")                         # r'\u009b31m\u202ea': in terminals, tables, pages and figures
    json_text({"name": "\x9b"}, indent=1)           # the same value, its control characters as JSON escapes
    guarded("=1+1"), guarded(-1.5)                  # ("'=1+1", -1.5): fields of CSV files that spreadsheets open
    unguarded("'=1+1")                              # '=1+1'

Terminals act on control characters, C1 (U+0080 to U+009F) as well as C0; bidirectional marks turn what follows around (Boucher and
Anderson, Trojan Source, USENIX Security 2023). Spreadsheets evaluate a field that begins with =, +, -, @, a tab or a carriage return
(OWASP, CSV injection): the same rule as in the emulator's files, docs/reference/results.md.
"""

import json
import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Apostrophes before the sign count too, so that a guarded text is told from one that was so.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def _escape(match):
    code = ord(match.group())
    # Bytes of paths that are not UTF-8 reach Python as these.
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def shown(text, keep=""):
    """The text with control and bidirectional characters as escapes, but for those in `keep`."""
    return _UNSAFE.sub(lambda match: match.group() if match.group() in keep else _escape(match), str(text))


def one_line(text):
    """shown(), with one blank for line breaks and the like."""
    return shown(re.sub(r"[ \t\r\n]+", " ", str(text)).strip())


def all_shown(document):
    """A document of dicts, lists and plain values with shown() applied to every text but the keys."""
    if isinstance(document, str):
        return shown(document)
    if isinstance(document, dict):
        return {key: all_shown(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [all_shown(value) for value in document]
    return document


def json_text(document, **options):
    """JSON in which unsafe characters stand as escapes; what a program reads is the document."""
    return _UNSAFE.sub(
        lambda match: match.group() if match.group() == "\n" else _escape_json(match), json.dumps(document, ensure_ascii=False, **options)
    )


def _escape_json(match):
    return f"\\u{ord(match.group()):04x}"


def guarded(value):
    """A field of a CSV file: texts that look like formulas with an apostrophe in front; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def unguarded(text):
    """The text that was guarded."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
