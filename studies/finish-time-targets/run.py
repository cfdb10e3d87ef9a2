#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/finish-time-targets/README.md: where targets from the whole iteration save time, and where they do not.

    studies/finish-time-targets/run.py run build/release/bin/echelon     run everything, write the CSV files
    studies/finish-time-targets/run.py page                              page and figures from the CSV files

Runs studies/finish-time-targets/scenarios/finish-time-*.json over loads, oversubscription, spines, noise, control delay, jobs and seeds. Every figure
on the page is computed from studies/finish-time-targets/data/finish-time-targets*.csv. Equal results give equal bytes, but for the time that the run took.
"""

import argparse
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]
sys.dont_write_bytecode = True

from finish_time_study import data as study  # noqa: E402
from finish_time_study.figures import draw  # noqa: E402
from finish_time_study.names import PAGE  # noqa: E402
from finish_time_study.page import page  # noqa: E402
from finish_time_study.runs import run_study  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("run", help="run everything, write the CSV files").add_argument("binary", help="the emulator, e.g. build/release/bin/echelon")
    steps.add_parser("page", help="page and figures from the CSV files")
    arguments = parser.parse_args()
    if arguments.step == "run":
        run_study(pathlib.Path(arguments.binary).resolve())
    else:
        data, waits, buckets, perturbed, cost = study.read()
        draw(data, buckets)
        PAGE.write_text(page(data, waits, perturbed, cost), encoding="utf-8")


if __name__ == "__main__":
    main()
