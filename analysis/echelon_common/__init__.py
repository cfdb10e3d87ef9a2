# SPDX-License-Identifier: GPL-2.0-only
"""What the packages in Python share: a command line (command_line.py) and its errors (errors.py), files that are whole or not there
(files.py), and texts that stay mere text wherever they are shown (text.py).

    with draft("report.html") as path: ...          # written beside it, renamed at the end
    shown("\u202eevil")                             # '\\u202eevil'
    raise UserError("a.json", "there are no axes", "give at least one")

Needs the standard library only.
"""
