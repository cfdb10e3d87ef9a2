# SPDX-License-Identifier: GPL-2.0-only
"""Asks Slurm for what this package needs: limits, the queue and sbatch. Whether a point is done is never asked here.

    slurm = Slurm()                                 # NoBatchSystem when there is no sbatch
    limits = slurm.limits("batch")                  # NoBatchSystem when the controller does not answer
    for task in slurm.queue(["echelon-1f0c-0"]):    # tasks that have not ended, by the names of their jobs
        print(task.job, task.index, task.state)
    job = slurm.submit(["--array=0-9", "task.sh"])

Nothing needs accounting (sacct). Jobs are known by name, for ids come back after a controller lost its state.
"""

import dataclasses
import math
import os
import re
import shutil
import subprocess
import time

from echelon_sweep.errors import NoBatchSystem, SweepError, UsageError

ANSWER_SECONDS = 60
TRIES = 2  # a controller that restarts answers again within seconds
SECONDS_BETWEEN_TRIES = 5

# Why a job that is queued will not start unless somebody changes something.
HOPELESS = {
    "AccountNotAllowed", "AssocMaxCpuPerJobLimit", "AssocMaxMemPerJob", "AssocMaxNodePerJobLimit",
    "AssocMaxWallDurationPerJobLimit", "BadConstraints", "DependencyNeverSatisfied",
    "InvalidAccount", "InvalidQOS", "JobHeldAdmin", "JobHeldUser", "PartitionConfig", "PartitionNodeLimit",
    "PartitionTimeLimit", "QOSMaxCpuPerJobLimit", "QOSMaxMemoryPerJob", "QOSMaxNodePerJobLimit",
    "QOSMaxWallDurationPerJobLimit", "QOSNotAllowed",
}  # fmt: skip
UNFINISHED = {
    "CONFIGURING", "PENDING", "PREEMPTED", "REQUEUED", "RESIZING", "RUNNING", "SIGNALING", "STOPPED", "SUSPENDED",
}  # fmt: skip

PROGRAMS = ("sbatch", "squeue", "scontrol", "sinfo", "scancel")

# Variables that come before the options of a batch script, hide a part of the queue or spare jobs; and one that a task
# must not inherit from the job that submits it.
OVERRIDING = (
    "SBATCH_ACCOUNT", "SBATCH_ARRAY_INX", "SBATCH_ERROR", "SBATCH_EXPORT", "SBATCH_INPUT", "SBATCH_JOB_NAME",
    "SBATCH_MEM_PER_", "SBATCH_NO_REQUEUE", "SBATCH_OPEN_MODE", "SBATCH_OUTPUT", "SBATCH_PARTITION", "SBATCH_REQUEUE",
    "SBATCH_SIGNAL", "SBATCH_TIMELIMIT", "SBATCH_WAIT", "SCANCEL_", "SINFO_", "SLURM_RESTART_COUNT", "SQUEUE_",
)  # fmt: skip
GONE = re.compile(r"Invalid job id|already comp")  # what scancel says of jobs that have ended


@dataclasses.dataclass(frozen=True)
class QueuedTask:
    """A task of an array, or a job of its own (index None)."""

    name: str  # of the job
    job: str  # id of the array or job
    index: int | None
    state: str  # Slurm's long name: PENDING, RUNNING, ...
    reason: str

    @property
    def alive(self):
        """It runs, or will run: its points are in good hands."""
        return self.state in UNFINISHED and self.reason not in HOPELESS and "held" not in self.reason.lower()

    @property
    def running(self):
        return self.alive and self.state != "PENDING"


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a task may ask for."""

    partition: str
    seconds: float  # of one task; inf without limit
    memory_mb: float  # of one node
    array_size: int  # indices of an array are below


def seconds_of(text):
    """'2-03:04:05', '04:05', '5' (minutes) or 'UNLIMITED' in seconds, as Slurm writes times."""
    if text in ("UNLIMITED", "INFINITE", "NONE", "N/A", "infinite"):
        return math.inf
    found = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", text)
    if not found:
        raise NoBatchSystem(f"Slurm gives a time that cannot be read: {text}")
    days, *parts = found.groups()
    numbers = [int(part) for part in parts if part is not None]
    if days is not None:  # days-hours[:minutes[:seconds]]
        numbers += [0] * (3 - len(numbers))
    elif len(numbers) == 1:
        numbers = [0, numbers[0], 0]
    elif len(numbers) == 2:
        numbers = [0, *numbers]
    hours, minutes, seconds = numbers
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def time_text(seconds):
    """Seconds as Slurm reads them, rounded up to its minutes."""
    minutes = max(1, math.ceil(seconds / 60))
    return f"{minutes // 1440}-{minutes // 60 % 24:02d}:{minutes % 60:02d}:00"


def _fields(line):
    """{'MaxTime': '01:00:00', ...} of a line of scontrol."""
    return dict(item.split("=", 1) for item in line.split() if "=" in item)


class Slurm:
    """Slurm's commands. Every method raises NoBatchSystem when the controller does not answer."""

    def __init__(self):
        missing = [name for name in PROGRAMS if not shutil.which(name)]
        if missing:
            raise NoBatchSystem("there is no Slurm here: " + " ".join(missing) + " not found", "try --backend local")

    def _call(self, *command, tries=TRIES):
        """Runs a command; (exit code, stdout, last line of stderr). Tries again while nobody answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OVERRIDING)}
        for left in reversed(range(tries)):
            try:
                done = subprocess.run(
                    command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False,
                    env=environment,
                )  # fmt: skip
                error = " / ".join(line.strip() for line in done.stderr.splitlines() if line.strip())
                silent = done.returncode != 0 and re.search(
                    r"Unable to contact slurm controller|Socket timed out|Connection refused|Communication connection|"
                    r"Zero Bytes|Unable to process configuration",
                    error,
                )
            except subprocess.TimeoutExpired:
                silent, error = True, f"no answer within {ANSWER_SECONDS} s"
            if not silent:
                return done.returncode, done.stdout, error
            if left:
                time.sleep(SECONDS_BETWEEN_TRIES)
        raise NoBatchSystem(f"Slurm's controller does not answer {command[0]}: {error}", "try again later")

    def _ask(self, *command, tries=TRIES):
        code, out, error = self._call(*command, tries=tries)
        if code != 0:
            raise NoBatchSystem(f"{command[0]} fails: {error or code}")
        return out

    def limits(self, partition=None):
        """Limits of a partition, or of the default one; of several ("a,b") what holds for all."""
        config = re.search(r"^MaxArraySize\s*=\s*(\d+)", self._ask("scontrol", "show", "config"), re.MULTILINE)
        lines = self._ask("scontrol", "show", "partition", "--oneliner").splitlines()
        known = {fields.get("PartitionName", ""): fields for fields in map(_fields, lines)}
        if partition is None:
            wanted = [name for name, fields in known.items() if fields.get("Default") == "YES"]
            if not wanted:
                raise UsageError("Slurm has no default partition", "give --partition, one of " + ", ".join(known))
        else:
            wanted = partition.split(",")
        seconds = memory = math.inf
        for name in wanted:
            if name not in known:
                raise UsageError(f"Slurm has no partition '{name}'", "there are " + ", ".join(known))
            fields = known[name]
            if fields.get("State", "UP") != "UP":
                raise NoBatchSystem(f"partition {name} is {fields['State']}", "give another --partition")
            seconds = min(seconds, seconds_of(fields.get("MaxTime", "UNLIMITED")))
            sizes = [int(word) for word in re.findall(r"\d+", self._ask("sinfo", "-h", "-p", name, "-e", "-o", "%m"))]
            memory = min(memory, max(sizes, default=math.inf))
            if fields.get("MaxMemPerNode", "UNLIMITED").isdigit():
                memory = min(memory, int(fields["MaxMemPerNode"]))
        return Limits(",".join(wanted), seconds, memory, int(config.group(1)) if config else 1001)

    def queue(self, names, tries=TRIES):
        """Tasks of the jobs of these names that Slurm still knows as not ended."""
        wanted = set(names)
        if not wanted:
            return []
        text = self._ask("squeue", "--noheader", "--array", "--me", "--format=%F|%K|%T|%r|%j", tries=tries)
        tasks = []
        for line in text.splitlines():
            parts = line.split("|", 4)
            if len(parts) == 5 and parts[4] in wanted:
                index = int(parts[1]) if parts[1].isdigit() else None
                tasks.append(QueuedTask(parts[4], parts[0], index, parts[2], parts[3]))
        return tasks

    def test(self, options):
        """Asks Slurm whether it would take a job; SweepError with its reason when not."""
        code, _, error = self._call("sbatch", "--test-only", *options)
        if code != 0:
            raise SweepError("sbatch", "", f"Slurm would refuse the tasks: {error}", "nothing was submitted")

    def submit(self, options):
        """The id of the new job. One try: a second one after no answer might submit twice."""
        code, out, error = self._call("sbatch", "--parsable", *options, tries=1)
        if code != 0:
            raise NoBatchSystem(f"sbatch fails: {error}")
        return out.strip().split(";")[0]

    def cancel(self, jobs):
        """Cancels jobs, or does nothing when they are gone."""
        if not jobs:
            return
        code, _, error = self._call("scancel", *jobs)
        if code != 0 and not all(GONE.search(line) for line in error.split(" / ")):
            raise NoBatchSystem(f"scancel fails: {error or code}", "jobs may be left; try again")
