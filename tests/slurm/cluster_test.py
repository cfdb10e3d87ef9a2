# SPDX-License-Identifier: GPL-2.0-only
"""The one-host Slurm that the other tests of this folder rely on."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cluster  # noqa: E402  (the path comes first)
import processes  # noqa: E402


@unittest.skipIf(cluster.why_not(), cluster.why_not())
class ClusterTest(unittest.TestCase):
    def test_two_clusters_side_by_side_know_their_own_jobs_only(self):
        with cluster.Cluster(nodes=1) as one, cluster.Cluster(nodes=2) as two:
            prefixes = [one.prefix, two.prefix]
            confs = [one.conf, two.conf]
            self.assertEqual(one.node_states(), {"n1": "idle"})
            self.assertEqual(two.node_states(), {"n1": "idle", "n2": "idle"})
            one.run("sbatch", "--output=/dev/null", "--chdir=/", "--wrap=sleep 60")
            cluster.wait_until(lambda: one.processes("n1"), 20, "the job runs")
            self.assertEqual(two.jobs(), [])
            self.assertEqual(two.processes(), {})
        for prefix, conf in zip(prefixes, confs):
            self.assertFalse(prefix.exists())
            self.assertEqual(processes.processes_of(conf), {})

    def test_nothing_outlives_an_owner_that_is_killed(self):
        script = (
            "import sys, time; sys.path.insert(0, sys.argv[1]); import cluster;"
            "c = cluster.Cluster(nodes=1); c.up();"
            "c.run('sbatch', '--output=/dev/null', '--chdir=/', '--wrap=sleep 60');"
            "cluster.wait_until(c.processes, 20, 'the job runs');"
            "print(c.conf, flush=True); time.sleep(60)"
        )
        owner = subprocess.Popen(
            [sys.executable, "-B", "-c", script, str(pathlib.Path(__file__).parent)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with owner:
            conf = pathlib.Path(owner.stdout.readline().strip())
            self.assertTrue(conf.is_file())
            os.kill(owner.pid, signal.SIGKILL)
        cluster.wait_until(lambda: not processes.processes_of(conf), 20, "all processes end")
        cluster.wait_until(lambda: not conf.parent.exists(), 20, "the folder is removed")


if __name__ == "__main__":
    unittest.main()
