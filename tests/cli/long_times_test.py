# SPDX-License-Identifier: GPL-2.0-only
"""Simulated time and bytes around their limits: a right value by hand, or one line that says what would last how long.

Time holds 2^63 ps, 9,223,372 s or 106 days. Each system here lasts a known time T; below the limit the makespan is T, above it the scenario is
refused with exit 65, and nothing is left behind.
"""

import json
import unittest

from _echelon import CliTestCase, echelon

LIMIT_S = 2**63 / 1e12
FABRICS = [{"kind": "fluid"}, {"kind": "packet", "header": "0B"}]


def scenario(jobs, host_link, hosts=4, **keys):
    return {
        "schema": "echelon/scenario/1",
        "name": "long",
        "topology": {"kind": "big-switch", "hosts": hosts, "host_link": host_link},
        "jobs": [
            {"name": f"job{j}", "workload": workload, **more} for j, (workload, more) in enumerate(jobs)
        ],
        "schedulers": ["fair", "fifo"],
        **keys,
    }


def tasks(kind, count, chained=True, **keys):
    return {
        "kind": "tasks",
        "tasks": [
            {"id": str(i), "kind": kind, **keys, **({"after": [str(i - 1)]} if chained and i else {})} for i in range(count)
        ],
    }


def flows(*senders, size):
    return {"kind": "flows", "flows": [{"source": s, "destination": 0, "bytes": size} for s in senders]}


# One flow of so many segments of 4096 B at 1 b/s: a segment takes 32,768 s. Packets add a segment for the second link at most.
SEGMENT_S = 32768


def systems():
    """(what, scenario, T in s, how much later packets may be, what the message names)"""
    fast = {"rate": "1Tbps"}
    slow = {"rate": "1bps"}
    for n in (1, 9, 10, 20):
        yield "delays", scenario([(tasks("delay", n, duration="1000000s"), {})], fast), n * 1e6, 0, 'job "job0"'
        yield (
            "iterations",
            scenario([(tasks("delay", 1, duration="1000000s"), {"iterations": n})], fast),
            n * 1e6,
            0,
            'job "job0"',
        )
        yield (
            "one device",
            scenario([(tasks("compute", n, chained=False, device=1, duration="1000000s"), {})], fast),
            n * 1e6,
            0,
            "device 1",
        )
    for n in (1, 4, 5, 12):
        chain = tasks("flow", n, group="g", source=0, destination=1, bytes="1000B")
        link = {"rate": "8Tbps", "delay": "1000000s"}
        yield "link delays", scenario([(chain, {})], link), n * (2e6 + 1e-9), n * 1e-9, 'job "job0"'
    for n in (10, 90, 94, 200):
        size = 4096 * n
        for senders in (1, 2, 3):
            late = (senders + 2) * SEGMENT_S
            many = flows(*range(1, senders + 1), size=size)
            yield "incast", scenario([(many, {})], slow), senders * n * SEGMENT_S, late, 'job "job0"'
            jobs = [(flows(1, size=size), {}) for _ in range(senders)]
            yield "jobs that share", scenario(jobs, slow), senders * n * SEGMENT_S, late, "job"


class LongTimesTest(CliTestCase):
    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assert_one_line(done.stderr)
        self.assertNotIn("internal", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_right_value_or_one_line(self):
        refused = 0
        ended = 0
        for number, (what, document, seconds, late, named) in enumerate(systems()):
            for fabric in FABRICS:
                with self.subTest(what=what, seconds=seconds, fabric=fabric["kind"]):
                    path = self.write("long.json", {**document, "fabric": fabric})
                    out = self.folder / f"out-{number}-{fabric['kind']}"
                    done = echelon("run", path, "--json", "--out", out)
                    most = seconds + (late if fabric["kind"] == "packet" else 0)
                    if most < LIMIT_S:
                        self.assertEqual(done.returncode, 0, done.stderr)
                        for run in json.loads(done.stdout)["runs"]:
                            self.assertGreaterEqual(run["makespan_s"], seconds * (1 - 1e-9))
                            self.assertLessEqual(run["makespan_s"], most * (1 + 1e-9))
                        ended += 1
                    elif seconds > LIMIT_S:
                        self.assert_refused(done, named, "106 days", "long.json")
                        self.assertFalse(out.exists())
                        refused += 1
        self.assertGreater(ended, 20)
        self.assertGreater(refused, 20)

    def test_check_refuses_as_run_does(self):
        document = scenario([(tasks("delay", 10, duration="1000000s"), {})], {"rate": "1Tbps"})
        self.assert_refused(echelon("check", self.write("long.json", document)), 'job "job0"', "10000000 s")

    def test_what_only_the_run_shows(self):
        # 16 kB at 1 b/s are 1.3e5 s of payload; 4096 B of header with every 64 B make them 65 times longer, 8.5e6 s, and three of them 2.6e7 s.
        fabric = {"kind": "fluid", "segment": "64B", "header": "4096B"}
        for senders, fits in (([1], True), ([1, 2, 3], False)):
            document = scenario([(flows(*senders, size=16384), {})], {"rate": "1bps"}, fabric=fabric)
            out = self.folder / f"out-{fits}"
            done = echelon("run", self.write("long.json", document), "--json", "--out", out)
            if fits:
                self.assertAlmostEqual(json.loads(done.stdout)["runs"][0]["makespan_s"], 65 * 131072, delta=1e-3)
            else:
                self.assert_refused(done, "long.json", "scheduler f", 'flow of job "job0" from device', "106 days")
                self.assertEqual([path for path in out.rglob("*") if path.is_file()], [])

    def test_plans_on_a_topology(self):
        # Nine stages or more of 2e6 s each.
        topology = {
            "kind": "big-switch",
            "hosts": 10,
            "host_link": {"rate": "100Gbps", "delay": "1000000s"},
        }
        traffic = "\n".join(",".join("0" if i == j else "1000000" for j in range(10)) for i in range(10)) + "\n"
        plan = self.folder / "plan.json"
        done = echelon(
            "plan", self.write("traffic.csv", traffic), "--topology", self.write("slow.json", topology),
            "--order", "spread-out", "--out", plan,
        )
        self.assert_refused(done, "slow.json", "spread-out", "106 days")
        self.assertFalse(plan.exists())

    def test_bytes(self):
        # 10,000 flows of 1e15 B are 1e19 B, and 64 bits hold 9.2e18 of them.
        for count, iterations, fits in ((8000, 1, True), (10000, 1, False), (100, 100, False)):
            flow = {"source": 0, "destination": 1, "bytes": "1000TB", "count": count}
            document = scenario(
                [({"kind": "flows", "flows": [flow]}, {"iterations": iterations})], {"rate": "1000000Tbps"}
            )
            done = echelon("run", self.write("bytes.json", document), "--json", "--out", self.folder / "out")
            if fits:
                flows_of_run = json.loads(done.stdout)["runs"][0]["flows"]
                self.assertEqual(flows_of_run["bytes"], count * 10**15)
            else:
                self.assert_refused(done, "bytes.json: /jobs", "9,000,000 TB")

    def test_bytes_of_collectives(self):
        # S bytes over n ranks: in all a ring all-reduce sends 2 (n - 1) S, a reduce-scatter (n - 1) S, an all-to-all (n - 1) S.
        # All-to-alls that are planned are counted up to 4e18 B.
        for operation, sends in (("all-reduce", 2), ("reduce-scatter", 1), ("all-to-all", 1)):
            for order in ("unordered", "spread-out", "aurora") if operation == "all-to-all" else ("unordered",):
                for granularity in ("flow", "step"):
                    for ranks in (2, 3, 4):
                        for size in (10**18, 2 * 10**18, 4 * 10**18, 6930 * 10**15, 9 * 10**18):
                            with self.subTest(operation, order=order, granularity=granularity, ranks=ranks, size=size):
                                self.check_collective(operation, order, granularity, ranks, size, sends * (ranks - 1) * size)

    def check_collective(self, operation, order, granularity, ranks, size, total):
        workload = {"kind": "collective", "operation": operation, "ranks": ranks, "bytes": f"{size}B"}
        workload.update({"granularity": granularity, "all_to_all": order})
        document = scenario([(workload, {})], {"rate": "1000000Tbps"})
        done = echelon("check", self.write("collective.json", document))
        if total <= (9 * 10**18 if order == "unordered" else 4 * 10**18):
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        else:
            self.assertEqual(done.returncode, 65, done.stderr)
            self.assert_one_line(done.stderr)


if __name__ == "__main__":
    unittest.main()
