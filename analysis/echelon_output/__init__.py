# SPDX-License-Identifier: GPL-2.0-only
"""What all tools in Python share when they write: files that are whole (files.py), texts that are only texts (text.py).

    with draft("report.html") as path: ...          # written beside it, renamed at the end
    shown("\u202eevil")                             # '\\u202eevil'

Needs the standard library only.
"""
