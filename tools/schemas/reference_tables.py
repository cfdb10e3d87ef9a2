# SPDX-License-Identifier: GPL-2.0-only
"""The tables of keys in the pages of docs and workloads, from the program's tables of fields.

    <!-- fields: control -->
    | key | meaning | default |
    …
    <!-- end of fields -->

What stands between the marks is written anew; several objects share a table, with a column that says
which of them have a key.
"""

import json
import re

MARK = re.compile(r"(<!-- fields: ([a-z_ -]+?) -->\n).*?(<!-- end of fields -->)", re.DOTALL)


def range_of(field):
    """"1 to 65,536", or "" for what has no range of its own."""
    least, largest = field.get("least"), field.get("largest")
    if field["type"] == "time" and largest is not None:
        return f"at most {largest:g} s"
    if field["type"] not in ("integer", "number") or largest is None or largest >= 1 << 53:
        return ""
    texts = [f"{b:,}" if isinstance(b, int) else f"{b:g}" for b in (least, largest)]
    return re.sub(r"e([+-]?)0*", lambda m: "e" + m.group(1).strip("+"), " to ".join(texts))


def default_of(field):
    if field.get("required"):
        return "required"
    return f"`{json.dumps(field['default'])}`" if "default" in field else ""


def table(names, objects):
    fields, owners = {}, {}
    for name in names:
        for field in objects[name]["parameters"]:
            fields.setdefault(field["name"], field)
            owners.setdefault(field["name"], []).append(name)
    several = len(names) > 1
    rows = ["| key | of | meaning | default |", "|---|---|---|---|"] if several else []
    rows = rows or ["| key | meaning | default |", "|---|---|---|"]
    for key, field in sorted(fields.items(), key=lambda item: len(owners[item[0]]) < len(names)):
        if field.get("choices") and len(field["choices"]) == 1:
            meaning = f"`{json.dumps(field['choices'][0])}`: {field['help']}"
            if key == "kind" and several:
                meaning = ", ".join(f"`\"{name}\"`" for name in owners[key])
        else:
            meaning = "; ".join(filter(None, [field["help"], range_of(field)]))
        of = "all" if len(owners[key]) == len(names) else ", ".join(owners[key])
        cells = [f"`{key}`", *([of] if several else []), meaning, default_of(field)]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def pages(root, entries):
    """Path -> text of every page with such a table."""
    objects = {entry["name"]: entry for entry in entries}
    found = {}
    for path in [*sorted((root / "docs").rglob("*.md")), root / "workloads" / "README.md"]:
        text = path.read_text(encoding="utf-8")
        if MARK.search(text):
            found[path] = MARK.sub(
                lambda m: m.group(1) + table(m.group(2).split(), objects) + m.group(3), text
            )
    return found
