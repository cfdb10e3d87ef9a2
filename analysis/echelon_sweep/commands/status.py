# SPDX-License-Identifier: GPL-2.0-only
"""The command `echelon-sweep status` says how far a sweep is."""

import sys

from echelon_common.text import json_text, one_line
from echelon_sweep.layout import Sweep
from echelon_sweep.progress import duration
from echelon_sweep.status import NO_ANSWER, exit_code, look

BAR = 30


def run(options):
    report = look(Sweep.open(options.sweep))
    if options.json:
        print(json_text(report, indent=1))
        return exit_code(report)
    print(one_line(line(report, bar=sys.stdout.isatty())))
    for error in report["errors"]:
        print(f"  {one_line(error['file'])}: {one_line(error['message'])}")
    return exit_code(report)


def _waits(queue):
    """Whether the queue may run points yet."""
    return queue == NO_ANSWER or bool(queue and queue["running_tasks"] + queue["queued_tasks"])


def line(report, bar):
    """One line."""
    text = f"{report['folder']}: "
    if bar:
        full = BAR * report["done"] // report["points"]
        text += f"[{'#' * full}{'.' * (BAR - full)}] "
    text += f"{report['done']} of {report['points']} points done"
    for key, word in (("failed", "failed for good"), ("running", "running"), ("left_behind", "left behind by killed workers")):
        if report[key]:
            text += f", {report[key]} {word}"
    queue = report.get("queue")
    if queue == NO_ANSWER:
        text += ", and the batch system's queue does not answer"
    elif queue:
        text += f", {queue['points']} in {queue['running_tasks']} running and {queue['queued_tasks']} queued tasks ({queue['backend']})"
        if queue.get("stuck_tasks"):
            text += f", {queue['stuck_tasks']} tasks that will not start"
    if report["eta_s"] is not None:
        text += f", about {duration(report['eta_s'])} left"
    elif report["missing"] and not report["running"] and not _waits(queue):
        text += "; submit runs the rest"
    if not report["missing"]:
        text += ", gathered" if report["gathered"] else "; gather writes the tables"
    return text
