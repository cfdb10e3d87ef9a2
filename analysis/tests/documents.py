# SPDX-License-Identifier: GPL-2.0-only
"""JSON documents with one value changed, for tests of damaged files.

    for path, value in places({"a": [1]}):            # ("a",) and ("a", 0)
        changed(document, path, "text"); without(document, path)
"""

import copy


def places(document, path=()):
    """(path, value) of every value of a document."""
    for key, value in document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ():
        yield (*path, key), value
        yield from places(value, (*path, key))


def changed(document, path, value):
    """A copy of a document with another value at the path."""
    other, parent = _opened(document, path)
    parent[path[-1]] = value
    return other


def without(document, path):
    """A copy of a document that lacks the value at the path."""
    other, parent = _opened(document, path)
    del parent[path[-1]]
    return other


def _opened(document, path):
    """A copy of a document, and in it what holds the value at the path."""
    other = copy.deepcopy(document)
    parent = other
    for key in path[:-1]:
        parent = parent[key]
    return other, parent
