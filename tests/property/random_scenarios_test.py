#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random scenarios that are meant to be right, run by the built command line and checked without knowing the right answer.

Of each run: it ends with exit code 0, or 65 and one line; every figure is finite; every byte that is declared is sent and no other; no flow is
faster than its bytes over the slowest link of its path, no iteration faster than its computation; no link is over capacity. Of a scenario's runs: the
order of keys, jobs, tasks, flows, groups, coflows and schedulers and the number of processes change no byte, the resolved scenario runs the same,
and the fabrics agree. _run_properties.py and _trial.py hold these properties, _random_scenario.py makes the scenarios, and _shuffled_scenario.py
writes them in another order.

By hand: tests/property/random_scenarios_test.py --seconds 600 --seed 7, with ECHELON_BIN=build/release/bin/echelon.
"""

import json
import pathlib
import random
import tempfile
import unittest
from collections import Counter

import _generated
from _random_scenario import RandomScenario
from _run_properties import Violation, check_results
from _shrink import shrink
from _trial import Trial, registry

SHRINK_SECONDS = 20
# The rest is kept as it is.
MOST_SHRUNK = 3
# More, and the generator has fallen behind what scenarios may say.
MOST_REFUSED = 0.25


def generate(seed, number, known):
    """The scenario of that number, and the checks beyond the common ones that it gets."""
    draw = random.Random(f"{seed}/{number}")
    maker = RandomScenario(draw, known)
    scenario = maker.make()
    also = {"resolved"} if draw.random() < 0.5 else set()
    if draw.random() < 0.5 and not maker.extreme:
        # At the ends of what is allowed a segment is no longer small, and rounding shows.
        also.add("fabrics")
    return scenario, also


def failing(scenario, seed, also):
    """The violation that a scenario shows, or None."""
    try:
        Trial(scenario, seed, also).check()
    except Violation as violation:
        return violation
    return None


def report(scenario, seed, number, also, violation, shrinks):
    """Keep the scenario, and a smaller one that shows the same; one paragraph about both."""
    name = f"scenario-{seed}-{number}"
    path = _generated.keep(f"{name}.json", json.dumps(scenario, ensure_ascii=False))
    said = f"seed {seed}, case {number}: {violation}\n    {path}"
    if not shrinks:
        return said

    def same(candidate):
        try:
            shown = failing(candidate, number, also)
        except Exception:  # what is left out may be what the checks look for
            return False
        return shown is not None and shown.kind == violation.kind

    small = _generated.keep(f"{name}-small.json", json.dumps(shrink(scenario, same, SHRINK_SECONDS), ensure_ascii=False))
    return f"{said}\n    {small}"


def hunt(seconds, seed, first=0):
    """Paragraphs about what fails."""
    known, counts, failures = registry(), Counter(), []
    for number in _generated.cases(seconds, first, failures):
        scenario, also = generate(seed, number, known)
        try:
            counts[Trial(scenario, number, also).check()] += 1
        except Violation as violation:
            counts["failed"] += 1
            failures.append(report(scenario, seed, number, also, violation, len(failures) < MOST_SHRUNK))
    print(f"seed {seed}: {dict(counts)}", flush=True)
    if counts["refused"] > MOST_REFUSED * max(40, counts.total()):
        failures.append(f"seed {seed}: {counts['refused']} of {counts.total()} scenarios are refused")
    return failures


def again(path):
    scenario = json.loads(path.read_text(encoding="utf-8"))
    shown = [failing(scenario, seed, {"resolved", "fabrics"}) for seed in range(5)]
    return [f"{path}: {violation}" for violation in shown if violation is not None]


class RandomScenarios(unittest.TestCase):
    def test_the_generator_knows_all_that_a_scenario_can_name(self):
        known = registry()
        seen = {"schedulers": set(), "fabrics": set(), "workloads": set()}
        for number in range(600):
            scenario, _ = generate("coverage", number, known)
            seen["fabrics"].add(scenario["fabric"]["kind"])
            seen["schedulers"].update(s if isinstance(s, str) else s["name"] for s in scenario["schedulers"])
            for job in scenario["jobs"]:
                seen["workloads"].add(job.get("parallelism", {}).get("kind", job["workload"]["kind"]))
        for what, names in seen.items():
            self.assertEqual(names, set(known[what]))

    def test_a_wrong_figure_is_noticed(self):
        """100 MB from host 0 to host 1 at 100 Gb/s take 8 ms and fill the link. Each change of one figure breaks one property."""
        flows = [{"source": 0, "destination": 1, "bytes": "100MB"}]
        scenario = {
            "schema": "echelon/scenario/1",
            "name": "random",
            "topology": {"kind": "big-switch", "hosts": 2, "host_link": {"rate": "100Gbps"}},
            "jobs": [{"name": "a", "workload": {"kind": "flows", "flows": flows}}],
            "schedulers": ["fair"],
        }
        changes = {
            ("flows", "finish_s", "0.007999000000"): "faster than light",
            ("flows", "bytes", "100000001"): "bytes",
            ("groups", "bytes", "99999999"): "bytes",
            ("links", "bytes", "99000000"): "bytes",
            ("links", "utilisation", "1.01"): "over capacity",
            ("link_series", "rate_bps", "100100000000"): "over capacity",
            ("link_series", "rate_bps", "99000000000"): "series",
            ("jobs", "time_s", "0.007999000000"): "times",
        }
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(scenario, 1, set())
            trial.folder = pathlib.Path(folder)
            results = trial.run("first", scenario)
            check_results(scenario, results)
            for (table, column, value), kind in changes.items():
                path = results / f"{table}.csv"
                header, *lines = path.read_text(encoding="utf-8").splitlines()
                with self.subTest(table=table, column=column):
                    cells = lines[0].split(",")
                    cells[header.split(",").index(column)] = value
                    before = path.read_bytes()
                    path.write_text("\n".join([header, ",".join(cells), *lines[1:], ""]), encoding="utf-8")
                    with self.assertRaises(Violation) as raised:
                        check_results(scenario, results)
                    self.assertEqual(raised.exception.kind, kind)
                    path.write_bytes(before)

    def test_properties(self):
        failures = hunt(_generated.seconds_from_environment(), seed="1")
        self.assertFalse(failures, "\n" + "\n".join(failures))


if __name__ == "__main__":
    _generated.main(__doc__, hunt, again)
