# SPDX-License-Identifier: GPL-2.0-only
"""Packs tables of numbers into a page: a JSON document, behind which its columns lie as deflated integers.

    pack = Pack(tick=1e-7)
    document = {"start": pack.times([0.0, 0.25]), "name": pack.words(["a", "a"]), "n": pack.integers([3, 4])}
    text = pack.seal(document)                # base64 for <script>; report-ui/src/data.js reads it

A column is the differences of neighbours as zigzag varints, which deflate then shortens again: neighbouring rows are alike.
Equal data give equal text. O(values).
"""

import base64
import json
import math
import zlib

import numpy as np

from echelon_common.text import all_shown

# Times are rounded to the power of ten that cuts the longest run into at least so many ticks.
TICKS = 1e8


def tick_of(longest_s):
    """The length of a tick in seconds, a power of ten."""
    return 10.0 ** math.floor(math.log10(longest_s / TICKS)) if longest_s > 0 else 1e-12


def varints(values):
    """The bytes of zigzag varints: seven bits a byte, the lowest first."""
    zigzag = np.where(values < 0, -2 * values - 1, 2 * values).astype(np.uint64)
    pieces = np.empty((len(zigzag), 10), dtype=np.uint8)
    used = np.ones(len(zigzag), dtype=np.int64)
    rest = zigzag
    for i in range(10):
        pieces[:, i] = (rest & np.uint64(0x7F)).astype(np.uint8)
        rest = rest >> np.uint64(7)
        more = rest > 0
        pieces[more, i] |= 0x80
        used[more] = i + 2
        if not more.any():
            break
    return pieces[np.arange(10) < used[:, None]].tobytes()


class Pack:
    """Collects columns. The value of a column in the document is {"at": byte, "n": count, "scale": of one unit}."""

    def __init__(self, tick=1e-9):
        self.tick = tick
        self._parts = []
        self._size = 0

    def integers(self, values, scale=1):
        """Whole numbers of magnitude below 2^53; the reader multiplies by `scale`."""
        values = np.asarray(values, dtype=np.int64)
        data = varints(np.diff(values, prepend=np.int64(0)))
        column = {"at": self._size, "n": len(values)}
        if scale != 1:
            column["scale"] = scale
        self._parts.append(data)
        self._size += len(data)
        return column

    def times(self, seconds):
        """Seconds, rounded to ticks."""
        return self.integers(np.rint(np.asarray(seconds, dtype=float) / self.tick), self.tick)

    def reals(self, values, digits=12):
        """Real numbers to so many digits of the largest."""
        values = np.asarray(values, dtype=float)
        largest = float(np.abs(values).max()) if len(values) else 0.0
        scale = 10.0 ** (math.floor(math.log10(largest)) + 1 - digits) if largest > 0 else 1.0
        return self.integers(np.rint(values / scale), scale)

    def words(self, values):
        """Text from a dictionary, which the document holds."""
        seen = {}
        codes = [seen.setdefault(str(value), len(seen)) for value in values]
        return {**self.integers(codes), "words": list(seen)}

    def seal(self, document):
        """The document, its texts only texts, and its columns: base64 of deflate of [length of the JSON, JSON, columns]."""
        head = json.dumps(all_shown(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        raw = len(head).to_bytes(4, "little") + head + b"".join(self._parts)
        return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")
