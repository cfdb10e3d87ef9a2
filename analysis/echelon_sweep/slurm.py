# SPDX-License-Identifier: GPL-2.0-only
"""The back end `slurm` submits job arrays with several points in a task, and a gather job that follows them.

    submit(sweep, sweep.todo(), program, options)   # exit code
    queue_counts(sweep)                             # {"points": …, "queued_tasks": …, …}, or None
    cancel(sweep)                                   # number of jobs that were cancelled

What is done is read from result files alone. The queue is asked for one thing: which missing points some task is going
to run anyway, so that a second `submit` does not run them twice. If the queue is wrong about it, points wait until the
next `submit`, or are computed twice with the same result; none is lost.
Reference: docs/reference/sweep-on-slurm.md.
"""

import argparse
import math
import os
import shlex
import shutil
import time

from echelon_common.errors import EXIT_DONE, Interrupted
from echelon_sweep.chunks import UNKNOWN_CHUNK, measured_cost
from echelon_sweep.errors import NoBatchSystem, SweepError, UsageError
from echelon_sweep.slurm_client import HOPELESS, Slurm
from echelon_sweep.slurm_scripts import WARNING_S, Need, Scripts, is_ours
from echelon_sweep.slurm_submission import Submission, submissions
from echelon_sweep.slurm_task import Task
from echelon_sweep.status import is_gathered
from echelon_sweep.worker import OUT_OF_TIME, Bounds, run_points

__all__ = ["add_options", "Task", "cancel", "queue_counts", "submit"]

EARLY_S = 60  # USR1 comes up to this much earlier than WARNING_S before the time limit
LEAST_TASK_S = 600
PROBE_S = 20
LOOK_S = 2  # after which Slurm has said why a task would never start


def add_options(parser):
    group = parser.add_argument_group("back end slurm")
    group.add_argument("--partition", metavar="NAME", help="The partition to submit to (default: Slurm's).")
    group.add_argument("--account", metavar="NAME", help="The account to charge.")
    group.add_argument("--throttle", type=_count, metavar="N", help="How many tasks may run at a time (default: no limit).")
    group.add_argument("--cost", type=_seconds, metavar="SECONDS", help="How long a point takes (default: it is measured).")
    group.add_argument("--task-time", type=_seconds, metavar="SECONDS", help="The time limit of a task (default: from the cost).")
    group.add_argument("--resubmit", action="store_true", help="Submit also points that queued tasks are going to run.")
    group.add_argument(
        "--sbatch", action="append", default=[], metavar="OPTION", help="An option for sbatch, as in --sbatch=--qos=long (repeatable)."
    )


def _count(text):
    if not text.isdecimal() or not 0 < int(text) < 10**9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def _seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def submit(sweep, points, program, options):
    for option in options.sbatch:
        if not option.startswith("-") or is_ours(option):
            hint = "see docs/reference/sweep-on-slurm.md"
            raise UsageError(f"--sbatch={option}: submit sets this itself, or it is no option", hint)
    slurm = Slurm()
    limits = slurm.limits(options.partition or os.environ.get("SBATCH_PARTITION"))
    earlier = submissions(sweep)
    queued = slurm.queue([name for submission in earlier for name in submission.names()])
    if not options.resubmit:
        taken = _taken(earlier, queued)
        count = len(points)
        points = [point for point in points if point.id not in taken]
        if len(points) < count:
            print(f"{count - len(points)} missing points are in tasks that Slurm has already (--resubmit submits them again)")
    if points:
        cost = options.cost or measured_cost(sweep)[0] or _probe(sweep, points, program, options.dry_run)
        # The probe's point is done now, if it was quick.
        points = [point for point in points if not sweep.has_result(point.id)]
    if not points:
        if any(task.alive for task in queued) or is_gathered(sweep):
            print("nothing to submit")
            return EXIT_DONE
        cost = 1.0
    seconds, chunk_s = _task_time(sweep, limits, cost, options.task_time)
    processes = options.processes or 1
    memory = None if sweep.memory_bytes is None else math.ceil(processes * sweep.memory_bytes / 2**20)
    if memory is not None and memory > limits.memory_mb:
        raise SweepError(
            sweep.document["spec_file"], "/resources/memory",
            f"{memory} MiB for {processes} at a time is more than a node of partition {limits.partition} has",
            f"at most {limits.memory_mb:g} MiB",
        )  # fmt: skip
    plan = Submission.plan(sweep, points, cost, processes * chunk_s, limits.array_size)
    waits_for = sorted({task.job for task in queued if task.alive}, key=int)
    return _send(slurm, plan, Scripts(sweep, plan, program, limits, Need(seconds, memory), options), waits_for, options)


def _taken(earlier, queued):
    """Ids of points that a task in the queue is going to run."""
    taken = set()
    for task in queued:
        if task.alive:
            for submission in earlier:
                taken.update(submission.points_of(task))
    return taken


def _probe(sweep, points, program, dry):
    """Runs one point here, at most PROBE_S long, to see what a point takes. Its result counts."""
    if dry:
        print("# what a point takes is not known yet; as if it were 1 s:")
        return 1.0
    middle = points[len(points) // 2]
    print(f"running one point here, for at most {PROBE_S} s, to see what it takes")
    start = time.monotonic()
    tally = run_points(sweep, [middle], program, Bounds(time_left=lambda: start + PROBE_S - time.monotonic()))
    if tally.stopped_by not in (None, OUT_OF_TIME):
        raise Interrupted(tally.stopped_by)
    if tally.ran:
        return time.monotonic() - start
    if tally.stopped_by == OUT_OF_TIME:
        return max(sweep.chunk_s, PROBE_S)  # a task per point, until results say more
    print("it ends with an error (see `status`), so nothing is known yet")
    return min(sweep.chunk_s / UNKNOWN_CHUNK, sweep.time_s or math.inf)


def _task_time(sweep, limits, cost, wanted):
    """(time limit, seconds of work) of a task, such that a point fits in what the warning leaves."""
    lead = WARNING_S + EARLY_S
    longest = sweep.time_s or 0
    if wanted is not None:
        seconds = wanted
    else:
        work = max(sweep.chunk_s, cost)
        seconds = min(limits.seconds, max(LEAST_TASK_S, 2 * work + max(longest, 4 * cost) + lead))
    if seconds > limits.seconds:
        raise UsageError(
            f"--task-time {wanted:g}: partition {limits.partition} lets a task run for at most {limits.seconds:g} s",
            "give another --partition",
        )
    if lead >= seconds:
        raise UsageError(
            f"partition {limits.partition}: a task of {seconds:g} s is over before it begins, for Slurm warns {lead} s early",
            "give another --partition, or a longer --task-time",
        )
    if longest + lead > seconds:
        raise SweepError(
            sweep.document["spec_file"], "/resources/time",
            f"a point of up to {longest:g} s does not fit in a task of {seconds:g} s, which Slurm warns {lead} s early",
            f"partition {limits.partition} allows {limits.seconds:g} s",
        )  # fmt: skip
    return seconds, min(sweep.chunk_s, (seconds - lead) / 1.5)


def _send(slurm, plan, scripts, waits_for, options):
    throttle = f"%{options.throttle}" if options.throttle else ""

    def block_command(block, jobs):
        # Slurm throttles each array by itself: with several, one follows the other.
        after = [f"--dependency=afterany:{jobs[-1]}"] if throttle and jobs else []
        command = scripts.task_command(block, after)
        command[1] += throttle
        return command

    if options.dry_run:
        names = [f"ARRAY_{block}" for block in range(len(plan.blocks))]
        print("# task.sh\n" + scripts.task())
        print("# gather.sh\n" + scripts.gather())
        for block in range(len(plan.blocks)):
            print("sbatch --parsable " + shlex.join(block_command(block, names[:block])))
        print("sbatch --parsable " + shlex.join(scripts.gather_command(waits_for + names)))
        print(f"# {len(plan.ids)} points in {plan.tasks} tasks of at most {plan.chunk}; nothing was submitted")
        return EXIT_DONE

    plan.write(scripts.task(), scripts.gather())
    jobs = []
    try:
        if plan.blocks:
            slurm.test(block_command(0, []))
        for block in range(len(plan.blocks)):
            jobs.append(slurm.submit(block_command(block, jobs)))
            if block == 0:
                _refuse_hopeless(slurm, plan, jobs)
        gather = slurm.submit(scripts.gather_command(waits_for + jobs))
    except SweepError as error:
        if not isinstance(error, NoBatchSystem):
            shutil.rmtree(plan.folder, ignore_errors=True)  # refused: none of its jobs is left
            raise
        if not jobs:
            raise
        done = sum(count for _, count in plan.blocks[: len(jobs)])
        raise NoBatchSystem(
            f"{error}; {done} of {plan.tasks} tasks were submitted as {' '.join(jobs)}", "submit the sweep once more for the rest"
        ) from None
    if plan.ids:
        tasks = f"{plan.tasks} tasks of at most {plan.chunk}"
        print(f"submitted {len(plan.ids)} points in {tasks}: array {' '.join(jobs)}, gather {gather}")
    else:
        print(f"no points to submit: gather {gather} only")
    return EXIT_DONE


def _refuse_hopeless(slurm, plan, jobs):
    """Cancels an array that would pend for ever, and says why. Slurm needs a moment to know."""
    end = time.monotonic() + LOOK_S
    reasons = {"None"}
    while reasons & {"None"} and time.monotonic() < end:
        time.sleep(LOOK_S / 8)
        try:
            tasks = slurm.queue(plan.names(), tries=1)
        except NoBatchSystem:
            return  # it was taken; the queue can be asked later
        reasons = {task.reason for task in tasks if not task.running}
    hopeless = sorted(reasons & HOPELESS)
    if hopeless:
        slurm.cancel(jobs)
        raise SweepError("sbatch", "", f"the tasks would never start: {', '.join(hopeless)}", "nothing was submitted")


def queue_counts(sweep):
    """Points and tasks of the sweep in Slurm's queue; None when nothing was submitted. NoBatchSystem without an answer."""
    earlier = submissions(sweep)
    if not earlier:
        return None
    queued = Slurm().queue([name for submission in earlier for name in submission.names()], tries=1)
    counts = {"queued_tasks": 0, "running_tasks": 0, "stuck_tasks": 0, "points": 0}
    for task in queued:
        if task.index is not None:
            kind = "running" if task.running else "queued" if task.alive else "stuck"
            counts[f"{kind}_tasks"] += 1
    taken = _taken(earlier, queued)
    # Tasks may hold points that the sweep has no more.
    counts["points"] = sum(1 for point in sweep.points if point.id in taken and not sweep.has_result(point.id))
    return counts


def cancel(sweep):
    """Cancels every job of the sweep that Slurm still knows."""
    earlier = submissions(sweep)
    slurm = Slurm()
    jobs = sorted({task.job for task in slurm.queue([name for s in earlier for name in s.names()])}, key=int)
    slurm.cancel(jobs)
    return len(jobs)
