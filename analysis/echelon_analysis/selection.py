# SPDX-License-Identifier: GPL-2.0-only
"""Chooses what a Gantt chart shows of a large job: which GPUs, which kinds of slices, and which flows together.

    devices = representatives(frames, flows, limit=8)    # [Representative(device=0, alike=32), …]

A 3-D-parallel job runs the same program on most of its GPUs; those of one pipeline stage differ by jitter, those of different
stages by when and what they compute. Farthest-first traversal over the start times finds one GPU of each stage without
knowing the workload. O(devices × limit × slices per device).
"""

import dataclasses
import re

import numpy as np
import pandas as pd

# A GPU that differs from all shown ones by less than this share of the largest difference found is another replica, not another
# stage. Eight evenly spaced stages differ by 1/7 of it.
STAGE_SHARE = 0.12
# … and by less than this share of the shown time is the same to the eye.
VISIBLE_SHARE = 0.005
# Flows of a GPU side by side, before they are drawn together.
MAX_LANES = 4

# Kinds of compute that look alike wherever they are shown, by how their names begin.
COMPUTE_KINDS = (
    (re.compile(r"^(f|fwd|forward)\b", re.I), "forward"),
    (re.compile(r"^(b|bwd|backward)\b", re.I), "backward"),
    (re.compile(r"^(w|wgrad|weight)\b", re.I), "weight"),
    (re.compile(r"^(opt|optimi[sz]er|update)\b", re.I), "optimiser"),
)


@dataclasses.dataclass(frozen=True)
class Representative:
    """A GPU that stands for all GPUs that do the same: `members`, itself among them. Those that only the limit put beside it do not count."""

    device: int
    members: tuple

    @property
    def alike(self):
        """How many GPUs it stands for."""
        return len(self.members)


def kind_of(name):
    """The kind of a task or group, its name up to the first word with a number in it.

    'pp forward 0->1' -> 'pp forward'; 'dp bucket 3 stage 0' -> 'dp bucket'; 'F3' -> 'F'.
    """
    words = []
    for word in name.split():
        if re.search(r"\d", word):
            break
        words.append(word)
    if words:
        return " ".join(words)
    return re.match(r"[^\d]*", name.strip()).group(0).strip(" -_.:/#([") or name


def compute_kind(kind):
    """'forward', 'backward', 'weight' or 'optimiser' where the kind of a task is one of these, else None."""
    return next((known for pattern, known in COMPUTE_KINDS if pattern.match(kind)), None)


def _profiles(frame, devices):
    """Start times, one row per device and one column per slice of equal name and count; NaN where a device has no such slice."""
    keys = pd.MultiIndex.from_arrays([frame.name, frame.groupby(["device", "name"]).cumcount()])
    column, names = pd.factorize(keys)
    profiles = np.full((len(devices), len(names)), np.nan)
    profiles[np.searchsorted(devices, frame.device), column] = frame.start_s
    return profiles


def _distances(profiles, i, span):
    """How differently device i and each computes: mean distance of equal slices' starts, the span where one has no such slice."""
    there = ~np.isnan(profiles)
    both = there & there[i]
    either = (there | there[i]).sum(axis=1)
    total = np.nansum(np.abs(profiles - profiles[i]), axis=1) + span * (either - both.sum(axis=1))
    return np.divide(total, either, out=np.zeros(len(total)), where=either > 0)


def representatives(frames, flows, limit):
    """GPUs that differ, at most `limit`, in the order in which they start to compute.

    frames: computations (device, name, start_s, end_s) of the same iteration under each scheduler.
    flows: what the job sends meanwhile (source, destination, bytes), under any of them.

    Of alike GPUs one is shown that exchanges flows with those already chosen, so that the rows are the stages of one replica; of
    several, the one that sends most, ties by number. Of a job that computes nowhere, those that send most are shown.
    """
    sent = flows.groupby("source").bytes.sum().to_dict()
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return [Representative(int(d), (int(d),)) for d in sorted(sorted(sent, key=lambda d: (-sent[d], d))[:limit])]
    devices = np.array(sorted(set(sent).union(*(frame.device for frame in frames))))
    spans = [float(frame.end_s.max() - frame.start_s.min()) for frame in frames]
    profiles = [_profiles(frame, devices) for frame in frames]

    def distances_from(i):
        return np.max([_distances(p, i, span) for p, span in zip(profiles, spans)], axis=0)

    chosen = [0]
    nearest = distances_from(0)
    owner = np.zeros(len(devices), dtype=int)
    threshold = max(STAGE_SHARE * nearest.max(), VISIBLE_SHARE * max(spans))
    while len(chosen) < limit and nearest.max() > threshold:
        farthest = int(nearest.argmax())  # the first of equals: the lowest device number
        distances = distances_from(farthest)
        owner = np.where(distances < nearest, len(chosen), owner)
        nearest = np.minimum(nearest, distances)
        chosen.append(farthest)
    stages = []
    for cluster, first in enumerate(chosen):
        inside = devices[(owner == cluster) & (nearest <= threshold)].tolist()
        if inside:
            stages.append((np.nan_to_num(profiles[0][first], nan=np.inf).min(initial=np.inf), inside))
    pairs = {pair for a, b in zip(flows.source, flows.destination) for pair in ((a, b), (b, a))}
    found = []
    for _, inside in sorted(stages):
        linked = {d for d in inside if any((r.device, d) in pairs for r in found)}
        best = max(inside, key=lambda d: (d in linked, sent.get(d, 0), -d))
        found.append(Representative(best, tuple(inside)))
    return found


def lanes(starts, ends):
    """Greedy lanes for bars that must not overlap: the lane of each bar, given in order of start."""
    free = []
    chosen = []
    for start, end in zip(starts, ends):
        for lane, until in enumerate(free):
            if until <= start + 1e-15:
                break
        else:
            lane = len(free)
            free.append(0.0)
        free[lane] = end
        chosen.append(lane)
    return chosen


def ordered(frame, *columns):
    """The rows in ascending order of the columns, equal ones as they are. sort_values() takes milliseconds for a handful of rows."""
    keys = [np.unique(c, return_inverse=True)[1] if c.dtype == object else c for c in (frame[name].to_numpy() for name in columns)]
    return frame.iloc[np.lexsort(keys[::-1])]


def flow_bars(flows, within=(), max_lanes=MAX_LANES):
    """The flows of one GPU as bars in lanes in which they do not overlap; where that takes more than `max_lanes`, drawn together.

    First one bar is a flow, then the flows of one group and position from the first start to the last finish, then those of one kind
    that overlap, however many lanes these take. Flows that differ in a column of `within` stay apart.

    flows: flow, group, position, kind, name, destination, bytes (of all copies), count, start_s, finish_s, ideal_finish_s, and perhaps
    critical (whether on the critical path). Bars in order of start: the columns of `within`, kind, name (the kind, where names differ),
    to, bytes, flows, start_s, finish_s, ideal_s, critical, lane.
    """
    flows = ordered(flows, "start_s", "flow")
    if "critical" not in flows:
        flows = flows.assign(critical=False)
    kinds = [*within, "kind"]
    for keys in ([], ["group", "position"], ["overlap"]):
        if keys == ["overlap"]:
            flows = _with_overlaps(flows, kinds)
        bars = ordered(_drawn_together(flows, kinds, keys) if keys else _one_by_one(flows, kinds), "start_s", "finish_s", "kind")
        lane = np.array(lanes(bars.start_s, bars.finish_s), dtype=np.int64)
        if lane.max(initial=0) < max_lanes:
            break
    return bars.assign(lane=lane)


def _one_by_one(flows, kinds):
    """A bar for each flow."""
    columns = {"name": "name", "destination": "to", "bytes": "bytes", "count": "flows", "start_s": "start_s", "finish_s": "finish_s"}
    columns |= {"ideal_finish_s": "ideal_s", "critical": "critical"}
    return flows[[*kinds, *columns]].set_axis([*kinds, *columns.values()], axis=1).reset_index(drop=True)


def _drawn_together(flows, kinds, keys):
    """A bar for all flows that are equal in these columns."""
    bars = flows.groupby([*kinds, *keys], sort=False, as_index=False).agg(
        name=("name", "first"), names=("name", "nunique"), to=("destination", "first"), bytes=("bytes", "sum"), flows=("count", "sum"),
        start_s=("start_s", "min"), finish_s=("finish_s", "max"), ideal_s=("ideal_finish_s", "max"), critical=("critical", "max"),
    )
    return bars.assign(name=bars.name.where(bars.names == 1, bars.kind)).drop(columns=[*keys, "names"])


def _with_overlaps(flows, keys):
    """A column `overlap` that numbers, among flows of equal keys, the stretches of time without a gap. flows: sorted by start."""
    by = [flows[key] for key in keys]
    until = flows.finish_s.groupby(by, sort=False).cummax()
    before = until.groupby(by, sort=False).shift(fill_value=-np.inf)
    return flows.assign(overlap=(flows.start_s > before).groupby(by, sort=False).cumsum())
