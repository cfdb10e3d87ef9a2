# SPDX-License-Identifier: GPL-2.0-only
"""A smaller JSON document that still does what a larger one did.

    small = shrink(scenario, lambda candidate: still_fails(candidate), seconds=60)
"""

import copy
import time


def places(value, path=()):
    """The path of every member and entry, the outermost first."""
    found = [(path, value)]
    for current, inner in found:
        entries = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        found += [((*current, key), child) for key, child in entries]
    return [current for current, _ in found[1:]]


def lookup(value, path):
    for key in path:
        value = value[key]
    return value


def without(document, path):
    smaller = copy.deepcopy(document)
    del lookup(smaller, path[:-1])[path[-1]]
    return smaller


def halved(document, path):
    """The whole number there halved towards 1, or None."""
    number = lookup(document, path)
    if isinstance(number, bool) or not isinstance(number, int) or number < 2:
        return None
    smaller = copy.deepcopy(document)
    lookup(smaller, path[:-1])[path[-1]] = number // 2
    return smaller


def shrink(document, holds, seconds):
    """Leave out members and entries, and halve numbers, one at a time and as long as `holds` stays true and there is time."""
    end = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for change in (without, halved):
            # From the last to the first, so that a step does not move the places that are still to come.
            for path in reversed(places(document)):
                if time.monotonic() > end:
                    break
                try:
                    candidate = change(document, path)
                except (KeyError, IndexError, TypeError):
                    continue  # an earlier step has taken it away
                if candidate is not None and holds(candidate):
                    document, changed = candidate, True
    return document
