#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write docs/studies/aurora.md: Aurora's orders, placements and colocations against their baselines, beside the paper.

    tools/aurora-study.py build/release/bin/aurora-study               run everything, write CSV, page and figures
    tools/aurora-study.py --from-csv                                   page and figures from the committed CSV
    tools/aurora-study.py build/release/bin/aurora-study --planning    also measure planning times anew

The runs take about a minute on one core, planning times another. They need the real routing traces in $ECHELON_DATA (or ../shared/data),
of which the CSV holds results only. Equal inputs give equal bytes, but for planning times, which have a CSV of their own.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "analysis")]

from aurora_study.data import load  # noqa: E402
from aurora_study.figures import draw_forecasts, draw_scaling, draw_speedups, draw_utilisation  # noqa: E402
from aurora_study.page import page  # noqa: E402

CSV = ROOT / "docs" / "studies" / "aurora.csv"
PLANNING_CSV = ROOT / "docs" / "studies" / "aurora-planning-time.csv"
PAGE = ROOT / "docs" / "studies" / "aurora.md"
IMAGES = ROOT / "docs" / "images"


def run(binary, *parts):
    return subprocess.run([binary, *parts], stdout=subprocess.PIPE, text=True, check=True).stdout


def check_traces():
    folder = pathlib.Path(os.environ.get("ECHELON_DATA", "../shared/data")) / "moe-routing"
    if not folder.is_dir():
        sys.exit(f"{folder}: no routing traces; the page needs them. Set ECHELON_DATA, or use --from-csv")


def write_page(out, images):
    data, planning = load(CSV), pandas.read_csv(PLANNING_CSV)
    out.write_text(page(data, planning), encoding="utf-8")
    if images:
        draw_speedups(data, images / "aurora-speedups")
        draw_utilisation(data, images / "aurora-utilisation")
        draw_forecasts(data, images / "aurora-forecasts")
        draw_scaling(data, planning, images / "aurora-scaling")


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
    write_page(arguments.page, IMAGES if arguments.page == PAGE else None)


if __name__ == "__main__":
    main()
