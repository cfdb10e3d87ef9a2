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


class Tables:
    """The keys of every object, as the program's loaders read it: `echelon list fields --json`."""

    def __init__(self, binary, more, special):
        """`more`: what a table cannot say of an object, by its name. `special`: the schemas of
        keys that loaders treat by themselves, by object and key."""
        self.entries = {entry["name"]: entry for entry in listing(binary, "fields")}
        self.more = more
        self.special = special

    def record(self, name):
        fields = self.entries[name]["parameters"]
        return record(
            {field["name"]: self.field(name, field) for field in fields},
            [field["name"] for field in fields if field.get("required")],
            **self.more.get(name, {}),
        )

    def field(self, name, field):
        if field["type"] == "object":
            return or_file(self.record(field["of"]))
        if field["type"] == "list":
            of = field["of"]
            entries = or_file(self.record(of)) if of in self.entries else SCALARS[of]
            return array(entries, field["least"])
        if field["type"] == "other":
            schema = self.special[name, field["name"]]
            return schema(self) if callable(schema) else schema
        return parameter(field)


def parameter(spec):
    """Of one key with a plain value. Bounds are the program's, but for those of quantities with
    units, which a schema does not know."""
    schema = dict(SCALARS[spec["type"]])
    if spec["type"] == "choice":
        choices = spec["choices"]
        schema = {"const": choices[0]} if len(choices) == 1 else {"enum": choices}
    elif spec["type"] == "name":
        schema["maxLength"] = spec["largest"]
    elif spec["type"] in ("integer", "number"):
        bounds = {"minimum": spec.get("least"), "maximum": spec.get("largest")}
        schema.update({key: bound for key, bound in bounds.items() if bound is not None})
    return {**schema, **{k: v for k, v in described(spec).items() if v is not None}}


def described(spec):
    return {"description": spec["help"], "default": spec.get("default")}


SCALARS = {
    "time": TIME,
    "rate": RATE,
    "bytes": SIZE,
    "integer": COUNT,
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "choice": {},
    "text": TEXT,
    "name": NAME,
}


def parameters(entry):
    return {spec["name"]: parameter(spec) for spec in entry["parameters"]}


def every(properties):
    return record(properties, properties)
