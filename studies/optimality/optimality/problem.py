# SPDX-License-Identifier: GPL-2.0-only
"""The open-loop problem as numbers: choose rates over time so that Σ w_H t_H is least.

    p = Problem([Flow(0, 0.0, 2.0, (0,), 0.0)], {0: 1.0}, [1.0])
    p.prefix_bound(0)                       # 2.0: the flow alone on link 0
    p.capacity[p.volume_on(...)]            # links by index

Flows have a release, a volume, a path (links) and an ideal finish time d_f; groups have weights w_H; t_H = max over f in H of
C_f − d_f. Releases are fixed, so the reference times are, and all d_f are data. Units: any, as long as volume = capacity × time.

Reductions that change nothing: flows of one group with equal release, path and ideal finish time are one flow; a link is left
out when another link of at most its capacity carries all of its flows.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Flow:
    """A transfer; `group` is a number."""

    group: int
    release: float
    volume: float
    path: tuple
    ideal: float


@dataclasses.dataclass(frozen=True)
class FlowClass:
    """The flows of a group with one ideal finish time: they share the deadline ideal + t_H."""

    group: int
    ideal: float
    flows: tuple


class Problem:
    """Flows, classes, groups and links after the reductions.

    flows      merged Flows with paths in the links kept
    classes    FlowClasses by (group, ideal); class_of[f] is the class of flow f
    groups     sorted ids; weight[H]; group_classes[H] = indices of its classes, ascending by ideal finish time
    capacity   of the links kept; link_flows[l] = indices of the flows on l
    """

    def __init__(self, flows, weights, capacity):
        merged = {}
        for f in flows:
            key = (f.group, f.ideal, f.release, tuple(sorted(f.path)))
            merged[key] = merged.get(key, 0.0) + f.volume
        keys = sorted(key for key in merged if merged[key] > 0)
        kept = self._links_kept([key[3] for key in keys], capacity)
        index = {link: i for i, link in enumerate(kept)}
        self.capacity = [float(capacity[link]) for link in kept]
        self.flows = [
            Flow(g, r, merged[(g, d, r, path)], tuple(index[l] for l in path if l in index), d) for g, d, r, path in keys
        ]
        self.link_flows = [[i for i, f in enumerate(self.flows) if l in f.path] for l in range(len(kept))]
        self.groups = sorted({f.group for f in self.flows})
        self.weight = {g: float(weights[g]) for g in self.groups}
        self.classes = []
        self.class_of = [0] * len(self.flows)
        self.group_classes = {g: [] for g in self.groups}
        for g, d in sorted({(f.group, f.ideal) for f in self.flows}):
            members = tuple(i for i, f in enumerate(self.flows) if (f.group, f.ideal) == (g, d))
            for i in members:
                self.class_of[i] = len(self.classes)
            self.group_classes[g].append(len(self.classes))
            self.classes.append(FlowClass(g, d, members))
        self.releases = sorted({f.release for f in self.flows})

    @staticmethod
    def _links_kept(paths, capacity):
        users = {}
        for i, path in enumerate(paths):
            for link in path:
                users.setdefault(link, set()).add(i)
        kept = []
        # Large sets first, then small capacities: what dominates comes before what it dominates.
        for link in sorted(users, key=lambda l: (-len(users[l]), capacity[l], l)):
            if not any(users[link] <= users[k] and capacity[k] <= capacity[link] for k in kept):
                kept.append(link)
        return sorted(kept)

    def prefix_flows(self, group, upto, link):
        """Flows of a group on a link, of its classes up to the index `upto` in group_classes."""
        members = []
        for c in self.group_classes[group][: upto + 1]:
            members += [i for i in self.classes[c].flows if link in self.flows[i].path]
        return members

    def prefix_bound(self, group):
        """A lower bound on t_H: for every link l, class k and time r, what the classes ≤ k have on l with releases ≥ r
        cannot all have passed before r + volume / capacity; the flow that ends then or later has d_f ≤ d_k."""
        best = -float("inf")
        for k, c in enumerate(self.group_classes[group]):
            ideal = self.classes[c].ideal
            for link in range(len(self.capacity)):
                members = self.prefix_flows(group, k, link)
                for r in {self.flows[i].release for i in members}:
                    late = sum(self.flows[i].volume for i in members if self.flows[i].release >= r)
                    best = max(best, r + late / self.capacity[link] - ideal)
        return best

    def slowest(self, flow):
        """The capacity of the narrowest link of a flow."""
        return min(self.capacity[l] for l in self.flows[flow].path)

    def horizon(self):
        """A time by which an optimal schedule ends: one flow after another from the last release."""
        return self.releases[-1] + sum(f.volume / self.slowest(i) for i, f in enumerate(self.flows))

    def objective(self, tardiness):
        """Σ w_H t_H of a mapping from groups to tardiness."""
        return sum(self.weight[g] * tardiness[g] for g in self.groups)
