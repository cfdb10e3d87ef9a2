# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps on a real Slurm, with nothing going wrong but what a user asks for."""

import json
import os
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import _sweeps  # noqa: E402  (the path comes first)
import cluster  # noqa: E402

REPLICATIONS = 3
POINTS = 20 * REPLICATIONS
PARALLEL = 2


@unittest.skipIf(cluster.why_not(), cluster.why_not())
class SweepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slurm = cluster.Cluster(nodes=PARALLEL, options={"MaxArraySize": 4, "MessageTimeout": 2})
        cls.slurm.up()
        cls.addClassCleanup(cls.slurm.down)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="echelon-sweep-", dir=cluster.scratch())
        self.addCleanup(folder.cleanup)
        # What a shell, sbatch or the names of log files might trip over.
        self.folder = pathlib.Path(folder.name) / "a b'%A"
        self.folder.mkdir()
        self.addCleanup(self.slurm.wait_for_empty_queue, 30)
        self.addCleanup(self.slurm.run, "scancel", "--user=root")
        self.spec = _sweeps.write_sweep(self.folder, "plain", REPLICATIONS, chunk_s=1)
        self.sweep = self.folder / "plain"

    def tool(self, *arguments, environment=None):
        return _sweeps.tool(arguments, environment or self.slurm.environment())

    def submit(self, *options, environment=None):
        arguments = ["submit", self.spec, "--out", self.folder, "--backend", "slurm", *options]
        return self.tool(*arguments, environment=environment)

    def tasks(self):
        return [job for job in self.slurm.jobs() if "_" in job.name]

    def fill_the_cluster(self):
        """So that tasks stay in the queue."""
        for _ in range(PARALLEL):
            self.slurm.run("sbatch", "--partition=high", "--exclusive", "--output=/dev/null", "--chdir=/", "--wrap=sleep 300")
        cluster.wait_until(lambda: [j.state for j in self.slurm.jobs()] == ["RUNNING"] * PARALLEL, 20, "all is full")

    def change_spec(self, **changes):
        document = {**json.loads(self.spec.read_text(encoding="utf-8")), **changes}
        self.spec.write_text(json.dumps(document), encoding="utf-8")

    def assert_refused(self, done, code, pattern):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], f"^echelon-sweep: .*{pattern}")
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(self.tasks(), [])

    def test_all_points_once_and_the_tables(self):
        # 60 points of 0.25 s in tasks of 1 s: 15 tasks, in arrays of at most 4.
        done = self.submit("--cost", "0.25")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^submitted 60 points in 15 tasks of at most 4: array \d+ \d+ \d+ \d+, gather \d+\n$")
        self.slurm.wait_for_empty_queue(120)
        local = _sweeps.tool(
            ["submit", self.spec, "--out", self.folder / "local", "--processes", "2"], dict(os.environ)
        )
        self.assertEqual(local.returncode, 0, local.stderr)
        mine = _sweeps.results(self.sweep)
        self.assertEqual(sorted(mine), sorted(_sweeps.point_ids(self.sweep)))
        self.assertEqual(mine, _sweeps.results(self.folder / "local" / "plain"))
        self.assertEqual(_sweeps.gathered(self.sweep), {"done": POINTS})
        self.assertEqual(_sweeps.left_behind(self.sweep), [])
        self.assertEqual(self.tool("status", self.sweep).returncode, 0)
        # One log for each task, in the folder with the odd name.
        self.assertEqual(len(list(self.sweep.glob("slurm/*/log/*.log"))), 15 + 1)
        # Ids of the batch system are in the provenance, and there only.
        path = next(self.sweep.glob("runs/??/*/result.json"))
        self.assertRegex(json.loads(path.read_text())["provenance"]["batch"]["SLURM_ARRAY_TASK_ID"], r"^\d$")
        again = self.submit()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.slurm.jobs(), [])

    def test_cost_is_measured_by_a_point_that_counts(self):
        self.fill_the_cluster()
        done = self.submit()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"running one point here.*\nsubmitted 59 points in ")
        self.assertEqual(len(_sweeps.results(self.sweep)), 1)

    def test_queued_points_are_not_submitted_twice(self):
        self.fill_the_cluster()
        self.assertEqual(self.submit("--cost", "0.25").returncode, 0)
        names = {job.name for job in self.tasks()}
        self.assertEqual(len(names), 15)
        queue = json.loads(self.tool("status", self.sweep, "--json").stdout)["queue"]
        self.assertEqual((queue["queued_tasks"], queue["running_tasks"], queue["points"]), (15, 0, 60))
        again = self.submit("--cost", "0.25")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertRegex(again.stdout, r"^60 missing points are in tasks .*\nnothing to submit\n$")
        self.assertEqual({job.name for job in self.tasks()}, names)
        # What the queue has lost is submitted again: here the 16 points of one array.
        array = min(names, key=lambda name: int(name.split("_")[0])).split("_")[0]
        self.slurm.run("scancel", array)
        again = self.submit("--cost", "0.25")
        self.assertRegex(again.stdout, r"^44 missing points are in tasks .*\nsubmitted 16 points in 4 tasks")
        cancelled = self.tool("cancel", self.sweep)
        self.assertEqual(cancelled.returncode, 0, cancelled.stderr)
        cluster.wait_until(lambda: not self.tasks(), 20, "the tasks are gone")

    def test_throttled_arrays_follow_one_another(self):
        self.fill_the_cluster()
        self.assertEqual(self.submit("--cost", "0.25", "--throttle", "2").returncode, 0)
        arrays = sorted({job.name.split("_")[0] for job in self.tasks()}, key=int)
        self.assertEqual(len(arrays), 4)
        for before, array in zip([None, *arrays], arrays):
            said = self.slurm.run("scontrol", "show", "job", array)
            self.assertIn("ArrayTaskThrottle=2", said)
            self.assertIn(f"Dependency=afterany:{before}_*" if before else "Dependency=(null)", said)

    def test_dry_run_makes_nothing(self):
        done = self.submit("--cost", "0.25", "--dry-run", "--account", "physics", "--sbatch=--qos=long", "--processes", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.sweep.exists())
        self.assertEqual(self.slurm.jobs(), [])
        for text in ("#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --signal=B:USR1@120",
                     "#SBATCH --account=physics", "#SBATCH --cpus-per-task=2", "--processes 2", "#SBATCH --qos=long"):  # fmt: skip
            self.assertIn(text, done.stdout)
        # 60 points of 0.25 s, two at a time, in tasks of 1 s: 8 tasks.
        self.assertEqual(len(re.findall(r"^sbatch --parsable .*--array=0-3 ", done.stdout, re.MULTILINE)), 2)
        self.assertRegex(done.stdout, r"(?m)^sbatch --parsable .*--dependency=afterany:.* .*gather\.sh'?$")

    def test_what_would_never_start_is_refused(self):
        self.assert_refused(self.submit("--partition", "nix"), 64, "no partition 'nix'")
        self.assert_refused(self.submit("--cost", "1", "--task-time", "7200"), 64, "at most 3600 s")
        self.assert_refused(self.submit("--cost", "1", "--task-time", "120"), 64, "over before it begins")
        self.assert_refused(self.submit("--cost", "1", "--sbatch=--array=1"), 64, "--sbatch=--array=1")
        self.assert_refused(self.submit("--cost", "1", "--sbatch=--partit=high"), 64, "--sbatch=--partit=high")
        self.assert_refused(self.submit("--cost", "1", "--sbatch=--constraint=gpu"), 65, "Slurm would refuse the tasks")
        self.change_spec(resources={"memory": "100TB"})
        self.assert_refused(self.submit("--cost", "1"), 65, "/resources/memory: .* is more than a node")
        self.change_spec(resources={"time": "2h"})
        self.assert_refused(self.submit("--cost", "1"), 65, "/resources/time: .* does not fit")
        self.assertEqual(list(self.sweep.glob("slurm/*")), [])

    def test_without_a_batch_system(self):
        # A folder with all commands that the tool needs, but those of Slurm.
        self.assert_refused(self.submit(environment={"PATH": str(self.folder)}), 69, "there is no Slurm here")
        conf = self.folder / "slurm.conf"
        text = self.slurm.conf.read_text(encoding="utf-8")
        conf.write_text(re.sub(r"(?m)^SlurmctldPort=.*$", "SlurmctldPort=9", text), encoding="utf-8")
        environment = {**self.slurm.environment(), "SLURM_CONF": str(conf)}
        self.assert_refused(self.submit(environment=environment), 69, "controller does not answer")
        # Nor can status know then what is queued, and cancel say that it cancelled.
        self.fill_the_cluster()
        self.assertEqual(self.submit("--cost", "0.25").returncode, 0)
        self.assertEqual(json.loads(self.tool("status", self.sweep, "--json", environment=environment).stdout)["queue"], "no answer")
        self.assertEqual(self.tool("cancel", self.sweep, environment=environment).returncode, 69)

    def test_environment_hides_no_task(self):
        self.fill_the_cluster()
        hiding = {"SQUEUE_STATES": "RUNNING", "SQUEUE_PARTITION": "high", "SCANCEL_STATE": "RUNNING", "SBATCH_MEM_PER_NODE": "1G"}
        environment = {**self.slurm.environment(), **hiding}
        self.assertEqual(self.submit("--cost", "0.25", environment=environment).returncode, 0)
        again = self.submit("--cost", "0.25", environment=environment)
        self.assertRegex(again.stdout, "nothing to submit\n$")
        self.assertEqual(self.tool("cancel", self.sweep, environment=environment).returncode, 0)
        cluster.wait_until(lambda: not self.tasks(), 20, "the tasks are gone")


if __name__ == "__main__":
    unittest.main()
