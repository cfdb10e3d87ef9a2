#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A real Slurm on one host, for tests: munged, slurmctld and N slurmd on the loopback.

    with Cluster(nodes=3) as cluster:
        cluster.run("sbatch", "--wrap", "true")
        cluster.kill_controller()

or, for a person who wants to try something:

    tests/slurm/cluster.py --nodes 3 -- bash

Everything lives in one private folder and on ports that were free, so any number of
clusters run side by side. Nothing is installed and no daemon outlives the process that started the
cluster: a guard of its own session ends what is left if that process is killed. Needs root, for
slurmd starts jobs as their owners.
"""

import argparse
import atexit
import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from processes import end_all, folder_of, kill, processes_of

DAEMONS = ("munged", "slurmctld", "slurmd")
CLIENTS = ("sbatch", "squeue", "scontrol", "scancel", "sinfo")
SBIN = "/usr/sbin:/sbin"
START_SECONDS = 30
PORTS = range(20000, 32000)  # below the ports that the kernel hands out by itself


class ClusterError(Exception):
    """The cluster did not start, or did not do what it was asked."""


def why_not():
    """The reason why no cluster can be started here, or "" when one can."""
    path = os.environ.get("PATH", "") + ":" + SBIN
    missing = [name for name in DAEMONS + CLIENTS if not shutil.which(name, path=path)]
    if missing:
        return "not installed: " + " ".join(missing)
    if os.geteuid() != 0:
        return "needs root to start slurmd"
    return ""


def scratch():
    """Where files of tests go: in memory, where nobody waits for a busy disk."""
    memory = "/dev/shm"
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**29:
        return memory
    return "/tmp"


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise ClusterError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


class Job(NamedTuple):
    """A line of the queue."""

    name: str  # as scontrol and scancel take it: 12, or 12_3 for a task of array 12
    number: str  # SLURM_JOB_ID of its processes
    title: str
    state: str
    node: str
    reason: str


class Cluster:
    """A cluster of `nodes` nodes n1, n2, ... with `cpus` processors each.

    Partition `batch` is the default one; jobs in `high` pre-empt those in `batch`, which are
    requeued. `options` are further lines of slurm.conf, as {"MaxArraySize": 11}.
    """

    def __init__(self, nodes=2, cpus=1, options=None):
        self.node_names = [f"n{i + 1}" for i in range(nodes)]
        self.cpus = cpus
        self.options = {"MaxArraySize": 1001, **(options or {})}
        self.prefix = None
        self.conf = None
        self._daemons = {}
        self._guard = None

    # Up and down.

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *_):
        self.down()

    def up(self):
        reason = why_not()
        if reason:
            raise ClusterError(reason)
        # Paths of sockets are at most 107 characters long, so not under TMPDIR.
        self.prefix = pathlib.Path(tempfile.mkdtemp(prefix="slurm-", dir=scratch()))
        self.conf = self.prefix / "slurm.conf"
        atexit.register(self.down)
        try:
            self._start_guard()
            self._start_munge()
            for attempt in range(5):
                if self._start_slurm():
                    return
                # Somebody took one of the ports in between: other ports.
                self._stop_daemons(keep=("munged",))
            raise ClusterError("slurmctld or slurmd does not start: " + self.log_tail())
        except BaseException:
            self.down()
            raise

    def down(self):
        """Cancels all jobs and ends all processes; harmless when it is down already."""
        if self.prefix is None:
            return
        with contextlib.suppress(ClusterError, subprocess.SubprocessError):
            if self.alive("slurmctld"):
                self.run("scancel", "--user=root", check=False, timeout=10)
                wait_until(lambda: not self.jobs(), 10, "jobs end")
        self._stop_daemons()
        end_all(self.conf, spare=(os.getpid(),))
        if self._guard is not None:
            self._guard.close()  # the guard sees the end of its input and removes the folder
            self._guard = None
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix = None
        atexit.unregister(self.down)

    def _start_guard(self):
        reader, writer = os.pipe()
        subprocess.run(
            ["setsid", "--fork", sys.executable, "-B", __file__, "--guard", str(self.prefix)],
            stdin=reader,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=True,
        )
        os.close(reader)
        self._guard = os.fdopen(writer, "wb")

    def _start_munge(self):
        folder = self.prefix / "munge"
        folder.mkdir(mode=0o755)
        os.chmod(self.prefix, 0o755)
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))
        self._start(
            "munged",
            "munged",
            "--foreground",
            "--force",
            f"--key-file={key}",
            f"--socket={folder}/socket",
            f"--pid-file={folder}/munged.pid",
            f"--log-file={folder}/munged.log",
            f"--seed-file={folder}/seed",
        )
        wait_until((folder / "socket").exists, START_SECONDS, "munged answers")

    def _start_slurm(self):
        """Starts controller and nodes; false if one ended at once."""
        for name in ("state", "spool", "log"):
            (self.prefix / name).mkdir(exist_ok=True)
        self._write_conf()
        self.start_controller()
        for node in self.node_names:
            self.start_node(node)
        names = ("slurmctld", *self.node_names)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not all(self.alive(name) for name in names):
                return False
            if set(self.node_states().values()) == {"idle"}:
                return True
            time.sleep(0.1)
        raise ClusterError("the nodes do not become idle: " + self.log_tail())

    def _write_conf(self):
        ports = _free_ports(1 + len(self.node_names))
        host = socket.gethostname().split(".")[0]
        prefix = self.prefix
        memory = _memory_mb() // len(self.node_names)
        settings = {
            "ClusterName": "test",
            "SlurmctldHost": f"{host}(127.0.0.1)",
            "SlurmctldPort": ports[0],
            "SlurmUser": "root",
            "SlurmdUser": "root",
            "AuthType": "auth/munge",
            # A requeued job waits until its first credential has expired: 120 s by
            # default, 5 s at least.
            "AuthInfo": f"socket={prefix}/munge/socket,cred_expire=5",
            "CredType": "cred/munge",
            "StateSaveLocation": f"{prefix}/state",
            "SlurmdSpoolDir": f"{prefix}/spool/%n",
            "SlurmctldPidFile": f"{prefix}/slurmctld.pid",
            "SlurmdPidFile": f"{prefix}/slurmd.%n.pid",
            "SlurmctldLogFile": f"{prefix}/log/slurmctld.log",
            "SlurmdLogFile": f"{prefix}/log/slurmd.%n.log",
            "SwitchType": "switch/none",
            "MpiDefault": "none",
            "MailProg": "/bin/true",
            "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none",
            "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none",
            # One line for each job that ended, whatever became of it: what tests look at.
            "JobCompType": "jobcomp/filetxt",
            "JobCompLoc": f"{prefix}/log/jobcomp.txt",
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_CPU_Memory",
            "DefMemPerCPU": 100,
            "SchedulerType": "sched/backfill",
            "SchedulerParameters": "bf_interval=1,sched_interval=1,batch_sched_delay=0",
            "PreemptType": "preempt/partition_prio",
            "PreemptMode": "REQUEUE",
            "JobRequeue": 1,
            "EnforcePartLimits": "NO",
            "KillWait": 3,
            "MinJobAge": 300,
            "ReturnToService": 2,
            "SlurmdTimeout": 9,
            "SlurmctldTimeout": 30,
            **self.options,
        }
        lines = [f"{name}={value}" for name, value in settings.items()]
        for node, port in zip(self.node_names, ports[1:]):
            (prefix / "spool" / node).mkdir(exist_ok=True)
            lines.append(
                f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
                f"CPUs={self.cpus} RealMemory={memory}"
            )
        everywhere = f"Nodes={','.join(self.node_names)} MaxTime=60 DefaultTime=10"
        lines += [
            f"PartitionName=batch {everywhere} Default=YES PriorityTier=1 PreemptMode=REQUEUE",
            f"PartitionName=high {everywhere} Default=NO PriorityTier=10 PreemptMode=OFF",
        ]
        self.conf.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _start(self, name, *command, folder=None):
        with (self.prefix / f"{name}.out").open("ab") as out:
            self._daemons[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment(),
                cwd=folder or self.prefix,
                start_new_session=True,
            )

    def _stop_daemons(self, keep=()):
        stopping = [self._daemons.pop(name) for name in list(self._daemons) if name not in keep]
        for daemon in stopping:
            daemon.terminate()
        end = time.monotonic() + 5
        for daemon in stopping:
            try:
                daemon.wait(timeout=max(0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    # What users do.

    def environment(self):
        """The environment in which Slurm's commands talk to this cluster."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SLURM")}
        environment["PATH"] = environment.get("PATH", "/usr/bin:/bin") + ":" + SBIN
        environment["SLURM_CONF"] = str(self.conf)
        return environment

    def run(self, *command, check=True, timeout=60):
        """Runs a command against the cluster; returns what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise ClusterError(f"{command[0]} exits {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def jobs(self):
        """Jobs that have not ended, tasks of arrays one by one."""
        text = self.run("squeue", "-h", "-r", "-o", "%i|%A|%j|%T|%N|%r", timeout=30)
        return [Job(*line.split("|")) for line in text.splitlines()]

    def ended(self):
        """What Slurm wrote about jobs that ended: [{"JobId": ..., "JobState": ...}]."""
        path = self.prefix / "log" / "jobcomp.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [dict(item.split("=", 1) for item in line.split() if "=" in item) for line in lines]

    def node_states(self):
        text = self.run("sinfo", "-h", "-N", "-p", "batch", "-o", "%N %t", check=False)
        return dict(line.split() for line in text.splitlines() if len(line.split()) == 2)

    def log(self):
        """The controller's log."""
        path = self.prefix / "log" / "slurmctld.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log_tail(self):
        return " / ".join(self.log().splitlines()[-3:])

    def processes(self, node=None):
        """Live processes of jobs, {pid: environment}, on one node or on all."""
        daemons = {daemon.pid for daemon in self._daemons.values()}
        return {
            pid: environment
            for pid, environment in processes_of(self.conf).items()
            if pid not in daemons
            and "SLURM_JOB_ID" in environment
            and node in (None, environment.get("SLURMD_NODENAME"))
        }

    # Faults.

    def alive(self, name):
        """True while daemon `name` (munged, slurmctld, n1, ...) runs."""
        daemon = self._daemons.get(name)
        return daemon is not None and daemon.poll() is None

    def start_controller(self):
        self._start("slurmctld", "slurmctld", "-D", "-f", self.conf)

    def kill_controller(self):
        """Ends the controller with -9, so that it saves nothing."""
        self._kill("slurmctld")

    def start_node(self, node):
        # Its step daemons inherit the folder, which tells them from those of other nodes.
        folder = self.prefix / "spool" / node
        self._start(node, "slurmd", "-D", "-N", node, "-f", self.conf, folder=folder)

    def lose_node(self, node):
        """Ends the node's daemon, its step daemons and all processes of its jobs with -9."""
        self._kill(node)
        folder = self.prefix / "spool" / node
        for _ in range(50):
            processes = processes_of(self.conf)
            steps = [pid for pid in processes if folder_of(pid) == folder]
            jobs = self.processes(node)
            if not steps and not jobs:
                return
            kill([*steps, *jobs])
            time.sleep(0.02)
        raise ClusterError(f"processes of {node} do not end")

    def preempt(self, seconds):
        """Fills each node by a job of higher priority for `seconds`; returns the id of their array."""
        return self.run(
            "sbatch", "--parsable", "--partition=high", f"--array=1-{len(self.node_names)}", "--exclusive",
            "--job-name=preempts", "--output=/dev/null", "--chdir=/", f"--wrap=sleep {seconds}",
        ).strip()  # fmt: skip

    def repair(self):
        """What an operator does after faults: puts drained nodes back and releases held jobs.

        A controller that has forgotten jobs gives their numbers again, and drains a node on which a
        job of the same number still runs.
        """
        for node, state in self.node_states().items():
            if state.startswith("drain"):
                self.run("scontrol", "update", f"NodeName={node}", "State=RESUME", check=False)
        for job in self.jobs():
            if "held" in job.reason.lower():
                self.run("scontrol", "release", job.name, check=False)

    def wait_for_empty_queue(self, seconds):
        def empty():
            self.repair()
            return not self.jobs()

        wait_until(empty, seconds, "all jobs end")

    def _kill(self, name):
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()


def _free_ports(count):
    """`count` ports in a row that nobody listens on."""
    for _ in range(100):
        first = random.choice(PORTS)
        ports = list(range(first, first + count))
        try:
            for port in ports:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return ports
    raise ClusterError("no free ports")


def _memory_mb():
    """Memory that the nodes may share: nine tenths of what there is."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20 * 0.9)


def guard(prefix):
    """Waits until the cluster's owner has closed the pipe, then ends what it left behind."""
    sys.stdin.buffer.read()
    end_all(pathlib.Path(prefix) / "slurm.conf", spare=(os.getpid(),))
    shutil.rmtree(prefix, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="Run a command with a one-host Slurm.")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--cpus", type=int, default=1, help="processors of a node")
    parser.add_argument("--guard", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    if arguments.guard:
        guard(arguments.guard)
        return 0
    if not arguments.command:
        parser.error("give the command to run")
    if why_not():
        print("cluster: " + why_not(), file=sys.stderr)
        return 69
    with Cluster(arguments.nodes, arguments.cpus) as cluster:
        return subprocess.run(
            arguments.command, env=cluster.environment(), check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
