# SPDX-License-Identifier: GPL-2.0-only
"""Shows a worker the Slurm task that it runs in.

    task = Task()
    task.time_left()                                # seconds until the time limit, or None
    code = task.stopped(signal.SIGUSR1)             # requeues this task; 75

USR1 says that the time limit is near (--signal): the task asks Slurm to start it again, at most MAX_RESTARTS times. TERM
says that Slurm pre-empts, cancels or ends the task; what happens then is Slurm's to decide, so nothing is requeued.
"""

import os
import re
import signal
import subprocess
import sys
import time

from echelon_common.errors import EXIT_INTERRUPTED
from echelon_sweep.worker import DEADLINE

MAX_RESTARTS = 10
REQUEUE_SECONDS = 60  # a controller that restarts answers again within


class Task:
    def __init__(self, environment=None):
        environment = os.environ if environment is None else environment
        array, index = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
        # The last task of an array has the array's own id as SLURM_JOB_ID: requeueing that requeues all tasks.
        self.name = f"{array}_{index}" if array and index else environment.get("SLURM_JOB_ID", "")
        count = environment.get("SLURM_RESTART_COUNT", "0")
        self.restarts = int(count) if re.fullmatch(r"[0-9]{1,9}", count) else 0
        self._end = None
        for name in ("SLURM_JOB_END_TIME", DEADLINE):  # newer versions of Slurm say it; else the batch script
            if re.fullmatch(r"[0-9]{1,12}", environment.get(name, "")):
                self._end = int(environment[name])
                break

    def time_left(self):
        return None if self._end is None else self._end - time.time()

    def stopped(self, signum):
        """Called when the worker has stopped its points; signum None: for want of time."""
        if signum in (None, signal.SIGUSR1) and self.name:
            if self.restarts >= MAX_RESTARTS:
                self._say(f"restarted {self.restarts} times already: not again; submit the sweep once more")
            else:
                self._requeue()
        return EXIT_INTERRUPTED

    def _requeue(self):
        end = time.monotonic() + REQUEUE_SECONDS
        while True:
            try:
                done = subprocess.run(
                    ["scontrol", "requeue", self.name], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                    timeout=REQUEUE_SECONDS,
                )  # fmt: skip
                if done.returncode == 0:
                    self._say("time limit is near: requeued")
                    return
                reason = " ".join(done.stderr.split())
            except (OSError, subprocess.TimeoutExpired) as error:
                reason = str(error)
            if time.monotonic() > end:
                break
            time.sleep(2)
        self._say(f"cannot be requeued: {reason}; submit the sweep once more")

    def _say(self, text):
        print(f"echelon-sweep: task {self.name}: {text}", file=sys.stderr, flush=True)
