#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draw what studies/enforcement/grid.sh prints.

    studies/enforcement/figure.py enforcement.csv studies/enforcement/figures/enforcement.png

Left: makespan over the number of queues, without control delay. Right: makespan under echelon over
the control delay.
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

STYLE = pathlib.Path(__file__).resolve().parents[2] / "analysis/echelon_analysis/echelon.mplstyle"
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}
COLOURS = {"fair": "C0", "sebf": "C1", "echelon": "C2"}
LINES = {"0": "-", "1": ":", "2": "-.", "4": "--", "8": (0, (6, 1))}


def microseconds(text):
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return float(text[: -len(unit)]) * UNITS[unit]


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {
        (scheduler, queues, microseconds(delay)): float(makespan)
        for _, queues, delay, scheduler, makespan, *_ in rows
    }


def main():
    source, target = sys.argv[1:]
    runs = read(source)
    schedulers = list(dict.fromkeys(key[0] for key in runs))
    queues = list(dict.fromkeys(key[1] for key in runs))
    delays = sorted({key[2] for key in runs})
    pyplot.style.use(STYLE)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4))
    for scheduler in schedulers:
        ordered = [number for number in queues if number != "0"] + ["0"]
        left.plot(
            range(len(ordered)),
            [1e3 * runs[scheduler, number, delays[0]] for number in ordered],
            marker="o",
            color=COLOURS.get(scheduler),
            label=scheduler,
        )
    left.set_xticks(range(len(ordered)), [*ordered[:-1], "pacing"])
    left.set_xlabel("weighted queues")
    left.set_ylabel("makespan (ms)")
    left.set_title("no control delay")
    left.legend()
    for number in queues:
        right.plot(
            delays,
            [1e3 * runs["echelon", number, delay] for delay in delays],
            marker="o",
            linestyle=LINES.get(number, "-"),
            label="pacing" if number == "0" else f"K = {number}",
        )
    right.set_xscale("symlog", linthresh=20)
    right.set_xticks(delays, [f"{delay:g}" for delay in delays])
    right.minorticks_off()
    right.set_xlabel("control delay (µs)")
    right.set_ylabel("makespan (ms)")
    right.set_title("echelon")
    right.legend()
    figure.savefig(target)


if __name__ == "__main__":
    main()
