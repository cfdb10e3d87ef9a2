#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write studies/oversubscription/README.md: iteration time that schedulers save on LLaMA-2-70B jobs that share a network.

    studies/oversubscription/run.py build/release/bin/echelon        run what is missing; CSV, page and figures
    studies/oversubscription/run.py --from-csv                       page and figures from the committed CSV

Runs the sweeps studies/oversubscription/scenarios/oversubscription-llama*.json with echelon-sweep into `sweeps/`; points that have a result
there are not run again. Every figure on the page is computed from studies/oversubscription/data/oversubscription.csv (one line per point,
scheduler and job) and oversubscription-waits.csv (who waits for whom). Equal results give equal bytes.
"""

import argparse
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path[:0] = [str(FOLDER), str(ROOT / "analysis")]
sys.dont_write_bytecode = True

from oversubscription_study import data  # noqa: E402
from oversubscription_study.figures import draw  # noqa: E402
from oversubscription_study.page import page  # noqa: E402

PAGE = FOLDER / "README.md"


def run_sweeps(binary, out, processes):
    for name in data.SWEEPS.values():
        command = [ROOT / "analysis" / "echelon-sweep", "submit", FOLDER / "scenarios" / f"{name}.json"]
        command += ["--program", binary, "--out", out] + (["--processes", processes] if processes else [])
        subprocess.run([str(word) for word in command], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binary", nargs="?", help="the emulator, e.g. build/release/bin/echelon")
    parser.add_argument("--from-csv", action="store_true", help="do not run: use the committed CSV")
    parser.add_argument("--out", metavar="DIR", default=ROOT / "sweeps", help="where sweep folders lie (default: sweeps)")
    parser.add_argument("--processes", metavar="N", help="points at a time (default: cores)")
    arguments = parser.parse_args()
    if not arguments.from_csv:
        if not arguments.binary:
            parser.error("name the emulator, or give --from-csv")
        run_sweeps(arguments.binary, arguments.out, arguments.processes)
        data.write_csv(pathlib.Path(arguments.out))
    jobs, waits, cost = data.read_csv()
    draw(jobs)
    PAGE.write_text(page(jobs, waits, cost), encoding="utf-8")


if __name__ == "__main__":
    main()
