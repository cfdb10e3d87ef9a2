# SPDX-License-Identifier: GPL-2.0-only
"""Writes the HTML around the data: one page with its style, its script and a policy that forbids every request.

    text = render("quickstart", sealed)      # sealed: pack.Pack.seal()

Names of jobs and scenarios reach the page only inside the sealed data and the escaped title; the script sets them as text.
"""

import base64
import hashlib
import html
import pathlib

from echelon_common.text import shown

HERE = pathlib.Path(__file__).parent


def _text(name):
    return (HERE / name).read_text(encoding="utf-8")


def render(title, sealed):
    """The page."""
    script = _text("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    parts = {
        "{{title}}": html.escape(shown(title)),
        "{{digest}}": digest,
        "{{style}}": _text("report.css"),
        "{{licences}}": html.escape(_text("LICENSES.txt")),
        "{{data}}": sealed,
        "{{script}}": script,
    }
    page = _text("page.html")
    # Each mark stands once, and no part is searched for marks.
    for mark, value in parts.items():
        before, after = page.split(mark) if page.count(mark) == 1 else _misplaced(mark)
        parts[mark] = (before, value)
        page = after
    return "".join(before + value for before, value in parts.values()) + page


def _misplaced(mark):
    raise ValueError(f"page.html must hold {mark} once, after the marks before it")
