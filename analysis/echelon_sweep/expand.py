# SPDX-License-Identifier: GPL-2.0-only
"""Turns a specification into points: the grid, what the program says of each point, and the ids.

    points = expand(read_spec("demo-100.json"), find_program())

Order: scenarios, then axes sorted by pointer (a zip group stands at its first), the last varying fastest, then seeds;
values in the order given. It does not depend on the order of keys in the file. The program checks all points of a
scenario in one process; linear in the number of points.
"""

import itertools
import math

from echelon_sweep.jsonfile import canonical, token
from echelon_sweep.points import SCENARIO, SCHEDULERS, SEED, Point, make_assignments, point_id
from echelon_sweep.spec import MAX_POINTS

MAX_ARGUMENT = 2**17 - 1  # bytes of one argument of a program on Linux
MAX_ARGUMENTS = 2**20  # bytes of all; the kernel's 2 MiB hold the environment too
MAX_TEXT = 2**28  # bytes of the values of all points together


def expand(spec, program):
    """All points. SweepError at the axis whose values the scenario does not take."""
    cells = grid(spec)
    _check_arguments(spec)
    points = []
    for index, path in enumerate(spec.scenarios):
        named = {SCENARIO: spec.document["scenario"][index]} if spec.several else {}
        asked, owners = [], []
        for cell in cells:
            for seed in spec.seeds or [None]:
                owners.append({**named, **cell})
                asked.append(_assignments(spec, cell, seed))
        answers = program.check(path, asked)
        if any("error" in answer for answer in answers):
            _attribute(spec, program, index, cells, answers)
        for parameters, answer in zip(owners, answers):
            identity = point_id(program.build, answer["inputs"], parameters, answer["seed"])
            points.append(Point(identity, answer["inputs"], index, parameters, answer["seed"]))
    return points


def _assignments(spec, cell, seed):
    found = make_assignments(cell, spec.schedulers)
    return found if seed is None else [*found, f"{SEED}={seed}"]


def grid(spec):
    """The parameters of every cell, seeds apart."""
    partner = {pointer: group for group in spec.zips for pointer in group}
    groups = []
    for pointer in spec.axes:
        group = sorted(partner.get(pointer, [pointer]))
        if pointer == group[0]:
            groups.append(group)
    count = math.prod(len(spec.axes[group[0]]) for group in groups) * len(spec.scenarios) * len(spec.seeds or [None])
    if count > MAX_POINTS:
        spec.fail("/axes", f"they make {count} points", f"at most {MAX_POINTS}; split the sweep")
    size = sum(sum(map(len, map(canonical, values))) / len(values) for values in spec.axes.values())
    if count * size > MAX_TEXT:
        told = f"they make {count} points whose values take {size:,.0f} bytes each, {count * size / 1e6:,.0f} MB in all"
        spec.fail("/axes", told, f"at most {MAX_TEXT / 1e6:,.0f} MB; split the sweep, or put large values into files")
    cells = []
    matched = [False] * len(spec.excludes)
    for chosen in itertools.product(*(range(len(spec.axes[group[0]])) for group in groups)):
        cell = {pointer: spec.axes[pointer][i] for group, i in zip(groups, chosen) for pointer in group}
        hits = [number for number, rule in enumerate(spec.excludes) if _matches(rule, cell)]
        for number in hits:
            matched[number] = True
        if not hits:
            cells.append(dict(sorted(cell.items())))
    for number, found in enumerate(matched):
        if not found:
            spec.fail(f"/exclude/{number}", "matches no point", "no point has all of these values")
    if not cells:
        spec.fail("/exclude", "leaves no point", "the rules together match all of them")
    return cells


def _check_arguments(spec):
    """Values reach the program as arguments, whose length the kernel limits."""

    def size(pointer, value):
        [assignment] = make_assignments({pointer: value})
        return len(assignment.encode()) + 1

    sizes = {pointer: [size(pointer, value) for value in values] for pointer, values in spec.axes.items()}
    sizes[SCHEDULERS] = sizes.get(SCHEDULERS, [size(SCHEDULERS, spec.schedulers)] if spec.schedulers is not None else [0])
    for pointer, found in sizes.items():
        place = f"/axes/{token(pointer)}" if pointer in spec.axes else pointer
        for number, length in enumerate(found):
            if length > MAX_ARGUMENT:
                where = f"{place}/{number}" if pointer in spec.axes else place
                spec.fail(where, f"takes {length:,} bytes as an argument of the program", f"at most {MAX_ARGUMENT:,}; put it into a file")
    grouped = [pointer for group in spec.zips for pointer in group]
    groups = [*spec.zips, *([pointer] for pointer in sizes if pointer not in grouped)]
    largest = sum(max(map(sum, zip(*(sizes[pointer] for pointer in group)))) for group in groups)
    if largest > MAX_ARGUMENTS:
        told = f"the values of a point take up to {largest:,} bytes as arguments of the program"
        spec.fail("/axes", told, f"at most {MAX_ARGUMENTS:,}; put large values into files")


def _matches(rule, cell):
    return all(canonical(cell[pointer]) in values for pointer, values in rule.items())


def _attribute(spec, program, index, cells, answers):
    """Say which part of the specification the scenario does not take."""
    path = spec.scenarios[index]
    place = f"/scenario/{index}" if spec.several else "/scenario"
    [plain] = program.check(path, [[]])
    if "error" in plain:
        spec.fail(place, plain["error"], "the scenario itself is bad")
    each = len(spec.seeds or [None])
    bad = [any("error" in answer for answer in answers[i * each : (i + 1) * each]) for i in range(len(cells))]
    error = next(answer["error"] for answer in answers if "error" in answer)
    if spec.schedulers is not None:
        [answer] = program.check(path, [make_assignments({}, spec.schedulers)])
        if "error" in answer:
            spec.fail("/schedulers", answer["error"])
    # A failure is attributed to an axis value when it fails by itself, or when every point that has it fails and others do not.
    for pointer, values in spec.axes.items():
        alone = program.check(path, [make_assignments({pointer: value}) for value in values])
        for number, (value, answer) in enumerate(zip(values, alone)):
            having = [is_bad for cell, is_bad in zip(cells, bad) if canonical(cell[pointer]) == canonical(value)]
            if "error" in answer and having and all(having):
                spec.fail(f"/axes/{token(pointer)}/{number}", answer["error"])
    for pointer, values in spec.axes.items():
        for number, value in enumerate(values):
            having = [is_bad for cell, is_bad in zip(cells, bad) if canonical(cell[pointer]) == canonical(value)]
            if having and all(having) and len(having) < len(cells) and sum(bad) == len(having):
                spec.fail(f"/axes/{token(pointer)}/{number}", error)
    first = cells[bad.index(True)]
    told = ", ".join(f"{pointer} = {canonical(value)}" for pointer, value in first.items())
    spec.fail("/axes", error, f"at {told}; leave such points out with exclude")
