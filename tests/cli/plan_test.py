# SPDX-License-Identifier: GPL-2.0-only
"""echelon plan: figures against hand-made examples, whole plans, formats, options, and what it refuses."""

import json
import os
import pathlib
import unittest

from _echelon import ROOT, CliTestCase, echelon, load

TRAFFIC = ROOT / "traffic"
DATA = pathlib.Path(os.environ.get("ECHELON_DATA", ROOT.parent / "shared" / "data"))
TRACES = sorted((DATA / "moe-routing").glob("esft-law-layer*.txt"))
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
        self.assertRegex(lines[4], r"^aurora +240\.0 us +1\.0000 ")

    def test_formats_agree(self):
        csv = self.plan(self.small(), "--order", "at-once")
        matrix = [[int(cell) for cell in row.split(",")] for row in SMALL.split()]
        path = self.write("small.json", {"schema": "echelon/traffic/1", "matrix": matrix})
        document = self.plan(path, "--order", "at-once")
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

    def test_usage(self):
        path = self.small()
        none = [[], [path, "--generate", "zipf"], [path, "--parameter", "hot=1"]]
        bad = [
            ["--order", "auroa"], ["--gap", "-0.1"], ["--gap", "1"], ["--gap", "nan"], ["--gap", "x"],
            ["--bandwidth", "fast"], ["--bandwidth", "1Gbps,2Gbps"], ["--gpus", "3"], ["--deduplicate"],
            ["--top-k", "0"], ["--token-placement", "here"], ["--seed", "-1"], ["--out", "none/plan.json"],
            ["--out", "."], ["--out", path], ["--topology", ROOT / "topologies" / "big-switch-16.json", "--bandwidth", "1Gbps"],
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
