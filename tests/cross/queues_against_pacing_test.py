#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Weighted queues against pacing on the packet fabric.

Eight queues come within 5 % of pacing's makespan under every scheduler; one queue is the same for all schedulers, since nothing of a
decision is left in it; nothing is lost; and the same run gives the same figures.
"""

import json
import unittest

from _runs import SOURCE, summary

SCENARIOS = [
    "scenarios/paper/enforcement.json",
    "scenarios/smoke/two-jobs.json",
    "scenarios/smoke/fsdp.json",
    "scenarios/smoke/all-to-all.json",
]
SCHEDULERS = ("fair", "sebf", "echelon")


def run(scenario, fabric):
    options = [word for name in SCHEDULERS for word in ("--scheduler", name)]
    fabric = json.dumps({"kind": "packet", **fabric})
    return summary(SOURCE / scenario, "--set", f"/fabric={fabric}", *options)


def makespans(document):
    return {entry["scheduler"]: entry["makespan_s"] for entry in document["runs"]}


class QueuesAgainstPacing(unittest.TestCase):
    def test_eight_queues_come_close(self):
        for scenario in SCENARIOS:
            paced = makespans(run(scenario, {}))
            document = run(scenario, {"enforcement": "queues", "queues": 8})
            for entry in document["engine"]:
                self.assertEqual(entry["drops"], 0, scenario)
            for scheduler, makespan in makespans(document).items():
                difference = makespan / paced[scheduler] - 1
                print(f"| {scenario} | {scheduler} | {100 * difference:+.2f} % |", flush=True)
                with self.subTest(scenario=scenario, scheduler=scheduler):
                    self.assertLessEqual(abs(difference), 0.05)

    def test_one_queue_forgets_the_scheduler(self):
        found = makespans(run(SCENARIOS[0], {"enforcement": "queues", "queues": 1}))
        self.assertEqual(len(set(found.values())), 1)

    def test_runs_are_reproducible(self):
        fabric = {"enforcement": "queues", "queues": 4}
        self.assertEqual(run(SCENARIOS[0], fabric)["runs"], run(SCENARIOS[0], fabric)["runs"])


if __name__ == "__main__":
    unittest.main()
