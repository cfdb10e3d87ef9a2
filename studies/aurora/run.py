#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/aurora/README.md: Aurora's orders, placements and colocations against their baselines, beside the paper.

    studies/aurora/run.py build/release/bin/aurora-study               run everything, write CSV, page and figures
    studies/aurora/run.py --from-csv                                   page and figures from the committed CSV
    studies/aurora/run.py build/release/bin/aurora-study --planning    also measure planning times anew

The runs take about a minute on one core, planning times another. They need the real routing traces in $ECHELON_DATA (or ../shared/data),
of which the CSV holds results only. Equal inputs give equal bytes, but for planning times, which have a CSV of their own.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import pandas

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]

from aurora_study.data import load  # noqa: E402
from aurora_study.figures import draw_forecasts, draw_scaling, draw_speedups, draw_utilisation  # noqa: E402
from aurora_study.page import page  # noqa: E402

CSV = FOLDER / "data" / "aurora.csv"
PLANNING_CSV = FOLDER / "data" / "aurora-planning-time.csv"
PAGE = FOLDER / "README.md"
FIGURES = FOLDER / "figures"


def run(binary, *parts):
    return subprocess.run([binary, *parts], stdout=subprocess.PIPE, text=True, check=True).stdout


def check_traces():
    folder = pathlib.Path(os.environ.get("ECHELON_DATA", "../shared/data")) / "moe-routing"
    if not folder.is_dir():
        sys.exit(f"{folder}: no routing traces; the page needs them. Set ECHELON_DATA, or use --from-csv")


def write_page(out, figures):
    data, planning = load(CSV), pandas.read_csv(PLANNING_CSV)
    out.write_text(page(data, planning), encoding="utf-8")
    if figures:
        draw_speedups(data, figures / "speedups")
        draw_utilisation(data, figures / "utilisation")
        draw_forecasts(data, figures / "forecasts")
        draw_scaling(data, planning, figures / "scaling")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary", nargs="?", help="the runs, e.g. build/release/bin/aurora-study")
    parser.add_argument("--from-csv", action="store_true", help="do not run: use the committed CSV")
    parser.add_argument("--planning", action="store_true", help="measure planning times too, on a quiet machine")
    parser.add_argument("--page", type=pathlib.Path, default=PAGE, help="where to write the page; elsewhere no figures are drawn")
    arguments = parser.parse_args()
    if not arguments.binary and not arguments.from_csv:
        parser.error("name the program that makes the runs, or say --from-csv")
    if not arguments.from_csv:
        check_traces()
        CSV.write_text(run(arguments.binary), encoding="utf-8")
    if arguments.planning:
        PLANNING_CSV.write_text(run(arguments.binary, "planning-times"), encoding="utf-8")
    write_page(arguments.page, FIGURES if arguments.page == PAGE else None)


if __name__ == "__main__":
    main()
