# SPDX-License-Identifier: GPL-2.0-only
"""Seeded random instances of training traffic, small enough for exact.py, and as scenarios of the emulator.

    i = make("pipeline", 17)           # always the same
    i.problem()                        # for the bounds: milliseconds, and megabytes at 8 Gb/s = 1 MB/ms
    i.scenario(["fair", "echelon"])    # for `echelon run`

Mixes: `coflow` (all-to-alls, ring buckets of data parallelism, shuffles), `pipeline` (GPipe: one group per pair of workers,
micro-batch j released at r + jT, ideal at r + jT), `fsdp` (all-gathers C_0 … C_(2n−1), each released one computation before its ideal
finish; reduce-scatters as coflows), `mixed` (all kinds). Even indices run on a big switch of 3 to 6 hosts, odd ones on two leaves with
2 or 3 hosts each and an oversubscription of 2; one spine, so that there is one path. Every fifth instance has weights.

Sizes are log-normal with σ = 1 (the 95th percentile is 27 times the 5th); groups arrive uniformly within 10 to 70 % of the time that the most
loaded link needs for all of them, so that they contend. Times are whole microseconds, sizes whole kilobytes.
"""

import dataclasses
import hashlib
import json
import random

from optimality.problem import Flow, Problem

MIXES = ("coflow", "pipeline", "fsdp", "mixed")
RATE_GBPS = 8  # 1 kB per µs
OVERSUBSCRIPTION = 2


@dataclasses.dataclass(frozen=True)
class Transfer:
    """A flow; release in µs after the group's arrival, size in kB."""

    position: int
    release: int
    source: int
    destination: int
    size: int


@dataclasses.dataclass(frozen=True)
class Group:
    """An EchelonFlow: offsets in µs by position."""

    name: str
    arrival: int
    weight: float
    offsets: tuple
    transfers: tuple


@dataclasses.dataclass(frozen=True)
class Instance:
    """Groups on a fabric; hosts_per_leaf is None for a big switch."""

    name: str
    hosts: int
    hosts_per_leaf: int
    groups: tuple

    def path(self, source, destination):
        """Links as names with capacities in MB/ms."""
        links = [(f"{source}->", 1.0), (f"->{destination}", 1.0)]
        if self.hosts_per_leaf and source // self.hosts_per_leaf != destination // self.hosts_per_leaf:
            uplink = self.hosts_per_leaf / OVERSUBSCRIPTION
            links += [(f"up{source // self.hosts_per_leaf}", uplink), (f"down{destination // self.hosts_per_leaf}", uplink)]
        return links

    def problem(self):
        """Times in ms, volumes in MB."""
        links, flows = {}, []
        for g, group in enumerate(self.groups):
            reference = group.arrival + min(t.release for t in group.transfers)
            for t in group.transfers:
                path = []
                for name, capacity in self.path(t.source, t.destination):
                    links.setdefault(name, (len(links), capacity))
                    path.append(links[name][0])
                ideal = (reference + group.offsets[t.position]) / 1000
                flows.append(Flow(g, (group.arrival + t.release) / 1000, t.size / 1000, tuple(path), ideal))
        return Problem(flows, {g: group.weight for g, group in enumerate(self.groups)}, [c for _, c in links.values()])

    def scenario(self, schedulers):
        """The document that `echelon run` takes."""
        rate = {"rate": f"{RATE_GBPS}Gbps"}
        if self.hosts_per_leaf:
            topology = {"kind": "leaf-spine", "leaves": self.hosts // self.hosts_per_leaf, "spines": 1,
                        "hosts_per_leaf": self.hosts_per_leaf, "host_link": rate, "oversubscription": OVERSUBSCRIPTION}
        else:
            topology = {"kind": "big-switch", "hosts": self.hosts, "host_link": rate}
        groups = [{"name": g.name, "weight": g.weight, "arrangement": {"offsets": [f"{o}us" for o in g.offsets]}}
                  for g in self.groups]
        flows = [{"release": f"{g.arrival + t.release}us", "source": t.source, "destination": t.destination,
                  "bytes": t.size * 1000, "group": g.name, "position": t.position}
                 for g in self.groups for t in g.transfers]
        return {"schema": "echelon/scenario/1", "name": self.name, "topology": topology,
                "jobs": [{"name": "a", "workload": {"kind": "flows", "groups": groups, "flows": flows}}],
                "schedulers": list(schedulers)}

    def key(self):
        """A hash of everything that the optimum depends on."""
        document = self.scenario([])
        del document["name"]
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


def size(rng, scale):
    """kB, log-normal with median `scale` MB."""
    return max(1, round(1000 * scale * rng.lognormvariate(0.0, 1.0)))


def all_to_all(rng, hosts):
    """Equal pieces between all of 3 (rarely 4) hosts, or 2."""
    members = rng.sample(range(hosts), min(hosts, rng.choice((2, 3, 3, 4))))
    each = size(rng, 2.0)
    return (0,), [Transfer(0, 0, a, b, each) for a in members for b in members if a != b]


def ring(rng, hosts):
    """A gradient bucket: every member to the next."""
    members = rng.sample(range(hosts), rng.randint(2, min(hosts, 4)))
    each = size(rng, 4.0)
    return (0,), [Transfer(0, 0, a, b, each) for a, b in zip(members, members[1:] + members[:1])]


def shuffle(rng, hosts):
    """Mappers to reducers; a reducer's share differs from the next one's, as in traces of clusters."""
    mappers = rng.sample(range(hosts), rng.randint(1, min(hosts, 3)))
    reducers = rng.sample(range(hosts), rng.randint(1, min(hosts, 3)))
    flows = []
    for b in reducers:
        each = size(rng, 2.0)
        flows += [Transfer(0, 0, a, b, each) for a in mappers if a != b]
    return ((0,), flows) if flows else shuffle(rng, hosts)


def pipeline(rng, hosts):
    """Micro-batches from one worker to the next; computing takes 0.5 to 2 times what sending alone takes."""
    source, destination = rng.sample(range(hosts), 2)
    count = rng.randint(2, 4)
    each = size(rng, 3.0)
    period = max(1, round(each * rng.uniform(0.5, 2.0)))
    return tuple(j * period for j in range(count)), [Transfer(j, j * period, source, destination, each) for j in range(count)]


def fsdp(rng, hosts):
    """All-gathers as rings: layers forward, then backward, one prefetched."""
    members = rng.sample(range(hosts), rng.randint(2, min(hosts, 3)))
    layers = 2
    each = size(rng, 2.0)
    forward = max(1, round(each * rng.uniform(0.4, 1.5)))
    offsets = [0]
    for i in range(1, 2 * layers):
        offsets.append(offsets[-1] + (forward if i < layers else 2 * forward))
    flows = []
    for i in range(2 * layers):
        release = offsets[i - 1] if i else 0
        flows += [Transfer(i, release, a, b, each) for a, b in zip(members, members[1:] + members[:1])]
    return tuple(offsets), flows


KINDS = {
    "coflow": (all_to_all, ring, shuffle),
    "pipeline": (pipeline,),
    "fsdp": (fsdp, fsdp, ring),
    "mixed": (all_to_all, ring, shuffle, pipeline, pipeline, fsdp),
}
# The fewest and the most groups: positions and flows per group differ, and exact.py's work with them.
COUNTS = {"coflow": (2, 5), "pipeline": (2, 5), "fsdp": (2, 4), "mixed": (2, 5)}


def make(mix, index):
    """Instance `index` of a mix."""
    rng = random.Random(f"{mix}/{index}")
    if index % 2:
        per_leaf = rng.choice((2, 3))
        hosts = 2 * per_leaf
    else:
        per_leaf, hosts = None, rng.randint(3, 6)
    shapes = [rng.choice(KINDS[mix])(rng, hosts) for _ in range(rng.randint(*COUNTS[mix]))]
    groups = tuple(Group(f"g{i}", 0, 1.0, o, tuple(f)) for i, (o, f) in enumerate(shapes))
    probe = Instance(mix, hosts, per_leaf, groups).problem()
    busiest = max(
        sum(probe.flows[i].volume for i in members) / probe.capacity[l] for l, members in enumerate(probe.link_flows)
    )
    window = 1000 * busiest * rng.uniform(0.1, 0.7)
    arrivals = [round(rng.uniform(0, window)) for _ in groups]
    weights = [float(rng.choice((1, 2, 4))) if index % 5 == 4 else 1.0 for _ in groups]
    return Instance(
        f"{mix}-{index:03d}",
        hosts,
        per_leaf,
        tuple(
            dataclasses.replace(g, arrival=a - min(arrivals), weight=w) for g, a, w in zip(groups, arrivals, weights)
        ),
    )

