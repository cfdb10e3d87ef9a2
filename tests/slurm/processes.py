# SPDX-License-Identifier: GPL-2.0-only
"""The processes of a Slurm for tests: which they are, and how they are ended or made to hang."""

import contextlib
import ctypes
import os
import pathlib
import signal
import threading
import time


def _environment(pid):
    """The environment that process `pid` was started with; empty if it ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (item.partition(b"=") for item in text.split(b"\0") if item)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def _comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _parent(pid):
    """The parent of `pid`; 0 if it ended or is a zombie."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    state, parent = text.rpartition(")")[2].split()[:2]
    return 0 if state in "ZX" else int(parent)


def folder_of(pid):
    """The folder that process `pid` works in."""
    try:
        return pathlib.Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return pathlib.Path()


def processes_of(conf):
    """Live processes, {pid: environment}, that belong to the cluster configured by `conf`."""
    found = {}
    prefix = pathlib.Path(conf).parent
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or not _parent(entry.name):
            continue
        environment = _environment(entry.name)
        # A step's daemon shows no environment, for it writes its title over it.
        step = _comm(entry.name) == "slurmstepd" and prefix in folder_of(entry.name).parents
        if step or environment.get("SLURM_CONF") == str(conf):
            found[int(entry.name)] = environment
    return found


def kill(pids, number=signal.SIGKILL):
    """Signals the processes that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class Frozen:
    """A process that answers nothing but -9, like one that waits for a file server that is gone.

    SIGSTOP would not do: Slurm wakes what it signals. It is traced instead, and must be reaped here.
    """

    SEIZE, INTERRUPT, ANY_CHILD = 0x4206, 0x4207, 0x40000000

    def __init__(self, pid):
        libc = ctypes.CDLL(None, use_errno=True)
        for request in (self.SEIZE, self.INTERRUPT):
            if libc.ptrace(request, pid, None, None) != 0:
                raise ProcessLookupError(f"cannot freeze {pid}: {os.strerror(ctypes.get_errno())}")
        if not os.WIFSTOPPED(os.waitpid(pid, self.ANY_CHILD)[1]):
            raise ProcessLookupError(f"cannot freeze {pid}: it has ended")
        self._reaper = threading.Thread(target=self._reap, args=(pid,), daemon=True)
        self._reaper.start()

    def _reap(self, pid):
        with contextlib.suppress(ChildProcessError):
            while os.WIFSTOPPED(os.waitpid(pid, self.ANY_CHILD)[1]):
                pass


def end_all(conf, spare=()):
    """Ends, by their numbers, all processes of the cluster `conf` except `spare`."""
    for _ in range(100):
        left = [pid for pid in processes_of(conf) if pid not in spare]
        if not left:
            return
        kill(left)
        time.sleep(0.05)
