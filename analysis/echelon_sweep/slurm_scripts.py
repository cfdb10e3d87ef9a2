# SPDX-License-Identifier: GPL-2.0-only
"""Writes the batch scripts of a submission, and the words that sbatch is given beside them.

    scripts = Scripts(sweep, plan, program, limits, Need(seconds=3600, memory_mb=None), options)
    scripts.task()                                  # text of task.sh
    scripts.task_command(0)                         # ['--job-name=…', '--array=0-9', '…/task.sh', '0']

Everything is named by absolute path and quoted for the shell. What `submit` sets stands in the scripts, but for the
names, arrays and dependencies of jobs.
"""

import dataclasses
import math
import os
import pathlib
import shlex
import sys

from echelon_sweep.paths import check_words
from echelon_sweep.slurm_client import time_text
from echelon_sweep.worker import DEADLINE

WARNING_S = 120  # USR1 comes this long before the time limit
GATHER_S = 1800

# What `submit` sets itself.
OURS = (
    "--account", "-A", "--array", "-a", "--chdir", "-D", "--cpus-per-task", "-c", "--dependency", "-d", "--error", "-e",
    "--export", "--input", "-i", "--job-name", "-J", "--mem", "--no-requeue", "--nodes", "-N", "--ntasks", "-n",
    "--open-mode", "--output", "-o", "--parsable", "--partition", "-p", "--requeue", "--signal", "--test-only", "--time",
    "-t", "--wait", "-W", "--wrap",
)  # fmt: skip


def is_ours(option):
    """Whether an option of sbatch is one that `submit` sets itself, abbreviated or not."""
    name = option.split("=")[0]
    if name.startswith("--"):
        return any(ours.startswith(name) for ours in OURS)  # getopt takes what an option begins with
    return name[:2] in OURS


@dataclasses.dataclass(frozen=True)
class Need:
    """What a task takes at the most."""

    seconds: float
    memory_mb: int | None  # None: whatever the partition gives by default


class Scripts:
    """Texts of the batch scripts, and options of sbatch that are no part of them."""

    def __init__(self, sweep, plan, program, limits, need, options):
        self._plan = plan
        self._sweep = os.path.abspath(sweep.path)
        self._program = program.path
        self._tool = pathlib.Path(__file__).resolve().parent.parent
        self._seconds = 60 * math.ceil(need.seconds / 60)
        self._gather_s = min(limits.seconds, GATHER_S)
        self._memory = need.memory_mb
        self._common = [f"--partition={limits.partition}"]
        account = options.account or os.environ.get("SBATCH_ACCOUNT")
        if account:
            self._common.append(f"--account={account}")
        self._common += ["--nodes=1", "--ntasks=1", "--requeue", "--open-mode=append", "--chdir=/"]
        self._processes = options.processes or 1
        self._passed = list(options.sbatch)

    def _python(self):
        python = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable
        return f"{shlex.quote(python)} -B -m echelon_sweep"

    def _script(self, options, lines):
        check_words([*options, self._sweep, self._program, str(self._tool), str(self._plan.folder), sys.executable])
        head = ["#!/bin/sh", *(f"#SBATCH {shlex.quote(option)}" for option in options)]
        setup = [
            f"export ECHELON_BIN={shlex.quote(self._program)}",
            f"export PYTHONPATH={shlex.quote(str(self._tool))}${{PYTHONPATH:+:$PYTHONPATH}}",
        ]
        return "\n".join([*head, "", *setup, *lines]) + "\n"

    def task(self):
        options = [*self._common, f"--time={time_text(self._seconds)}", f"--signal=B:USR1@{WARNING_S}"]
        if self._processes > 1:
            options.append(f"--cpus-per-task={self._processes}")
        if self._memory is not None:
            options.append(f"--mem={self._memory}M")
        options += [f"--output={self._log('%A_%a.log')}", *self._passed]
        chunk = self._plan.chunk
        lines = [
            f"export {DEADLINE}=$(($(date +%s) + {self._seconds}))",
            "# $1: tasks in the arrays before this one",
            f"first=$((($1 + SLURM_ARRAY_TASK_ID) * {chunk}))",
            f"exec {self._python()} worker {shlex.quote(self._sweep)} --batch slurm \\",
            f"    --points {shlex.quote(str(self._plan.folder / 'points.txt'))} --from \"$first\" --count {chunk}"
            + (f" --processes {self._processes}" if self._processes > 1 else ""),
        ]
        return self._script(options, lines)

    def gather(self):
        options = [*self._common, f"--time={time_text(self._gather_s)}", f"--output={self._log('gather.log')}", *self._passed]
        return self._script(options, [f"exec {self._python()} gather {shlex.quote(self._sweep)}"])

    def _log(self, name):
        # Slurm replaces %A and the like in the file's name, so a percent sign of a folder is doubled.
        return str(self._plan.folder / "log").replace("%", "%%") + "/" + name

    def task_command(self, block, after=()):
        first, count = self._plan.blocks[block]
        array = f"--array=0-{count - 1}"
        return [f"--job-name={self._plan.block_name(block)}", array, *after, str(self._plan.folder / "task.sh"), str(first)]

    def gather_command(self, after):
        depends = [f"--dependency=afterany:{':'.join(after)}"] if after else []
        return [f"--job-name={self._plan.gather_name}", *depends, str(self._plan.folder / "gather.sh")]
