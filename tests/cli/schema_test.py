# SPDX-License-Identifier: GPL-2.0-only
"""The JSON Schemas of docs/reference accept what ships, and refuse what a schema can refuse."""

import json
import subprocess
import sys
import unittest

import jsonschema

from _echelon import BINARY, FIGURE_2, ROOT, CliTestCase, load, shipped_scenarios, shipped_sweeps

REFERENCE = ROOT / "docs" / "reference"


def validator(name):
    schemas = {path.name: load(path) for path in REFERENCE.glob("*.schema.json")}
    resolver = jsonschema.RefResolver("", schemas[name], store=schemas)
    return jsonschema.Draft202012Validator(schemas[name], resolver=resolver)


class SchemaTest(CliTestCase):
    def test_schemas_are_schemas(self):
        for path in REFERENCE.glob("*.schema.json"):
            with self.subTest(path.name):
                jsonschema.Draft202012Validator.check_schema(load(path))

    def test_schemas_are_up_to_date(self):
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "schemas" / "make-schemas.py", BINARY, "--check"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_shipped_files_are_accepted(self):
        files = {
            "scenario.schema.json": shipped_scenarios(),
            "topology.schema.json": sorted((ROOT / "topologies").glob("*.json")),
            "workload.schema.json": sorted((ROOT / "workloads").glob("*.json")),
            "traffic.schema.json": sorted((ROOT / "traffic").glob("*.json")),
            "sweep.schema.json": shipped_sweeps(),
        }
        for name, paths in files.items():
            self.assertTrue(paths)
            check = validator(name)
            for path in paths:
                with self.subTest(path.name):
                    check.validate(load(path))

    def test_summary_and_resolved_scenario_are_accepted(self):
        summary = self.summary(FIGURE_2)
        validator("summary.schema.json").validate(summary)
        smoke = ROOT / "scenarios" / "smoke"
        self.summary(smoke / "many-jobs.json")
        self.summary(smoke / "three-d.json")
        self.summary(smoke / "two-jobs.json", "--set", "/topology/oversubscription=4", "--set", '/topology/uplink={}')
        resolved = sorted((self.folder / "out").glob("*/*/scenario.resolved.json"))
        self.assertEqual(len(resolved), 4)
        for path in resolved:
            validator("scenario.schema.json").validate(load(path))

    def test_plans_are_accepted(self):
        out = self.folder / "plan.json"
        for traffic in ("moe-8.csv", "loads-8.json", "routing-4.json"):
            done = self.run_ok("plan", ROOT / "traffic" / traffic, "--json", "--out", out)
            validator("plan.schema.json").validate(json.loads(done.stdout))
            validator("plan.schema.json").validate(load(out))

    def test_invalid_scenarios_are_refused(self):
        invalid = ROOT / "scenarios" / "invalid"
        check = validator("scenario.schema.json")
        for name, entry in load(invalid / "expected.json").items():
            if not entry.get("schema", False):
                continue
            with self.subTest(name):
                self.assertFalse(check.is_valid(json.loads((invalid / name).read_text())))


if __name__ == "__main__":
    unittest.main()
