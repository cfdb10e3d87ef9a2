#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the JSON Schemas of docs/reference/ from the program's own declarations.

    tools/schemas/make-schemas.py build/dev/bin/echelon            write
    tools/schemas/make-schemas.py build/dev/bin/echelon --check    say whether they are up to date

Parameters of schedulers, fabrics and workloads come from `echelon list --json`, so that they are
declared once. This file has the inputs, schema_results.py what is written, schema_values.py what
both are made of. What a schema cannot say (sums, divisors, references) the loader checks.
"""

import json
import pathlib
import sys

from schema_results import plan, summary
from schema_values import (
    COUNT,
    NAME,
    NOT_NEGATIVE,
    RATE,
    SECONDS,
    SIZE,
    TEXT,
    TIME,
    WEIGHT,
    array,
    integer,
    listing,
    or_file,
    parameters,
    record,
)

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "reference"
# Numbers and ranges of what counts from 0.
INDICES = array({"anyOf": [COUNT, {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}]}, 1)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def topology():
    server = {
        "schema": {"const": "echelon/topology/1"},
        "description": TEXT,
        "gpus_per_host": integer(1, 1024),
        "interfaces_per_host": integer(1, 1024),
        "host_link": or_file(
            record(
                {"rate": RATE, "rates": array(RATE), "delay": TIME},
                anyOf=[{"required": ["rate"]}, {"required": ["rates"]}],
            )
        ),
        "scale_up": or_file(record({"rate": RATE, "delay": TIME}, ["rate"])),
    }
    several = {
        "if": {"required": ["gpus_per_host"], "properties": {"gpus_per_host": {"minimum": 2}}},
        "then": {"required": ["scale_up"]},
    }
    big_switch = record(
        {"kind": {"const": "big-switch"}, "hosts": integer(1, 65536), **server},
        ["kind", "hosts", "host_link"],
        **several,
    )
    leaf_spine = record(
        {
            "kind": {"const": "leaf-spine"},
            "leaves": integer(1, 16384),
            "spines": integer(1, 16384),
            "hosts_per_leaf": integer(1, 65536),
            "uplink": or_file(record({"rate": RATE, "delay": TIME})),
            "oversubscription": {"type": "number", "minimum": 1e-3, "maximum": 1e3},
            **server,
        },
        ["kind", "leaves", "spines", "hosts_per_leaf", "host_link"],
        anyOf=[{"required": ["uplink"]}, {"required": ["oversubscription"]}],
        **several,
    )
    return {"oneOf": [big_switch, leaf_spine]}


def transformer_properties():
    width = integer(1, 1 << 24)
    return {
        "layers": integer(1, 10000),
        "hidden": width,
        "heads": width,
        "kv_heads": width,
        "head_dim": width,
        "ffn_hidden": width,
        "vocabulary": width,
        "sequence": width,
        "gated_ffn": {"type": "boolean"},
        "experts": integer(1, 4096),
        "top_k": integer(1, 4096),
        "tied_embeddings": {"type": "boolean"},
        "learned_positions": integer(0, 1 << 24),
        "biases": {"type": "boolean"},
        "layer_forward": TIME,
        "layer_backward": TIME,
    }


def model():
    layer = record(
        {
            "name": NAME,
            "parameters": COUNT,
            "forward_flops": NOT_NEGATIVE,
            "forward": TIME,
            "backward": TIME,
        },
        ["name", "parameters"],
        anyOf=[{"required": ["forward_flops"]}, {"required": ["forward"]}],
    )
    transformer = record(
        transformer_properties(),
        ["layers", "hidden", "heads", "ffn_hidden", "vocabulary", "sequence"],
    )
    return record(
        {
            "schema": {"const": "echelon/workload/1"},
            "kind": {"const": "model"},
            "name": NAME,
            "source": TEXT,
            "description": TEXT,
            "transformer": or_file(transformer),
            "layers": array(or_file(layer), 1),
        },
        ["kind", "name"],
        oneOf=[{"required": ["transformer"]}, {"required": ["layers"]}],
    )


def groups():
    shapes = {
        "pipeline": record(
            {"positions": integer(1, 1000000), "period": TIME}, ["positions", "period"]
        ),
        "fsdp": record(
            {"layers": integer(1, 500000), "forward": TIME, "backward": TIME},
            ["layers", "forward", "backward"],
        ),
    }
    arrangement = {
        "anyOf": [
            {"type": "string", "minLength": 1},
            record({"pipeline": or_file(shapes["pipeline"])}, ["pipeline"]),
            record({"fsdp": or_file(shapes["fsdp"])}, ["fsdp"]),
            record({"offsets": array(TIME, 1)}, ["offsets"]),
        ]
    }
    return array(
        or_file(record({"name": NAME, "arrangement": arrangement, "weight": WEIGHT}, ["name"]))
    )


TRANSFER = {
    "group": NAME,
    "source": COUNT,
    "destination": COUNT,
    "bytes": SIZE,
    "position": integer(0, 1000000),
    "count": integer(1, 1000000),
}


def tasks():
    common = {"id": NAME, "after": array(TEXT)}
    kinds = [
        record(
            {
                **common,
                "kind": {"const": "compute"},
                "device": COUNT,
                "duration": TIME,
                "stream": integer(0, 63),
                "label": NAME,
            },
            ["id", "kind", "device", "duration"],
        ),
        record(
            {**common, "kind": {"const": "flow"}, **TRANSFER},
            ["id", "kind", "group", "source", "destination", "bytes"],
        ),
        record(
            {**common, "kind": {"const": "delay"}, "duration": TIME}, ["id", "kind", "duration"]
        ),
        record({**common, "kind": {"const": "barrier"}}, ["id", "kind"]),
    ]
    return record(
        {
            "schema": {"const": "echelon/workload/1"},
            "description": TEXT,
            "kind": {"const": "tasks"},
            "tasks": array({"anyOf": [{"type": "string", "minLength": 1}, *kinds]}, 1),
            "groups": groups(),
        },
        ["kind", "tasks"],
    )


def flows():
    flow = record({"release": TIME, **TRANSFER}, ["source", "destination", "bytes"])
    return record(
        {
            "schema": {"const": "echelon/workload/1"},
            "description": TEXT,
            "kind": {"const": "flows"},
            "flows": array(or_file(flow), 1),
            "groups": groups(),
        },
        ["kind", "flows"],
    )


def coflows():
    place = integer(0, 65535)
    reducer = {"type": "array", "prefixItems": [place, SIZE], "minItems": 2, "maxItems": 2}
    coflow = record(
        {
            "id": integer(0, 4294967295),
            "arrival": TIME,
            "mappers": array(place, 1),
            "reducers": array(reducer, 1),
        },
        ["id", "mappers", "reducers"],
    )
    return record(
        {
            "schema": {"const": "echelon/workload/1"},
            "description": TEXT,
            "kind": {"const": "coflows"},
            "coflows": array(or_file(coflow), 1),
        },
        ["kind", "coflows"],
    )


EXPLICIT = ("tasks", "flows", "coflows")
BESIDE_KIND = ("collective", "moe-inference")


def workload(workloads):
    beside = [
        record(
            {
                "schema": {"const": "echelon/workload/1"},
                "description": TEXT,
                "kind": {"const": entry["name"]},
                **parameters(entry),
            },
            ["kind"],
        )
        for entry in workloads
        if entry["name"] in BESIDE_KIND
    ]
    return {"oneOf": [model(), tasks(), flows(), coflows(), *beside]}


def job(workloads, placements):
    trained = [e for e in workloads if e["name"] not in EXPLICIT + BESIDE_KIND]
    every = {key: value for entry in trained for key, value in parameters(entry).items()}
    kinds = [
        {
            "if": {"properties": {"kind": {"const": entry["name"]}}, "required": ["kind"]},
            "then": {"propertyNames": {"enum": ["kind", *parameters(entry)]}},
        }
        for entry in trained
    ]
    parallelism = record(
        {"kind": {"enum": [entry["name"] for entry in trained]}, **every}, allOf=kinds
    )
    placement = {
        "anyOf": [
            {"enum": [e["name"] for e in placements if e["name"] != "explicit"]},
            INDICES,
        ]
    }
    places = integer(1, 10000)
    poisson = {"process": {"const": "poisson"}, "mean_interval": TIME, "count": integer(1, 10000)}
    trace = {"process": {"const": "trace"}, "times": array(TIME, 1)}
    arrivals = {
        "oneOf": [
            record({**kind, "places": places}, list(kind)) for kind in (poisson, trace)
        ]
    }
    return record(
        {
            "name": {**NAME, "maxLength": 100},
            "description": TEXT,
            "workload": {
                "anyOf": [{"type": "string", "minLength": 1}, {"$ref": "workload.schema.json"}]
            },
            "placement": placement,
            "iterations": integer(1, 1000000),
            "arrival": TIME,
            "weight": WEIGHT,
            "parallelism": or_file(parallelism),
            "model": or_file(record(transformer_properties())),
            "arrangements": {"enum": ["declared", "derived"]},
            "arrivals": or_file(arrivals),
            "compute_noise": or_file(
                record(
                    {"sigma": {"type": "number", "minimum": 0, "maximum": 1}, "per": {"enum": ["task", "job"]}},
                    ["sigma"],
                )
            ),
            "stragglers": or_file(
                record(
                    {
                        "ranks": INDICES,
                        "count": COUNT,
                        "factor": {"type": "number", "minimum": 1, "maximum": 100},
                    },
                    ["factor"],
                    oneOf=[{"required": ["ranks"]}, {"required": ["count"]}],
                )
            ),
        },
        ["name", "workload"],
    )


def scenario(binary):
    fabrics = [
        record({"kind": {"const": entry["name"]}, **parameters(entry)}, ["kind"])
        for entry in listing(binary, "fabrics")
    ]
    entries = listing(binary, "schedulers")
    scheduler = {
        "anyOf": [
            {"enum": [entry["name"] for entry in entries]},
            *(
                record(
                    {
                        "name": {"const": entry["name"]},
                        "label": {**NAME, "maxLength": 40},
                        **parameters(entry),
                    },
                    ["name"],
                )
                for entry in entries
            ),
        ]
    }
    value = record(
        {"value": SECONDS, "rel": NOT_NEGATIVE, "abs": NOT_NEGATIVE}, ["value"]
    )
    bounds = record({"min": SECONDS, "max": SECONDS}, minProperties=1)
    return record(
        {
            "schema": {"const": "echelon/scenario/1"},
            "name": {"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"},
            "description": TEXT,
            "seed": integer(0, 1 << 53),
            "topology": {
                "anyOf": [{"type": "string", "minLength": 1}, {"$ref": "topology.schema.json"}]
            },
            "routing": {"enum": ["ecmp"]},
            "fabric": {"anyOf": [{"type": "string", "minLength": 1}, *fabrics]},
            "jobs": array(or_file(job(listing(binary, "workloads"), listing(binary, "placements"))), 1),
            "schedulers": array(scheduler, 1),
            "control": or_file(
                record(
                    {
                        "minimum_interval": TIME,
                        "report_delay": TIME,
                        "report_loss": {"type": "number", "minimum": 0, "maximum": 0.99},
                        "report_timeout": TIME,
                        "coordinator_lost": TIME,
                        "coordinator_back": TIME,
                        "keep_decisions": {"type": "boolean"},
                    },
                    dependentRequired={"coordinator_back": ["coordinator_lost"]},
                )
            ),
            "expect": or_file(
                {
                    "type": "object",
                    "propertyNames": {"pattern": "^/(runs|engine)/"},
                    "additionalProperties": {"anyOf": [value, bounds]},
                }
            ),
        },
        ["schema", "name", "topology", "jobs", "schedulers"],
    )


def traffic():
    """What echelon plan reads as JSON."""
    gpus = integer(1, 4096)
    matrix = record(
        {
            "schema": {"const": "echelon/traffic/1"},
            "description": TEXT,
            "matrix": array(array(integer(0, 4 * 10**18), 1), 1),
        },
        ["schema", "matrix"],
    )
    common = {
        "schema": {"const": "echelon/routing/1"},
        "description": TEXT,
        "experts": integer(1, 65536),
        "top_k": integer(1, 256),
        "gpus": gpus,
        "hidden": integer(1, 1 << 24),
        "bytes_per_element": integer(1, 16),
        "expert_gpus": array(integer(0, 4095), 1),
    }
    routing = record(
        {
            **common,
            "tokens": array(array(integer(0, 65535), 1), 1),
            "gates": array(array({"type": "number", "minimum": 0, "maximum": 1e9}, 1)),
            "token_gpus": array(integer(0, 4095), 1),
            "token_placement": {"enum": ["blocks", "round-robin"]},
            "deduplicate": {"type": "boolean"},
        },
        ["schema", "tokens"],
    )
    load = integer(0, (1 << 50) // 65536)
    loads = record(
        {**common, "expert_loads": array({**load, "type": "number"}, 1), "tokens_per_gpu": load},
        ["schema", "expert_loads", "tokens_per_gpu"],
    )
    return {"oneOf": [matrix, routing, loads]}


def schemas(binary):
    documents = {
        "scenario": ("A scenario of echelon run", scenario(binary)),
        "topology": ("A fabric", topology()),
        "workload": ("What a job does", workload(listing(binary, "workloads"))),
        "summary": ("The figures of every run of a scenario", summary()),
        "traffic": ("The traffic of an all-to-all", traffic()),
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
    for name, document in schemas(binary).items():
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        path = FOLDER / name
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
