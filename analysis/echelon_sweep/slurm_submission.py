# SPDX-License-Identifier: GPL-2.0-only
"""One submission of a sweep to Slurm: which task runs which points. A folder <sweep>/slurm/<token>/ of

    submission.json   names of its jobs, points of a task, array blocks
    points.txt        ids of the points, one per line, in the order of the tasks
    task.sh gather.sh the batch scripts
    log/              what the tasks print

    plan = Submission.plan(sweep, points, cost_s=2.5, chunk_s=600, array_size=1001)
    plan.blocks                                     # [(first task, tasks)]: indices of each array start at 0
    for old in submissions(sweep): old.points_of(queued_task)       # ids that a task in the queue will run

It is written before sbatch is called, so that jobs whose submission was never confirmed are known, too. The jobs bear
a random token in their names: ids of jobs come back after a controller lost its state.
"""

import dataclasses
import json
import math
import os
import pathlib
import re

from echelon_common.files import write_atomically

SCHEMA = "echelon/slurm-submission/1"


@dataclasses.dataclass
class Submission:
    folder: pathlib.Path
    name: str  # of its jobs, before ".<block>" and ".gather"
    chunk: int  # points of a task
    blocks: list  # (first task, number of tasks) of each array
    ids: list  # of the points

    @classmethod
    def plan(cls, sweep, points, cost_s, chunk_s, array_size):
        """Tasks of about `chunk_s` seconds when a point takes `cost_s`."""
        token = os.urandom(4).hex()
        chunk = max(1, min(len(points), round(chunk_s / max(cost_s, 1e-3))))
        tasks = math.ceil(len(points) / chunk)
        if tasks:
            chunk = math.ceil(len(points) / tasks)  # the last task is not a stump
            tasks = math.ceil(len(points) / chunk)
        blocks = [(first, min(array_size, tasks - first)) for first in range(0, tasks, array_size)]
        label = re.sub(r"[^A-Za-z0-9_-]", "-", sweep.name)[:40]
        folder = pathlib.Path(os.path.abspath(sweep.path)) / "slurm" / token
        return cls(folder, f"echelon-{label}-{token}", chunk, blocks, [point.id for point in points])

    @classmethod
    def read(cls, folder):
        """The submission in a folder; None when it is not whole."""
        try:
            document = json.loads((folder / "submission.json").read_text(encoding="utf-8"))
            if document["schema"] != SCHEMA:
                return None
            ids = (folder / "points.txt").read_text(encoding="utf-8").split()
            blocks = [(int(first), int(count)) for first, count in document["blocks"]]
            return cls(folder, str(document["name"]), int(document["chunk"]), blocks, ids)
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None

    @property
    def tasks(self):
        return sum(count for _, count in self.blocks)

    @property
    def gather_name(self):
        return f"{self.name}.gather"

    def block_name(self, block):
        return f"{self.name}.{block}"

    def names(self):
        return [*(self.block_name(block) for block in range(len(self.blocks))), self.gather_name]

    def points_of(self, task):
        """Ids of the points of a QueuedTask of this submission; none of the gather job."""
        name, _, block = task.name.rpartition(".")
        if name != self.name or not block.isdigit() or int(block) >= len(self.blocks) or task.index is None:
            return []
        first = (self.blocks[int(block)][0] + task.index) * self.chunk
        return self.ids[first : first + self.chunk]

    def write(self, task_script, gather_script):
        (self.folder / "log").mkdir(parents=True)
        (self.folder / "points.txt").write_text("".join(f"{name}\n" for name in self.ids), encoding="utf-8")
        (self.folder / "task.sh").write_text(task_script, encoding="utf-8")
        (self.folder / "gather.sh").write_text(gather_script, encoding="utf-8")
        document = {"schema": SCHEMA, "name": self.name, "chunk": self.chunk, "blocks": self.blocks}
        write_atomically(self.folder / "submission.json", json.dumps(document) + "\n", sync=True)


def submissions(sweep):
    """All submissions of a sweep."""
    folder = pathlib.Path(os.path.abspath(sweep.path)) / "slurm"
    found = [Submission.read(entry) for entry in sorted(folder.iterdir())] if folder.is_dir() else []
    return [submission for submission in found if submission is not None]
