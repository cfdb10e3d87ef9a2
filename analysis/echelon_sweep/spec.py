# SPDX-License-Identifier: GPL-2.0-only
"""Reads the specification of a sweep, checks it and fills in defaults. What each key means is in docs/reference/sweep.md.

    spec = read_spec("scenarios/sweep/demo-100.json")
    spec.axes["/topology/oversubscription"]         # [1, 2, 4]
    spec.document                                   # with defaults, for sweep.json

Errors: SweepError with file, JSON pointer, what is wrong, hint; always one line. Whether the scenario knows what the
axes name is asked of the program: expand.py.
"""

import dataclasses
import pathlib
import re

from echelon_common.errors import did_you_mean
from echelon_sweep.errors import SweepError
from echelon_sweep.jsonfile import canonical, read_json, split_pointer, token
from echelon_sweep.layout import FILES
from echelon_sweep.points import SCHEDULERS, SEED

SPEC_SCHEMA = "echelon/sweep/1"
MAX_BYTES = 16 * 2**20  # of a file
MAX_POINTS = 1_000_000
MAX_AXES = 1000
MAX_INTEGER = 2**63 - 1  # of SQLite
MAX_SEED = 2**53
MAX_RETRIES = 100
KEYS = (
    "schema",
    "name",
    "description",
    "scenario",
    "axes",
    "zip",
    "exclude",
    "seeds",
    "replications",
    "schedulers",
    "files",
    "resources",
    "chunk",
    "retries",
)
# What a scenario has, but a sweep cannot vary: pointer -> hint.
NO_AXES = {
    "": "an axis names a place inside the scenario, such as /topology/oversubscription",
    "/schema": "it says what the file is",
    "/name": "it names the results",
    "/description": "it changes nothing",
    "/expect": "expectations hold for the scenario as it stands",
    SEED: 'write "seeds": [1, 2, 3] beside the axes',
}
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
POINTER = re.compile(r"(/([^/~]|~0|~1)*)*")
TIMES = {"s": 1, "min": 60, "h": 3600, "d": 86400}
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


@dataclasses.dataclass(frozen=True)
class Spec:
    file: str
    document: dict  # as read, with defaults
    name: str
    scenarios: list  # of paths
    several: bool  # the spec lists scenarios: they are a parameter of the points
    axes: dict  # pointer -> values, sorted by pointer
    zips: list  # groups of pointers that advance together
    excludes: list  # {pointer: [values]}
    seeds: list  # None: the scenario's own
    schedulers: list  # None: the scenario's own
    time_s: float
    memory_bytes: int

    def fail(self, pointer, what, hint=""):
        raise SweepError(self.file, pointer, what, hint)


class _Reader:
    """The document, and how to complain about it."""

    def __init__(self, file, document):
        self.file = file
        self.document = document

    def fail(self, pointer, what, hint=""):
        raise SweepError(self.file, pointer, what, hint)

    def keys(self, pointer, value, known):
        for key in value:
            if key not in known:
                self.fail(f"{pointer}/{token(key)}", "is an unknown key", did_you_mean(key, list(known)))

    def kind(self, pointer, value, kind, what):
        """bool is no number here."""
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in (kind if isinstance(kind, tuple) else (kind,))):
            self.fail(pointer, f"is not {what}", f"it is {shown(value)}")
        return value

    def text(self, pointer, value):
        return self.kind(pointer, value, str, "a text")

    def array(self, pointer, value, what, empty_hint):
        self.kind(pointer, value, list, f"a list of {what}")
        if not value:
            self.fail(pointer, "is empty", empty_hint)
        return value

    def integer(self, pointer, value, least, largest):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= largest:
            self.fail(pointer, f"is not a whole number from {least} to {largest}", f"it is {shown(value)}")
        return value

    def quantity(self, pointer, value, units, example):
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", value) if isinstance(value, str) else None
        if match is None or match[2] not in units:
            self.fail(pointer, f"is not a quantity such as {example}", f"it is {shown(value)}; units: {', '.join(units)}")
        amount = float(match[1]) * units[match[2]]
        if not 0 < amount < 1e18:
            self.fail(pointer, "is not a quantity of a sensible size", f"it is {shown(value)}")
        return amount


def _plain(value):
    """The value with whole numbers as such: 2.0 is 2, and their points are the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_SEED:
        return int(value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value


def shown(value):
    text = canonical(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_spec(path):
    """The specification in a file."""
    return check_spec(read_json(path, MAX_BYTES), str(path))


def check_spec(document, file):
    """The specification in a document; `file` is named in errors, and scenarios are relative to it."""
    document = _plain(document)
    read = _Reader(file, document)
    if not isinstance(document, dict):
        read.fail("", "is not a JSON object", "see docs/reference/sweep.md")
    if document.get("schema") != SPEC_SCHEMA:
        read.fail("/schema", f'is not "{SPEC_SCHEMA}"', f"it is {shown(document.get('schema'))}" if "schema" in document else "it is missing")
    read.keys("", document, KEYS)
    _check_integers(read, "", document)
    for key in ("name", "scenario"):
        if key not in document:
            read.fail(f"/{key}", "is missing", "see docs/reference/sweep.md")
    if not NAME.fullmatch(read.text("/name", document["name"])):
        read.fail("/name", "cannot name a folder", 'use letters, digits, "-", "_" and ".", not "." first, at most 100')
    read.text("/description", document.get("description", ""))
    scenarios, several = _scenarios(read)
    axes = _axes(read)
    zips = _zips(read, axes)
    excludes = _excludes(read, axes)
    seeds = _seeds(read)
    schedulers = document.get("schedulers")
    if schedulers is not None:
        read.array("/schedulers", schedulers, "schedulers", "leave it out to run the scenario's own")
        for pointer in axes:
            if (pointer + "/").startswith(SCHEDULERS + "/"):
                read.fail("/schedulers", "is set beside an axis that sets it too", f"leave out this or the axis {pointer}")
    files = read.text("/files", document.get("files", FILES[0]))
    if files not in FILES:
        read.fail("/files", f"is none of {', '.join(FILES)}", did_you_mean(files, list(FILES)))
    resources = read.kind("/resources", document.get("resources", {}), dict, "an object")
    read.keys("/resources", resources, ("time", "memory"))
    time_s = read.quantity("/resources/time", resources["time"], TIMES, '"10min"') if "time" in resources else None
    memory = int(read.quantity("/resources/memory", resources["memory"], SIZES, '"2GB"')) if "memory" in resources else None
    chunk = read.kind("/chunk", document.get("chunk", 10), (int, float), "a number of minutes")
    if not 0 < chunk <= 10080:
        read.fail("/chunk", "is not a number of minutes above 0, at most a week", f"it is {shown(chunk)}")
    retries = read.integer("/retries", document.get("retries", 3), 1, MAX_RETRIES)
    filled = {**document, "files": files, "chunk": chunk, "retries": retries}
    return Spec(file, filled, document["name"], scenarios, several, axes, zips, excludes, seeds, schedulers, time_s, memory)


def _check_integers(read, pointer, value):
    """Tables hold integers of 64 bits, and a sweep that cannot be gathered need not run."""
    if isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        read.fail(pointer, f"{shown(value)} is a whole number beyond 64 bits", f"write it as a real number: {float_text(value)}")
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        _check_integers(read, f"{pointer}/{token(key)}", inner)


def float_text(value):
    """A whole number of any length as a real number."""
    text = str(abs(value))
    digits = text.rstrip("0")
    return f"{'-' if value < 0 else ''}{digits[0]}{'.' if digits[1:] else ''}{digits[1:17]}e{len(text) - 1}"


def _scenarios(read):
    given = read.document["scenario"]
    several = isinstance(given, list)
    if several:
        read.array("/scenario", given, "files", "name at least one scenario")
    else:
        read.kind("/scenario", given, str, "the path of a scenario, or a list of them")
    names = given if several else [given]
    paths, seen = [], set()
    for index, name in enumerate(names):
        pointer = f"/scenario/{index}" if several else "/scenario"
        read.text(pointer, name)
        if name in seen:
            read.fail(pointer, "stands twice", "keep one")
        seen.add(name)
        path = pathlib.Path(read.file).parent / name
        if not name or "\0" in name or not path.is_file():
            read.fail(pointer, f"{shown(name)} is not a file", "paths are relative to the file of the sweep")
        paths.append(str(path))
    return paths, several


def _axes(read):
    axes = read.kind("/axes", read.document.get("axes", {}), dict, "an object of JSON pointers and lists of values")
    if len(axes) > MAX_AXES:
        read.fail("/axes", f"they are {len(axes):,} axes", f"at most {MAX_AXES:,}")
    for pointer, values in axes.items():
        place = f"/axes/{token(pointer)}"
        if not POINTER.fullmatch(pointer) or (pointer and pointer[0] != "/"):
            read.fail(place, f"{shown(pointer)} is not a JSON pointer", "for example /topology/oversubscription")
        for barred, hint in NO_AXES.items():
            if pointer == barred or (barred == "/expect" and pointer.startswith("/expect/")):
                read.fail(place, "cannot be an axis", hint)
        if "-" in split_pointer(pointer):
            read.fail(place, "cannot be an axis", '"-" appends to a list; set the whole list instead')
        read.array(place, values, "values", "an axis has at least one value")
    for pointer in axes:
        for other in axes:
            if other.startswith(pointer + "/"):
                read.fail(f"/axes/{token(other)}", f"lies inside the axis {pointer}", "one would undo the other")
    return dict(sorted(axes.items()))


def _distinct(read, place, values):
    seen = {}
    for index, value in enumerate(values):
        text = canonical(value)
        if text in seen:
            read.fail(f"{place}/{index}", f"{shown(value)} stands twice", f"it is entry {seen[text]} too")
        seen[text] = index


def _zips(read, axes):
    groups = _groups(read, axes)
    grouped = {pointer for group in groups for pointer in group}
    for pointer in axes:
        if pointer not in grouped:
            _distinct(read, f"/axes/{token(pointer)}", axes[pointer])
    for index, group in enumerate(groups):
        _distinct(read, f"/zip/{index}", [list(values) for values in zip(*(axes[pointer] for pointer in group))])
    return groups


def _groups(read, axes):
    groups = read.kind("/zip", read.document.get("zip", []), list, "a list of groups of axes")
    used = {}
    for index, group in enumerate(groups):
        place = f"/zip/{index}"
        read.kind(place, group, list, "a list of axes")
        if len(group) < 2:
            read.fail(place, "has fewer than two axes", "axes of a group advance together")
        for position, pointer in enumerate(group):
            read.text(f"{place}/{position}", pointer)
            if pointer not in axes:
                read.fail(f"{place}/{position}", f"{shown(pointer)} is not an axis", did_you_mean(pointer, list(axes)))
            if pointer in used:
                read.fail(f"{place}/{position}", f"{shown(pointer)} is in a group already", f"see {used[pointer]}")
            used[pointer] = f"{place}/{position}"
        lengths = [len(axes[pointer]) for pointer in group]
        if len(set(lengths)) > 1:
            told = ", ".join(f"{pointer} has {length}" for pointer, length in zip(group, lengths))
            read.fail(place, "its axes have different numbers of values", told)
    return groups


def _excludes(read, axes):
    rules = read.kind("/exclude", read.document.get("exclude", []), list, "a list of rules")
    texts = {pointer: {canonical(value) for value in values} for pointer, values in axes.items()} if rules else {}  # true is not 1
    found = []
    for index, rule in enumerate(rules):
        place = f"/exclude/{index}"
        read.kind(place, rule, dict, "an object of axes and values")
        if not rule:
            read.fail(place, "is empty", "it would leave out every point")
        found.append({})
        for pointer, given in rule.items():
            inner = f"{place}/{token(pointer)}"
            if pointer not in axes:
                read.fail(inner, "is not an axis", did_you_mean(pointer, list(axes)))
            known = texts[pointer]
            values = given if isinstance(given, list) and canonical(given) not in known else [given]
            if not values:
                read.fail(inner, "is empty", "name the values to leave out")
            for value in values:
                if canonical(value) not in known:
                    read.fail(inner, f"{shown(value)} is not a value of the axis", f"it has {shown(axes[pointer])}")
            found[-1][pointer] = [canonical(value) for value in values]
    return found


def _seeds(read):
    document = read.document
    if "seeds" in document and "replications" in document:
        read.fail("/replications", "stands beside seeds", '"replications": 3 is short for "seeds": [1, 2, 3]')
    if "replications" in document:
        return list(range(1, read.integer("/replications", document["replications"], 1, MAX_POINTS) + 1))
    if "seeds" not in document:
        return None
    seeds = read.array("/seeds", document["seeds"], "seeds", "leave it out to use the scenario's own")
    for index, seed in enumerate(seeds):
        read.integer(f"/seeds/{index}", seed, 0, MAX_SEED)
    _distinct(read, "/seeds", seeds)
    return seeds
