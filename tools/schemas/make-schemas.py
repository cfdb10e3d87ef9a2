#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the JSON Schemas and the tables of keys in docs/reference/ from the program's own declarations.

    tools/schemas/make-schemas.py build/dev/bin/echelon            write
    tools/schemas/make-schemas.py build/dev/bin/echelon --check    say whether they are up to date

The keys of every object come from `echelon list fields --json`, the parameters of schedulers, fabrics
and workloads from the other lists, so that they are declared once, in the loaders. This file has what
these lists cannot say of the inputs: which keys need each other, and keys with values of several kinds.
schema_results.py has what is written, schema_values.py what both are made of, reference_tables.py the
tables of the reference pages. What a schema cannot say either (sums, divisors) the loader checks.
"""

import json
import pathlib
import sys

from reference_tables import pages
from schema_results import plan, summary
from schema_values import (
    COUNT,
    NAME,
    SIZE,
    Tables,
    array,
    integer,
    listing,
    or_file,
    parameters,
    record,
)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "reference"
# Numbers and ranges of what counts from 0.
INDICES = array({"anyOf": [COUNT, {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}]}, 1)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPLICIT = ("tasks", "flows", "coflows")
BESIDE_KIND = ("collective", "moe-inference")


def one_of(*keys):
    return {"oneOf": [{"required": [key]} for key in keys]}


def any_of(*keys):
    return {"anyOf": [{"required": [key]} for key in keys]}


SEVERAL_GPUS = {
    "if": {"required": ["gpus_per_host"], "properties": {"gpus_per_host": {"minimum": 2}}},
    "then": {"required": ["scale_up"]},
}

# What a table of fields cannot say of an object.
MORE = {
    "big-switch": SEVERAL_GPUS,
    "leaf-spine": {**any_of("uplink", "oversubscription"), **SEVERAL_GPUS},
    "host_link": any_of("rate", "rates"),
    "control": {"dependentRequired": {"coordinator_back": ["coordinator_lost"]}},
    "stragglers": one_of("ranks", "count"),
    "layer": any_of("forward_flops", "forward"),
    "model": one_of("transformer", "layers"),
    "arrangement": {"minProperties": 1, "maxProperties": 1},
    "expectation": {
        "anyOf": [
            {"required": ["value"], "propertyNames": {"enum": ["value", "rel", "abs"]}},
            {"minProperties": 1, "propertyNames": {"enum": ["min", "max"]}},
        ]
    },
}

PLACE = integer(0, 65535)
GPUS = array(integer(0, 4095), 1)
PATH = {"type": "string", "minLength": 1}


def changes_of_model(tables):
    return or_file({**tables.record("transformer"), "required": []})


def tasks(tables):
    kinds = [tables.record(kind) for kind in ("compute", "flow", "delay", "barrier")]
    for kind, schema in zip(("compute", "flow", "delay", "barrier"), kinds):
        schema["properties"]["kind"] = {"const": kind}
    return array({"anyOf": [PATH, *kinds]}, 1)


def special(binary):
    """Keys that the loaders treat by themselves."""
    return {
        ("stragglers", "ranks"): INDICES,
        ("group", "arrangement"): lambda tables: {"anyOf": [PATH, tables.record("arrangement")]},
        ("tasks", "tasks"): tasks,
        ("coflow", "mappers"): array(PLACE, 1),
        ("coflow", "reducers"): array(
            {"type": "array", "prefixItems": [PLACE, SIZE], "minItems": 2, "maxItems": 2}, 1
        ),
        ("job", "workload"): {"anyOf": [PATH, {"$ref": "workload.schema.json"}]},
        ("job", "parallelism"): or_file(parallelism(listing(binary, "workloads"))),
        ("job", "model"): changes_of_model,
        ("job", "placement"): {
            "anyOf": [
                {"enum": [e["name"] for e in listing(binary, "placements") if e["name"] != "explicit"]},
                INDICES,
            ]
        },
        ("job", "arrivals"): lambda tables: or_file(arrivals(tables)),
        ("scenario", "topology"): {"anyOf": [PATH, {"$ref": "topology.schema.json"}]},
        ("scenario", "fabric"): {"anyOf": [PATH, *fabrics(binary)]},
        ("scenario", "schedulers"): lambda tables: array(scheduler(tables, binary), 1),
        ("scenario", "expect"): lambda tables: or_file(
            {
                "type": "object",
                "propertyNames": {"pattern": "^/(runs|engine)/"},
                "additionalProperties": tables.record("expectation"),
            }
        ),
        ("traffic", "matrix"): array(array(integer(0, 4 * 10**18), 1), 1),
        ("routing", "tokens"): array(array(integer(0, 65535), 1), 1),
        ("routing", "gates"): array(array({"type": "number", "minimum": 0, "maximum": 1e9}, 1)),
        ("routing", "token_gpus"): GPUS,
        ("routing", "expert_gpus"): GPUS,
        ("loads", "expert_gpus"): GPUS,
        ("loads", "expert_loads"): array(
            {"type": "number", "minimum": 0, "maximum": (1 << 50) // 65536}, 1
        ),
    }


def arrivals(tables):
    kinds = [tables.record(process) for process in ("poisson", "trace")]
    for process, schema in zip(("poisson", "trace"), kinds):
        schema["properties"]["process"] = {"const": process}
    return {"oneOf": kinds}


def parallelism(workloads):
    trained = [e for e in workloads if e["name"] not in EXPLICIT + BESIDE_KIND]
    every = {key: value for entry in trained for key, value in parameters(entry).items()}
    kinds = [
        {
            "if": {"properties": {"kind": {"const": entry["name"]}}, "required": ["kind"]},
            "then": {"propertyNames": {"enum": ["kind", *parameters(entry)]}},
        }
        for entry in trained
    ]
    return record({"kind": {"enum": [entry["name"] for entry in trained]}, **every}, allOf=kinds)


def fabrics(binary):
    return [
        record({"kind": {"const": entry["name"]}, **parameters(entry)}, ["kind"])
        for entry in listing(binary, "fabrics")
    ]


def scheduler(tables, binary):
    decisions = tables.record("decisions")["properties"]
    entries = listing(binary, "schedulers")
    objects = [
        record(
            {
                "name": {"const": entry["name"]},
                "label": {**NAME, "maxLength": 40},
                **decisions,
                **parameters(entry),
            },
            ["name"],
        )
        for entry in entries
    ]
    return {"anyOf": [{"enum": [entry["name"] for entry in entries]}, *objects]}


def scenario(tables):
    schema = tables.record("scenario")
    schema["properties"]["name"]["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"
    return schema


def workload(tables, workloads):
    shared = tables.record("coflows")["properties"]
    beside = [
        record(
            {
                "schema": shared["schema"],
                "description": shared["description"],
                "kind": {"const": entry["name"]},
                **parameters(entry),
            },
            ["kind"],
        )
        for entry in workloads
        if entry["name"] in BESIDE_KIND
    ]
    return {"oneOf": [*(tables.record(kind) for kind in ("model", *EXPLICIT)), *beside]}


def schemas(binary):
    tables = Tables(binary, MORE, special(binary))

    def either(*names):
        return {"oneOf": [tables.record(name) for name in names]}

    documents = {
        "scenario": ("A scenario of echelon run", scenario(tables)),
        "topology": ("A fabric", either("big-switch", "leaf-spine")),
        "workload": ("What a job does", workload(tables, listing(binary, "workloads"))),
        "summary": ("The figures of every run of a scenario", summary()),
        "traffic": ("The traffic of an all-to-all", either("traffic", "routing", "loads")),
        "plan": ("Plans of an all-to-all", plan(binary)),
    }
    return {
        f"{name}.schema.json": {
            "$schema": DIALECT,
            "$id": f"{name}.schema.json",
            "title": title,
            **body,
        }
        for name, (title, body) in documents.items()
    }


def main():
    binary = sys.argv[1]
    stale = []
    texts = {
        FOLDER / name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in schemas(binary).items()
    }
    for path, text in {**texts, **pages(ROOT, listing(binary, "fields"))}.items():
        if sys.argv[2:] == ["--check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path))
        else:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path} is not what tools/schemas/make-schemas.py writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
