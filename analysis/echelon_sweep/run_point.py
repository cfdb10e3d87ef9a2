# SPDX-License-Identifier: GPL-2.0-only
"""Runs one point: it starts the program on it, and puts its result or its error in place.

    child = start(sweep, point, program)            # forks; the child dies with this process, even on kill -9
    pid, status, usage = os.wait4(child.pid, 0)
    outcome = finish(sweep, child, status, usage, program)      # RAN, FAILED, STOPPED or ALARM; DiskFull, OSError

The program works in a hidden folder beside the point's own; result.json appears last and whole (temporary file, fsync,
link). Whoever finishes a point second compares the metrics: a difference means that the program is not deterministic,
is written to alarm.json, and the first result stays.
"""

import contextlib
import ctypes
import dataclasses
import datetime
import errno
import hashlib
import json
import os
import shutil
import signal
import socket
import time

from echelon_common.files import NO_SPACE, write_atomically, write_text
from echelon_sweep.errors import DiskFull, SweepError
from echelon_sweep.jsonfile import compact
from echelon_sweep.layout import ALARM_FILE, RESULT_FILE
from echelon_sweep.points import POINT_SCHEMA, Point

RAN, FAILED, STOPPED, ALARM = "ran", "failed", "stopped", "alarm"

HOST = socket.gethostname()
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# Exit codes of the program.
PROGRAM_DONE = (0, 1)  # 1: an `expect` of the scenario does not hold; the results are there
PROGRAM_INTERRUPTED = 75
INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Ids that a batch system gives its jobs: they go into the provenance.
BATCH_VARIABLES = ("SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "PBS_JOBID", "JOB_ID")


@dataclasses.dataclass
class Child:
    point: Point
    pid: int
    folder: str  # the hidden work folder
    command: list
    started: float  # time.monotonic()
    clock: float  # time.time()
    touched: float  # time.monotonic() when the work folder was last marked as in use
    overdue: bool = False  # ended by us because it took too long


def start(sweep, point, program):
    """Start the program on a point, in a forked process."""
    folder = f"{sweep.path}/runs/{point.id[:2]}/.{point.id}.{HOST}.{os.getpid()}.{os.urandom(3).hex()}"
    os.makedirs(folder)
    command = [program.path, "run", sweep.scenarios[point.scenario], "--quiet", "--jobs", "1", "--files", sweep.files]
    command += ["--out", f"{folder}/results", "--seed", str(point.seed)]
    for assignment in point.assignments(sweep.schedulers):
        command += ["--set", assignment]
    started, clock, parent = time.monotonic(), time.time(), os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(command, f"{folder}/stderr", parent)
    return Child(point, pid, folder, command, started, clock, touched=started)


def _become(command, errors, parent):
    """In the child: the program in place of Python. Never returns."""
    try:
        # Should the worker be killed in a way that it cannot answer, its program ends too.
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(PROGRAM_INTERRUPTED)
        for number in (*INTERRUPTING, signal.SIGUSR1, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        null = os.open(os.devnull, os.O_RDWR)
        log = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.dup2(log, 2)
        os.execv(command[0], command)
    except BaseException as error:  # whatever happens, the child must not go on as a second worker
        try:
            os.write(2, f"cannot start the program: {error}\n".encode())
        finally:
            os._exit(70)


def finish(sweep, child, status, usage, program):
    """After the child ended: its result or error in place, its work folder gone."""
    code = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - child.started
    try:
        if not child.overdue and (code == PROGRAM_INTERRUPTED or -code in INTERRUPTING):
            return STOPPED
        provenance = {
            "program": {"path": program.path, "version": program.version, "build": program.build},
            "command": child.command,
            "host": HOST,
            "started": datetime.datetime.fromtimestamp(child.clock, datetime.timezone.utc).isoformat(timespec="seconds"),
            "wall_s": round(wall, 6),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 6),
            "peak_rss_bytes": usage.ru_maxrss * 1024,
            "batch": {name: os.environ[name] for name in BATCH_VARIABLES if name in os.environ},
        }
        if code in PROGRAM_DONE and not child.overdue:
            return _keep_result(sweep, child, provenance)
        said = _said(child)
        if code > 0 and not child.overdue and (not said.strip() or any(os.strerror(number) in said for number in NO_SPACE)):
            # The program never fails without a word: then the disk did not take even that.
            raise DiskFull(child.folder)
        _keep_error(sweep, child, code, said, provenance)
        return FAILED
    finally:
        shutil.rmtree(child.folder, ignore_errors=True)


def discard(child):
    """Remove what a stopped child left."""
    shutil.rmtree(child.folder, ignore_errors=True)


def _point_folder(sweep, child):
    """The folder of the child's point, with its params.json."""
    point = child.point
    folder = sweep.point_folder(point.id)
    try:
        os.mkdir(folder)
    except FileExistsError:
        # Whoever made it may have been killed before the next step.
        if os.path.exists(f"{folder}/params.json"):
            return folder
    document = {
        "schema": POINT_SCHEMA,
        "id": point.id,
        "program": sweep.build,
        "scenario": sweep.scenarios[point.scenario],
        "inputs": point.inputs,
        "parameters": point.parameters,
        "seed": point.seed,
    }
    if sweep.schedulers is not None:
        document["schedulers"] = sweep.schedulers
    # The draft lies in the work folder: there it is found should this process be killed.
    draft = f"{child.folder}/params.json"
    write_text(draft, compact(document) + "\n")
    os.rename(draft, f"{folder}/params.json")
    return folder


def _only(folder):
    [name] = os.listdir(folder)
    return f"{folder}/{name}"


def metrics_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_result(sweep, child, provenance):
    point = child.point
    found = _only(_only(f"{child.folder}/results"))
    with open(f"{found}/manifest.json", encoding="utf-8") as file:
        inputs = json.load(file).get("inputs")
    if inputs != point.inputs:
        raise SweepError(
            sweep.scenarios[point.scenario],
            "",
            "the scenario, or a file that it names, has changed since the sweep was made",
            "submit the spec again",
        )
    with open(f"{found}/summary.json", encoding="utf-8") as file:
        summary = json.load(file)
    provenance["engine"] = summary["engine"]
    metrics = compact(summary["runs"])
    text = (
        f'{{"schema":"{POINT_SCHEMA}","id":"{point.id}",\n"metrics":{metrics},\n'
        f'"metrics_sha256":"{metrics_hash(metrics)}",\n"provenance":{compact(provenance)}}}\n'
    )
    folder = _point_folder(sweep, child)
    if not sweep.has_files(point.id):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{folder}/files", f"{child.folder}/fewer")
        try:
            os.rename(found, f"{folder}/files")
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            # An equal attempt has put them there in this moment.
    final = f"{folder}/{RESULT_FILE}"
    draft = f"{child.folder}/{RESULT_FILE}"
    write_text(draft, text, sync=True)
    try:
        os.link(draft, final)
    except FileExistsError:
        return _compare(sweep, point, folder, metrics, provenance)
    except OSError:  # a file system without hard links
        if os.path.exists(final):
            return _compare(sweep, point, folder, metrics, provenance)
        os.rename(draft, final)
    return RAN


def _compare(sweep, point, folder, metrics, provenance):
    """Somebody else finished the point first."""
    try:
        with open(f"{folder}/{RESULT_FILE}", encoding="utf-8") as file:
            first = json.load(file)["metrics_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        first = "unreadable"
    if first == metrics_hash(metrics):
        return RAN
    document = {
        "schema": "echelon/point-alarm/1",
        "id": point.id,
        "first_sha256": first,
        "second_sha256": metrics_hash(metrics),
        "second_metrics": json.loads(metrics),
        "provenance": provenance,
    }
    write_atomically(f"{folder}/{ALARM_FILE}", compact(document) + "\n", sync=True)
    return ALARM


def _said(child):
    """The end of what the program said."""
    try:
        with open(f"{child.folder}/stderr", "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 4000))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _keep_error(sweep, child, code, said, provenance):
    if child.overdue:
        said += f"took longer than resources.time: {sweep.time_s:g} s\n"
    document = {
        "schema": "echelon/point-error/1",
        "id": child.point.id,
        "exit_code": code if code >= 0 else None,
        "signal": signal.Signals(-code).name if code < 0 else None,
        "message": said.strip().split("\n")[-1] or (f"ended by signal {-code}" if code < 0 else f"exit code {code}"),
        "stderr": said,
        "provenance": provenance,
    }
    folder = _point_folder(sweep, child)
    draft = f"{child.folder}/error"
    write_text(draft, compact(document) + "\n", sync=True)
    for number in range(1, 100000):
        try:
            os.link(draft, f"{folder}/error.{number}.json")
            return
        except FileExistsError:
            continue
        except OSError:
            if not os.path.exists(f"{folder}/error.{number}.json"):
                os.rename(draft, f"{folder}/error.{number}.json")
                return
