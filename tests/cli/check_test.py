# SPDX-License-Identifier: GPL-2.0-only
"""echelon check with overrides: one process answers for many variations of a scenario."""

import json
import subprocess
import unittest

from _echelon import BINARY, FIGURE_2, ROOT, CliTestCase, echelon, load

SCENARIO = ROOT / "scenarios" / "smoke" / "coflows.json"


class OverridesTest(CliTestCase):
    def ask(self, lines, *arguments, scenario=SCENARIO):
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        done = subprocess.run(
            [BINARY, "check", str(scenario), "--overrides", "-", *arguments], input=text, capture_output=True, text=True
        )
        self.assertEqual(done.stderr, "")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["line"] for answer in answers], list(range(len(lines))))
        self.assertEqual(done.returncode, 65 if any("error" in answer for answer in answers) else 0)
        return answers

    def test_hash_follows_what_a_run_depends_on(self):
        plain, empty, seed, name, described, schedulers = self.ask(
            [[], "\n", ["/seed=7"], ["/name=other"], ["/description=words"], ['/schedulers=["fair"]']]
        )
        self.assertRegex(plain["inputs"], "^[0-9a-f]{16}$")
        self.assertEqual(plain["seed"], 1)
        self.assertEqual(seed["seed"], 7)
        for same in (empty, name, described):
            self.assertEqual(same["inputs"], plain["inputs"])
        self.assertEqual(len({plain["inputs"], seed["inputs"], schedulers["inputs"]}), 3)

    def test_options_come_first(self):
        [by_option] = self.ask([[]], "--set", '/schedulers=["fair"]', "--seed", "7")
        [by_line] = self.ask([['/schedulers=["fair"]', "/seed=7"]])
        self.assertEqual(by_option, by_line)

    def test_expectations_are_no_inputs(self):
        copy = load(FIGURE_2)
        [before] = self.ask([[]], scenario=FIGURE_2)
        copy.pop("expect")
        [after] = self.ask([[]], scenario=self.write("copy.json", copy))
        self.assertEqual(before["inputs"], after["inputs"])

    def test_a_run_says_the_same(self):
        [answer] = self.ask([["/seed=3"]])
        self.run_ok("run", SCENARIO, "--seed", 3, "--quiet", "--out", self.folder)
        [manifest] = self.folder.glob("*/*/manifest.json")
        self.assertEqual(load(manifest)["inputs"], answer["inputs"])

    def test_errors_stand_in_their_line(self):
        answers = self.ask(
            [["/seed=-1"], ["/nonsense=1"], [], "[1]\n", "nonsense\n", ["no pointer"], "{}\n", ["/jobs/99/name=a"]]
        )
        self.assertEqual([i for i, answer in enumerate(answers) if "error" not in answer], [2])
        self.assertIn("/seed", answers[0]["error"])
        self.assertIn("unknown key", answers[1]["error"])
        for answer in answers:
            self.assertNotIn("\n", answer.get("error", ""))

    def test_file(self):
        lines = self.write("lines", '["/seed=2"]\n["/seed=3"]\n')
        done = self.run_ok("check", SCENARIO, "--overrides", lines)
        self.assertEqual([json.loads(line)["seed"] for line in done.stdout.splitlines()], [2, 3])

    def test_usage(self):
        for arguments, code in (
            (["check", SCENARIO, SCENARIO, "--overrides", "-"], 64),
            (["check", SCENARIO, "--overrides", self.folder / "absent"], 65),
            (["check", SCENARIO, "--overrides", self.folder], 65),
            (["check", SCENARIO, "--seed", "-1"], 64),
        ):
            with self.subTest(arguments):
                done = echelon(*arguments)
                self.assertEqual(done.returncode, code)
                self.assert_one_line(done.stderr)

    def test_set(self):
        self.assertIn("1 scheduler", self.run_ok("check", SCENARIO, "--set", '/schedulers=["fair"]').stdout)
        done = echelon("check", SCENARIO, "--set", "/nonsense=1")
        self.assertEqual(done.returncode, 65)
        self.assert_one_line(done.stderr)


if __name__ == "__main__":
    unittest.main()
