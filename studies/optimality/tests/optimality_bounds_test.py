# SPDX-License-Identifier: GPL-2.0-only
"""The bounds and the exact optimum against optima known by hand and against brute force over all orders of events."""

import itertools
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from optimality.events import descend, order_of_events, solve_order  # noqa: E402
from optimality.exact import GAP, solve  # noqa: E402
from optimality.instances import make  # noqa: E402
from optimality.lower_bound import lp_bound  # noqa: E402
from optimality.problem import Flow, Problem  # noqa: E402


def one_link(*flows, weights=None):
    """(group, release, volume, ideal) on one link of capacity 1."""
    flows = [Flow(g, r, v, (0,), d) for g, r, v, d in flows]
    return Problem(flows, weights or {f.group: 1.0 for f in flows}, {0: 1.0})


def brute_force(problem):
    """The least Σ w t over all orders of events. Releases keep theirs, and so do a group's classes."""
    releases = [("release", r) for r in problem.releases]
    deadlines = [("deadline", c) for c in range(len(problem.classes))]
    best = float("inf")
    for order in itertools.permutations(releases + deadlines):
        times = [event[1] for event in order if event[0] == "release"]
        if times != sorted(times):
            continue
        ranks = {event[1]: k for k, event in enumerate(order) if event[0] == "deadline"}
        if any([ranks[c] for c in own] != sorted(ranks[c] for c in own) for own in problem.group_classes.values()):
            continue
        done = solve_order(problem, list(order))
        if done is not None:
            best = min(best, problem.objective(done[0]))
    return best


def small(rng):
    """2 or 3 groups of 1 or 2 classes on 4 links; times in tenths, so that ties occur."""
    flows, weights = [], {}
    for g in range(rng.randint(2, 3)):
        release = rng.randint(0, 4) / 2
        weights[g] = rng.choice((1.0, 1.0, 2.0))
        for k in range(rng.randint(1, 2 if g < 2 else 1)):
            for _ in range(rng.randint(1, 2)):
                path = (rng.randint(0, 1), rng.randint(2, 3))
                flows.append(Flow(g, release + k * 0.5 * rng.randint(0, 1), rng.randint(1, 20) / 10, path, release + 0.7 * k))
    return Problem(flows, weights, {0: 1.0, 1: 1.0, 2: 1.0, 3: rng.choice((0.5, 1.0))})


class KnownOptimaTest(unittest.TestCase):
    def assert_optimum(self, problem, expected):
        found = solve(problem)
        self.assertTrue(found.exact, found)
        self.assertAlmostEqual(found.upper, expected, delta=1e-6 * max(1.0, expected))
        self.assertLessEqual(found.lower, expected * (1 + 1e-9))
        self.assertLessEqual(lp_bound(problem), expected * (1 + 1e-7))

    def test_figure_2(self):
        # The paper's figure 2 with B = 1: 2 units released at 1, 2, 3, ideal at 1, 2, 3. The link is busy from 1 to 7: the last flow to
        # end does so at 7, with an ideal finish of 3 at most. Tardiness 4.
        self.assert_optimum(one_link((0, 1.0, 2.0, 1.0), (0, 2.0, 2.0, 2.0), (0, 3.0, 2.0, 3.0)), 4.0)

    def test_single_group_on_one_link_is_earliest_deadline_first(self):
        # Horn 1974. Releases 0, 1, 1; volumes 3, 1, 2; ideal 4, 1, 3. In order of deadlines: [0,1] first, [1,2] second, [2,4] third, [4,6]
        # first. Lateness 2, 1, 1.
        self.assert_optimum(one_link((0, 0.0, 3.0, 4.0), (0, 1.0, 1.0, 1.0), (0, 1.0, 2.0, 3.0)), 2.0)

    def test_coflows_on_one_link_are_shortest_remaining_first(self):
        # Schrage 1968. 5 at 0, 1 at 1, 2 at 2, ideal at the release: the second ends at 2, the third at 4, the first at 8.
        # (8 − 0) + (2 − 1) + (4 − 2) = 11.
        self.assert_optimum(one_link((0, 0.0, 5.0, 0.0), (1, 1.0, 1.0, 1.0), (2, 2.0, 2.0, 2.0)), 11.0)

    def test_weights_follow_smiths_rule(self):
        # Smith 1956. 1 of weight 1, 3 of weight 6, 2 of weight 1, all at 0: by weight / volume the second ends at 3, the first at 4, the
        # third at 6. 18 + 4 + 6 = 28.
        flows = ((0, 0.0, 1.0, 0.0), (1, 0.0, 3.0, 0.0), (2, 0.0, 2.0, 0.0))
        self.assert_optimum(one_link(*flows, weights={0: 1.0, 1: 6.0, 2: 1.0}), 28.0)

    def test_ports_that_do_not_fit_together(self):
        # docs/algorithms/echelonflow.md, counter-example of four flows: every port alone allows 1, the optimum is 3/2.
        flows = [Flow(0, 0.0, 1.0, path, d) for path, d in (((0, 2), 0.0), ((1, 3), 0.0), ((0, 4), 1.0), ((1, 4), 1.0))]
        problem = Problem(flows, {0: 1.0}, [1.0] * 5)
        self.assertAlmostEqual(problem.prefix_bound(0), 1.0)
        self.assert_optimum(problem, 1.5)

    def test_unequal_links(self):
        # The same page: link 0 of 2 carries both flows, link 1 of 2 the first, link 2 of 1 the second; the optimum is 3/2.
        flows = [Flow(0, 0.0, 2.0, (0, 1), 0.0), Flow(0, 0.0, 2.0, (0, 2), 1.0)]
        self.assert_optimum(Problem(flows, {0: 1.0}, [2.0, 2.0, 1.0]), 1.5)

    def test_old_group_against_fresh_one(self):
        # The same page, one link: at 10 a group with 1 left, due at 0, meets one with 2, due at 10. The older first: 11 + 3.
        self.assert_optimum(one_link((0, 10.0, 1.0, 0.0), (1, 10.0, 2.0, 10.0)), 14.0)


class BruteForceTest(unittest.TestCase):
    def test_optimum_equals_the_best_order(self):
        checked = 0
        for seed in range(60):
            problem = small(random.Random(seed))
            if len(problem.releases) + len(problem.classes) > 6:
                continue
            expected = brute_force(problem)
            found = solve(problem)
            self.assertTrue(found.exact, (seed, found))
            self.assertAlmostEqual(found.upper, expected, delta=GAP * expected, msg=f"seed {seed}")
            self.assertLessEqual(found.lower, expected * (1 + 1e-9), f"seed {seed}")
            self.assertLessEqual(lp_bound(problem, 8), expected * (1 + 1e-7), f"seed {seed}")
            checked += 1
        self.assertGreater(checked, 20)


class ScheduleTest(unittest.TestCase):
    def test_volumes_are_a_schedule(self):
        # What descend() returns keeps every link, release and deadline, and sends everything.
        for mix in ("coflow", "pipeline", "fsdp", "mixed"):
            problem = make(mix, 1).problem()
            tardiness, _ = descend(problem, {g: problem.prefix_bound(g) for g in problem.groups})
            order = order_of_events(problem, tardiness)
            tardiness, volumes = solve_order(problem, order)
            times = [e[1] if e[0] == "release" else problem.classes[e[1]].ideal + tardiness[problem.classes[e[1]].group] for e in order]
            self.assertTrue(all(a <= b + 1e-6 for a, b in zip(times, times[1:])))
            sent = [0.0] * len(problem.flows)
            load = {}
            for (i, s), volume in volumes.items():
                flow = problem.flows[i]
                sent[i] += volume
                if volume > 1e-7:
                    self.assertGreaterEqual(times[s], flow.release - 1e-6)
                    self.assertLessEqual(times[s + 1], flow.ideal + tardiness[flow.group] + 1e-6)
                for l in flow.path:
                    load[l, s] = load.get((l, s), 0.0) + volume
            for flow, volume in zip(problem.flows, sent):
                self.assertAlmostEqual(volume, flow.volume, delta=1e-6)
            for (l, s), volume in load.items():
                self.assertLessEqual(volume, problem.capacity[l] * (times[s + 1] - times[s]) + 1e-6)


class ReductionTest(unittest.TestCase):
    def test_dominated_links_go_and_equal_flows_merge(self):
        flows = [Flow(0, 0.0, 1.0, (0, 1), 0.0), Flow(0, 0.0, 2.0, (1, 0), 0.0), Flow(1, 0.0, 1.0, (0, 2), 0.0)]
        problem = Problem(flows, [1.0, 1.0], [1.0, 2.0, 0.5])
        # Link 0 carries all at 1, so link 1 at 2 cannot matter; link 2 at 0.5 can.
        self.assertEqual(problem.capacity, [1.0, 0.5])
        self.assertEqual([f.volume for f in problem.flows], [3.0, 1.0])

    def test_bound_grows_with_the_grid(self):
        problem = make("coflow", 0).problem()
        coarse, fine = lp_bound(problem, 6), lp_bound(problem, 24)
        self.assertLessEqual(problem.objective({g: problem.prefix_bound(g) for g in problem.groups}), coarse)
        self.assertLess(coarse, fine)


if __name__ == "__main__":
    unittest.main()
