# SPDX-License-Identifier: GPL-2.0-only
"""A point of a sweep is one scenario with its overrides and its seed, and has the id that its result is found by.

    point = Point(point_id(build, inputs, parameters, seed), inputs, 0, {"/topology/oversubscription": 4}, 1)
    point.assignments                               # ['/topology/oversubscription=4']: for echelon's --set

The id is a hash of the program's build, of everything that the scenario asks for (`inputs`, from `echelon check`), of
the parameters and of the seed: nothing else, so it does not depend on the order of axes or on the machine.
Seeds never derive from the id: points that differ in a parameter may share random numbers.
"""

import hashlib
import json
from typing import NamedTuple

from echelon_sweep.jsonfile import canonical

POINT_SCHEMA = "echelon/point/1"
SEED = "/seed"
SCHEDULERS = "/schedulers"
SCENARIO = "scenario"  # the parameter that says which of several scenarios a point runs


class Point(NamedTuple):
    id: str
    inputs: str  # hash of the resolved scenario
    scenario: int  # which of the sweep's scenarios
    parameters: dict  # JSON pointer -> value; "scenario" -> file where the spec names several
    seed: int

    def assignments(self, schedulers=None):
        """What the program's --set takes, in the order of the pointers."""
        return make_assignments(self.parameters, schedulers)


def make_assignments(parameters, schedulers=None):
    """["/pointer=VALUE"] of parameters, and of schedulers that take the place of the scenario's."""
    found = [
        f"{pointer}={json.dumps(value, ensure_ascii=False)}"
        for pointer, value in sorted(parameters.items())
        if pointer != SCENARIO
    ]
    if schedulers is not None:
        found.append(f"{SCHEDULERS}={json.dumps(schedulers, ensure_ascii=False)}")
    return found


def point_id(build, inputs, parameters, seed):
    """16 hexadecimal digits."""
    named = {
        "schema": POINT_SCHEMA,
        "program": build,
        "inputs": inputs,
        "parameters": parameters,
        "seed": seed,
    }
    return hashlib.sha256(canonical(named).encode()).hexdigest()[:16]
