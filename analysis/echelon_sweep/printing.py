# SPDX-License-Identifier: GPL-2.0-only
"""The back end that starts nothing: it prints one command per chunk of missing points, for PBS, SGE or a shell loop.

Each line is a whole command; they may run in any order, at the same time, on any machine that sees the folder.
"""

import math
import sys

from echelon_common.errors import EXIT_DONE
from echelon_sweep.chunks import launcher, points_per_chunk, worker_command, write_point_list
from echelon_sweep.paths import command_line


def submit(sweep, points, program, options):
    """Print the commands. Returns the exit code."""
    if not points:
        return EXIT_DONE
    size = points_per_chunk(sweep, len(points))
    if options.dry_run:
        print(f"would print {math.ceil(len(points) / size)} commands for {len(points)} points")
        return EXIT_DONE
    gather = command_line([*launcher(), "gather", str(sweep.path.resolve())])
    listed = write_point_list(sweep, points)
    processes = options.processes or 1
    for begin in range(0, len(points), size):
        count = min(size, len(points) - begin)
        print(command_line(worker_command(sweep, program, listed, begin, count, processes)))
    print(f"when all have run: {gather}", file=sys.stderr)
    return EXIT_DONE
