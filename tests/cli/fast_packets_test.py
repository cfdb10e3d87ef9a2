# SPDX-License-Identifier: GPL-2.0-only
"""Packets on links so fast that a segment takes less than a picosecond: every figure is finite, and the series of a link adds up to its bytes.

In the fluid fabric a flow keeps its rate until its end, which is rounded up to a whole picosecond: a link's series may hold as much more.
"""

import csv
import json
import math
import random
import unittest

from _echelon import CliTestCase, echelon


def refuse(text):
    raise ValueError(f"{text} in JSON")


class FastPacketsTest(CliTestCase):
    def check(self, results, rounding_s):
        for path in results.glob("*.json"):
            json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
        tables = {}
        for path in results.glob("*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                tables[path.stem] = list(csv.DictReader(file))
            for row in tables[path.stem]:
                for key, text in row.items():
                    if key.endswith(("_s", "_bps", "bytes", "utilisation")) and text:
                        self.assertTrue(math.isfinite(float(text)), f"{path.name}: {key}: {text}")
        sent = {}
        for row in tables["link_series"]:
            key = row["run"], row["link"]
            sent[key] = sent.get(key, 0) + float(row["rate_bps"]) * float(row["duration_s"]) / 8
        for row in tables["links"]:
            rounding = rounding_s * float(row["rate_bps"]) / 8
            delta = 1e-9 * float(row["bytes"]) + 1e-3 + rounding
            self.assertAlmostEqual(sent.get((row["run"], row["link"]), 0), float(row["bytes"]), delta=delta)

    def test_finite_figures_that_add_up(self):
        stream = random.Random(4)
        for number in range(40):
            fabric = stream.choice(
                [
                    {"kind": "fluid"},
                    {"kind": "packet"},
                    {"kind": "packet", "enforcement": "queues"},
                    {"kind": "packet", "segment": 64, "header": 0},
                    {"kind": "packet", "segment": 64, "header": 0, "enforcement": "queues"},
                ]
            )
            document = {
                "schema": "echelon/scenario/1",
                "name": "fast",
                "topology": {
                    "kind": "leaf-spine",
                    "leaves": 2,
                    "spines": 1,
                    "hosts_per_leaf": 2,
                    "host_link": {"rate": f"{10 ** stream.uniform(15, 18):.0f}bps"},
                    "oversubscription": stream.choice([0.001, 1, 3.7]),
                },
                "jobs": [
                    {
                        "name": "a",
                        "workload": {
                            "kind": "flows",
                            "flows": [
                                {
                                    "source": stream.randrange(2),
                                    "destination": stream.randrange(2, 4),
                                    "bytes": stream.choice([1, 64, 4096, 100000, 10**7]),
                                    "release": stream.choice(["0s", "1ps", "1us"]),
                                }
                                for _ in range(stream.randint(1, 5))
                            ],
                        },
                    }
                ],
                "schedulers": ["fair", "srpt"],
                "fabric": fabric,
            }
            with self.subTest(number=number, fabric=fabric):
                out = self.folder / f"out{number}"
                done = echelon("run", self.write("fast.json", document), "--quiet", "--out", out)
                self.assertEqual(done.returncode, 0, done.stderr)
                [results] = out.glob("*/*")
                flows = len(document["jobs"][0]["workload"]["flows"])
                self.check(results, flows * 1e-12 if fabric["kind"] == "fluid" else 0)


if __name__ == "__main__":
    unittest.main()
