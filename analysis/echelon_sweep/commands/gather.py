# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep gather` verifies the results and writes the tables."""

import sys

from echelon_common.errors import EXIT_DONE
from echelon_common.text import one_line
from echelon_sweep.clean import remove, work_folders
from echelon_sweep.gather import gather
from echelon_sweep.layout import Sweep

SHOWN = 20


def run(options):
    return gather_and_say(Sweep.open(options.sweep), options.partial)


def gather_and_say(sweep, partial):
    """Write the tables; when the sweep is complete, remove what killed workers left. Return the exit code."""
    report = gather(sweep, partial)
    if report.exit_code == EXIT_DONE:
        for path, _ in work_folders(sweep):
            remove(path)
    return _say(sweep, report)


def _say(sweep, report):
    """Tell what came out; return the exit code."""
    for line in report.bad[:SHOWN]:
        print(f"echelon-sweep: {one_line(line)}", file=sys.stderr)
    if len(report.bad) > SHOWN:
        print(f"echelon-sweep: and {len(report.bad) - SHOWN} more", file=sys.stderr)
    lacking = []
    if report.missing:
        lacking.append(f"{report.missing} missing")
    if report.failed:
        lacking.append(f"{report.failed} failed for good")
    if report.bad:
        lacking.append(f"{len(report.bad)} bad")
    if lacking:
        hint = "" if report.written else "; no tables written (--partial writes what there is)"
        print(f"echelon-sweep: {one_line(sweep.path)}: {report.points} points, {', '.join(lacking)}{hint}", file=sys.stderr)
    if report.written:
        print(f"{one_line(sweep.path)}/results.sqlite")
    return report.exit_code
