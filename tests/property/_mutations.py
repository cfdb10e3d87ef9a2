# SPDX-License-Identifier: GPL-2.0-only
"""Mutations of a valid file: of its bytes, of its text, and of its structure if it is JSON.

    mutated = mutate(random, content)        # bytes
"""

import copy
import json

from _shrink import lookup, places

# What readers trip over: numbers beyond every type, words that are almost numbers, control and bidirectional characters.
NUMBERS = [0, -0.0, -1, 1, 2, 0.5, 1e-320, 1e308, -1e308, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**30, float("nan"), float("inf"), -float("inf")]
TEXTS = [
    "", " ", "0", "-1", "nan", "inf", "1e400", "0x10", "1,5", "null", "true", "../..", "/", "~", "/~2", "a" * 300, "é", "模型", "\u202e", "\x1b[31m", "\x00", "\n", "\t",
    "\x85", "\ud800", "1Gbps", "-1Gbps", "1e400Gbps", "0.0000001bps", "1 Gbps", "1gbps", "٣Gbps", "1e6s", "1e7s", "-1us", "0s", "1ps", "0.5ps", "1B", "0B", "1.5B",
    "9999999TB", "8EB", "__proto__", "=1+1", "a,b", '"', "\\", "fair", "0-7", "7-0", "0-99999999",
]  # fmt: skip
TOKENS = [
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xc2\x85", b"\x1b[2J", b"\r", b"\n", b"\r\n", b"\t\t", b",", b",,",
    b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud800", b":", b"//", b"#", b"NaN", b"Infinity", b"-", b"--", b"1e999", b"1e-999", b"99999999999999999999",
    b"-1", b"0", b"+", b".", b"null", b"true", b"0x1", b" " * 1000, b"9" * 400, b"[" * 1000, b"a" * 70000,
]  # fmt: skip
MARK = "@@mark@@"


def mutate(random, content):
    """One to three mutations."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        try:
            content = (_structure if random.random() < 0.7 else _bytes)(random, content)
        except RecursionError:
            return content  # nested too deeply for more
    return content


def _bytes(random, content):
    """The file with some bytes changed, put in, left out, doubled, or cut off."""
    at = random.randint(0, len(content))
    end = min(len(content), at + random.choice([1, 1, 2, 8, 100]))
    change = random.choice(["flip", "flip", "insert", "insert", "delete", "double", "cut", "empty", "replace"])
    if change == "flip" and at < len(content):
        return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]
    if change == "insert":
        return content[:at] + random.choice(TOKENS) + content[at:]
    if change == "replace":
        return content[:at] + random.choice(TOKENS) + content[end:]
    if change == "delete":
        return content[:at] + content[end:]
    if change == "double":
        return content[:end] + content[at:]
    if change == "cut":
        return content[:at]
    return random.choice([b"", b" ", b"\n", b"{}", b"[]", b"null", b"0", b'"x"']) if random.random() < 0.2 else content[:at]


def _structure(random, content):
    """JSON with a member or an entry changed; of other texts, a line or a field."""
    try:
        document = json.loads(content)
    except ValueError:
        return _fields(random, content)
    found = places(document)
    if not found:
        return _bytes(random, content)
    path = random.choice(found)
    change = random.choice(CHANGES)
    changed = change(random, copy.deepcopy(document), path)
    return changed if isinstance(changed, bytes) else _dump(changed)


def _dump(document):
    return json.dumps(document, ensure_ascii=False, indent=random_free_indent(document)).encode("utf-8", errors="surrogatepass")


def random_free_indent(document):
    """Long lists on one line, so that a mutation does not blow up the file."""
    return None if len(places(document)) > 2000 else 1


def _parent(document, path):
    return lookup(document, path[:-1])


def _replace(random, document, path):
    value = random.choice([random.choice(NUMBERS), random.choice(TEXTS), None, True, False, [], {}, [[]], {"": 0}])
    _parent(document, path)[path[-1]] = value
    return document


def _nudge(random, document, path):
    """A number or a quantity that is another one."""
    value = lookup(document, path)
    if isinstance(value, str) and value[:1].isdigit():
        digits = len(value) - len(value.lstrip("0123456789.eE+-"))
        number, unit = value[:digits], value[digits:]
        value = random.choice(["-" + value, number, unit, "1e300" + unit, "1e-300" + unit, "9" * 25 + unit, number + "0" * 12 + unit, "0" + unit, value + "x"])
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = random.choice([-value, value * 10**6, value + 1, value - 1, value * 1.5, value * 2**40, str(value), [value], float(value), 0])
    else:
        return _replace(random, document, path)
    _parent(document, path)[path[-1]] = value
    return document


def _turn(random, document, path):
    """Somewhat more or less of a number or a quantity: what is often still right."""
    numbers = [place for place in places(document) if isinstance(lookup(document, place), (int, float)) or str(lookup(document, place))[:1].isdigit()]
    if not numbers:
        return _replace(random, document, path)
    for place in random.sample(numbers, min(len(numbers), random.choice([1, 1, 2, 5]))):
        value = lookup(document, place)
        if isinstance(value, str):
            digits = len(value) - len(value.lstrip("0123456789"))
            value = f"{max(1, int(value[:digits]) * random.choice([1, 2, 3, 7, 1000]) // random.choice([1, 2, 3, 100]))}{value[digits:]}"
        elif isinstance(value, int) and not isinstance(value, bool):
            value = random.choice([value + 1, value * 2, max(1, value // 2), 1, 0])
        _parent(document, place)[place[-1]] = value
    return document


def _remove(_random, document, path):
    del _parent(document, path)[path[-1]]
    return document


def _rename(random, document, path):
    """A key that is written wrongly, or not at all."""
    parent = _parent(document, path)
    if not isinstance(parent, dict):
        return _remove(random, document, path)
    value = parent.pop(path[-1])
    parent[random.choice([path[-1] + "s", path[-1][:-1], path[-1].upper(), *TEXTS])] = value
    return document


def _exchange(random, document, path):
    """Two places with each other's values."""
    other = random.choice(places(document))
    if other[: len(path)] == path or path[: len(other)] == other:
        return _replace(random, document, path)
    one, two = lookup(document, path), lookup(document, other)
    _parent(document, path)[path[-1]], _parent(document, other)[other[-1]] = two, one
    return document


def _repeat(random, document, path):
    """A list that is long, with entries that are alike."""
    value, times = lookup(document, path), random.choice([2, 3, 50, 3000])
    if isinstance(value, list) and value and len(json.dumps(value)) < 3000:
        value *= times
        return document
    parent = _parent(document, path)
    if isinstance(parent, list):
        parent.insert(path[-1], copy.deepcopy(value))
        return document
    return _duplicate(random, document, path)


def _duplicate(random, document, path):
    """A key given twice in one object."""
    parent = _parent(document, path)
    if not isinstance(parent, dict):
        return _replace(random, document, path)
    parent[MARK] = random.choice([parent[path[-1]], random.choice(NUMBERS)])
    return _dump(document).replace(MARK.encode(), path[-1].encode("utf-8", errors="surrogatepass"))


def _nest(random, document, path):
    """Deep inside many lists, or many objects."""
    depth = random.choice([2, 31, 33, 1000, 100_000])
    value = json.dumps(lookup(document, path)).encode()
    _parent(document, path)[path[-1]] = MARK
    opening, closing = random.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return _dump(document).replace(json.dumps(MARK).encode(), opening * depth + value + closing * depth)


CHANGES = [_replace, _replace, _replace, _nudge, _nudge, _nudge, _turn, _turn, _turn, _remove, _rename, _exchange, _repeat, _duplicate, _nest]


def _fields(random, content):
    """A text of lines and fields (CSV, a trace): another field, or a line that is gone, twice, or elsewhere."""
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    change = random.choice(["field", "field", "field", "drop", "twice", "swap", "blank"])
    if change == "field":
        for separator in (b",", b"\t", b" ", b":"):
            fields = lines[at].split(separator)
            if len(fields) > 1:
                break
        number = random.choice(NUMBERS)
        fields[random.randrange(len(fields))] = random.choice([str(number).encode(), random.choice(TEXTS).encode("utf-8", errors="surrogatepass"), b""])
        lines[at] = separator.join(fields)
    elif change == "drop":
        del lines[at]
    elif change == "twice":
        lines.insert(at, lines[at])
    elif change == "swap":
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        lines.insert(at, random.choice([b"", b" ", b"\t"]))
    return b"\n".join(lines)
