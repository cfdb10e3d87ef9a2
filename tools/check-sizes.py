#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fails when a source, a function or a list of parameters has grown too long to be read at once.

    tools/check-sizes.py            the limits below, over core, apps, ns3-modules and analysis
    tools/check-sizes.py --list 20  besides, the twenty longest functions

At most 500 lines a source, 80 lines a function (its body), 6 parameters a function. C++ is read by its layout, which
clang-format fixes: a body is what lies between two braces that stand alone at the same indentation, behind a list of
parameters. A body of which half the lines or more are rows of a table ({ … }, one call of the same function a line,
or the arguments of chained AddAttribute calls) is a table and may be longer. Folders of tests are left out.
"""

import argparse
import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("core", "apps", "ns3-modules", "analysis")
MAX_SOURCE, MAX_FUNCTION, MAX_PARAMETERS = 500, 80, 6
NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|else|do|try)\b|=\s*$|^\s*(if|for|while|switch|catch)\b")


def sources():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc", ".py") and not {"node_modules", "test", "tests"} & set(path.parts):
                yield path


def parameters_of(head):
    """How many parameters the declaration has that ends before a body; None when it declares no function."""
    head = re.sub(r"\)\s*:\s.*$", ")", head, flags=re.DOTALL) if re.search(r"\)\s*:\s+\w+[({]", head) else head
    end = head.rfind(")")
    if end < 0:
        return None
    depth, commas, some = 0, 0, False
    for index in range(end, -1, -1):
        c = head[index]
        if c in ")>]}" and not head[index - 1 : index + 1] == "->":
            depth += 1
        elif c in "(<[{":
            depth -= 1
            if depth == 0:
                return commas + 1 if some else 0
        elif c == "," and depth == 1:
            commas += 1
        elif depth >= 1 and not c.isspace():
            some = True
    return None


def is_table(body):
    rows = [line.strip() for line in body if line.strip()]
    row = re.compile(r"^(\{|\"|//|[\w.>-]+[.(].*\"|.*\},?$)")
    chained = re.findall(r"\.AddAttribute\([^;]*?\)(?=\s*(?:\.AddAttribute\(|;))", "\n".join(rows))
    in_table = sum(call.count("\n") + 1 for call in chained) or sum(bool(row.match(line)) for line in rows)
    return len(rows) > 0 and in_table >= len(rows) / 2


def cpp_functions(lines):
    """(first line, lines of the body, parameters) of each function."""
    for start, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() != "{":
            continue
        first = start
        while first > 0 and lines[first - 1].strip() and not re.search(r"[;{}]$|^\s*(//|\*|#|public:|private:|protected:)", lines[first - 1]):
            first -= 1
        head = "\n".join(lines[first:start])
        if not head or NOT_A_FUNCTION.search(lines[first]) or ")" not in head:
            continue
        parameters = parameters_of(head)
        if parameters is None:
            continue
        end = start + 1
        while end < len(lines) and not re.match(re.escape(indent) + r"\}", lines[end]):
            end += 1
        body = lines[start + 1 : end]
        yield first + 1, 0 if is_table(body) else len(body), parameters


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [a.arg for a in node.args.args + node.args.kwonlyargs if a.arg not in ("self", "cls")]
            yield node.lineno, node.end_lineno - node.lineno, len(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", type=int, default=0, metavar="N", help="print the N longest functions")
    options = parser.parse_args()
    errors, functions, files = [], [], 0
    for path in sources():
        files += 1
        name = path.relative_to(ROOT)
        text = path.read_text()
        lines = text.splitlines()
        if len(lines) > MAX_SOURCE:
            errors.append(f"{name}: {len(lines)} lines, more than {MAX_SOURCE}")
        found = python_functions(text) if path.suffix == ".py" else cpp_functions(lines)
        for line, length, parameters in found:
            functions.append((length, f"{name}:{line}"))
            if length > MAX_FUNCTION:
                errors.append(f"{name}:{line}: a function of {length} lines, more than {MAX_FUNCTION}")
            if parameters > MAX_PARAMETERS:
                errors.append(f"{name}:{line}: a function of {parameters} parameters, more than {MAX_PARAMETERS}")
    for length, where in sorted(functions, reverse=True)[: options.list]:
        print(f"{length:4} {where}")
    for error in errors:
        print(f"check-sizes: {error}", file=sys.stderr)
    if errors:
        return 1
    print(f"check-sizes: {len(functions)} functions in {files} files are short enough")
    return 0


if __name__ == "__main__":
    sys.exit(main())
