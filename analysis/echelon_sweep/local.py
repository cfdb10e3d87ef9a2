# SPDX-License-Identifier: GPL-2.0-only
"""The local back end runs the points on this machine's cores. `submit` gathers when it returns.

Passes over the missing points until none is left that has fewer errors than the specification's `retries`.
"""

import os
import sys

from echelon_common.errors import EXIT_BAD_INPUT, EXIT_DONE, EXIT_INTERRUPTED
from echelon_sweep.errors import EXIT_FAILED, EXIT_MISSING
from echelon_sweep.progress import ProgressLine
from echelon_sweep.worker import Bounds, run_points


def cores():
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def submit(sweep, points, program, options):
    """Run the points here. Returns the exit code."""
    processes = options.processes or cores()
    if options.dry_run:
        print(f"would run {len(points)} points in {processes} processes")
        return EXIT_DONE
    line = ProgressLine(len(points), sys.stderr)
    failed, alarms = 0, []
    while points:
        left = options.max_errors - failed if options.max_errors is not None else None
        try:
            tally = run_points(sweep, points, program, Bounds(processes, max_errors=left), line.show)
        except BaseException:
            line.clear()
            raise
        line.next_pass(tally)
        alarms += tally.alarms
        failed += tally.failed
        if tally.stopped_by is not None:
            line.clear()
            print("echelon-sweep: interrupted; submit again to continue", file=sys.stderr)
            return EXIT_INTERRUPTED
        if tally.too_many_errors:
            line.clear()
            print(f"echelon-sweep: stopped after {failed} errors (--max-errors); see {sweep.path}/runs/*/*/error.*.json", file=sys.stderr)
            return EXIT_MISSING if sweep.todo() else EXIT_FAILED
        points = sweep.todo() if tally.failed else []
    line.clear()
    report_alarms(sweep, alarms)
    return EXIT_DONE


def report_alarms(sweep, alarms):
    """Points whose second result differs from their first."""
    for point_id in alarms:
        print(
            f"echelon-sweep: {sweep.point_folder(point_id)}/alarm.json: "
            "the same point gave other metrics: the program is not deterministic",
            file=sys.stderr,
        )
    return EXIT_BAD_INPUT
