# SPDX-License-Identifier: GPL-2.0-only
"""What a Gantt chart shows of a large job: which GPUs, which iteration, which kinds of slices.

    devices = representatives(frames, sent, limit=8)     # [Representative(device=0, alike=32), …]

A 3-D-parallel job runs the same program on most of its GPUs; those of one pipeline stage differ by jitter, those of different
stages by when and what they compute. Farthest-first traversal over the start times finds one GPU of each stage without
knowing the workload. O(devices × limit × slices per device).
"""

import dataclasses
import re

import numpy as np

# A GPU that differs from all shown ones by less than this share of the largest difference found is another replica, not another
# stage. Eight evenly spaced stages differ by 1/7 of it.
STAGE_SHARE = 0.12
# … and by less than this share of the shown time is the same to the eye.
VISIBLE_SHARE = 0.005


@dataclasses.dataclass(frozen=True)
class Representative:
    """A GPU that stands for `alike` GPUs, itself included. Those that only the limit put beside it do not count."""

    device: int
    alike: int


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


def _profile(compute):
    """Name -> start times in order, of one device."""
    profile = {}
    for name, start in zip(compute.name, compute.start_s):
        profile.setdefault(name, []).append(start)
    return {name: np.array(starts) for name, starts in profile.items()}


def _distance(a, b, span):
    """How differently two devices compute: mean distance of equal slices' starts, or the span where one has no such slice."""
    total = count = 0.0
    for name in sorted(set(a) | set(b)):
        left, right = a.get(name, ()), b.get(name, ())
        both = min(len(left), len(right))
        if both:
            total += float(np.abs(left[:both] - right[:both]).sum())
        total += span * (max(len(left), len(right)) - both)
        count += max(len(left), len(right))
    return total / count if count else 0.0


def representatives(frames, sent, limit):
    """GPUs that differ, at most `limit`, ascending.

    frames: compute slices (device, name, start_s, duration_s) of the same iteration under each scheduler.
    sent: device -> bytes sent over the network. Among alike GPUs the one that sends most is shown, ties by number.
    """
    devices = sorted(set().union(*(set(f.device) for f in frames)) | set(sent))
    if len(devices) <= 1:
        return [Representative(d, 1) for d in devices]
    spans = [
        float((f.start_s + f.duration_s).max() - f.start_s.min()) if len(f) else 0.0 for f in frames
    ]
    profiles = []
    for frame in frames:
        by_device = {device: _profile(part) for device, part in frame.groupby("device")}
        profiles.append([by_device.get(device, {}) for device in devices])

    def distances_from(i):
        return np.array(
            [
                max(_distance(p[i], p[j], span) for p, span in zip(profiles, spans))
                for j in range(len(devices))
            ]
        )

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
    found = []
    for cluster in range(len(chosen)):
        members = [devices[i] for i in np.flatnonzero((owner == cluster) & (nearest <= threshold))]
        if members:
            best = max(members, key=lambda d: (sent.get(d, 0), -d))
            found.append(Representative(best, len(members)))
    return sorted(found, key=lambda r: r.device)


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
