# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep clean` removes what a sweep can do without."""

from echelon_common.errors import EXIT_DONE
from echelon_common.text import one_line
from echelon_sweep.clean import remove, rubbish
from echelon_sweep.layout import Sweep
from echelon_sweep.prepare import locked


def run(options):
    sweep = Sweep.open(options.sweep)
    with locked(sweep.path):
        found = list(rubbish(sweep, options.all))
        for path, reason in found:
            print(f"{one_line(path)}: {reason}")
            if not options.dry_run:
                remove(path)
    print(f"{len(found)} {'to remove' if options.dry_run else 'removed'}")
    return EXIT_DONE
