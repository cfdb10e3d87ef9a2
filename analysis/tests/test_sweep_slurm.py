# SPDX-License-Identifier: GPL-2.0-only
"""The back end for Slurm, against commands that answer as told. A real Slurm: tests/slurm."""

import json
import math
import os
import signal
import subprocess
import sys
import types
import unittest
from unittest import mock

from sweep_case import OVERSUBSCRIPTION, ROOT, SweepCase

from echelon_sweep.errors import NoBatchSystem
from echelon_sweep.slurm_client import QueuedTask, Slurm, seconds_of, time_text
from echelon_sweep.slurm_scripts import is_ours
from echelon_sweep.slurm_submission import Submission
from echelon_sweep.slurm_task import MAX_RESTARTS, Task
from echelon_sweep.worker import DEADLINE

# Takes every job, numbered from 101, until the file `refuse` names the number of one.
SBATCH = """#!/bin/sh
case "$*" in *--test-only*) exit 0;; esac
echo x >> {folder}/count
n=$((100 + $(wc -l < {folder}/count)))
if [ "$(cat {folder}/refuse 2>/dev/null)" = $n ]; then echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1; fi
echo "$n $*" >> {folder}/submitted
echo $n
"""
SQUEUE = "#!/bin/sh\ncat {folder}/queue 2>/dev/null || true\n"
SCONTROL = """#!/bin/sh
case "$*" in
    "show config") echo "MaxArraySize            = 2" ;;
    "show partition"*) echo "PartitionName=batch Default=YES State=UP MaxTime=02:00:00 MaxMemPerNode=UNLIMITED" ;;
    requeue*) echo "$*" >> {folder}/requeued ;;
esac
"""
SINFO = "#!/bin/sh\necho 4000\n"
SCANCEL = '#!/bin/sh\necho "$*" >> {folder}/cancelled\n'


class TimesTest(unittest.TestCase):
    def test_times_as_slurm_writes_them(self):
        # Days-hours:minutes:seconds, and shorter; a number alone is minutes.
        self.assertEqual(seconds_of("2-03:04:05"), ((2 * 24 + 3) * 60 + 4) * 60 + 5)
        self.assertEqual(seconds_of("01:00:00"), 3600)
        self.assertEqual(seconds_of("04:05"), 245)
        self.assertEqual(seconds_of("60"), 3600)
        self.assertEqual(seconds_of("1-12"), 36 * 3600)
        self.assertEqual(seconds_of("UNLIMITED"), math.inf)

    def test_times_as_slurm_reads_them(self):
        # Rounded up to minutes: 90061 s = 1 d 1 h 1 min 1 s.
        self.assertEqual(time_text(90061), "1-01:02:00")
        self.assertEqual(time_text(1), "0-00:01:00")


class SubmissionTest(unittest.TestCase):
    def plan(self, points, cost_s, chunk_s, array_size):
        sweep = types.SimpleNamespace(name="a sweep", path="/nowhere")
        points = [types.SimpleNamespace(id=f"p{number}") for number in range(points)]
        return Submission.plan(sweep, points, cost_s, chunk_s, array_size)

    def test_blocks(self):
        # 25 points of 2 s in tasks of 10 s: 5 points each, 5 tasks, arrays of at most 2.
        plan = self.plan(25, 2, 10, 2)
        self.assertEqual((plan.chunk, plan.tasks), (5, 5))
        self.assertEqual(plan.blocks, [(0, 2), (2, 2), (4, 1)])
        self.assertTrue(plan.name.startswith("echelon-a-sweep-"))

    def test_tasks_are_alike(self):
        # 10 points, 9 of which would fill a task: two tasks of 5 rather than 9 and 1.
        self.assertEqual(self.plan(10, 1, 9, 100).chunk, 5)

    def test_a_point_longer_than_a_task(self):
        self.assertEqual(self.plan(3, 1000, 10, 100).chunk, 1)

    def test_points_of_a_task(self):
        plan = self.plan(25, 2, 10, 2)

        def points(name, index):
            return plan.points_of(QueuedTask(name, "1", index, "PENDING", "Priority"))

        self.assertEqual(points(plan.block_name(1), 1), [f"p{number}" for number in range(15, 20)])
        self.assertEqual(points(plan.block_name(2), 0), [f"p{number}" for number in range(20, 25)])
        self.assertEqual(points(plan.gather_name, None), [])
        self.assertEqual(points("echelon-other-00000000.0", 0), [])

    def test_every_point_is_in_one_task(self):
        for count in (1, 7, 100):
            plan = self.plan(count, 1, 3, 4)
            seen = []
            for block, (_, tasks) in enumerate(plan.blocks):
                for index in range(tasks):
                    seen += plan.points_of(QueuedTask(plan.block_name(block), "1", index, "RUNNING", "None"))
            self.assertEqual(seen, plan.ids)


class FakeSlurmCase(SweepCase):
    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name, text in (("sbatch", SBATCH), ("squeue", SQUEUE), ("scontrol", SCONTROL), ("sinfo", SINFO), ("scancel", SCANCEL)):
            self.write(f"bin/{name}", text.replace("{folder}", str(self.folder))).chmod(0o755)
        patch = mock.patch.dict(os.environ, {"PATH": f"{self.bin}:{os.environ['PATH']}"})
        patch.start()
        self.addCleanup(patch.stop)

    def lines(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


class TaskTest(FakeSlurmCase):
    # The last task of an array: its job id is the array's.
    LAST = {"SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3"}

    def test_warned_task_requeues_itself_alone(self):
        self.assertEqual(Task(self.LAST).stopped(signal.SIGUSR1), 75)
        self.assertEqual(self.lines("requeued"), ["requeue 7_3"])

    def test_task_without_time_requeues_itself(self):
        Task({"SLURM_JOB_ID": "12"}).stopped(None)
        self.assertEqual(self.lines("requeued"), ["requeue 12"])

    def test_pre_empted_task_does_not(self):
        self.assertEqual(Task(self.LAST).stopped(signal.SIGTERM), 75)
        self.assertEqual(self.lines("requeued"), [])

    def test_restarts_are_bounded(self):
        for count, requeued in ((MAX_RESTARTS - 1, 1), (MAX_RESTARTS, 1)):
            Task({**self.LAST, "SLURM_RESTART_COUNT": str(count)}).stopped(signal.SIGUSR1)
            self.assertEqual(len(self.lines("requeued")), requeued)

    def test_time_left(self):
        with mock.patch("time.time", return_value=1000.0):
            self.assertEqual(Task({DEADLINE: "1500"}).time_left(), 500)
            self.assertEqual(Task({DEADLINE: "1500", "SLURM_JOB_END_TIME": "1200"}).time_left(), 200)
            self.assertIsNone(Task({}).time_left())


class QueueTest(FakeSlurmCase):
    """Six points of 300 s in tasks of 10 min: 2 points a task, 3 tasks, in arrays of 2 and 1."""

    def setUp(self):
        super().setUp()
        self.plain = self.spec()

    def slurm(self, *options, code=0):
        return self.submit(self.plain, "--backend", "slurm", "--cost", "300", *options, code=code)

    def write_queue(self, state, reason, jobs=None):
        """All tasks that were submitted, in one state."""
        lines = []
        for text in self.lines("submitted"):
            job, name = text.split()[0], text.split("--job-name=")[1].split()[0]
            if jobs is not None and job not in jobs:
                continue
            last = int(text.split("--array=0-")[1].split()[0]) if "--array" in text else -1
            lines += [f"{job}|{index}|{state}|{reason}|{name}" for index in range(last + 1)] or [f"{job}|N/A|PENDING|Dependency|{name}"]
        self.write("queue", "".join(f"{line}\n" for line in lines))

    def test_arrays_and_gather(self):
        self.slurm()
        first, second, gather = self.lines("submitted")
        self.assertIn("--array=0-1 ", first)
        self.assertTrue(first.endswith("task.sh 0"))
        self.assertIn("--array=0-0 ", second)
        self.assertTrue(second.endswith("task.sh 2"))
        self.assertIn("--dependency=afterany:101:102 ", gather)

    def test_queue_that_says_all_is_queued(self):
        self.slurm()
        self.write_queue("PENDING", "Priority")
        self.assertIn("nothing to submit", self.slurm().stdout)
        self.assertEqual(len(self.lines("submitted")), 3)
        # The user does not believe it.
        self.assertIn("submitted 6 points", self.slurm("--resubmit").stdout)

    def test_queue_that_says_nothing_is_queued(self):
        self.slurm()
        self.assertIn("submitted 6 points", self.slurm().stdout)

    def test_tasks_that_will_not_start_do_not_count(self):
        self.slurm()
        self.write_queue("PENDING", "launch failed requeued held")
        self.assertIn("submitted 6 points", self.slurm().stdout)

    def test_tasks_that_wait_for_a_limit_start_later(self):
        self.slurm()
        for reason in ("AssociationJobLimit", "AssocGrpCpuLimit", "QOSMaxJobsPerUserLimit", "Resources"):
            self.write_queue("PENDING", reason)
            self.assertIn("nothing to submit", self.slurm().stdout)
        self.assertEqual(self.lines("cancelled"), [])

    def test_gather_waits_for_earlier_tasks(self):
        self.slurm()
        self.write_queue("RUNNING", "None", jobs=["101"])
        self.assertIn("submitted 2 points", self.slurm().stdout)
        self.assertIn("--dependency=afterany:101:104 ", self.lines("submitted")[-1])

    def test_slurm_refuses_the_second_array(self):
        self.write("refuse", "102")
        done = self.slurm(code=69)
        self.assertRegex(done.stderr.splitlines()[-1], r"QOSMaxSubmitJobPerUserLimit; 2 of 3 tasks were submitted as 101")
        self.write("refuse", "")
        self.write_queue("PENDING", "Priority")
        self.assertIn("submitted 2 points", self.slurm().stdout)

    def test_array_that_would_never_start_is_cancelled(self):
        self.write("bin/squeue", f"#!/bin/sh\n[ -e {self.folder}/submitted ] || exit 0\n"
                   f"name=$(sed -n 's/.*--job-name=\\([^ ]*\\).*/\\1/p' {self.folder}/submitted)\n"
                   'echo "101|0|PENDING|PartitionTimeLimit|$name"\n')  # fmt: skip
        done = self.slurm(code=65)
        self.assertIn("would never start: PartitionTimeLimit", done.stderr)
        self.assertEqual(self.lines("cancelled"), ["101"])
        self.assertEqual(list((self.out / "s" / "slurm").iterdir()), [])

    def test_cancel_says_when_it_cannot(self):
        self.slurm()
        self.write_queue("PENDING", "Priority")
        cancel = self.write("bin/scancel", "#!/bin/sh\necho 'scancel: error: Access denied' >&2\nexit 1\n")
        self.assertIn("scancel fails: scancel: error: Access denied", self.in_process("cancel", self.out / "s", code=69).stderr)
        # Jobs that ended in the meantime need no cancelling.
        cancel.write_text("#!/bin/sh\necho 'scancel: error: Kill job error on job id 101: Invalid job id specified' >&2\nexit 1\n")
        self.assertIn("3 jobs cancelled", self.in_process("cancel", self.out / "s").stdout)

    def test_environment_of_the_user_does_not_change_what_is_asked(self):
        for name in ("sbatch", "squeue", "scancel"):
            path = self.bin / name
            path.write_text(path.read_text().replace("#!/bin/sh\n", f"#!/bin/sh\nenv >> {self.folder}/environment\n"))
        hiding = ("SQUEUE_STATES", "SQUEUE_PARTITION", "SCANCEL_STATE", "SCANCEL_INTERACTIVE", "SBATCH_MEM_PER_CPU", "SBATCH_OUTPUT",
                  "SBATCH_ERROR")  # fmt: skip
        with mock.patch.dict(os.environ, {**dict.fromkeys(hiding, "1"), "SBATCH_QOS": "long"}):
            self.slurm()
            self.write_queue("PENDING", "Priority")
            self.in_process("cancel", self.out / "s")
        names = {line.split("=")[0] for line in self.lines("environment")}
        self.assertEqual(names & set(hiding), set())
        self.assertIn("SBATCH_QOS", names)

    def test_all_programs_are_needed(self):
        for lacking in ("sbatch", "squeue", "scontrol", "sinfo", "scancel"):
            with mock.patch("shutil.which", lambda name, lacking=lacking: None if name == lacking else f"/bin/{name}"):
                with self.assertRaisesRegex(NoBatchSystem, f": {lacking} not found"):
                    Slurm()

    def test_status_of_a_queue(self):
        self.slurm()
        self.assertIn("; submit runs the rest", self.in_process("status", self.out / "s", code=3).stdout)
        self.write_queue("PENDING", "Priority")
        self.assertIn("6 in 0 running and 3 queued tasks (slurm)\n", self.in_process("status", self.out / "s", code=3).stdout)
        # Two of the six points leave the sweep: their tasks do not count for it.
        self.plain = self.spec(axes={OVERSUBSCRIPTION: [1, 2]})
        self.slurm()
        self.assertEqual(json.loads(self.in_process("status", self.out / "s", "--json", code=3).stdout)["queue"]["points"], 4)
        self.write("bin/squeue", "#!/bin/sh\nexit 1\n")
        self.assertEqual(json.loads(self.in_process("status", self.out / "s", "--json", code=3).stdout)["queue"], "no answer")
        self.assertIn("queue does not answer", self.in_process("status", self.out / "s", code=3).stdout)

    def test_a_probe_that_fails_says_nothing_of_the_cost(self):
        # 600 s for a task, ten points where nothing is known: all six in one.
        fake = self.fake("failing", '#!/bin/sh\ncase $1 in run) echo bad >&2; exit 70;; esac\nexec {real} "$@"\n')
        done = self.submit(self.plain, "--backend", "slurm", binary=fake)
        self.assertIn("it ends with an error", done.stdout)
        self.assertIn("submitted 6 points in 1 tasks", done.stdout)

    def test_options_that_submit_sets(self):
        for option in ("--partition=a", "--partit=a", "-pa", "--me=1G", "--mem=1G", "--sig=INT", "-o/x", "--"):
            self.assertTrue(is_ours(option), option)
        for option in ("--qos=long", "--constraint=a", "-Cgpu", "--mem-per-gpu=1G", "--exclusive", "--nodelist=n1"):
            self.assertFalse(is_ours(option), option)

    def test_bad_options(self):
        for option in ("--throttle=0", "--cost=nan", "--cost=-1", "--task-time=x"):
            done = self.slurm(option, code=64)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_worker_as_a_task_runs_it(self):
        self.slurm()
        script = next((self.out / "s" / "slurm").glob("*/task.sh"))
        with mock.patch.dict(os.environ, {"SLURM_ARRAY_TASK_ID": "0"}):
            done = subprocess.run(["sh", script, "2"], cwd="/", capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.results()), 2)


class SkippedTest(unittest.TestCase):
    def test_a_file_whose_tests_are_all_skipped_has_not_passed(self):
        """Without Slurm, tests/slurm proves nothing, and ctest says so: exit code 77."""
        runner = [sys.executable, "-B", str(ROOT / "tools" / "run-unittest.py"), str(ROOT / "tests" / "slurm" / "sweep_test.py")]
        done = subprocess.run(runner, env={**os.environ, "PATH": "/nowhere"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 77, done.stderr)


if __name__ == "__main__":
    unittest.main()
