# SPDX-License-Identifier: GPL-2.0-only
"""echelon-sweep submit: make the sweep's folder, run what is missing."""

import os
import pathlib
import sys

from echelon_sweep import backends
from echelon_sweep.errors import EXIT_DONE
from echelon_sweep.chunks import cost_of_point
from echelon_sweep.commands.gather import say
from echelon_sweep.expand import expand
from echelon_sweep.gather import gather
from echelon_sweep.layout import DONE, FAILED, MISSING, Sweep
from echelon_sweep.prepare import folder_document, locked, prepare
from echelon_sweep.program import find_program
from echelon_sweep.progress import duration
from echelon_sweep.spec import check_spec, read_spec


def _spec_of(options):
    """The specification, the folder that holds its sweep, and the program."""
    if not os.path.isdir(options.spec):
        return read_spec(options.spec), options.out, find_program(options.program)
    sweep = Sweep.open(options.spec)
    spec = check_spec(sweep.spec, sweep.document["spec_file"])
    return spec, pathlib.Path(options.spec).parent, find_program(options.program or sweep.program_path)


def run(options):
    spec, out, program = _spec_of(options)
    backend = backends.load(options.backend)
    points = expand(spec, program)  # a bad specification makes no folder
    if options.dry_run and not (pathlib.Path(out) / spec.name / "sweep.json").exists():
        # Nothing may be made: not even the folder.
        print(f"{spec.name}: {len(points)} points, all missing; {out}/{spec.name} would be made", file=sys.stderr)
        sweep = Sweep(pathlib.Path(out) / spec.name, folder_document(spec, program, points), points)
        return backend.submit(sweep, points, program, options)
    with locked(pathlib.Path(out) / spec.name):
        sweep, notes = prepare(spec, program, points, out)
        for note in notes:
            print(f"echelon-sweep: {note}", file=sys.stderr)
        states = [sweep.state(point) for point in sweep.points]
        points = [point for point, state in zip(sweep.points, states) if state == MISSING]
        print(_told(sweep, states, options), file=sys.stderr)
        code = backend.submit(sweep, points, program, options) if points else EXIT_DONE
        if code != EXIT_DONE or options.dry_run or (points and options.backend != "local"):
            return code
        # Nothing is left to run. Points that failed for good stand in the tables by their status.
        return say(sweep, gather(sweep, partial=True))


def _told(sweep, states, options):
    missing = states.count(MISSING)
    text = f"{sweep.path}: {len(states)} points, {states.count(DONE)} done"
    if FAILED in states:
        text += f", {states.count(FAILED)} failed for good (`clean` lets them run again)"
    if missing:
        cost, source = cost_of_point(sweep)
        hours = f"{cost * missing / 3600:.2g} core hours, from {source}" if cost is not None else f"cost unknown: {source}"
        text += f", {missing} to run ({hours})"
    return text
