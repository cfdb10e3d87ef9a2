# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep cancel` takes a sweep's jobs back from the batch system."""

from echelon_common.errors import EXIT_DONE
from echelon_sweep import backends
from echelon_sweep.layout import Sweep


def run(options):
    count = backends.load(options.backend).cancel(Sweep.open(options.sweep))
    print(f"{count} jobs cancelled")
    return EXIT_DONE
