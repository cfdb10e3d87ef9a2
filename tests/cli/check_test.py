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
        self.assertRegex(plain["inputs"], "^[0-9a-f]{64}$")
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



# Parameters of the shipped models as published: by the checkpoint or the paper that its file names.
PUBLISHED = {
    "llama2-7b": 6_738_415_616,
    "llama2-70b": 68_976_648_192,
    "mixtral-8x7b": 46_702_792_704,
    # 335,141,888 less a pooler (1024 * 1024 + 1024) and two segment embeddings (2 * 1024), which take no part.
    "bert-large": 335_141_888 - 1024 * 1024 - 3 * 1024,
    "resnet-50": 25_557_032,
    "vgg-16": 138_357_544,
    # 94 (2 * 4096 (8192 + 512) + 128 * 3 * 4096 * 1536 + 128 * 4096 + 2 * 4096) + 2 * 151936 * 4096 + 4096. The
    # checkpoint has 24,064 more, 94 normalisations each of queries and keys inside heads of 128.
    "qwen3-235b-a22b": 235_093_634_560 - 94 * 2 * 128,
}
# What the paper rounds to.
ROUNDED = {"gpt3-175b": 174.6e9, "qwen3-235b-a22b": 235.1e9}


class ModelsTest(CliTestCase):
    def scenario(self, name, **job):
        return self.write(
            "s.json",
            {
                "schema": "echelon/scenario/1",
                "name": "s",
                "topology": {"kind": "big-switch", "hosts": 4, "host_link": {"rate": "100Gbps"}},
                "jobs": [
                    {
                        "name": "train",
                        "workload": str(ROOT / "workloads" / f"{name}.json"),
                        "parallelism": {"kind": "data-parallel", "dp": 2},
                        **job,
                    },
                    {"name": "other", "workload": {"kind": "collective", "ranks": 2, "bytes": "1MB"}},
                ],
                "schedulers": ["fair"],
            },
        )

    def test_parameters_of_every_shipped_model(self):
        for path in sorted((ROOT / "workloads").glob("*.json")):
            with self.subTest(path.stem):
                out = self.run_ok("check", self.scenario(path.stem)).stdout.splitlines()
                self.assertEqual(len(out), 2)
                name, rest = out[1].strip().split(", ", 1)
                self.assertEqual(name, load(path)["name"])
                count, jobs = rest.split(" parameters: ")
                self.assertEqual(jobs, "job train")
                count = int(count.replace(",", ""))
                self.assertEqual(count, PUBLISHED.get(path.stem, count))
                self.assertLess(abs(count / ROUNDED.get(path.stem, count) - 1), 5e-4)
                self.assertTrue(path.stem in PUBLISHED or path.stem in ROUNDED)

    def test_the_summary_says_the_same(self):
        [run] = self.summary(self.scenario("llama2-7b"))["runs"]
        other, train = run["jobs"]
        self.assertEqual((train["model"], train["parameters"]), ("llama2-7b", PUBLISHED["llama2-7b"]))
        self.assertNotIn("model", other)

    def test_head_width(self):
        # Two blocks of two experts: 2 * 109,068,288 + 2 * 151936 * 4096 + 4096.
        changes = {"layers": 2, "experts": 2, "top_k": 1}
        out = self.run_ok("check", self.scenario("qwen3-235b-a22b", model=changes)).stdout
        self.assertIn("1,462,800,384 parameters", out)
        # Without head_dim heads would be 4096 / 64 = 64 wide, and attention half as large.
        changes["head_dim"] = 64
        out = self.run_ok("check", self.scenario("qwen3-235b-a22b", model=changes)).stdout
        self.assertIn(f"{1_462_800_384 - 2 * 4096 * (8192 + 512):,} parameters", out)

    def test_jobs_of_one_model_share_a_line(self):
        arrivals = {"process": "trace", "times": [f"{i}s" for i in range(6)]}
        out = self.run_ok("check", self.scenario("vgg-16", arrivals=arrivals)).stdout
        self.assertIn("138,357,544 parameters: jobs train-0, train-1, train-2, train-3 and 2 more", out)


# Four hosts of 8 GPUs. "loose" has ranks in blocks of one, "groups" tensor groups of 8.
class StraddlingTest(CliTestCase):
    def scenario(self, *jobs, hosts=4):
        return self.write(
            "s.json",
            {
                "schema": "echelon/scenario/1",
                "name": "s",
                "topology": {
                    "kind": "big-switch",
                    "hosts": hosts,
                    "gpus_per_host": 8,
                    "host_link": {"rate": "100Gbps"},
                    "scale_up": {"rate": "3.6Tbps"},
                },
                "jobs": list(jobs),
                "schedulers": ["fair"],
            },
        )

    def loose(self, ranks, placement):
        workload = {"kind": "collective", "ranks": ranks, "bytes": "1MB"}
        return {"name": "a", "workload": workload, "placement": placement}

    def groups(self, count, placement="packed", tp=8):
        return {
            "name": "b",
            "workload": str(ROOT / "workloads" / "llama2-7b.json"),
            "model": {"layers": 1},
            "placement": placement,
            "parallelism": {"tp": tp, "dp": count, "microbatches": 1},
        }

    def test_whole_hosts_leave_groups_whole(self):
        for placement in ("packed", "spread", "random"):
            for ranks in (3, 8, 9, 16):
                with self.subTest(placement, ranks=ranks):
                    groups = self.groups(4 - (ranks + 7) // 8, placement)
                    for jobs in ((self.loose(ranks, placement), groups), (groups, self.loose(ranks, placement))):
                        done = self.run_ok("check", self.scenario(*jobs))
                        self.assertEqual(done.stderr, "")

    def test_groups_that_straddle_hosts_are_counted(self):
        # 4 GPUs of each host are left: no group of 8 fits.
        listed = self.loose(16, [gpu for gpu in range(32) if gpu % 8 < 4])
        for command in ("check", "run"):
            scenario = self.scenario(listed, self.groups(2))
            options = ["--out", self.folder / "out"] if command == "run" else []
            done = self.run_ok(command, scenario, *options)
            self.assert_one_line(done.stderr)
            self.assertIn("/jobs/1/placement: 2 of 2 tensor groups straddle hosts (", done.stderr)
        self.assertEqual(self.run_ok("run", scenario, "--quiet", "--out", self.folder / "out").stderr, "")
        # Groups of 4 fit.
        self.assertEqual(self.run_ok("check", self.scenario(listed, self.groups(4, tp=4))).stderr, "")

    def test_lists_are_looked_at_too(self):
        done = self.run_ok("check", self.scenario(self.groups(2, ["0-7", "12-19"])))
        self.assertIn("1 of 2 tensor groups straddle hosts", done.stderr)

    def test_groups_larger_than_a_host(self):
        done = self.run_ok("check", self.scenario(self.groups(2, tp=16)))
        self.assertIn("2 of 2 tensor groups straddle hosts (a group has 16 GPUs, a host 8)", done.stderr)


class RenamedTest(CliTestCase):
    def test_old_names_of_schedulers_are_accepted_with_a_warning(self):
        scenario = ROOT / "scenarios" / "smoke" / "gpipe.json"
        for old_name, name in (("slack", "least-slack"), ("rollout", "portfolio")):
            new, old = (
                self.run_ok("run", scenario, "--json", "--set", f'/schedulers=["{used}"]', "--set", "/expect={}") for used in (name, old_name)
            )
            self.assertEqual(
                old.stderr, f'warning: /schedulers/0: "{old_name}" is called "{name}" now (the next release will not know the old name)\n'
            )
            results = [json.loads(done.stdout)["runs"][0] for done in (new, old)]
            self.assertEqual([run.pop("scheduler") for run in results], [name, old_name])
            self.assertEqual(*results)

    def test_old_names_of_orders_are_accepted_with_a_warning(self):
        job = {"name": "a", "workload": {"kind": "collective", "operation": "all-to-all", "ranks": 4, "all_to_all": "at-once"}}
        topology = {"kind": "big-switch", "hosts": 4, "host_link": {"rate": "100Gbps"}}
        path = self.write(
            "old.json", {"schema": "echelon/scenario/1", "name": "old", "topology": topology, "jobs": [job], "schedulers": ["fair"]}
        )
        note = '"at-once" is called "unordered" now (the next release will not know the old name)\n'
        self.assertEqual(self.run_ok("check", path).stderr, f"warning: /jobs/0/workload/all_to_all: {note}")
        new, old = (self.run_ok("plan", ROOT / "traffic" / "moe-8.csv", "--order", order) for order in ("unordered", "at-once"))
        self.assertEqual(old.stderr, f"warning: --order: {note}")
        self.assertEqual(old.stdout.splitlines()[:4], new.stdout.splitlines()[:4])

    def test_an_error_stands_alone(self):
        scenario = ROOT / "scenarios" / "smoke" / "gpipe.json"
        done = echelon("check", scenario, "--set", '/schedulers=["slack"]', "--set", "/topology=3")
        self.assertEqual(done.returncode, 65)
        self.assert_one_line(done.stderr)

    def test_indices_have_no_leading_zeros(self):
        done = echelon("check", ROOT / "scenarios" / "smoke" / "gpipe.json", "--set", "/schedulers/00=fair")
        self.assertEqual(done.returncode, 65)
        self.assertIn('has no entry "00"', done.stderr)


if __name__ == "__main__":
    unittest.main()
