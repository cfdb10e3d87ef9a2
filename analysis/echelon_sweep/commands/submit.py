# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep submit` makes the sweep's folder and runs what is missing."""

import os
import pathlib
import sys

from echelon_common.errors import EXIT_DONE
from echelon_sweep import backends
from echelon_common.text import one_line
from echelon_sweep.chunks import cost_of_point, launcher
from echelon_sweep.clean import remove, work_folders
from echelon_sweep.commands.gather import gather_and_say
from echelon_sweep.expand import expand
from echelon_sweep.layout import DONE, FAILED, MISSING, Sweep
from echelon_sweep.paths import check_words
from echelon_sweep.prepare import locked, plan, prepare
from echelon_sweep.program import find_program
from echelon_sweep.spec import check_spec, read_spec


def _spec_of(options):
    """The specification, the folder of its sweep, and the program."""
    if not os.path.isdir(options.spec):
        spec = read_spec(options.spec)
        return spec, pathlib.Path(options.out) / spec.name, find_program(options.program)
    # The folder is the sweep, whatever it is called now and however it was reached.
    sweep = Sweep.open(os.path.realpath(options.spec))
    spec = check_spec(sweep.spec, sweep.document["spec_file"])
    return spec, sweep.path, find_program(options.program or sweep.program_path)


def run(options):
    spec, path, program = _spec_of(options)
    if options.backend != "local":
        # Nothing is made that no command could name.
        check_words([os.path.abspath(path), os.path.realpath(path), program.path, *launcher()])
    points = expand(spec, program)  # a bad specification makes no folder
    if options.dry_run:
        # Nothing may be made or written: not even the folder.
        return _submit(*plan(spec, program, points, path), program, options)
    with locked(path):
        sweep, notes = prepare(spec, program, points, path)
        for left, _ in work_folders(sweep):
            remove(left)
        return _submit(sweep, notes, program, options)


def _submit(sweep, notes, program, options):
    for note in notes:
        print(f"echelon-sweep: {one_line(note)}", file=sys.stderr)
    states = [sweep.state(point) for point in sweep.points]
    points = [point for point, state in zip(sweep.points, states) if state == MISSING]
    print(one_line(_told(sweep, states)), file=sys.stderr)
    code = backends.load(options.backend).submit(sweep, points, program, options) if points else EXIT_DONE
    if code != EXIT_DONE or options.dry_run or (points and options.backend != "local"):
        return code
    # Nothing is left to run. Points that failed for good stand in the tables by their status.
    return gather_and_say(sweep, partial=True)


def _told(sweep, states):
    missing = states.count(MISSING)
    made = "" if sweep.path.exists() else " would be made"
    text = f"{sweep.path}{made}: {len(states)} points, {states.count(DONE)} done"
    if FAILED in states:
        text += f", {states.count(FAILED)} failed for good (`clean` lets them run again)"
    if missing:
        cost, source = cost_of_point(sweep)
        hours = f"{cost * missing / 3600:.2g} core hours, from {source}" if cost is not None else f"cost unknown: {source}"
        text += f", {missing} to run ({hours})"
    return text
