# SPDX-License-Identifier: GPL-2.0-only
"""The examples of the documents work as they stand: the README's commands, and the JSON of the reference pages."""

import json
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from _echelon import ROOT, echelon

TOPOLOGIES = ROOT / "topologies"


def blocks(page, language):
    """The fenced code blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def pages():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split() if (ROOT / name).is_file()]


def anchors(page):
    """The names by which headings can be linked: lower case, without punctuation, hyphens for spaces."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


class LinkTest(unittest.TestCase):
    def test_links_lead_somewhere(self):
        """Every relative link of every page leads to a file, and its anchor to a heading there."""
        found = 0
        for page in pages():
            text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
            for link in re.findall(r"\]\(([^()\s]+)\)", text):
                if "://" in link:
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                found += 1
                with self.subTest(page=str(page.relative_to(ROOT)), link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target))
        self.assertGreaterEqual(found, 100)


class ReadmeTest(unittest.TestCase):
    def test_commands(self):
        commands = [
            shlex.split(line)[1:]
            for block in blocks("README.md", "")
            for line in block.splitlines()
            if line.startswith("build/release/bin/echelon ")
        ]
        self.assertGreaterEqual(len(commands), 4)
        for command in commands:
            with self.subTest(command=" ".join(command)), tempfile.TemporaryDirectory() as folder:
                arguments = []
                for word in command:
                    arguments += sorted(map(str, ROOT.glob(word))) if "*" in word else [word]
                if arguments[0] == "run":
                    arguments += ["--out", folder]
                done = echelon(*arguments, cwd=ROOT)
                self.assertEqual(done.returncode, 0, done.stderr)


class ReferenceTest(unittest.TestCase):
    def check(self, scenario):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "example.json"
            path.write_text(json.dumps(scenario), encoding="utf-8")
            done = echelon("check", path)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_whole_scenarios(self):
        found = 0
        for block in blocks("docs/reference/scenario.md", "json"):
            example = json.loads(block)
            if example.get("schema") == "echelon/scenario/1":
                found += 1
                # The pages write paths as a file in scenarios/ would.
                example["topology"] = str(TOPOLOGIES / pathlib.Path(example["topology"]).name)
                for job in example["jobs"]:
                    job["workload"] = str(ROOT / "workloads" / pathlib.Path(job["workload"]).name)
                self.check(example)
        self.assertGreaterEqual(found, 1)

    def test_workloads(self):
        found = 0
        for page in ("docs/reference/scenario.md", "workloads/README.md"):
            for block in blocks(page, "json"):
                example = json.loads(block)
                if example.get("kind") in ("coflows", "collective", "flows", "tasks"):
                    found += 1
                    with self.subTest(page=page, example=block):
                        self.check(
                            {
                                "schema": "echelon/scenario/1",
                                "name": "example",
                                "topology": {
                                    "kind": "big-switch",
                                    "hosts": 16,
                                    "host_link": {"rate": "100Gbps", "delay": "0s"},
                                },
                                "jobs": [
                                    {
                                        "name": "a",
                                        "workload": {"schema": "echelon/workload/1", **example},
                                    }
                                ],
                                "schedulers": ["fair"],
                            }
                        )
        self.assertGreaterEqual(found, 3)

    def test_traffic(self):
        found = 0
        for block in blocks("docs/reference/plan.md", "json"):
            with self.subTest(block), tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "example.json"
                path.write_text(block, encoding="utf-8")
                done = echelon("plan", path)
                self.assertEqual(done.returncode, 0, done.stderr)
                found += 1
        self.assertGreaterEqual(found, 3)

    def test_traffic_commands(self):
        found = 0
        for line in "".join(blocks("traffic/README.md", "")).splitlines():
            with self.subTest(line):
                done = echelon(*shlex.split(line)[1:], cwd=ROOT)
                self.assertEqual(done.returncode, 0, done.stderr)
                found += 1
        self.assertGreaterEqual(found, 3)


if __name__ == "__main__":
    unittest.main()
