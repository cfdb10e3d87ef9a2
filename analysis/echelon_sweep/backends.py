# SPDX-License-Identifier: GPL-2.0-only
"""Knows where points can run: the back ends of `submit`, by name.

    backend = load("slurm")                         # the module echelon_sweep.slurm
    backend.submit(sweep, points, program, options) # -> exit code

A back end is a module with

    add_options(parser)                 adds its own options to `submit` (optional)
    submit(sweep, points, program, options) -> exit code
        points: what to run (sweep.todo(), in order). options: of the command line; options.dry_run prints and does nothing.
    Task()                              made by `worker --batch NAME` inside a job (optional):
        .time_left() -> seconds or None         asked before each point and twice a second
        .stopped(signum) -> exit code           after the worker stopped its points on a signal or for want of time
                                                (signum is then None); may requeue the job. Normally 75.
    queue_counts(sweep) -> {"points", "running_tasks", "queued_tasks"}, or None for a sweep that never was submitted so;
                                        NoBatchSystem when nobody answers; for `status` (optional)
    cancel(sweep) -> number of jobs     for `cancel` (optional)

A job runs `echelon-sweep worker SWEEP --points FILE --from I --count N --batch NAME`: FILE holds one point id per line,
and the worker takes N lines from line I (from 0); without --points the points are those of points.json.
"""

import importlib

BACKENDS = ("local", "slurm", "print")
_MODULES = {"local": "local", "slurm": "slurm", "print": "printing"}


def load(name):
    """The module of a back end."""
    return importlib.import_module(f"echelon_sweep.{_MODULES[name]}")


def add_options(name, parser):
    """Let a back end add its options to `submit`."""
    add = getattr(load(name), "add_options", None)
    if add is not None:
        add(parser)
