# SPDX-License-Identifier: GPL-2.0-only
"""Every file in scenarios/invalid: one line on stderr, the right place, exit 65, nothing written."""

import unittest

from _echelon import ROOT, CliTestCase, echelon, load

INVALID = ROOT / "scenarios" / "invalid"
EXPECTED = load(INVALID / "expected.json")


class InvalidTest(CliTestCase):
    def test_collection_is_complete(self):
        files = {path.name for path in INVALID.glob("*.json")} - {"expected.json"}
        self.assertEqual(files, set(EXPECTED))
        self.assertGreaterEqual(len(files), 40)

    def test_each(self):
        for name, entry in EXPECTED.items():
            for command in (["run", "--out", self.folder / "out"], ["check"]):
                with self.subTest(name=name, command=command[0]):
                    path = INVALID / name
                    done = echelon(*command, path, cwd=self.folder)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertEqual(done.stdout, "")
                    self.assert_one_line(done.stderr)
                    place = entry["pointer"] + ": " if entry["pointer"] else ""
                    self.assertTrue(done.stderr.startswith(f"{path}: {place}"), done.stderr)
                    self.assertIn(entry["message"], done.stderr)
                    self.assertRegex(done.stderr, r"\([^()]+.*\)\n$")
                    self.assertEqual(list(self.folder.iterdir()), [])

    def test_file_that_is_not_there(self):
        for path, reason in (("none.json", "no such file"), (".", "directory")):
            done = echelon("run", path, cwd=self.folder)
            self.assertEqual(done.returncode, 65)
            self.assert_one_line(done.stderr)
            self.assertIn(reason, done.stderr)

    def test_files_that_name_each_other(self):
        self.write("a.json", {"schema": "echelon/scenario/1", "name": "a", "schedulers": ["fair"],
                              "topology": "b.json", "jobs": []})
        self.write("b.json", {"kind": "big-switch", "hosts": 2, "host_link": "c.json"})
        self.write("c.json", {"rate": "1Gbps", "delay": 5})
        done = echelon("check", "a.json", cwd=self.folder)
        self.assertEqual(done.returncode, 65)
        # The error stands where the value is: in the third file.
        self.assertTrue(done.stderr.startswith("c.json: /delay: "), done.stderr)
        self.write("b.json", {"kind": "big-switch", "hosts": 2, "host_link": "a.json"})
        done = echelon("check", "a.json", cwd=self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertIn("b.json: /host_link", done.stderr)
        self.assertIn("names itself", done.stderr)


if __name__ == "__main__":
    unittest.main()
