# SPDX-License-Identifier: GPL-2.0-only
"""One scenario, run in every way that must not matter, and checked.

    Trial(scenario, seed=7, also={"resolved", "fabrics"}).check()          # 'done', or 'refused'; raises Violation
"""

import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
from collections import Counter

from _run_properties import Violation, check_results, quantity, read_json, require, table
from _shuffled_scenario import shuffled

BINARY = os.environ.get("ECHELON_BIN", str(pathlib.Path(__file__).parents[2] / "build" / "dev" / "bin" / "echelon"))
BAD_INPUT = 65
# A scenario is small. What takes longer than this grows too fast.
LONGEST_SECONDS = 60
# Between two GPUs of a leaf-spine.
HOPS = 4
FAIR_TOLERANCE = 0.02
COARSE_TOLERANCE = 0.25
# The same tables whatever does not matter; the manifest names the command, the resolved scenario keeps what the author wrote.
COMPARED = ("flows.csv", "groups.csv", "jobs.csv", "computes.csv", "links.csv", "link_series.csv", "critical_path.csv", "waits.csv")


def registry():
    """What the program knows: {'schedulers': {name: parameters}, 'fabrics': …, 'workloads': …}."""
    known = {}
    for what in ("schedulers", "fabrics", "workloads"):
        listed = subprocess.run([BINARY, "list", what, "--json"], capture_output=True, check=True, text=True).stdout
        known[what] = {entry["name"]: entry["parameters"] for entry in json.loads(listed)["entries"]}
    return known


class Trial:
    def __init__(self, scenario, seed, also):
        """seed: of the other orders. also: checks that cost further runs, out of 'resolved' and 'fabrics'."""
        self.scenario = scenario
        self.also = also
        self.random = random.Random(seed)

    def check(self):
        with tempfile.TemporaryDirectory() as folder:
            self.folder = pathlib.Path(folder)
            results = self.run("first", self.scenario, "--jobs", "2")
            if results is None:
                return "refused"
            check_results(self.scenario, results)
            self.check_shuffled(results)
            if "resolved" in self.also:
                self.check_resolved(results)
            if "fabrics" in self.also:
                self.check_fabrics()
        return "done"

    # -- running

    def run(self, name, scenario, *options):
        """The folder of results; None if the program refuses the scenario, which it must do well."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(scenario, ensure_ascii=False), encoding="utf-8")
        out = self.folder / name
        command = [BINARY, "run", path.name, "--quiet", "--out", str(out), *options]
        try:
            done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=LONGEST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Violation("too slow", f"{' '.join(command)}: more than {LONGEST_SECONDS} s") from None
        said = done.stderr.decode(errors="backslashreplace")
        require(done.stdout == b"", "output", f"--quiet prints {done.stdout[:200]}")
        if done.returncode == BAD_INPUT:
            require(re.fullmatch(rf"{re.escape(path.name)}: .+ \(.+\)\n", said), "message", f"{said!r}")
            require(not out.exists(), "written", f"exit {BAD_INPUT}, but {out.name} is there")
            return None
        require(done.returncode == 0, f"exit {done.returncode}", said[:2000])
        (results,) = out.glob("*/*")
        return results

    def again(self, name, scenario, *options):
        results = self.run(name, scenario, *options)
        require(results is not None, "refused", f"{name}: what ran before")
        return results

    # -- what must not matter

    def check_shuffled(self, results):
        """Order of keys, jobs, tasks, flows, groups and coflows; order of schedulers; number of processes."""
        other = shuffled(self.scenario, self.random)
        self.random.shuffle(other["schedulers"])
        self.compare(results, self.again("shuffled", other, "--jobs", "1"), "order")

    def check_resolved(self, results):
        """The scenario as it ran gives the same results, and the same resolved scenario."""
        resolved = results / "scenario.resolved.json"
        again = self.again("resolved", json.loads(resolved.read_text(encoding="utf-8")), "--jobs", "1")
        self.compare(results, again, "resolved")
        require(resolved.read_bytes() == (again / "scenario.resolved.json").read_bytes(), "resolved", "it resolves to another scenario")

    def compare(self, one, other, kind):
        first, second = by_label(one), by_label(other)
        require(first.keys() == second.keys(), kind, f"runs {sorted(first)} and {sorted(second)}")
        for label, files in first.items():
            for name, content in files.items():
                require(content == second[label][name], kind, f"{label}: {name} differs: {difference(content, second[label][name])}")
        same_order = list(first) == list(second)
        if same_order:
            require((one / "timeline.json").read_bytes() == (other / "timeline.json").read_bytes(), kind, "timeline.json differs")

    def check_fabrics(self):
        """Fluid and packets agree where they model the same: hosts pace, nothing is lost, no report is late.

        A segment is stored and forwarded at every hop, so that each flow of the critical path takes up to a segment's time longer on each.
        Besides, they are within the tolerance of docs/validation.md under `fair`. Where flows go one after the other, a difference of a
        picosecond may turn their order round, and the iterations with it (Graham's anomalies): there the bound is a coarse one. So it is where
        EchelonFlows compete in phase: flows of two of them start and end on one interface within a segment of each other again and again, which
        exact sharing keeps for ever and whole segments do not (docs/validation.md, tests/cross/pairs_in_phase_test.py).
        """
        topology, fabric = self.scenario["topology"], self.scenario.get("fabric", {})
        segment, header = fabric.get("segment", 4096), fabric.get("header", 82)
        same = {key: value for key, value in self.scenario.items() if key != "control"} | {"schedulers": ["fair", "srpt", "sebf"]}
        packet = same | {"fabric": {"kind": "packet", "segment": segment, "scale_up_segment": segment, "header": header}}
        fluid = same | {"fabric": {"kind": "fluid", "segment": segment, "header": header}}
        results = [self.run(name, scenario, "--files", "tables") for name, scenario in (("packet", packet), ("fluid", fluid))]
        if None in results:
            return
        summaries = [read_json(folder / "summary.json") for folder in results]
        steps = [Counter(row["run"] for row in table(folder, "critical_path") if row["kind"] == "flow") for folder in results]
        rates = [float(link["rate_bps"]) for link in table(results[0], "links")]
        if "scale_up" in topology:
            rates.append(float(quantity(topology["scale_up"]["rate"])))
        segment_s = float(quantity(segment) + quantity(header)) * 8 / min(rates)
        for index, (ours, theirs) in enumerate(zip(*(summary["runs"] for summary in summaries))):
            if summaries[0]["engine"][index]["drops"] > 0:
                continue
            hops = HOPS * (1 + max(of_run[str(index)] for of_run in steps))
            is_coarse = ours["scheduler"] != "fair" or in_phase(results[1], index, segment_s)
            tolerance = COARSE_TOLERANCE if is_coarse else FAIR_TOLERANCE
            allowed = tolerance * theirs["makespan_s"] + hops * segment_s
            packets_s, fluid_s = ours["makespan_s"], theirs["makespan_s"]
            require(
                abs(packets_s - fluid_s) <= allowed, "fabrics",
                f"{ours['scheduler']}: packets {packets_s} s, fluid {fluid_s} s, {100 * (packets_s / fluid_s - 1):+.1f} %; allowed {allowed} s",
            )


def in_phase(results, index, segment_s):
    """Whether flows of two EchelonFlows left one GPU together, from start to end, up to a segment, more than twice."""
    flows = [flow for flow in table(results, "flows") if flow["run"] == str(index)]
    flows.sort(key=lambda flow: (flow["source"], float(flow["start_s"])))
    together = 0
    for one, other in zip(flows, flows[1:]):
        same = one["source"] == other["source"] and one["group"] != other["group"]
        apart = max(abs(float(one[when]) - float(other[when])) for when in ("start_s", "finish_s"))
        together += same and apart < segment_s
    return together > 2


def by_label(results):
    """{scheduler: {file: its rows, or its run of the summary, without the run's number}}, in the order of the runs."""
    runs = json.loads((results / "summary.json").read_text(encoding="utf-8"))["runs"]
    files = {run["scheduler"]: {"summary.json": json.dumps(run)} for run in runs}
    for name in COMPARED:
        header, *lines = (results / name).read_text(encoding="utf-8").splitlines()
        of_run = {str(index): [header] for index in range(len(runs))}
        for line in lines:
            index, _, rest = line.partition(",")
            of_run[index].append(rest)
        for index, run in enumerate(runs):
            files[run["scheduler"]][name] = of_run[str(index)]
    return files


def difference(one, other):
    if isinstance(one, str):
        one, other = one.split(","), other.split(",")
    for a, b in zip(one, other):
        if a != b:
            return f"{a[:300]} / {b[:300]}"
    return f"{len(one)} / {len(other)} lines"
