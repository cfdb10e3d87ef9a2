# SPDX-License-Identifier: GPL-2.0-only
"""Shows in one line how far a sweep is, on a terminal only.

    line = ProgressLine(100, sys.stderr)
    line.show(tally, running=2)                     # 37 of 100 points, 1 error, 2 running, 2 min left
"""

import time


def duration(seconds):
    """'12 s', '3 min', '2.5 h'."""
    if seconds < 100:
        return f"{max(0, seconds):.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


class ProgressLine:
    def __init__(self, total, stream):
        self._total = total
        self._stream = stream
        self._on = stream.isatty()
        self._begin = time.monotonic()
        self._shown = 0.0
        self._done = 0  # in earlier passes
        self._failed = 0
        self._drawn = False

    def show(self, tally, running):
        if not self._on or time.monotonic() - self._shown < 0.2:
            return
        self._shown = time.monotonic()
        done = self._done + tally.ran + tally.skipped
        failed = self._failed + tally.failed
        text = f"{done} of {self._total} points"
        if failed:
            text += f", {failed} error" + ("s" if failed > 1 else "")
        text += f", {running} running"
        if self._done + tally.ran:
            rate = (time.monotonic() - self._begin) / (self._done + tally.ran)
            text += f", {duration(rate * (self._total - done))} left"
        self._stream.write(f"\r\033[K{text}")
        self._stream.flush()
        self._drawn = True

    def next_pass(self, tally):
        """The tally ends; another begins."""
        self._done += tally.ran + tally.skipped
        self._failed += tally.failed

    def clear(self):
        if self._drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._drawn = False
