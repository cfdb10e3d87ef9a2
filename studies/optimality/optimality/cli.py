# SPDX-License-Identifier: GPL-2.0-only
"""The command line of the optimality study: optima, compare, worst, scenario.

Exit codes as the emulator's: 0 done, 1 a scheduler is below the bound, 64 usage, 65 bad input.
"""

import argparse
import json
import pathlib
import sys

from echelon_analysis.errors import writing
from echelon_common.command_line import Parser, run_program, whole
from echelon_common.files import write_text
from optimality.instances import MIXES, make

PROGRAM = "echelon-optimality"
DEFAULT_SCHEDULERS = ("fair", "sebf", "echelon")


def scheduler(text):
    """A name, or an object as in a scenario."""
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.msg}") from None


def make_parser():
    parser = Parser(prog=PROGRAM, description="Compare schedulers with the optimum on small random instances.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text):
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--mix", nargs="+", choices=MIXES, default=MIXES, help="The mixes of jobs to draw instances from (default: all).")
        added.add_argument("--instances", type=whole(1), default=500, metavar="N", help="Draw N instances of each mix (default 500).")
        added.add_argument("--out", default="results/optimality", metavar="FOLDER", help="Where optima and tables are kept (default results/optimality).")
        added.add_argument("--processes", type=whole(1), default=2, metavar="N", help="How many processes run at a time (default 2).")
        added.add_argument(
            "--time-limit", type=float, default=10.0, metavar="S", help="Give the exact solver S seconds for each instance (default 10)."
        )
        return added

    command("optima", "Solve the instances and keep the optima in FOLDER/optima.jsonl.")
    added = command("compare", "Run schedulers on the instances and write a table, CSV files and a figure.")
    added.add_argument("--schedulers", nargs="+", type=scheduler, default=DEFAULT_SCHEDULERS, metavar="NAME")
    added.add_argument("--by", choices=("mix", "fabric", "weighted"), default="mix", help="What the rows of the table are (default: mix).")
    added = command("worst", "List the instances where one scheduler is furthest from the optimum.")
    added.add_argument("scheduler", type=scheduler)
    added.add_argument("--count", type=whole(1), default=5, metavar="N", help="List N instances of each mix (default 5).")
    added = commands.add_parser("scenario", help="Print an instance as a scenario for echelon run.")
    added.add_argument("mix", choices=MIXES)
    added.add_argument("index", type=whole(0))
    added.add_argument("--schedulers", nargs="+", type=scheduler, default=DEFAULT_SCHEDULERS, metavar="NAME")
    return parser


def main(arguments=None):
    """Run a command; return the exit code."""
    return run_program(PROGRAM, lambda: run(make_parser().parse_args(arguments)))


def progress(done, total, record):
    state = "exact" if record["exact"] else f"{record['lower']:.6g} … {record['upper']:.6g}"
    print(f"{done}/{total} {record['name']}: {state} in {record['seconds']:.1f} s", file=sys.stderr, flush=True)


def run(options):
    if options.command == "scenario":
        print(json.dumps(make(options.mix, options.index).scenario(options.schedulers), indent=1))
        return 0
    from optimality.store import Store, fill

    folder = pathlib.Path(options.out)
    store = Store(folder / "optima.jsonl")
    instances = [make(mix, i) for mix in options.mix for i in range(options.instances)]
    # Mixes by turns, so that what is there after a while is of all mixes.
    turns = sorted(instances, key=lambda i: i.name.rsplit("-", 1)[1])
    fill(store, turns, options.time_limit, options.processes, progress)
    if options.command == "optima":
        records = [store[i.key()] for i in instances]
        exact = sum(r["exact"] for r in records)
        print(f"{exact} of {len(records)} solved exactly, {sum(r['seconds'] for r in records) / len(records):.2f} s each")
        return 0
    return compare_and_report(options, folder, store, instances)


def compare_and_report(options, folder, store, instances):
    import pandas

    from optimality import compare, report

    schedulers = options.schedulers if options.command == "compare" else [options.scheduler]
    rows = compare.compare(store, instances, schedulers, compare.find_binary(), options.processes)
    frame = pandas.DataFrame(rows)
    if options.command == "worst":
        solved = frame[frame.exact == 1].sort_values(["ratio_optimum", "mix", "instance"], ascending=[False, True, True])
        columns = ["mix", "instance", "fabric", "weighted", "groups", "flows", "tardiness_ms", "upper_ms", "ratio_optimum"]
        print(solved.groupby("mix", sort=False).head(options.count)[columns].to_string(index=False))
    else:
        table = report.summarise(frame, options.by)
        text = report.markdown(table)
        for name, content in (("instances", frame), ("table", table)):
            with writing(folder / f"{name}.csv") as draft:
                content.to_csv(draft, index=False, float_format="%.9g", lineterminator="\n")
        with writing(folder / "table.md") as draft:
            write_text(draft, text + "\n")
        print(text)
        for path in report.draw(frame, folder / "ratio"):
            print(path)
    wrong = compare.violations(rows)
    for line in wrong:
        print(f"{PROGRAM}: {line}", file=sys.stderr)
    return 1 if wrong else 0
