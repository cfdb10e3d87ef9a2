# SPDX-License-Identifier: GPL-2.0-only
"""The same scenario, written in another order."""

# Workloads written out in the scenario.
EXPLICIT = ("tasks", "flows", "coflows")


def shuffled(value, random):
    """The same scenario, written in another order of keys, jobs, tasks, flows, groups and coflows.

    Jobs keep their order unless each says where it runs, since their order in the file is the order in which they are placed.
    """
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        result = {key: shuffled(value[key], random) for key in keys}
        for name in ("tasks", "flows", "groups", "coflows", "after"):
            if isinstance(result.get(name), list):
                random.shuffle(result[name])
        if all(_stays(job) for job in value.get("jobs", [{}])):
            random.shuffle(result["jobs"])
        return result
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    return value


def _stays(job):
    explicit = job.get("workload", {}).get("kind") in EXPLICIT
    return isinstance(job.get("placement"), list) or (explicit and "placement" not in job)
