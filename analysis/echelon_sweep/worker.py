# SPDX-License-Identifier: GPL-2.0-only
"""Runs a list of points, several processes at a time, until they are done, time is up or a signal comes.

    tally = run_points(sweep, points, program, Bounds(processes=2))
    tally.ran, tally.failed, tally.stopped_by       # stopped_by: None, a signal number, or "time"

Points that have a result are skipped, whoever made it, so two workers may share points safely: at worst one is
computed twice, and compared. TERM, INT, HUP and USR1 stop the running points at once; they are not errors.
Time left: the environment's ECHELON_SWEEP_DEADLINE (seconds since 1970), or the batch system's task (backends.py).
One process and no threads: signals are taken by sigtimedwait, so none can interrupt the writing of a result.
"""

import dataclasses
import os
import signal
import time
from collections.abc import Callable

from echelon_sweep.run_point import ALARM, FAILED, RAN, STOPPED, discard, finish, start

DEADLINE = "ECHELON_SWEEP_DEADLINE"
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
TICK_S = 0.5
GRACE_S = 5  # from TERM to KILL
TOUCH_S = 600  # other machines see by the age of a work folder whether its worker lives
MARGIN_S = 2  # kept free before the deadline
OUT_OF_TIME = "time"


@dataclasses.dataclass
class Tally:
    ran: int = 0
    skipped: int = 0  # had a result already
    failed: int = 0
    alarms: list = dataclasses.field(default_factory=list)  # ids of points that are not deterministic
    stopped_by: object = None  # a signal, or "time"
    too_many_errors: bool = False
    wall_s: float = 0.0  # of the points that ran, summed


def environment_time_left():
    """Seconds until the deadline of the environment, or None."""
    try:
        return float(os.environ[DEADLINE]) - time.time()
    except (KeyError, ValueError):
        return None


class SignalsHeld:
    """While it lives, signals wait until asked for."""

    def __enter__(self):
        self._child = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        held = [s for s in STOPPING if signal.getsignal(s) != signal.SIG_IGN]  # nohup ignores HUP
        self._signals = {*held, signal.SIGCHLD}
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        return self

    def __exit__(self, *_):
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
        signal.signal(signal.SIGCHLD, self._child)

    def wait(self, seconds):
        """The next stopping signal; None when a child ended or time passed."""
        found = signal.sigtimedwait(self._signals, max(0, seconds))
        return found.si_signo if found and found.si_signo != signal.SIGCHLD else None


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How much a worker does."""

    processes: int = 1  # at a time
    time_left: Callable = environment_time_left  # seconds, or None where there is no end
    max_errors: int | None = None


def run_points(sweep, points, program, bounds=Bounds(), progress=None):
    """Run points; returns a Tally. progress(tally, running) is called after each point and twice a second."""
    tally = Tally()
    todo = iter(points)
    running = {}
    longest = 0.0
    exhausted = out_of_time = False

    def fill():
        nonlocal exhausted, out_of_time
        while not exhausted and tally.stopped_by is None and len(running) < bounds.processes:
            point = next(todo, None)
            if point is None:
                exhausted = True
            elif sweep.has_result(point.id):
                tally.skipped += 1
            elif not _time_for_another(bounds.time_left(), longest):
                exhausted = out_of_time = True
            else:
                child = start(sweep, point, program)
                running[child.pid] = child

    with SignalsHeld() as signals:
        try:
            while True:
                fill()
                if not running:
                    break
                stop = signals.wait(TICK_S)
                now = time.monotonic()
                for child in list(running.values()):
                    ended, status, usage = os.wait4(child.pid, os.WNOHANG)
                    if ended:
                        del running[child.pid]
                        longest = max(longest, now - child.started)
                        if stop is None:
                            fill()  # the next point runs while this one's files are written
                        _count(tally, child, finish(sweep, child, status, usage, program), now)
                    elif sweep.time_s is not None and now - child.started > sweep.time_s:
                        child.overdue = True
                        os.kill(child.pid, signal.SIGKILL)
                    elif now - child.touched > TOUCH_S:
                        child.touched = now
                        os.utime(child.folder)
                if bounds.max_errors is not None and tally.failed >= bounds.max_errors:
                    tally.too_many_errors = True
                left = bounds.time_left()
                if stop is None and left is not None and left < MARGIN_S:
                    stop = OUT_OF_TIME
                if stop is not None:
                    tally.stopped_by = stop
                if tally.stopped_by is not None or tally.too_many_errors:
                    break
                if progress:
                    progress(tally, len(running))
        finally:
            _end(running)
        if out_of_time and tally.stopped_by is None:
            tally.stopped_by = OUT_OF_TIME
    if progress:
        progress(tally, 0)
    return tally


def _time_for_another(left, longest):
    return left is None or left > MARGIN_S + 1.2 * longest


def _count(tally, child, outcome, now):
    if outcome == RAN:
        tally.ran += 1
        tally.wall_s += now - child.started
    elif outcome == FAILED:
        tally.failed += 1
    elif outcome == ALARM:
        tally.ran += 1
        tally.alarms.append(child.point.id)
    elif outcome == STOPPED:
        tally.stopped_by = signal.SIGTERM  # what ends the program is meant for its worker too


def _end(running):
    """Stop children: TERM, then KILL; remove what they left."""
    for child in running.values():
        os.kill(child.pid, signal.SIGTERM)
    limit = time.monotonic() + GRACE_S
    while running:
        for child in list(running.values()):
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                del running[child.pid]
                discard(child)
        if running:
            if time.monotonic() > limit:
                for child in running.values():
                    os.kill(child.pid, signal.SIGKILL)
            time.sleep(0.01)
