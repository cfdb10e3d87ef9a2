# SPDX-License-Identifier: GPL-2.0-only
"""echelon-sweep worker: a chunk of points, as a batch task runs it.

Exit code 0: every point of the chunk has a result. 4: some ended with an error. 65: the folder belongs to another build,
or a point is not deterministic. 75: stopped before the end; run the same command, or submit, again.
"""

import signal
import sys

from echelon_common.errors import EXIT_DONE, EXIT_INTERRUPTED, Interrupted
from echelon_sweep import backends
from echelon_sweep.errors import EXIT_FAILED, SweepError, UsageError
from echelon_sweep.layout import Sweep
from echelon_sweep.local import report_alarms
from echelon_sweep.program import find_program
from echelon_sweep.worker import OUT_OF_TIME, Bounds, environment_time_left, run_points


def _chunk(sweep, options):
    points = sweep.points
    if options.points is not None:
        try:
            with open(options.points, encoding="utf-8") as file:
                ids = file.read().split()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{options.points}: cannot be read: {error}") from None
        known = {point.id: point for point in points}
        # Points that are gone since the list was written need not run.
        points = [known.get(one) for one in ids]
    end = None if options.count is None else options.begin + options.count
    return [point for point in points[options.begin : end] if point is not None]


def run(options):
    task = backends.load(options.batch).Task() if options.batch else None
    try:
        return _run(options, task)
    except Interrupted as interrupted:
        # The signal came before the first point or after the last.
        if task is None:
            raise
        return task.stopped(interrupted.signum)


def _run(options, task):
    sweep = Sweep.open(options.sweep)
    program = find_program(options.program or sweep.program_path)
    if program.build != sweep.build:
        raise SweepError(sweep.path, "", f"was made by build {sweep.build}, but {program.path} is {program.build}", "submit again")
    bounds = Bounds(options.processes, task.time_left if task else environment_time_left)
    tally = run_points(sweep, _chunk(sweep, options), program, bounds)
    told = f"{tally.ran} points ran, {tally.skipped} had results, {tally.failed} failed"
    print(f"echelon-sweep: {told}", file=sys.stderr)
    if tally.alarms:
        return report_alarms(sweep, tally.alarms)
    if tally.stopped_by is not None:
        signum = None if tally.stopped_by == OUT_OF_TIME else tally.stopped_by
        why = "time is up" if signum is None else f"stopped by {signal.Signals(signum).name}"
        print(f"echelon-sweep: {why} before the end", file=sys.stderr)
        return task.stopped(signum) if task else EXIT_INTERRUPTED
    return EXIT_FAILED if tally.failed else EXIT_DONE
