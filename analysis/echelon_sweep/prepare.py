# SPDX-License-Identifier: GPL-2.0-only
"""Makes a sweep's folder, or brings it up to its specification; finished points stay.

    points = expand(spec, program)
    sweep, notes = plan(spec, program, points, "sweeps/demo-100")       # in memory only
    sweep, notes = prepare(spec, program, points, "sweeps/demo-100")

Under a lock, so that two submits cannot write one folder at a time. Points that the specification no longer has, and
those of other builds of the program, keep their files until `clean --all`, and count for nothing.
"""

import contextlib
import fcntl
import os
import pathlib

from echelon_common.errors import EXIT_INTERRUPTED
from echelon_sweep.errors import SweepError, UsageError
from echelon_sweep.jsonfile import split_pointer
from echelon_sweep.layout import FOLDER_SCHEMA, Sweep, write_folder
from echelon_sweep.tables import DESCRIPTIONS


class Busy(SweepError):
    """Somebody else submits this sweep now."""

    exit_code = EXIT_INTERRUPTED

    def __init__(self, path):
        super().__init__(path, "", "another submit works in this folder", "wait for it, or look at `status`")


@contextlib.contextmanager
def locked(path):
    """The sole submit of a folder while it lasts. The lock goes with the process, however that ends."""
    path = pathlib.Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        handle = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(path) from None
        except OSError:
            pass  # a file system without locks: workers share points safely anyway
        yield
    finally:
        os.close(handle)


def folder_document(spec, program, points):
    """sweep.json."""
    return {
        "schema": FOLDER_SCHEMA,
        "spec": spec.document,
        "spec_file": os.path.abspath(spec.file),
        "scenarios": [os.path.abspath(path) for path in spec.scenarios],
        "program": {"path": program.path, "version": program.version, "build": program.build},
        "time_s": spec.time_s,
        "memory_bytes": spec.memory_bytes,
        "axes": [{"pointer": p, "column": c, "values": v} for (p, v), c in zip(spec.axes.items(), columns(spec.axes))],
        "points": len(points),
    }


def columns(pointers, taken=()):
    """A short name for each axis: the last part of its pointer, with more parts where that is not enough."""
    # Tables are joined: no axis may bear the name of another column.
    reserved = {*(column for table in DESCRIPTIONS.values() for column in table), *taken}
    parts = [[_word(part) for part in split_pointer(pointer)] for pointer in pointers]
    lengths = [1] * len(parts)
    while True:
        names = ["_".join(part[-length:]) for part, length in zip(parts, lengths)]
        again = False
        for index, name in enumerate(names):
            bad = name in reserved or names.count(name) > 1 or not name[:1].isalpha()
            if bad and lengths[index] < len(parts[index]):
                lengths[index] += 1
                again = True
        if not again:
            break
    names = [name if name[:1].isalpha() else f"axis_{name}" for name in names]
    names = [f"axis_{name}" if name in reserved else name for name in names]
    for index, name in enumerate(names):
        while names.index(name) != index:
            name += "_"
            names[index] = name
    return names


def _word(part):
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in part) or "_"


def plan(spec, program, points, path):
    """The sweep as its folder would hold it, and notes for its user. Writes nothing."""
    path = pathlib.Path(path)
    sweep = Sweep(path, folder_document(spec, program, points), points)
    return sweep, _notes(sweep) if (path / "sweep.json").exists() else []


def _notes(sweep):
    """What a user should know of the folder as it was before."""
    try:
        before = Sweep.open(sweep.path)
        gone = {point.id for point in before.points} - {point.id for point in sweep.points}
    except SweepError as error:
        # The specification says all that stood there.
        return [f"{error.where}: {error.what}; it is written anew"]
    if before.build != sweep.build:
        return [
            f"{sweep.path}: was made by another build of the program ({before.build}); this is {sweep.build}: "
            "every point runs again, the old results stay until `clean --all`"
        ]
    notes = []
    if before.files != sweep.files and not all(sweep.has_files(point.id) for point in sweep.points if before.has_result(point.id)):
        notes.append(f'{sweep.path}: "files" is "{sweep.files}" now: points that did not keep them run again')
    if gone:
        notes.append(f"{sweep.path}: {len(gone)} earlier points are not in the sweep any more; their results stay until `clean --all`")
    return notes


def prepare(spec, program, points, path):
    """The sweep, its folder brought up to it, and notes for its user. Call it under locked()."""
    sweep, notes = plan(spec, program, points, path)
    write_folder(path, sweep.document, points)
    return sweep, notes
