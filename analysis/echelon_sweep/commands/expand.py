# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep expand` checks a specification and lists its points."""

from echelon_common.errors import EXIT_DONE
from echelon_common.text import json_text, shown
from echelon_sweep.expand import expand
from echelon_sweep.jsonfile import canonical
from echelon_sweep.prepare import columns
from echelon_sweep.program import find_program
from echelon_sweep.spec import read_spec


def run(options):
    spec = read_spec(options.spec)
    points = expand(spec, find_program(options.program))
    if options.count:
        print(len(points))
    elif options.json:
        print(json_text({"name": spec.name, "points": [point._asdict() for point in points]}, indent=1))
    else:
        names = dict(zip(spec.axes, columns(spec.axes)))
        for point in points:
            told = [f"{names.get(key, key)}={canonical(value)}" for key, value in point.parameters.items()]
            print(shown(" ".join([point.id, *told, f"seed={point.seed}"])))
        print(f"{len(points)} points{_hours(spec, len(points))}")
    return EXIT_DONE


def _hours(spec, count):
    if spec.time_s is None:
        return ""
    return f", at most {spec.time_s * count / 3600:.2g} core hours (resources.time each)"
