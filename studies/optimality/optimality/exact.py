# SPDX-License-Identifier: GPL-2.0-only
"""The optimum of Σ w_H t_H in continuous time, for small instances.

    o = solve(problem, time_limit=20.0)
    o.lower, o.upper, o.exact          # exact: upper − lower ≤ GAP × upper
    o.tardiness                        # by group, of a schedule that is feasible (upper)

Dynamic discretisation discovery (Boland, Hewitt, Marshall, Savelsbergh, "The continuous-time service network design problem", Operations
Research 2017). Each round solves the mixed-integer program of relaxation.py on the grid so far: a lower bound. Its t, made feasible and improved
by the linear programs of events.py, gives an upper bound. The deadlines at both t's become points of the grid, the latter with a
point close by on either side, because there the order of events changes. Upper bounds narrow the ranges of all t_H:
t_H ≤ lo_H + (upper − Σ w lo) / w_H. Ends when the bounds meet or time is up. `seconds` is for people; no result depends on it but `exact`.
"""

import dataclasses
import time

from optimality.events import descend
from optimality.lower_bound import basic_grid
from optimality.relaxation import Relaxation, distinct

GAP = 1e-4
# Even steps of the grid; splits (relaxation.py's (7)); whether deadlines found so far are points; whether those have points close by.
ROUNDS = (
    (6, False, False, False),
    (6, True, True, False),
    (8, True, True, False),
    (12, True, True, True),
    (24, True, True, True),
)
# The first round may take this share of the time: it often suffices, and where not, splits are needed.
FIRST_SHARE = 0.4


@dataclasses.dataclass
class Optimum:
    """Bounds on the optimum, a t that attains `upper`, and the work done."""

    lower: float
    upper: float
    tardiness: dict
    rounds: int = 0
    seconds: float = 0.0

    @property
    def gap(self):
        scale = max(abs(self.upper), 1e-12)
        return max(0.0, self.upper - self.lower) / scale

    @property
    def exact(self):
        return self.gap <= GAP


def deadlines(problem, tardiness):
    return [c.ideal + tardiness[c.group] for c in problem.classes]


def ranges(problem, low, upper):
    """hi_H under an upper bound on the objective."""
    slack = max(0.0, upper - problem.objective(low))
    return {g: low[g] + slack * (1 + 1e-9) / problem.weight[g] for g in problem.groups}


def grid_of_round(problem, number, end, best, points, gap):
    """Coarse first: few points often prove the optimum, and cost far less. Later rounds add deadlines found, then bracket them."""
    steps, _, found, brackets = ROUNDS[min(number, len(ROUNDS) - 1)]
    grid = set(basic_grid(problem, steps, end))
    close = (end - problem.releases[0]) * gap / 20
    if found:
        grid |= points | set(deadlines(problem, best.tardiness))
    if brackets:
        grid |= {d + offset for d in deadlines(problem, best.tardiness) for offset in (-close, close)}
    # Releases stay as they are: what is within `close` of one goes, and what is too close to its neighbour.
    grid = [b for b in grid if problem.releases[0] <= b < end and all(abs(b - r) > close / 4 for r in problem.releases)]
    return sorted(distinct(grid, close / 4) + [r for r in problem.releases if r < end] + [end])


def solve(problem, time_limit=20.0, gap=GAP):
    """See the top."""
    start = time.monotonic()
    low = {g: problem.prefix_bound(g) for g in problem.groups}
    tardiness, _ = descend(problem, low)
    best = Optimum(problem.objective(low), problem.objective(tardiness), tardiness)

    def improve(relaxed):
        found, _ = descend(problem, relaxed)
        if problem.objective(found) < best.upper:
            best.upper, best.tardiness = problem.objective(found), found

    points = set()
    while best.gap > gap:
        left = time_limit - (time.monotonic() - start)
        if left <= 0:
            break
        if best.rounds == 0:
            model = relaxation(problem, best, low, points, gap)
            bound, relaxed = model.solve()
            best.lower = max(best.lower, min(bound, best.upper))
            improve(relaxed)
        model = relaxation(problem, best, low, points, gap)
        share = FIRST_SHARE if best.rounds == 0 else 1.0
        bound, relaxed = model.solve(integer=True, gap=gap / 4, time_limit=share * left)
        best.rounds += 1
        # The solver prunes what is within its gap, and its bound may be too high by that.
        best.lower = max(best.lower, min(bound - abs(bound) * gap / 4, best.upper))
        if relaxed is not None:
            points |= set(deadlines(problem, relaxed))
            improve(relaxed)
    best.seconds = time.monotonic() - start
    return best


def relaxation(problem, best, low, points, gap):
    """The model of a round."""
    high = ranges(problem, low, best.upper)
    end = max(c.ideal + high[c.group] for c in problem.classes)
    grid = grid_of_round(problem, best.rounds, end, best, points, gap)
    return Relaxation(problem, grid, high, low, splits=ROUNDS[min(best.rounds, len(ROUNDS) - 1)][1])
