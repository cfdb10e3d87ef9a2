# SPDX-License-Identifier: GPL-2.0-only
"""The problem on a grid of times, relaxed: every schedule in continuous time has an image in it.

    model = Relaxation(problem, grid, {0: 5.0, 1: 7.0})
    bound, t = model.solve()                             # linear program
    bound, t = model.solve(integer=True)                 # mixed-integer program

Grid b_0 < … < b_S with all releases, from the first of them to at least the horizon. Per group H a range lo_H ≤ t_H ≤ hi_H, in which some optimum
lies (lo by Problem.prefix_bound). Variables:

    U[f, s]      volume of f left at b_s;  x[f, s] = U[f, s−1] − U[f, s] ≥ 0 is sent in interval s = (b_(s−1), b_s]
    Y[H, i]      1 if t_H > θ_i, for the thresholds θ_0 = lo < θ_1 < … in {b_s − d_c : c in H}, up to θ_n = hi
    g[H, i]      the part of (θ_i, θ_(i+1)) below t_H

Constraints, with A(H, k, l) the flows of H's classes ≤ k on link l, v_A their volume:

    (1)  Σ over f on l of x[f, s] ≤ C_l (b_s − b_(s−1))
    (2)  U[f, s] ≤ v_f Y[H, i]               where θ_i = b_s − d_f: what is left at b_s is late by more than θ_i
    (3)  (θ_(i+1) − θ_i) Y[H, i+1] ≤ g[H, i] ≤ (θ_(i+1) − θ_i) Y[H, i],    t_H = lo + Σ_i g[H, i]
    (4)  Σ over A of x[f, s] ≤ C_l × (the part of interval s before d_k + t_H, from the g's)
    (5)  d_k + t_H ≥ M_A + v_A / (2 C_l)     M_A = b_0 + 1/v_A Σ_s (area under Σ_A U in interval s), the mean time at which A is sent
    (6)  q ≥ 0, q ≥ x len − C len² / 2, q ≥ x len / 2 − C len² / 8:  the area in s is at least U[s] len + q
    (7)  for every class k of H and interval s, with e[f] ∈ [0, x[f, s]] what flows outside A(H, k) send before d_k + t_H:
         Σ over A of x[f, s] + Σ of e[f] ≤ C_l × (the part before),  Σ of (x[f, s] − e[f]) ≤ C_l × (the part after)     (only on demand)

*Every schedule satisfies them.* Take a schedule with tardiness t, and U, Y, g as they are defined. (1)–(3) are immediate. (4): flows of
classes ≤ k end by d_k + t_H, so they use the link in s no longer than that. (5): what A has left at time z is at most min(v_A, C_l (D − z)) with
D = d_k + t_H, since it ends by D; integrated from b_0 to D this is v_A (D − b_0) − v_A² / (2 C_l). (6): A sends x in an interval of length len at no
more than C, so the area above U[s] is at least x² / (2C), a convex function of x, and the terms are its tangents at 0, C len and C len / 2.
(7): what is sent before a time and after it fits the links before and after; A sends nothing after it. ∎

Hence the optimum of the relaxation is a lower bound, on every grid, with Y in [0, 1] as with Y in {0, 1}. What it gives away: two groups
with deadlines in one interval may share its start. On a grid that has a point at every deadline of an optimal schedule it is exact at that schedule.
"""

import bisect

import numpy
import scipy.sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

SAME = 1e-9


class Rows:
    """Rows Σ a x ≤ b of a sparse matrix."""

    def __init__(self):
        self.rows, self.columns, self.values, self.bounds = [], [], [], []

    def add(self, terms, bound):
        """terms: (column, value) pairs; values of one column add up."""
        row = len(self.bounds)
        for column, value in terms:
            self.rows.append(row)
            self.columns.append(column)
            self.values.append(value)
        self.bounds.append(bound)

    def matrix(self, columns):
        return scipy.sparse.csr_matrix((self.values, (self.rows, self.columns)), (len(self.bounds), columns))


def distinct(times, same=SAME):
    """Sorted, without those that differ from their predecessor by less than `same`."""
    kept = []
    for t in sorted(times):
        if not kept or t > kept[-1] + same:
            kept.append(t)
    return kept


class Relaxation:
    """Builds the rows once; solve() as a linear or a mixed-integer program."""

    def __init__(self, problem, grid, high, low=None, splits=False):
        self.problem = problem
        self.grid = distinct(grid)
        self.low = low or {g: problem.prefix_bound(g) for g in problem.groups}
        # A range of width 0 would have no cell.
        self.high = {g: max(high[g], self.low[g] + 1e-7 * max(1.0, abs(self.low[g]))) for g in problem.groups}
        self.rows = Rows()
        self.count = 0
        self.upper = []
        self._thresholds()
        self._volumes()
        self._capacities()
        self._groups()
        if splits:
            self._splits()

    def _new(self, upper):
        self.upper.append(upper)
        self.count += 1
        return self.count - 1

    def _thresholds(self):
        p = self.problem
        self.theta, self.y, self.cell = {}, {}, {}
        for g in p.groups:
            low, high = self.low[g], self.high[g]
            inside = [
                b - p.classes[c].ideal
                for c in p.group_classes[g]
                for b in self.grid
                if low + SAME < b - p.classes[c].ideal < high - SAME
            ]
            self.theta[g] = [low] + distinct(inside) + [high]
            self.y[g] = [self._new(1.0) for _ in self.theta[g][:-1]]
            self.cell[g] = [self._new(b - a) for a, b in zip(self.theta[g], self.theta[g][1:])]
            for i, (y, cell) in enumerate(zip(self.y[g], self.cell[g])):
                length = self.theta[g][i + 1] - self.theta[g][i]
                self.rows.add([(cell, 1.0), (y, -length)], 0.0)
                if i + 1 < len(self.y[g]):
                    after = self.y[g][i + 1]
                    self.rows.add([(after, length), (cell, -1.0)], 0.0)
                    self.rows.add([(after, 1.0), (y, -1.0)], 0.0)

    def _index(self, g, value):
        """Index of the threshold that equals value."""
        i = bisect.bisect_left(self.theta[g], value - 2 * SAME)
        return i

    def _volumes(self):
        """U[f, s] as ('constant', v) or a column."""
        p = self.problem
        self.left = []
        for i, f in enumerate(p.flows):
            row = []
            for b in self.grid:
                late = b - f.ideal
                if b <= f.release + SAME:
                    row.append((f.volume, None))
                elif late >= self.high[f.group] - SAME:
                    row.append((0.0, None))
                else:
                    column = self._new(f.volume)
                    row.append((0.0, column))
                    if late > self.low[f.group] + SAME:
                        self.rows.add([(column, 1.0), (self.y[f.group][self._index(f.group, late)], -f.volume)], 0.0)
                    elif late > self.low[f.group] - SAME:
                        self.rows.add([(column, 1.0), (self.y[f.group][0], -f.volume)], 0.0)
            self.left.append(row)
            for before, after in zip(row, row[1:]):
                terms, constant = self._sent(before, after)
                if terms:
                    self.rows.add([(c, -v) for c, v in terms], constant)

    @staticmethod
    def _sent(before, after):
        """x = before − after as (terms, constant)."""
        terms = [(column, sign) for (_, column), sign in ((before, 1.0), (after, -1.0)) if column is not None]
        return terms, before[0] - after[0]

    def _sum_sent(self, members, s):
        terms, constant = [], 0.0
        for i in members:
            t, k = self._sent(self.left[i][s - 1], self.left[i][s])
            terms += t
            constant += k
        return terms, constant

    def _capacities(self):
        p = self.problem
        for l, members in enumerate(p.link_flows):
            for s in range(1, len(self.grid)):
                terms, constant = self._sum_sent(members, s)
                if terms or constant > 0:
                    self.rows.add(terms, p.capacity[l] * (self.grid[s] - self.grid[s - 1]) - constant)

    def _groups(self):
        p = self.problem
        for g in p.groups:
            for k, c in enumerate(p.group_classes[g]):
                for l in range(len(p.capacity)):
                    members = p.prefix_flows(g, k, l)
                    if members and not (k and members == p.prefix_flows(g, k - 1, l)):
                        self._ends_in_time(g, p.classes[c].ideal, l, members)
                        self._mean_time(g, p.classes[c].ideal, l, members)

    def _before_deadline(self, g, ideal, s):
        """The part of interval s before ideal + t_H as (cells, constant); None if it is all of s, or nothing, for every t_H."""
        low, high = self.low[g], self.high[g]
        a, b = self.grid[s - 1] - ideal, self.grid[s] - ideal
        if b <= low + SAME or a >= high - SAME:
            return None
        first = 0 if a <= low + SAME else self._index(g, a)
        last = len(self.cell[g]) if b >= high - SAME else self._index(g, b)
        return self.cell[g][first:last], max(0.0, low - a) if a < low else 0.0

    def _ends_in_time(self, g, ideal, l, members):
        """(4)."""
        capacity = self.problem.capacity[l]
        for s in range(1, len(self.grid)):
            part = self._before_deadline(g, ideal, s)
            terms, constant = self._sum_sent(members, s)
            if part and (terms or constant > 0):
                terms += [(cell, -capacity) for cell in part[0]]
                self.rows.add(terms, capacity * part[1] - constant)

    def _splits(self):
        """(7)."""
        p = self.problem
        for c, own in enumerate(p.classes):
            before = {i for k in p.group_classes[own.group] if k <= c for i in p.classes[k].flows}
            for s in range(1, len(self.grid)):
                part = self._before_deadline(own.group, own.ideal, s)
                if not part or not self._sum_sent(before, s)[0]:
                    continue
                length = self.grid[s] - self.grid[s - 1]
                early = {}
                for i, f in enumerate(p.flows):
                    terms, constant = self._sum_sent([i], s)
                    if i not in before and (terms or constant > 0):
                        early[i] = self._new(numpy.inf)
                        self.rows.add([(early[i], 1.0)] + [(k, -v) for k, v in terms], constant)
                for l, members in enumerate(p.link_flows):
                    others = [i for i in members if i in early]
                    if not others:
                        continue
                    capacity = p.capacity[l]
                    terms, constant = self._sum_sent([i for i in members if i in before], s)
                    terms += [(early[i], 1.0) for i in others] + [(cell, -capacity) for cell in part[0]]
                    self.rows.add(terms, capacity * part[1] - constant)
                    terms, constant = self._sum_sent(others, s)
                    terms += [(early[i], -1.0) for i in others] + [(cell, capacity) for cell in part[0]]
                    self.rows.add(terms, capacity * (length - part[1]) - constant)

    def _mean_time(self, g, ideal, l, members):
        """(5) and (6)."""
        capacity = self.problem.capacity[l]
        total = sum(self.problem.flows[i].volume for i in members)
        area, constant = [], 0.0
        for s in range(1, len(self.grid)):
            length = self.grid[s] - self.grid[s - 1]
            for i in members:
                value, column = self.left[i][s]
                if column is None:
                    constant += value * length
                else:
                    area.append((column, length))
            terms, sent = self._sum_sent(members, s)
            if not terms and sent <= 0:
                continue
            q = self._new(numpy.inf)
            area.append((q, 1.0))
            self.rows.add([(c, v * length) for c, v in terms] + [(q, -1.0)], capacity * length**2 / 2 - sent * length)
            self.rows.add(
                [(c, v * length / 2) for c, v in terms] + [(q, -1.0)], capacity * length**2 / 8 - sent * length / 2
            )
        start = self.grid[0]
        terms = [(column, v / total) for column, v in area] + [(cell, -1.0) for cell in self.cell[g]]
        self.rows.add(terms, ideal + self.low[g] - start - constant / total - total / (2 * capacity))

    def solve(self, integer=False, gap=1e-6, time_limit=None):
        """(lower bound, t by group, proven); t is None when time ran out before any solution."""
        p = self.problem
        cost = numpy.zeros(self.count)
        base = sum(p.weight[g] * self.low[g] for g in p.groups)
        for g in p.groups:
            cost[self.cell[g]] = p.weight[g]
        matrix = self.rows.matrix(self.count)
        if integer:
            kinds = numpy.zeros(self.count)
            for g in p.groups:
                kinds[self.y[g]] = 1
            options = {"mip_rel_gap": gap, "presolve": True}
            if time_limit is not None:
                options["time_limit"] = time_limit
            done = milp(
                cost,
                integrality=kinds,
                bounds=Bounds(0.0, self.upper),
                constraints=LinearConstraint(matrix, -numpy.inf, self.rows.bounds),
                options=options,
            )
            bound = done.mip_dual_bound
            bound = -numpy.inf if bound is None else base + bound
        else:
            done = linprog(
                cost, A_ub=matrix, b_ub=self.rows.bounds, bounds=list(zip([0.0] * self.count, self.upper)), method="highs"
            )
            if done.status != 0:
                raise ArithmeticError(f"the relaxation has no solution: {done.message}")
            bound = base + done.fun
        if done.status == 2:
            # Nothing within the ranges: no schedule is better than the one that they come from.
            return numpy.inf, None
        if done.x is None:
            return bound, None
        tardiness = {g: self.low[g] + float(done.x[self.cell[g]].sum()) for g in p.groups}
        return bound, tardiness
