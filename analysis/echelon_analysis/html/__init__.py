# SPDX-License-Identifier: GPL-2.0-only
"""One HTML file that shows a result folder or a sweep and needs nothing else: no network, no server, no other file.

    write_html("results/quickstart/e85da31d3722", "report.html")

Equal data give equal bytes. What the page holds: docs/report.md; its script: analysis/report-ui/.
"""

import pathlib

from echelon_analysis.errors import writing
from echelon_common.files import write_text


def write_html(path, out):
    """Write the report of the result folder or sweep at `path`; return the path written."""
    from echelon_analysis.html.page import render

    path, out = pathlib.Path(path), pathlib.Path(out)
    if (path / "sweep.json").exists():
        from echelon_analysis.html.sweep_document import sweep_document as document_of
    else:
        from echelon_analysis.html.results_document import results_document as document_of
    text = render(*document_of(path))
    with writing(out) as draft:
        write_text(draft, text)
    return out
