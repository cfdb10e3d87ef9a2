# SPDX-License-Identifier: GPL-2.0-only
"""What all schemas are made of: quantities with units, records, and parameters as the program declares them.

    record({"rate": RATE, "delay": TIME}, ["rate"])
"""

import json
import subprocess

NUMBER = r"[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?"
TIME = {"type": "string", "pattern": rf"^\s*{NUMBER}\s*(ps|ns|us|ms|s)\s*$"}
RATE = {"type": "string", "pattern": rf"^\s*{NUMBER}\s*[KMGT]?(bps|b/s)\s*$"}
SIZE = {
    "anyOf": [
        {"type": "string", "pattern": rf"^\s*{NUMBER}\s*([KMGT]i?)?B\s*$"},
        {"type": "integer", "minimum": 0},
    ]
}
NAME = {"type": "string", "minLength": 1, "maxLength": 200}
TEXT = {"type": "string"}
WEIGHT = {"type": "number", "exclusiveMinimum": 0, "maximum": 1e9}
SECONDS = {"type": "number"}
NOT_NEGATIVE = {"type": "number", "minimum": 0}
COUNT = {"type": "integer", "minimum": 0}
PART = {"type": "number", "minimum": 0, "maximum": 1.000001}


def integer(least, largest):
    return {"type": "integer", "minimum": least, "maximum": largest}


def record(properties, required=(), **more):
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def array(items, least=0):
    return {"type": "array", "items": items, "minItems": least}


def or_file(schema):
    """The object itself, or the path of a file that holds it."""
    return {"anyOf": [{"type": "string", "minLength": 1}, schema]}


def listing(binary, what):
    output = subprocess.run(
        [binary, "list", what, "--json"], check=True, capture_output=True, text=True
    ).stdout
    return json.loads(output)["entries"]


def parameter(spec):
    schema = {
        "time": TIME,
        "rate": RATE,
        "bytes": SIZE,
        "integer": {"type": "integer", "minimum": 0},
        "number": {"type": "number"},
        "boolean": {"type": "boolean"},
        "choice": {"enum": spec.get("choices", [])},
    }[spec["type"]]
    return {**schema, "description": spec["help"], "default": spec["default"]}


def parameters(entry):
    return {spec["name"]: parameter(spec) for spec in entry["parameters"]}


def every(properties):
    return record(properties, properties)
