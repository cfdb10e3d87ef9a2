# SPDX-License-Identifier: GPL-2.0-only
"""The linear program for one order of events, and the descent that uses it: feasible schedules, hence upper bounds.

    t = restore(problem, {0: 1.0, 1: 2.0})       # the smallest common increase that is feasible
    t, x = descend(problem, t)                   # a local optimum over the orders of events

Events are the releases and the deadlines D_c = d_c + t_H of the classes. Under a fixed order of the events the intervals between
them have lengths that are linear in t, and a schedule is a set of volumes x[f, s] ≥ 0 per flow and interval:

    min Σ w_H t_H   where  Σ_s x[f, s] = v_f over the intervals between release and deadline of f,
                           Σ over f on l of x[f, s] ≤ C_l × length of s,  and the events keep their order.

This is exact for that order: volumes that respect every link in an interval can be sent at constant rates in it, and the volumes of
any fluid schedule satisfy it. Because a later deadline never hurts, the set of feasible t is upward closed.
"""

import numpy
import scipy.sparse
from scipy.optimize import linprog

TOLERANCE = 1e-9


def order_of_events(problem, tardiness):
    """Events in time: ('release', r) and ('deadline', class). At one time deadlines follow releases: a class may use all before."""
    events = [(r, 0, i, ("release", r)) for i, r in enumerate(problem.releases)]
    events += [(c.ideal + tardiness[c.group], 1, i, ("deadline", i)) for i, c in enumerate(problem.classes)]
    events.sort(key=lambda e: e[:3])
    return [e[3] for e in events]


def solve_order(problem, order):
    """The best t under this order of events, and its volumes per (flow, interval); None if the order admits none."""
    position = {event: k for k, event in enumerate(order)}
    groups = {g: i for i, g in enumerate(problem.groups)}
    variables = []  # (flow, interval)
    for i, f in enumerate(problem.flows):
        first, last = position[("release", f.release)], position[("deadline", problem.class_of[i])]
        if first >= last:
            return None
        variables += [(i, s) for s in range(first, last)]
    count = len(groups) + len(variables)

    def time(event):
        """(constant, group) of an event's time."""
        if event[0] == "release":
            return event[1], None
        c = problem.classes[event[1]]
        return c.ideal, groups[c.group]

    rows, columns, values, bounds = [], [], [], []

    def length_row(row, s, factor):
        """Puts −factor × length of interval s on the left side; returns its constant for the right."""
        (a, ga), (b, gb) = time(order[s]), time(order[s + 1])
        for g, sign in ((gb, -1.0), (ga, 1.0)):
            if g is not None:
                rows.append(row)
                columns.append(g)
                values.append(sign * factor)
        return factor * (b - a)

    for s in range(len(order) - 1):
        bounds.append(length_row(len(bounds), s, 1.0))
    on_interval = {}
    for v, (i, s) in enumerate(variables):
        for l in problem.flows[i].path:
            on_interval.setdefault((l, s), []).append(len(groups) + v)
    for (l, s), members in sorted(on_interval.items()):
        row = len(bounds)
        rows += [row] * len(members)
        columns += members
        values += [1.0] * len(members)
        bounds.append(length_row(row, s, problem.capacity[l]))
    upper = scipy.sparse.csr_matrix((values, (rows, columns)), (len(bounds), count))
    equal = scipy.sparse.csr_matrix(
        (numpy.ones(len(variables)), ([i for i, _ in variables], range(len(groups), count))), (len(problem.flows), count)
    )
    cost = numpy.zeros(count)
    for g, i in groups.items():
        cost[i] = problem.weight[g]
    done = linprog(
        cost,
        A_ub=upper,
        b_ub=bounds,
        A_eq=equal,
        b_eq=[f.volume for f in problem.flows],
        bounds=[(None, None)] * len(groups) + [(0, None)] * len(variables),
        method="highs",
    )
    if done.status != 0:
        return None
    tardiness = {g: float(done.x[i]) for g, i in groups.items()}
    return tardiness, {key: float(done.x[len(groups) + v]) for v, key in enumerate(variables)}


def feasible_near(problem, tardiness):
    """The optimum of the order of events at these t, or None."""
    return solve_order(problem, order_of_events(problem, tardiness))


def restore(problem, tardiness):
    """From any t to one of a feasible order: adds 0, then ever more to all; returns solve_order's pair."""
    scale = max(problem.horizon() - problem.releases[0], TOLERANCE)
    step = 0.0
    while step <= 2.0:
        done = feasible_near(problem, {g: t + step * scale for g, t in tardiness.items()})
        if done is not None:
            return done
        step = max(1e-6, step * 2.5)
    raise ArithmeticError("no order of events is feasible: t is far below every bound")


def descend(problem, tardiness, rounds=20):
    """Walks from order to neighbouring order while Σ w t falls: at a solution with equal times, lets each group go first."""
    best, volumes = restore(problem, tardiness)
    scale = max(problem.horizon() - problem.releases[0], TOLERANCE)
    for _ in range(rounds):
        value = problem.objective(best)
        improved = None
        for g in problem.groups:
            for step in (-1e-7, 1e-7):
                moved = dict(best)
                moved[g] += step * scale
                done = feasible_near(problem, moved)
                if done is not None and problem.objective(done[0]) < value - 1e-8 * abs(scale):
                    value = problem.objective(done[0])
                    improved = done
        if improved is None:
            break
        best, volumes = improved
    return best, volumes
