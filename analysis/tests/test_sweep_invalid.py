# SPDX-License-Identifier: GPL-2.0-only
"""Bad specifications of sweeps: one line that names file, place, mistake and remedy; exit code 65; nothing is made."""

import json
import os
import sys
import unittest

from sweep_case import BINARY, OVERSUBSCRIPTION, SCENARIO, SweepCase

AXIS = "/axes/~1topology~1oversubscription"

# What is changed in a good specification (None: the key is left out), where the error must point, and a word of it.
BAD = {
    "schema missing": ({"schema": None}, "/schema", "missing"),
    "schema of another kind": ({"schema": "echelon/scenario/1"}, "/schema", "echelon/sweep/1"),
    "unknown key": ({"axis": {}}, "/axis", "did you mean 'axes'?"),
    "name missing": ({"name": None}, "/name", "missing"),
    "name leads out of the folder": ({"name": "../s"}, "/name", "folder"),
    "name is hidden": ({"name": ".s"}, "/name", "folder"),
    "name is a number": ({"name": 1}, "/name", "text"),
    "description is a list": ({"description": []}, "/description", "text"),
    "scenario missing": ({"scenario": None}, "/scenario", "missing"),
    "scenario is no file": ({"scenario": "large.json"}, "/scenario", "not a file"),
    "scenario is an object": ({"scenario": {}}, "/scenario", "path"),
    "scenario twice": ({"scenario": ["small.json", "small.json"]}, "/scenario/1", "twice"),
    "scenarios empty": ({"scenario": []}, "/scenario", "empty"),
    "scenario is a specification": ({"scenario": "s.sweep.json"}, "/scenario", "unknown key"),
    "axes is a list": ({"axes": []}, "/axes", "object"),
    "axis without values": ({"axes": {OVERSUBSCRIPTION: []}}, AXIS, "empty"),
    "axis with one value instead of a list": ({"axes": {OVERSUBSCRIPTION: 2}}, AXIS, "list"),
    "axis is no pointer": ({"axes": {"oversubscription": [1]}}, "/axes/oversubscription", "JSON pointer"),
    "axis with a bad escape": ({"axes": {"/topology/~2": [1]}}, "/axes/~1topology~1~02", "JSON pointer"),
    "axis of the whole scenario": ({"axes": {"": [{}]}}, "/axes/", "cannot be an axis"),
    "axis of the name": ({"axes": {"/name": ["a", "b"]}}, "/axes/~1name", "cannot be an axis"),
    "axis of the seed": ({"axes": {"/seed": [1, 2]}}, "/axes/~1seed", "seeds"),
    "axis of an expectation": ({"axes": {"/expect/~1runs": [1]}}, "/axes/~1expect~1~01runs", "cannot be an axis"),
    "axis that appends": ({"axes": {"/jobs/-/name": ["a"]}}, "/axes/~1jobs~1-~1name", "appends"),
    "value twice": ({"axes": {OVERSUBSCRIPTION: [1, 2, 1]}}, f"{AXIS}/2", "twice"),
    "value twice, as 1 and 1.0": ({"axes": {OVERSUBSCRIPTION: [1, 1.0]}}, f"{AXIS}/1", "twice"),
    "axis inside an axis": (
        {"axes": {"/topology/uplink": [{"delay": "1us"}], "/topology/uplink/delay": ["1us"]}},
        "/axes/~1topology~1uplink~1delay",
        "inside",
    ),
    "axis that the scenario does not know": (
        {"axes": {"/topology/oversubscribtion": [1, 2]}},
        "/axes/~1topology~1oversubscribtion/0",
        'did you mean \\"oversubscription\\"',
    ),
    "value that the scenario does not take": ({"axes": {OVERSUBSCRIPTION: [1, 0]}}, f"{AXIS}/1", "oversubscription"),
    "value of another type": ({"axes": {OVERSUBSCRIPTION: [1, "two"]}}, f"{AXIS}/1", "oversubscription"),
    "scheduler unknown, as an axis": ({"axes": {"/schedulers/0": ["fair", "farr"]}}, "/axes/~1schedulers~10/1", "farr"),
    "two values that do not fit together": (
        {"axes": {"/jobs/0/workload/ranks": [4, 8], "/topology/hosts_per_leaf": [6, 8]}, "seeds": None},
        "/axes",
        "exclude",
    ),
    "zip of lists of different lengths": (
        {"axes": {OVERSUBSCRIPTION: [1, 2], "/topology/spines": [1, 2, 4]}, "zip": [[OVERSUBSCRIPTION, "/topology/spines"]]},
        "/zip/0",
        "different numbers",
    ),
    "zip with a row twice": (
        {"axes": {OVERSUBSCRIPTION: [1, 2, 1], "/topology/spines": [1, 2, 1]}, "zip": [[OVERSUBSCRIPTION, "/topology/spines"]]},
        "/zip/0/2",
        "twice",
    ),
    "zip of one axis": ({"zip": [[OVERSUBSCRIPTION]]}, "/zip/0", "fewer than two"),
    "zip of what is no axis": ({"zip": [[OVERSUBSCRIPTION, "/topology/spines"]]}, "/zip/0/1", "not an axis"),
    "zip twice": ({"zip": [[OVERSUBSCRIPTION, OVERSUBSCRIPTION]]}, "/zip/0/1", "already"),
    "zip is an object": ({"zip": {}}, "/zip", "list"),
    "exclude of what is no axis": ({"exclude": [{"/topology/spines": 1}]}, "/exclude/0/~1topology~1spines", "not an axis"),
    "exclude of what is no value": ({"exclude": [{OVERSUBSCRIPTION: 3}]}, "/exclude/0/~1topology~1oversubscription", "not a value"),
    "exclude that names nothing": ({"exclude": [{}]}, "/exclude/0", "empty"),
    "exclude that matches nothing": (
        {
            "axes": {OVERSUBSCRIPTION: [1, 2], "/topology/spines": [1, 2]},
            "zip": [[OVERSUBSCRIPTION, "/topology/spines"]],
            "exclude": [{OVERSUBSCRIPTION: 1, "/topology/spines": 2}],
        },
        "/exclude/0",
        "matches no point",
    ),
    "exclude of everything": ({"exclude": [{OVERSUBSCRIPTION: [1, 2]}, {OVERSUBSCRIPTION: 4}]}, "/exclude", "leaves no point"),
    "seeds empty": ({"seeds": []}, "/seeds", "empty"),
    "seed twice": ({"seeds": [1, 1]}, "/seeds/1", "twice"),
    "seed negative": ({"seeds": [1, -1]}, "/seeds/1", "whole number"),
    "seed is a fraction": ({"seeds": [1.5]}, "/seeds/0", "whole number"),
    "seed is true": ({"seeds": [True]}, "/seeds/0", "whole number"),
    "seeds and replications": ({"replications": 2}, "/replications", "beside seeds"),
    "replications zero": ({"seeds": None, "replications": 0}, "/replications", "whole number"),
    "schedulers empty": ({"schedulers": []}, "/schedulers", "empty"),
    "scheduler unknown": ({"schedulers": ["farr"]}, "/schedulers", "farr"),
    "schedulers beside their axis": (
        {"axes": {"/schedulers/0": ["fair"]}, "schedulers": ["fair"]},
        "/schedulers",
        "beside an axis",
    ),
    "files unknown": ({"files": "table"}, "/files", "did you mean 'tables'?"),
    "time without a unit": ({"resources": {"time": 10}}, "/resources/time", "quantity"),
    "time in an unknown unit": ({"resources": {"time": "10m"}}, "/resources/time", "min"),
    "time of zero": ({"resources": {"time": "0s"}}, "/resources/time", "sensible"),
    "memory in an unknown unit": ({"resources": {"memory": "4G"}}, "/resources/memory", "GB"),
    "resource unknown": ({"resources": {"cpus": 1}}, "/resources/cpus", "unknown key"),
    "chunk of zero": ({"chunk": 0}, "/chunk", "minutes"),
    "retries of zero": ({"retries": 0}, "/retries", "whole number"),
    "more than a million points": (
        {"axes": {OVERSUBSCRIPTION: [1 + i / 1024 for i in range(1024)]}, "seeds": list(range(1000))},
        "/axes",
        "1024000 points",
    ),
}

# Texts that are no specification at all.
TEXTS = {
    "empty": ("", "", "not JSON"),
    "cut off": ('{"schema": "echelon/sweep/1",', "", "not JSON"),
    "a list": ("[]", "", "not a JSON object"),
    "a key twice": ('{"schema": "echelon/sweep/1", "name": "a", "name": "b"}', "/name", "twice"),
    "not a number": ('{"axes": {"/a": [NaN]}}', "/axes/~1a/0", "finite"),
    "too large a number": ('{"axes": {"/a": [1, 1e999]}}', "/axes/~1a/1", "finite"),
    "half a character": ('{"name": "\\ud800"}', "/name", "half a character"),
    "nested too deep": ("[" * 200 + "]" * 200, "/0", "deep"),
    "nested far too deep": ("[" * 200000, "", "deep"),
}


class InvalidTest(SweepCase):
    def refused(self, path, pointer, word):
        before = {p.name for p in self.folder.iterdir()}
        done = self.in_process("submit", path, "--out", self.out, "--program", BINARY, code=65)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        start = f"echelon-sweep: {path}: " + (f"{pointer}: " if pointer else "")
        if pointer.endswith("/") or pointer == "/0":  # of a deep place, the start
            start = f"echelon-sweep: {path}: {pointer}"
        self.assertTrue(done.stderr.startswith(start), done.stderr)
        self.assertIn(word.replace('\\"', '"'), done.stderr)
        self.assertEqual({p.name for p in self.folder.iterdir()}, before)

    def test_specifications(self):
        for name, (changes, pointer, word) in BAD.items():
            with self.subTest(name):
                spec = self.spec(**changes) if "name" not in changes else self._named(changes)
                self.refused(spec, pointer, word)
                spec.unlink()

    def _named(self, changes):
        spec = self.spec()
        document = {**json.loads(spec.read_text()), **changes}
        return self.write("s.sweep.json", {key: value for key, value in document.items() if value is not None})

    def test_texts(self):
        for name, (text, pointer, word) in TEXTS.items():
            with self.subTest(name):
                self.refused(self.write("bad.json", text), pointer, word)

    def test_not_utf8(self):
        path = self.folder / "bad.json"
        path.write_bytes(b'{"name": "\xff"}')
        self.refused(path, "", "UTF-8")

    def test_missing_and_folder(self):
        self.refused(self.folder / "absent.json", "", "cannot be read")

    def test_bad_scenario(self):
        self.write("small.json", {**SCENARIO, "schedulers": []})
        self.refused(self.spec(), "/scenario", "schedulers")

    def test_at_least_25(self):
        self.assertGreaterEqual(len(BAD), 25)


class UsageTest(SweepCase):
    def one_line(self, done):
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual({p.name for p in self.folder.iterdir()}, {"small.json", "s.sweep.json"})

    def test_usage(self):
        spec = self.spec()
        for arguments in (
            [],
            ["sumbit", spec],
            ["submit"],
            ["submit", spec, "--backend", "pbs"],
            ["submit", spec, "--processes", "0"],
            ["submit", spec, "--processes", "many"],
            ["status", self.folder / "nothing"],
            ["gather", self.folder],
            ["worker", self.folder],
            ["submit", self.folder],
            ["submit", spec, "--program", self.folder / "nothing"],
            ["submit", spec, "--program", sys.executable],
            ["submit", spec, "--program", os.devnull],
        ):
            with self.subTest(arguments):
                self.one_line(self.tool(*arguments, code=64))

    def test_unwritable(self):
        spec = self.spec()
        self.one_line(self.tool("submit", spec, "--out", "/proc/nothing", code=64))


if __name__ == "__main__":
    unittest.main()
