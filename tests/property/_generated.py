# SPDX-License-Identifier: GPL-2.0-only
"""Tests that make their own input: for how long, from which seed, and what becomes of a case that fails.

    tests/property/random_scenarios_test.py --seconds 600 --seed 7       # by hand
    tests/property/random_scenarios_test.py --again FILE                 # a case that was kept

Under ctest a test takes the seconds of ECHELON_GENERATED_SECONDS. Case i of a seed is the same case on every machine; how many fit into the time
differs.
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile
import time

DEFAULT_SECONDS = 50
# Enough to see what is wrong.
MOST_FAILURES = 20
# Failing cases stay here, so that they can be run again.
FOLDER = pathlib.Path(os.environ.get("ECHELON_FAILURES", pathlib.Path(tempfile.gettempdir()) / "echelon-failures"))


def seconds_from_environment():
    return float(os.environ.get("ECHELON_GENERATED_SECONDS", DEFAULT_SECONDS))


def cases(seconds, first, failures):
    """Numbers of cases, until the time is over or the list of failures is long; at least one."""
    end = time.monotonic() + seconds
    number = first
    while True:
        yield number
        number += 1
        if time.monotonic() > end or len(failures) >= MOST_FAILURES:
            return


def keep(name, content):
    """Write a failing case; returns its path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogateescape"))
    return path


def tell(seed, counts):
    """One line for each of {(kind, ending): how often}."""
    for (kind, ending), count in sorted(counts.items(), key=str):
        print(f"seed {seed}: {kind}: {ending}: {count}", flush=True)


def again_by_name(hunt):
    """again(path) for cases that are made anew: the name of the kept file ends with their seed and number."""

    def again(path):
        _, seed, number = path.name.rsplit("-", 2)
        return hunt(0, seed, int(number))

    return again


def main(description, hunt, again):
    """The command line of a test: hunt(seconds, seed, first) and again(path) return lists of failures, as text."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=seconds_from_environment(), metavar="S", help="how long (default %(default)s)")
    parser.add_argument("--seed", default="1", metavar="TEXT", help="which cases (default 1)")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="begin with this case (default 0)")
    parser.add_argument("--again", metavar="FILE", help="run a case that was kept, instead of new ones")
    options = parser.parse_args()
    failures = again(pathlib.Path(options.again)) if options.again else hunt(options.seconds, options.seed, options.first)
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)
