# SPDX-License-Identifier: GPL-2.0-only
"""Runs that are too large are refused before they start, with their size; those that fit run in what the estimate says."""

import json
import os
import resource
import subprocess
import unittest

from _echelon import BINARY, ROOT, CliTestCase, echelon

# What a refusal may take, address space and CPU: far less than what is refused. Sanitizers map terabytes, of which they use
# little, and hold back what is freed.
SANITIZED = bool(os.environ.get("ECHELON_SANITIZE"))
MOST_BYTES = 3 << 30
MOST_SECONDS = 60 if SANITIZED else 20

GPUS = {"kind": "big-switch", "hosts": 65536, "gpus_per_host": 16, "host_link": {"rate": "1Gbps"}, "scale_up": {"rate": "1Tbps"}}
SMALL = {"kind": "big-switch", "hosts": 8, "host_link": {"rate": "100Gbps"}}
ONE_FLOW = {"kind": "flows", "flows": [{"source": 0, "destination": 1, "bytes": "4MB"}]}


def scenario(topology, workload, *jobs, fabric="fluid", **job):
    """One job that has such a workload, or several."""
    jobs = [{"name": "a", "workload": workload, **job}, *jobs]
    return {
        "schema": "echelon/scenario/1", "name": "large", "topology": topology, "jobs": jobs, "schedulers": ["fair"],
        "fabric": fabric if isinstance(fabric, dict) else {"kind": fabric},
    }


def arrivals(count, **more):
    return {"process": "poisson", "mean_interval": "1ms", "count": count, **more}


def limited(*arguments, cwd):
    """The program with little memory and time."""
    def limit():
        if not SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))

    return subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, preexec_fn=limit, timeout=120)


class TooLargeTest(CliTestCase):
    def assert_refused(self, path, pointer, *words, commands=("run", "check")):
        for command in commands:
            with self.subTest(path.name, command=command):
                done = limited(command, path, cwd=self.folder)
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertTrue(done.stderr.startswith(f"{path}: {pointer}: "), done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)
                self.assertEqual([p.name for p in self.folder.iterdir() if p != path], [])

    def test_iterations(self):
        """A ring of 7 ranks passes 7 parts in 12 steps: 84 flows and 7 barriers, a million times; two of them are too many tasks."""
        ring = {"kind": "collective", "ranks": 7, "granularity": "step"}
        topology = {**SMALL, "hosts": 14}
        second = {"name": "b", "workload": ring, "iterations": 1000000}
        path = self.write("two.json", scenario(topology, ring, second, iterations=1000000))
        self.assert_refused(path, "/jobs/1/iterations", "182,000,000 tasks", "1,000,000 times")
        path.unlink()
        path = self.write("one.json", scenario(topology, ring, iterations=1000000))
        self.assert_refused(path, "/jobs", "GB of memory", "84,000,000 flows", 'job "a"', "--files summary takes", commands=["run"])

    def test_places_of_many_jobs(self):
        """100 ranks exchange 9,900 messages: with 10,000 jobs nearly 10^8 tasks, all in graphs of their own."""
        exchange = {"kind": "collective", "ranks": 100, "operation": "all-to-all", "bytes": "1MB"}
        path = self.write("places.json", scenario(GPUS, exchange, arrivals=arrivals(9000)))
        self.assert_refused(path, "/jobs/0/arrivals", "GB of memory", "9,000 jobs")

    def test_places_on_many_gpus(self):
        pair = {"kind": "collective", "ranks": 2, "bytes": "1MB"}
        path = self.write("gpus.json", scenario(GPUS, pair, arrivals=arrivals(10000)))
        self.assert_refused(path, "/jobs/0/arrivals", "10,485,760,000 steps")

    def test_packets(self):
        """400 TB in segments of 64 bytes over two links: 6.25·10^12 segments twice."""
        flow = {"kind": "flows", "flows": [{"source": 0, "destination": 1, "bytes": "400TB"}]}
        fast = {**SMALL, "host_link": {"rate": "1Tbps"}}
        path = self.write("packets.json", scenario(fast, flow, fabric={"kind": "packet", "segment": 64}))
        self.assert_refused(path, "/fabric", "12,500,000,000,000 segments")

    def test_values_of_a_file(self):
        """60 million empty lists are 180 MB of text, and 40 bytes each in memory."""
        path = self.write("values.json", '{"schema": "echelon/scenario/1", "description": [' + "[]," * 60000000 + "[]]}")
        done = limited("check", path, cwd=self.folder)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("the file would take 2.40 GB of memory", done.stderr)


class LargeTest(CliTestCase):
    def test_many_jobs_on_many_gpus(self):
        """10,000 small jobs that name their GPUs take no copy of a million GPUs each, nor a pass over them."""
        path = self.write("arrivals.json", scenario(GPUS, ONE_FLOW, arrivals=arrivals(10000)))
        done = limited("check", path, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = [{"name": f"j{j}", "workload": ONE_FLOW} for j in range(2000)]
        path = self.write("listed.json", scenario(GPUS, ONE_FLOW, *listed))
        done = limited("check", path, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_memory_is_an_option(self):
        path = ROOT / "scenarios" / "smoke" / "gpipe.json"
        for command in ("run", "check"):
            done = echelon(command, path, "--memory", "20KB", cwd=self.folder)
            self.assertEqual(done.returncode, 65)
            self.assert_one_line(done.stderr)
            self.assertIn("the limit is 20.0 KB, --memory sets another", done.stderr)
            for text in ("0B", "8", "much"):
                self.assertEqual(echelon(command, path, "--memory", text, cwd=self.folder).returncode, 64)
        self.run_ok("check", path, "--memory", "1GB")

    def test_the_estimate_is_above_what_a_run_takes(self):
        """A ring of 8 ranks in 112 messages an iteration, long enough that records outweigh the program."""
        ring = {"kind": "collective", "ranks": 8, "granularity": "step"}
        for fabric, iterations in (("fluid", 4000), ("packet", 1000)):
            for files in ("summary", "tables"):
                for scheduler in ("fair", "srpt"):
                    with self.subTest(fabric=fabric, files=files, scheduler=scheduler):
                        path = self.write("ring.json", scenario(SMALL, {**ring, "bytes": "64KB"}, iterations=iterations, fabric=fabric))
                        options = ("--files", files, "--scheduler", scheduler, "--out", self.folder / "out")
                        done = self.run_ok("run", path, "--json", "--quiet", *options)
                        taken = json.loads(done.stdout)["engine"][0]["peak_rss_bytes"]
                        done = echelon("run", path, "--memory", "1MB", *options)
                        self.assertIn(" MB of memory", done.stderr)
                        size = float(done.stderr.split("about ")[1].split(" MB")[0]) * 1e6
                        # The program and its libraries are some 30 MB.
                        if not SANITIZED:
                            self.assertLess(taken, size + 40e6)


class NamesTest(CliTestCase):
    def test_control_codes_do_not_reach_the_terminal(self):
        """C1 codes, bidirectional marks and line separators in names and labels are spelt out, in tables and messages."""
        odd = "\u009b31m\u202eRTL\u0085x\u2028"
        document = scenario(SMALL, ONE_FLOW)
        document["jobs"] = [{"name": odd + name, "workload": ONE_FLOW} for name in "ab"]
        document["schedulers"] = ["fair", {"name": "edf", "label": odd}, {"name": "srpt", "label": "é"}]
        document["expect"] = {f"/runs/{odd}/makespan_s": {"value": 1}}
        path = self.write("odd.json", json.dumps(document))
        done = echelon("run", path, "--out", self.folder / "out")
        self.assertEqual(done.returncode, 1, done.stderr)
        wrong = echelon("run", path, "--scheduler", odd + "?", "--out", self.folder / "out")
        self.assertEqual(wrong.returncode, 65)
        for text in (done.stdout, done.stderr, wrong.stderr):
            self.assertIn("\\u009b31m\\u202eRTL\\u0085x\\u2028", text)
            self.assertEqual([c for c in text if c in odd and not c.isascii()], [])
        # Columns line up whatever the characters.
        rows = [line for line in done.stdout.splitlines() if "100.0 %" in line]
        self.assertEqual(len({len(row) for row in rows}), 1, done.stdout)

    def test_texts_are_utf_8(self):
        """Also those that nothing reads but the file of the resolved scenario."""
        path = ROOT / "scenarios" / "smoke" / "gpipe.json"
        for assignment in (b"/description=a\xff", b"/description=\xed\xa0\x80", b"/jobs/0/description=\xe2\x80", b"/a\xff=1"):
            for command in ("run", "check"):
                done = subprocess.run(
                    [BINARY, command, path, "--set", assignment], cwd=self.folder, capture_output=True, text=True, timeout=60
                )
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assert_one_line(done.stderr)
                self.assertIn("is not UTF-8", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
