# SPDX-License-Identifier: GPL-2.0-only
"""Which points the study of finish-time targets has.

    for point in points(): ...        # {"part": "map", "kind": "fsdp", "load": 0.9, "oversubscription": 4, …}

`load` is what both jobs together ask of the busiest link: the time that it needs for the bytes of one iteration of each
job, over the length of an iteration on an infinitely fast network. Links are made slower or faster until it is as asked;
None leaves the scenario's own.
"""

import itertools

from finish_time_study.names import HEADLINE, KINDS

COLUMNS = ["part", "kind", "load", "oversubscription", "spines", "jobs", "noise", "control_delay", "fabric", "seed"]
BASE = {"load": 1.0, "oversubscription": 4, "spines": 1, "jobs": 2, "noise": 0.02, "control_delay": "0s", "fabric": "fluid"}

# The scenario was chosen on the seeds 1 to 40; these were drawn on only once it stood.
HEADLINE_SEEDS = range(1001, 1061)
MAP_LOADS = [0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3]
MAP_OVERSUBSCRIPTIONS = [2, 4, 8]
MAP_SEEDS = [1, 2, 3, 4]
# Lines through one point of the map: one property changes, everything else is as in BASE.
LINES = {
    "spines": [1, 2, 4],
    "noise": [0.0, 0.02, 0.05, 0.1, 0.2],
    "control_delay": ["0s", "10us", "100us", "1ms", "10ms"],
    "jobs": [2, 3, 4],
}
LINE_SEEDS = [1, 2, 3]
MEGATRON_LOADS = [0.6, 0.8, 0.9, 1.0, 1.1, 1.3]
# Hashed paths load links unequally, so several spines at the full load leave the regime: this line has half of it.
HALF_LOAD, HALF_LOAD_SPINES = 0.5, [1, 2, 4]
PACKET_SEEDS = [1001, 1002, 1003, 1004]
FABRICS = ["fluid, short", "packet", "queues"]


# Factors on the speed of all computations, to see how much of a saving is chance.
SPEEDS = [1.0, 1 + 1e-6, 1 - 1e-6]


def point(part, kind, seed, **changes):
    return {**BASE, "part": part, "kind": kind, "seed": seed, **changes}


def points():
    """Every point once. The point that all lines go through belongs to each of them."""
    yield from (point("headline", HEADLINE, seed, load=None) for seed in HEADLINE_SEEDS)
    small = [kind for kind in KINDS if kind != "megatron"]
    for kind, load, factor, seed in itertools.product(small, MAP_LOADS, MAP_OVERSUBSCRIPTIONS, MAP_SEEDS):
        yield point("map", kind, seed, load=load, oversubscription=factor)
    for load, seed in itertools.product(MEGATRON_LOADS, MAP_SEEDS):
        yield point("map", "megatron", seed, load=load)
    for kind, seed in itertools.product(small, LINE_SEEDS):
        yield point("line", kind, seed)
        for column, values in LINES.items():
            yield from (point("line", kind, seed, **{column: value}) for value in values if value != BASE[column])
        yield from (point("half", kind, seed, load=HALF_LOAD, spines=spines) for spines in HALF_LOAD_SPINES)
    for fabric, seed in itertools.product(FABRICS, PACKET_SEEDS):
        yield point("packet", HEADLINE, seed, load=None, fabric=fabric)
