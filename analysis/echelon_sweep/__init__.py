# SPDX-License-Identifier: GPL-2.0-only
"""This package runs parameter sweeps of Echelon scenarios on this machine's cores, on Slurm, or wherever a shell runs.

    from echelon_sweep.layout import Sweep
    sweep = Sweep.open("sweeps/demo-100")
    todo = sweep.todo()                  # points without a result and with fewer errors than `retries`

Result files are the truth: a point is done when its result.json stands in the sweep's folder, whoever put it there.
Format and commands: docs/reference/sweep.md. Standard library only.
"""
