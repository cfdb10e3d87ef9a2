# SPDX-License-Identifier: GPL-2.0-only
"""Every file in traffic/invalid: one line on stderr, the right place, exit 65, nothing written."""

import unittest

from _echelon import ROOT, CliTestCase, echelon, load

INVALID = ROOT / "traffic" / "invalid"
EXPECTED = load(INVALID / "expected.json")


class PlanInvalidTest(CliTestCase):
    def test_collection_is_complete(self):
        self.assertEqual({path.name for path in INVALID.iterdir()} - {"expected.json"}, set(EXPECTED))
        self.assertGreaterEqual(len(EXPECTED), 25)

    def test_each(self):
        for name, entry in EXPECTED.items():
            for more in ([], ["--json"]):
                with self.subTest(name=name, more=more):
                    path = INVALID / name
                    done = echelon(
                        "plan", path, "--out", self.folder / "plan.json", *entry.get("arguments", []), *more
                    )
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertEqual(done.stdout, "")
                    self.assert_one_line(done.stderr)
                    place = entry["place"] + ": " if entry["place"] else ""
                    self.assertTrue(done.stderr.startswith(f"{path}: {place}"), done.stderr)
                    self.assertIn(entry["message"], done.stderr)
                    self.assertRegex(done.stderr, r"\([^()]+.*\)\n$")
                    self.assertEqual(list(self.folder.iterdir()), [])

    def test_files(self):
        for path, message in (("none.csv", "no such file"), (self.folder, "directory")):
            done = echelon("plan", path)
            self.assertEqual(done.returncode, 65, done.stderr)
            self.assert_one_line(done.stderr)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
