# SPDX-License-Identifier: GPL-2.0-only
"""echelon plan: figures against hand-made examples, whole plans, formats, options, and what it refuses."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from _echelon import BINARY, ROOT, CliTestCase, echelon, load

TRAFFIC = ROOT / "traffic"
DATA = pathlib.Path(os.environ.get("ECHELON_DATA", ROOT.parent / "shared" / "data"))
TRACES = sorted((DATA / "moe-routing").glob("esft-law-layer*.txt"))
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TRACE_OPTIONS = ["--gpus", "2", "--experts", "8", "--top-k", "2", "--hidden", "1024"]

# Three GPUs at 100 Gb/s, 80 ps a byte. Rows 3, 3 and 1 MB, columns 1, 3 and 3 MB: bound 3 MB, 240 us.
SMALL = "0,2000000,1000000\n1000000,0,2000000\n0,1000000,0\n"


class PlanTest(CliTestCase):
    def plan(self, *arguments):
        return json.loads(self.run_ok("plan", *arguments, "--json", cwd=self.folder).stdout)

    def small(self):
        return self.write("small.csv", SMALL)

    def test_figures(self):
        document = self.plan(self.small(), "--order", "aurora", "--order", "spread-out")
        self.assertEqual(document["schema"], "echelon/plan/1")
        self.assertEqual(document["gpus"], 3)
        self.assertAlmostEqual(document["bound_s"], 240e-6, delta=1e-15)
        self.assertEqual([order["order"] for order in document["orders"]], ["aurora", "spread-out"])
        aurora, spread = document["orders"]
        self.assertAlmostEqual(aurora["makespan_s"], 240e-6, delta=1e-12)
        self.assertEqual((aurora["ratio"], aurora["reading"], aurora["fan_in"]), (1, "one-sender", 1))
        # Stage 1: 0->1 2 MB, 1->2 2 MB; stage 2: 0->2 1, 1->0 1, 2->1 1. Rank 2 has nothing for 0
        # and starts 2->1 at once: it shares 1's port with 0->1 until its 1 MB is there at 160 us,
        # then 0->1 sends its other 1 MB until 240 us, and 0->2 its own until 320 us.
        self.assertAlmostEqual(spread["makespan_s"], 320e-6, delta=1e-12)
        self.assertEqual((spread["stages"], spread["rule"], spread["reading"]), (2, "sender-order", "fluid"))
        self.assertEqual(spread["fan_in"], 2)
        self.assertEqual(spread["bytes_per_stage"], 3500000)

    def test_only_planning_time_differs(self):
        def strip(document):
            for order in document["orders"]:
                self.assertGreater(order.pop("planning_s"), 0)
            return document

        arguments = ["--generate", "zipf", "--gpus", "12", "--seed", "5"]
        first = strip(self.plan(*arguments))
        self.assertEqual(first, strip(self.plan(*arguments)))
        names = [entry["name"] for entry in json.loads(echelon("list", "orders", "--json").stdout)["entries"]]
        self.assertEqual([order["order"] for order in first["orders"]], names)
        arguments[-1] = "6"
        self.assertNotEqual(first, strip(self.plan(*arguments)))

    def test_whole_plans(self):
        out = self.folder / "plan.json"
        figures = self.plan(TRAFFIC / "moe-8.csv", "--out", out)
        document = load(out)
        matrix = [
            [int(cell) for cell in line.split(",")] for line in (TRAFFIC / "moe-8.csv").read_text().splitlines()
        ]
        for order, brief in zip(document["orders"], figures["orders"]):
            with self.subTest(order["order"]):
                transmissions = order.pop("transmissions")
                self.assertEqual(order["makespan_s"], brief["makespan_s"])
                self.assertEqual(len(transmissions), order["transmission_count"])
                left = [row.copy() for row in matrix]
                for one in transmissions:
                    left[one["source"]][one["destination"]] -= one["bytes"]
                    self.assertLess(one["start_s"], one["end_s"])
                    self.assertLess(one["stage"], order["stages"])
                self.assertEqual(left, [[0] * 8 for _ in range(8)])
                self.assertEqual(max(one["end_s"] for one in transmissions), order["makespan_s"])
        self.assertEqual([path.name for path in self.folder.iterdir()], ["plan.json"])

    def test_table(self):
        done = self.run_ok("plan", self.small())
        lines = done.stdout.splitlines()
        self.assertIn("7.00 MB between 3 GPUs, ports of 100 Gb/s", lines[0])
        self.assertIn("bound 240.0 us; 3.00 MB through the busiest port", lines[1])
        self.assertTrue(lines[3].startswith("order"), lines[3])
        self.assertEqual(" ".join(lines[3].split()), "order makespan to bound stages per stage fan-in planning")
        self.assertRegex(lines[4], r"^aurora +240\.0 us +1\.0000 ")

    # Three ports at 100, 100 and 50 Gb/s. Fluid: rank 1 receives 3 MB at 100 Gb/s, rank 2 3 MB at 50: 480 us.
    # One sender per receiver: the bytes to rank 2 go at 50 Gb/s whoever sends: 480 us; all else is shorter.
    def test_table_with_unequal_rates(self):
        lines = self.run_ok("plan", self.small(), "--bandwidth", "2x100Gbps,50Gbps").stdout.splitlines()
        self.assertIn("ports of 50.0 Gb/s to 100 Gb/s", lines[0])
        self.assertEqual(
            lines[1], "bound 480.0 us fluid, 480.0 us with one sender per receiver; 3.00 MB through the busiest port"
        )
        self.assertEqual(" ".join(lines[3].split()), "order makespan to bound stages per stage fan-in reading planning")
        self.assertRegex(lines[4], r"^aurora .* one-sender +")

    def test_formats_agree(self):
        csv = self.plan(self.small(), "--order", "unordered")
        matrix = [[int(cell) for cell in row.split(",")] for row in SMALL.split()]
        path = self.write("small.json", {"schema": "echelon/traffic/1", "matrix": matrix})
        document = self.plan(path, "--order", "unordered")
        self.assertEqual(document["traffic"]["format"], "json-matrix")
        self.assertEqual(document["bound_s"], csv["bound_s"])
        self.assertEqual(document["orders"][0]["makespan_s"], csv["orders"][0]["makespan_s"])

    def test_combine_is_the_way_back(self):
        bounds = []
        for extra in ([], ["--combine"]):
            document = self.plan(self.write("a.csv", "0,5,5\n0,0,9\n0,0,0\n"), *extra, "--out", "p.json")
            bounds.append(document["bound_s"])
            pairs = {(t["source"], t["destination"]) for t in load(self.folder / "p.json")["orders"][0]["transmissions"]}
            self.assertEqual(pairs, {(1, 0), (2, 0), (2, 1)} if extra else {(0, 1), (0, 2), (1, 2)})
        self.assertEqual(*bounds)

    # 0 -> 1 at 40 Gb/s: 1 MB take 200 us with one sender per receiver, and so do 0 -> 2 and 1 -> 2.
    # Fluid: 0 sends 2 MB at 100 Gb/s, 160 us; 1 receives 1 MB at 40 Gb/s, 200 us; 2 2 MB at 40, 400 us.
    def test_unequal_rates_have_two_bounds(self):
        path = self.write("a.csv", "0,1000000,1000000\n0,0,1000000\n0,0,0\n")
        document = self.plan(path, "--bandwidth", "100Gbps,2x40Gbps")
        self.assertEqual(document["port_rates_bps"], [100e9, 40e9, 40e9])
        self.assertAlmostEqual(document["bound_s"], 400e-6, delta=1e-15)
        self.assertAlmostEqual(document["bound_one_sender_s"], 400e-6, delta=1e-15)
        document = self.plan(path, "--bandwidth", "2x40Gbps,100Gbps")
        self.assertAlmostEqual(document["bound_s"], 400e-6, delta=1e-15)
        path = self.write("b.csv", "0,0,1000000\n0,0,1000000\n0,0,0\n")
        document = self.plan(path, "--bandwidth", "2x50Gbps,100Gbps")
        self.assertAlmostEqual(document["bound_s"], 160e-6, delta=1e-15)
        self.assertAlmostEqual(document["bound_one_sender_s"], 320e-6, delta=1e-15)
        self.assertAlmostEqual(document["orders"][-1]["makespan_s"], 160e-6, delta=1e-12)

    # 0 and 1 at 50 Gb/s both send 1 MB to 2 at 100 Gb/s: 160 us together, 320 us one after the other. Orders with one
    # sender at a time are planned only on demand.
    def test_unequal_ports_speak_against_one_sender_at_a_time(self):
        path = self.write("b.csv", "0,0,1000000\n0,0,1000000\n0,0,0\n")
        document = self.plan(path, "--bandwidth", "2x50Gbps,100Gbps")
        orders = [entry["order"] for entry in document["orders"]]
        left = {entry["order"]: entry["reason"] for entry in document["left_out"]}
        self.assertEqual(orders, ["sjf", "random", "spread-out", "unordered"])
        self.assertEqual(sorted(left), ["aurora", "aurora-alg1", "fast", "greedy-max-weight", "rack-aware"])
        self.assertIn("one sender at a time takes 2.00 times the fluid bound at least, spread-out 1.00", left["aurora"])
        for entry in document["orders"]:
            self.assertAlmostEqual(entry["ratio"], 1, delta=1e-6)
        [asked] = self.plan(path, "--bandwidth", "2x50Gbps,100Gbps", "--order", "aurora")["orders"]
        self.assertAlmostEqual(asked["ratio"], 2, delta=1e-6)
        out = self.run_ok("plan", path, "--bandwidth", "2x50Gbps,100Gbps").stdout
        self.assertIn("left out: aurora: ports differ in rate", out)
        # Equal ports, or unequal ones that make no difference: all orders.
        for bandwidth in ("100Gbps", "2x100Gbps,50Gbps"):
            self.assertNotIn("left_out", self.plan(path, "--bandwidth", bandwidth))
        many = self.plan("--generate", "zipf", "--gpus", "130", "--bandwidth", "65x40Gbps,65x100Gbps")
        self.assertEqual([entry["order"] for entry in many["orders"]], ["sjf", "spread-out"])
        # Where spread-out is worse than one sender at a time, nothing is left out.
        document = self.plan("--generate", "uniform", "--gpus", "16", "--bandwidth", "8x100Gbps,8x40Gbps")
        self.assertNotIn("left_out", document)

    # Two hosts of two GPUs with a port of 100 Gb/s each, copies of 1 MB, 80 us. Each of GPUs 0 and 2 sends a token to
    # both GPUs of the other host: two copies without deduplication, one copy with it, forwarded inside the host.
    def test_deduplication_is_per_host(self):
        routing = self.write(
            "r.json",
            {
                "schema": "echelon/routing/1",
                "experts": 4,
                "top_k": 2,
                "gpus": 4,
                "hidden": 1000000,
                "bytes_per_element": 1,
                "tokens": [[2, 3], [0, 1], [0, 1], [2, 3]],
                "token_gpus": [0, 1, 2, 3],
            },
        )
        topology = self.write(
            "t.json",
            {
                "schema": "echelon/topology/1",
                "kind": "big-switch",
                "hosts": 2,
                "gpus_per_host": 2,
                "interfaces_per_host": 2,
                "host_link": {"rate": "100Gbps"},
                "scale_up": {"rate": "900Gbps"},
            },
        )
        order = ("--order", "unordered")
        for arguments, bound in (
            ((), 80e-6),  # of relays over both ports of a host; on its own port GPU 0 needs 160 us
            (("--deduplicate",), 40e-6),
        ):
            document = self.plan(routing, "--topology", topology, *order, *arguments)
            self.assertAlmostEqual(document["bound_s"], bound, delta=1e-12)
            self.assertAlmostEqual(document["bound_own_ports_s"], 2 * bound, delta=1e-12)
            self.assertAlmostEqual(document["orders"][0]["makespan_s"], 2 * bound, delta=1e-9)
        # Ports alone: every GPU is a host, and no token has two experts on one.
        self.assertEqual(
            *(self.plan(routing, *order, *arguments)["orders"][0]["makespan_s"] for arguments in ((), ("--deduplicate",)))
        )
        out = self.run_ok("plan", routing, "--topology", topology, *order, "--deduplicate").stdout
        self.assertIn("one copy per host", out)

    def test_nothing_to_send(self):
        for text in ("7\n", "0,0\n0,0\n", "5,0\n0,5\n"):
            document = self.plan(self.write("zero.csv", text), "--out", "plan.json")
            self.assertEqual(document["bound_s"], 0)
            for order in document["orders"]:
                self.assertEqual((order["makespan_s"], order["stages"], order["ratio"]), (0, 0, 1))
            self.assertEqual(load(self.folder / "plan.json")["orders"][0]["transmissions"], [])

    def test_routing(self):
        document = self.plan(TRAFFIC / "routing-4.json", "--order", "aurora")
        routing = document["traffic"]["routing"]
        self.assertEqual(sum(routing["tokens_per_expert"]), 128)
        self.assertEqual(sum(routing["tokens_per_gpu"]), 128)
        self.assertIn("assumed", routing["placement"])
        trace = self.plan(TRAFFIC / "routing-trace.txt", *TRACE_OPTIONS)
        once = self.plan(TRAFFIC / "routing-trace.txt", *TRACE_OPTIONS, "--deduplicate")
        self.assertLess(once["traffic"]["bytes"], trace["traffic"]["bytes"])
        self.assertEqual(once["traffic"]["routing"]["tokens_per_gpu"], trace["traffic"]["routing"]["tokens_per_gpu"])
        said = self.run_ok("plan", TRAFFIC / "routing-trace.txt", *TRACE_OPTIONS).stdout
        self.assertIn("tokens assumed to start in equal blocks, in order", said)

    def test_every_generator_on_every_order(self):
        entries = json.loads(self.run_ok("list", "traffic", "--json").stdout)["entries"]
        self.assertGreaterEqual(len(entries), 8)
        for entry in entries:
            for order in self.plan("--generate", entry["name"])["orders"]:
                self.assertGreater(order["makespan_s"], 0)
                self.assertGreaterEqual(order["ratio"], 1 - 1e-9, (entry["name"], order))

    def test_fewer_orders_between_many_gpus(self):
        document = self.plan("--generate", "permutation", "--gpus", "129")
        self.assertEqual([order["order"] for order in document["orders"]], ["aurora", "sjf", "spread-out"])

    def test_topology(self):
        flat = self.plan(TRAFFIC / "moe-16.csv", "--topology", ROOT / "topologies" / "big-switch-16.json")
        racks = self.plan(TRAFFIC / "moe-16.csv", "--topology", ROOT / "topologies" / "leaf-spine-16.json")
        for document in (flat, racks):
            for order in document["orders"]:
                self.assertGreaterEqual(order["ratio"], 1 - 1e-9, order)
        self.assertGreater(racks["bound_s"], flat["bound_s"])
        # Eight GPUs share a host's interface: those that others leave idle help the busy ones.
        hosts = self.plan("--generate", "zipf", "--gpus", "16", "--topology", ROOT / "topologies" / "leaf-spine-128.json")
        self.assertLess(hosts["bound_s"], hosts["bound_own_ports_s"])
        for order in hosts["orders"]:
            self.assertGreaterEqual(order["ratio"], 1 - 1e-9, order)

    # Two GPUs per host and three GPUs: servers of two and one, which the order fast refuses.
    def test_orders_that_the_fabric_does_not_allow(self):
        path = self.small()
        host_link = {"rate": "100Gbps", "delay": "0s"}
        topology = {"kind": "big-switch", "hosts": 2, "gpus_per_host": 2, "host_link": host_link}
        topology = self.write("topology.json", {**topology, "scale_up": {"rate": "900Gbps"}})
        document = self.plan(path, "--topology", topology, "--out", "plan.json")
        refused = [left["order"] for left in document["left_out"] if "servers" in left["reason"]]
        self.assertEqual(refused, ["fast"])
        self.assertEqual(document["left_out"], load(self.folder / "plan.json")["left_out"])
        orders = [order["order"] for order in document["orders"]]
        self.assertIn("spread-out", orders)
        self.assertNotIn("fast", orders)
        lines = self.run_ok("plan", path, "--topology", topology).stdout.splitlines()
        self.assertIn('left out: order "fast" needs servers of equally many ranks, not 2 and 1', lines)
        done = echelon("plan", path, "--topology", topology, "--order", "aurora", "--order", "fast")
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assert_one_line(done.stderr)

    # 32,768 s at 1 Mb/s, were it not for 32,768,000 s at 1 kb/s inside the host.
    def test_scale_up_counts_in_the_limit_of_time(self):
        path = self.write("a.csv", "0,4096000000\n0,0\n")
        host_link = {"rate": "1Mbps", "delay": "0s"}
        topology = {"kind": "big-switch", "hosts": 1, "gpus_per_host": 2, "host_link": host_link}
        slow = self.write("slow.json", {**topology, "scale_up": {"rate": "1Kbps"}})
        fast = self.write("fast.json", {**topology, "scale_up": {"rate": "1Mbps"}})
        self.run_ok("plan", path, "--topology", fast)
        done = echelon("plan", path, "--topology", slow)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn("more than 10^6 s", done.stderr)

    def test_byte_order_mark(self):
        for name, text in (
            ("a.csv", "0,5\n3,0\n"), ("a.json", '{"schema": "echelon/traffic/1", "matrix": [[0, 5], [3, 0]]}'),
        ):
            document = self.plan(self.write(name, "\ufeff" + text), "--order", "aurora")
            self.assertEqual(document["traffic"]["bytes"], 8)

    def test_out_names_the_file(self):
        path = self.small()
        for out in ("none/plan.json", "small.csv/plan.json"):
            done = echelon("plan", path, "--out", out, cwd=self.folder)
            self.assertTrue(done.stderr.startswith(f"echelon: {out}: cannot be written"), done.stderr)
        self.assertIn("--out: ", echelon("plan", path, "--out", "").stderr)

    @staticmethod
    def heed():
        """A shell may have its background jobs ignore signals, which processes inherit."""
        for number in INTERRUPTS:
            signal.signal(number, signal.SIG_DFL)

    def interrupted(self, end):
        """Ends a long planning when its draft is there; returns the exit code."""
        arguments = ["plan", "--generate", "zipf", "--gpus", "1024", "--order", "aurora", "--out", "plan.json"]
        with subprocess.Popen(
            [BINARY, *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=self.heed,
        ) as process:
            while process.poll() is None and not list(self.folder.iterdir()):
                time.sleep(0.005)
            end(process)
            return process.wait(timeout=60)

    def test_interrupt_leaves_nothing(self):
        for number in INTERRUPTS:
            code = self.interrupted(lambda process, number=number: process.send_signal(number))
            self.assertEqual(code, 75)
            self.assertEqual(list(self.folder.iterdir()), [])
        self.assertEqual(self.interrupted(lambda process: process.stdout.close()), 75)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_usage(self):
        path = self.small()
        none = [[], [path, "--generate", "zipf"], [path, "--parameter", "hot=1"]]
        bad = [
            ["--order", "auroa"], ["--gap", "-0.1"], ["--gap", "1"], ["--gap", "nan"], ["--gap", "x"],
            ["--bandwidth", "fast"], ["--bandwidth", "1Gbps,2Gbps"], ["--gpus", "3"], ["--deduplicate"],
            ["--top-k", "0"], ["--token-placement", "here"], ["--seed", "-1"], ["--out", "none/plan.json"],
            ["--out", "."], ["--out", path], ["--out", ""],
            ["--seed", "99999999999999999999"], ["--seed", "9007199254740993"], ["--order", "aurora", "--order", "aurora"],
            ["--topology", ROOT / "topologies" / "big-switch-16.json", "--bandwidth", "1Gbps"],
        ]
        generated = [
            ["--generate", "zip"], ["--generate", "zipf", "--parameter", "hot=1"], ["--generate", "zipf", "--parameter", "hot"],
            ["--generate", "zipf", "--parameter", "exponent=-1"], ["--generate", "zipf", "--hidden", "5"],
            ["--generate", "zipf", "--gpus", "5000"],
            ["--generate", "zipf", "--gpus", "20", "--topology", ROOT / "topologies" / "big-switch-16.json"],
        ]
        for arguments in none + [[path, *more] for more in bad] + generated:
            with self.subTest(arguments=arguments):
                done = echelon("plan", *arguments, cwd=self.folder)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assert_one_line(done.stderr)
                self.assertLess(len(done.stderr), 250)
                self.assertEqual(list(self.folder.iterdir()), [path])
        self.assertIn('did you mean "aurora"', echelon("plan", path, "--order", "auroa").stderr)
        done = echelon("plan", TRAFFIC / "routing-trace.txt", "--gpus", "4")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--hidden is needed", done.stderr)

    def test_topology_that_is_wrong(self):
        path = self.write("topology.json", {"kind": "big-switch", "hosts": 0})
        done = echelon("plan", self.small(), "--topology", path)
        self.assertEqual(done.returncode, 65)
        self.assertIn(f"{path}: /hosts: ", done.stderr)

    @unittest.skipUnless(TRACES, f"no {DATA}/moe-routing: set ECHELON_DATA")
    def test_public_traces(self):
        # From the data's README: 8,327 tokens per layer, and the largest load of an expert over the mean.
        skew = {"1": 2.04, "5": 2.10, "13": 4.75, "26": 3.41}
        for path in TRACES:
            layer = path.stem.removeprefix("esft-law-layer")
            document = self.plan(path, "--gpus", "8", "--experts", "64", "--top-k", "6", "--hidden", "2048")
            routing = document["traffic"]["routing"]
            self.assertEqual(routing["tokens"], 8327)
            loads = routing["tokens_per_expert"]
            self.assertEqual(sum(loads), 8327 * 6)
            self.assertAlmostEqual(max(loads) * 64 / sum(loads), skew[layer], delta=0.005)
            self.assertAlmostEqual(document["orders"][0]["ratio"], 1, delta=1e-9)


if __name__ == "__main__":
    unittest.main()
