# SPDX-License-Identifier: GPL-2.0-only
"""The LP lower bound on Σ w_H t_H, in continuous time.

    lp_bound(problem)                 # ≤ the optimum ≤ what any scheduler reaches

The linear program of relaxation.py (its proof is there), on an interval-indexed grid: all releases, and between the first release and the
horizon points no further apart than 1/`intervals` of the time that the most loaded link needs; beyond that they grow geometrically. The prefix cuts of
Problem.prefix_bound enter as lower bounds of t_H. A finer grid raises the bound and the time that it takes.
"""

from optimality.relaxation import Relaxation


def refine(points, step, until):
    """Points with no gap wider than step up to `until`."""
    refined = [points[0]]
    for b in points[1:]:
        a = refined[-1]
        if a < until and b - a > step:
            pieces = int((b - a) / step) + 1
            refined += [a + (b - a) * k / pieces for k in range(1, pieces)]
        refined.append(b)
    return refined


def busy_until(problem):
    """When the most loaded link could be done."""
    return max(
        max(problem.flows[i].release for i in members)
        + sum(problem.flows[i].volume for i in members) / problem.capacity[l]
        for l, members in enumerate(problem.link_flows)
    )


def basic_grid(problem, intervals, horizon=None):
    """Releases and even steps, then steps that double."""
    start = problem.releases[0]
    end = problem.horizon() if horizon is None else horizon
    busy = min(busy_until(problem), end)
    step = (busy - start) / intervals
    points = sorted(set([r for r in problem.releases if r < end] + [busy]))
    grid = refine(points, step, busy)
    while grid[-1] < end:
        step *= 2
        grid.append(min(end, max(grid) + step))
    return grid


def lp_bound(problem, intervals=24, splits=False):
    """The bound, in the problem's unit of time."""
    end = problem.horizon()
    first = {g: problem.classes[problem.group_classes[g][0]].ideal for g in problem.groups}
    model = Relaxation(problem, basic_grid(problem, intervals), {g: end - first[g] for g in problem.groups}, splits=splits)
    return model.solve()[0]
