# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps of small points for the tests of this folder, and what must hold after one."""

import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(os.environ.get("ECHELON_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
PROGRAM = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
TOOL = ROOT / "analysis" / "echelon-sweep"

SCENARIO = {
    "schema": "echelon/scenario/1",
    "name": "small",
    "description": "Two collectives that share a leaf-spine of 16 hosts.",
    "seed": 1,
    "topology": {
        "kind": "leaf-spine",
        "leaves": 4,
        "spines": 2,
        "hosts_per_leaf": 4,
        "host_link": {"rate": "100Gbps", "delay": "500ns"},
        "uplink": {"delay": "500ns"},
        "oversubscription": 1,
    },
    "routing": "ecmp",
    "fabric": {"kind": "fluid"},
    "jobs": [
        {
            "name": "exchange",
            "workload": {"kind": "collective", "operation": "all-to-all", "ranks": 8, "bytes": "16MB"},
            "placement": "spread",
        },
        {
            "name": "reduce",
            "workload": {"kind": "collective", "operation": "all-reduce", "ranks": 8, "bytes": "32MB"},
            "placement": "random",
        },
    ],
    "schedulers": ["fair", "echelon"],
}  # fmt: skip


def write_sweep(folder, name, replications, chunk_s):
    """Specification of a sweep of 20 * `replications` points; returns its path."""
    (folder / "small.json").write_text(json.dumps(SCENARIO), encoding="utf-8")
    spec = {
        "schema": "echelon/sweep/1",
        "name": name,
        "scenario": "small.json",
        "axes": {
            "/topology/oversubscription": [1, 2, 4, 8],
            "/jobs/0/workload/bytes": ["4MB", "8MB", "16MB", "32MB", "64MB"],
        },
        "replications": replications,
        "chunk": chunk_s / 60,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


def tool(arguments, environment, timeout=240):
    """Runs echelon-sweep; the finished process with its output."""
    return subprocess.run(
        [sys.executable, "-B", str(TOOL), *(str(argument) for argument in arguments)],
        env={**environment, "ECHELON_BIN": PROGRAM, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def point_ids(sweep):
    document = json.loads((sweep / "points.json").read_text(encoding="utf-8"))
    return [point["id"] for point in document["points"]]


def results(sweep):
    """{id: the metrics as the file spells them} of all points with a result."""
    found = {}
    for path in sorted(sweep.glob("runs/??/*/result.json")):
        text = path.read_text(encoding="utf-8")
        metrics = re.search(r'^"metrics":(.*),$', text, re.MULTILINE)
        assert json.loads(text)["id"] == path.parent.name
        found[path.parent.name] = metrics.group(1)
    return found


def left_behind(sweep):
    """Files and folders that belong to no finished point, and drafts of the sweep's own files."""
    expected = re.compile(r"runs/[0-9a-f]{2}/[0-9a-f]{16}/(params|result|error\.[0-9]+)\.json")
    found = [path.name for path in sweep.iterdir() if path.name.startswith(".") and path.name != ".lock"]
    for folder, folders, files in os.walk(sweep / "runs"):
        relative = pathlib.Path(folder).relative_to(sweep)
        found += [str(relative / name) for name in folders if name.startswith(".")]
        found += [str(relative / name) for name in files if not expected.fullmatch(str(relative / name))]
    return found


def gathered(sweep):
    """{status: points} of the tables, empty when there are none."""
    path = sweep / "results.sqlite"
    if not path.is_file():
        return {}
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return dict(database.execute("select status, count(*) from points group by status"))
    finally:
        database.close()


def workers(slurm, node=None):
    """Workers that run now: {pid: environment}."""
    found = {}
    for pid, environment in slurm.processes(node).items():
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"worker" in command and "SLURM_ARRAY_TASK_ID" in environment:
            found[pid] = environment
    return found


def stop(pid):
    """Stops a process. Whether it stands still now; False when it has ended."""
    os.kill(pid, signal.SIGSTOP)
    while True:
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
        except OSError:
            return False
        if state in "TZX":
            return state == "T"
        time.sleep(0.01)


def task_name(environment):
    return f"{environment['SLURM_ARRAY_JOB_ID']}_{environment['SLURM_ARRAY_TASK_ID']}"


def point_of(worker):
    """The process of the point that a worker runs now, or None."""
    try:
        children = pathlib.Path(f"/proc/{worker}/task/{worker}/children").read_text(encoding="utf-8")
        for child in children.split():
            if b"run" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return int(child)
    except OSError:
        pass
    return None
