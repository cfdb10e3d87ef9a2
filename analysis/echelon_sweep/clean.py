# SPDX-License-Identifier: GPL-2.0-only
"""Finds what can go from a sweep's folder: work folders of killed workers, errors, damaged results and forgotten drafts.

    for path, reason in rubbish(sweep): …
    remove(path)
"""

import os
import pathlib
import shutil

from echelon_common.files import DRAFT, is_abandoned
from echelon_sweep.layout import ALARM_FILE, ERROR_FILE, POINT_ID, RESULT_FILE
from echelon_sweep.status import is_left_behind
from echelon_sweep.verify import BadResult, read_result

WRITTEN = ("points.json", "sweep.json", "points.csv", "runs.csv", "jobs.csv", "results.sqlite")


def work_folders(sweep):
    """(path, why) of work folders whose workers are gone."""
    for path, _, host, pid in sweep.working():
        if is_left_behind(path, host, pid):
            yield path, "left behind by a killed worker"


def rubbish(sweep, everything=False):
    """(path, why) of what can go; `everything`: also results of points that the sweep has no more."""
    yield from work_folders(sweep)
    for name in sorted(os.listdir(sweep.path)):
        match = DRAFT.fullmatch(name)
        if match and match["name"] in WRITTEN and is_abandoned(f"{sweep.path}/{name}"):
            yield f"{sweep.path}/{name}", "a draft that was never finished"
    for point in sweep.points:
        folder = sweep.point_folder(point.id)
        try:
            names = sorted(os.listdir(folder))
        except FileNotFoundError:
            continue
        for name in names:
            if ERROR_FILE.fullmatch(name):
                yield f"{folder}/{name}", "an error"
        if ALARM_FILE in names:
            # One of the two results is wrong, and nothing says which.
            yield from ((f"{folder}/{name}", "disputed") for name in (ALARM_FILE, RESULT_FILE, "files") if name in names)
        elif RESULT_FILE in names:
            try:
                read_result(sweep, point)
            except BadResult as error:
                yield f"{folder}/{RESULT_FILE}", str(error).removeprefix(f"{folder}/{RESULT_FILE}: ")
                if "files" in names:
                    yield f"{folder}/files", "of a damaged result"
    if everything:
        yield from _gone(sweep)


def _gone(sweep):
    known = {point.id for point in sweep.points}
    for path in sorted(pathlib.Path(sweep.path).glob("runs/[0-9a-f][0-9a-f]/*")):
        if POINT_ID.fullmatch(path.name) and path.name not in known:
            yield str(path), "of a point that the sweep has no more"


def remove(path):
    """A file or a folder; its parent too when that is empty then."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
