# SPDX-License-Identifier: GPL-2.0-only
"""A sweep of 1,000 points on a real Slurm loses nothing, whatever is killed.

While it runs: the controller is killed two seconds after the submission and restarted, workers and a point are killed
with -9, tasks are pre-empted, a node is lost, one task is warned of its time limit and another one hits it. One
more `submit` later every point has exactly one result, byte-identical to that of the local back end, and nothing is left
behind. Each fault is asserted from what Slurm says of it: one that did not happen would prove nothing.
"""

import json
import os
import pathlib
import re
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import _sweeps  # noqa: E402  (the path comes first)
import cluster  # noqa: E402
import processes  # noqa: E402

REPLICATIONS = 50
POINTS = 20 * REPLICATIONS
TASK_POINTS = 20
FIRST_ARRAY = 41


@unittest.skipIf(cluster.why_not(), cluster.why_not())
class SweepChaosTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="echelon-sweep-", dir=cluster.scratch())
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.sweep = self.folder / "chaos"
        self.slurm = cluster.Cluster(nodes=4, options={"MaxArraySize": FIRST_ARRAY})
        self.slurm.up()
        self.addCleanup(self.slurm.down)
        self.start = time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.start:6.1f} s  {text}", flush=True)

    def submit(self, spec):
        # Without --cost the first point would run here, and the length of tasks depend on the machine.
        arguments = ["submit", spec, "--out", self.folder, "--backend", "slurm", "--cost", "0.1"]
        done = _sweeps.tool(arguments, self.slurm.environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.say(done.stdout.strip())

    def victim(self, node=None, but=()):
        """(worker, its point's process, task) of a task in the midst of its points."""

        def look():
            self.slurm.repair()
            # A controller that has just restarted does not know all the tasks that run.
            known = {job.number: job.name for job in self.slurm.jobs() if job.state == "RUNNING"}
            for pid, environment in _sweeps.workers(self.slurm, node).items():
                task = known.get(environment["SLURM_JOB_ID"])
                child = _sweeps.point_of(pid)
                if task == _sweeps.task_name(environment) and task not in but and child:
                    return pid, child, task
            return None

        return cluster.wait_until(look, 40, "a worker runs a point")

    def hang(self, node=None, but=(), freeze=None):
        """(worker, task) of a task that cannot end, for its point stands still, or what `freeze(worker)` makes stand still."""

        def look():
            worker, point, task = self.victim(node, but)
            try:
                if freeze is None:
                    return (worker, task) if _sweeps.stop(point) else None
                freeze(worker)
                return worker, task
            except (ProcessLookupError, cluster.ClusterError):
                return None  # it ended in this moment

        return cluster.wait_until(look, 60, "a task hangs")

    # One fault each. Those that Slurm notices late are asserted at the end.

    def restart_controller(self):
        # Before it has saved a job at all, a controller that is killed forgets everything.
        state = self.slurm.prefix / "state" / "job_state"
        cluster.wait_until(lambda: state.exists() and b"echelon-chaos" in state.read_bytes(), 10, "state is saved")
        before = {job.name.split("_")[0] for job in self.slurm.jobs()}
        self.slurm.kill_controller()
        self.say("controller killed -9")
        time.sleep(1)
        self.slurm.start_controller()
        cluster.wait_until(self.slurm.node_states, 30, "the controller answers")
        self.assertEqual(self.slurm.log().count(" started on cluster "), 2)
        lost = before - {job.name.split("_")[0] for job in self.slurm.jobs()}
        self.say(f"controller restarted; it has forgotten {len(lost)} of {len(before)} jobs and arrays")

    def kill_workers(self, count):
        killed = []
        while len(killed) < count:
            pid, task = self.hang(but=killed)
            processes.kill([pid])
            killed.append(task)
        cluster.wait_until(lambda: self.slurm.log().count("WTERMSIG 9") >= count, 20, "Slurm sees them killed")
        self.say(f"workers killed -9: {' '.join(killed)}")

    def kill_point(self):
        def look():
            _, child, _ = self.victim()
            processes.kill([child])
            return list(self.sweep.glob("runs/??/*/error.1.json"))

        [error, *_] = cluster.wait_until(look, 20, "a point has failed")
        self.assertEqual(json.loads(error.read_text(encoding="utf-8"))["signal"], "SIGKILL")
        self.say(f"point killed -9: {error.parent.name}")

    def preempt(self):
        def requeued():
            return re.findall(r"preempted JobId=\S+ has been requeued", self.slurm.log())

        # They take idle nodes first, and on a fast machine every node is idle for a moment before long. A
        # task that cannot end keeps its node.
        self.hang()
        for _ in range(3):
            first = self.slurm.preempt(seconds=2)

            def have_run(first=first):
                self.slurm.repair()
                return not any(job.name.startswith(f"{first}_") for job in self.slurm.jobs())

            cluster.wait_until(lambda: requeued() or have_run(), 30, "jobs of higher priority run")
            if requeued():
                break
        self.assertGreater(len(requeued()), 0)
        self.say(f"pre-empted by jobs of higher priority: {len(requeued())} tasks")

    def check_late_faults(self, warned, hung, lost):
        log = self.slurm.log()
        said = next(self.sweep.glob(f"slurm/*/log/{warned}.log")).read_text(encoding="utf-8")
        self.assertIn("time limit is near: requeued", said)
        self.assertRegex(log, rf"Requeuing JobId={warned}\b")
        self.assertRegex(log, rf"Time limit exhausted for JobId={hung}\b")
        self.assertRegex(log, rf"requeue job JobId={lost}\(\d+\) due to failure of node n4")
        self.assertTrue(self.slurm.node_states()["n4"].startswith("down"))
        ended = [job["JobState"] for job in self.slurm.ended() if job["Name"].startswith("echelon-chaos")]
        told = {state: ended.count(state) for state in ("FAILED", "PREEMPTED", "NODE_FAIL", "TIMEOUT")}
        self.assertGreaterEqual(told["FAILED"], 3)  # the workers that were killed
        self.assertGreaterEqual(told["PREEMPTED"], 1)
        # Which tasks these were is in the log, above.
        self.assertGreaterEqual(told["NODE_FAIL"], 1)
        self.assertGreaterEqual(told["TIMEOUT"], 1)
        restarts = len(re.findall(r"Requeuing JobId", log))
        self.say(f"tasks by what Slurm says of their ends: {told}; {restarts} restarts")

    def test_a_thousand_points_survive(self):
        spec = _sweeps.write_sweep(self.folder, "chaos", REPLICATIONS, chunk_s=0.1 * TASK_POINTS)
        self.submit(spec)
        time.sleep(2)
        self.restart_controller()
        self.kill_workers(3)
        self.kill_point()
        self.preempt()

        _, warned = self.hang(node="n1")
        self.slurm.run("scontrol", "update", f"JobId={warned}", "TimeLimit=1")
        self.say(f"a point of {warned} hangs; the task's limit is now 1 min")
        _, hung = self.hang(node="n2", freeze=processes.Frozen)
        self.slurm.run("scontrol", "update", f"JobId={hung}", "TimeLimit=1")
        self.say(f"the worker of {hung} hangs; the task's limit is now 1 min")
        _, lost = self.hang(node="n4")
        self.slurm.lose_node("n4")
        self.say(f"node n4 is lost, with {lost}")

        local = ["submit", spec, "--out", self.folder / "local", "--backend", "local", "--processes", "2"]
        done = _sweeps.tool(local, dict(os.environ))
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = _sweeps.results(self.folder / "local" / "chaos")
        self.assertEqual(len(expected), POINTS)
        self.say("the local back end has run the same sweep")
        self.slurm.wait_for_empty_queue(150)
        self.say(f"queue empty, {len(_sweeps.results(self.sweep))} of {POINTS} points done")
        self.check_late_faults(warned, hung, lost)

        self.submit(spec)
        self.slurm.wait_for_empty_queue(60)
        mine = _sweeps.results(self.sweep)
        self.say(f"queue empty, {len(mine)} of {POINTS} points done")
        self.assertEqual(sorted(mine), sorted(_sweeps.point_ids(self.sweep)))
        self.assertEqual(len(mine), POINTS)
        self.assertEqual(mine, expected)
        self.assertEqual(_sweeps.gathered(self.sweep), {"done": POINTS})
        self.assertEqual(_sweeps.left_behind(self.sweep), [])
        self.assertEqual(self.slurm.processes(), {})


if __name__ == "__main__":
    unittest.main()
