# SPDX-License-Identifier: GPL-2.0-only
"""Collects what the report of a result folder holds.

    title, sealed = results_document("results/quickstart")

A file that `echelon run --files` left out costs its sections and a sentence that says so, not the report.
"""

import shlex

from echelon_analysis.checks import check_scenario
from echelon_analysis.html.compare_part import comparison, headline
from echelon_analysis.html.gantt_part import gantt
from echelon_analysis.html.pack import Pack, tick_of
from echelon_analysis.html.tables_part import distributions, echelonflows, links
from echelon_analysis.html.why_part import why
from echelon_analysis.load import MANIFEST_SCHEMA, open_results, read_json

SCENARIO_SCHEMA = "echelon/scenario/1"

# Section -> what it is made from, and of which files.
SECTIONS = {
    "why": (why, ("critical_path.csv", "waits.csv", "links.csv")),
    "gantt": (gantt, ("computes.csv", "flows.csv", "groups.csv", "jobs.csv", "critical_path.csv")),
    "cdf": (distributions, ("flows.csv", "groups.csv")),
    "links": (links, ("link_series.csv", "links.csv")),
    "groups": (echelonflows, ("groups.csv",)),
}


def results_document(path):
    """(title, sealed data) of the page."""
    results = open_results(path)
    pack = Pack(tick_of(max(run["makespan_s"] for run in results.runs)))
    manifest = read_json(results.path / "manifest.json", MANIFEST_SCHEMA, "schema")
    scenario = _scenario(results.path / "scenario.resolved.json")
    document = {
        "kind": "results",
        "scenario": results.scenario,
        "description": scenario.get("description", ""),
        "tick": pack.tick,
        "schedulers": results.labels,
        "makespans": [run["makespan_s"] for run in results.runs],
        "jobs": results.job_names,
        "headline": headline(results),
        "compare": comparison(results),
        "split": _split(results),
        "warnings": _incomplete(results),
        "provenance": _provenance(results, manifest, scenario),
    }
    for name, (make, files) in SECTIONS.items():
        missing = results.lacks(*files)
        if missing:
            document[name] = {"missing": f"{missing}."}
        else:
            document[name] = make(results, pack)
    return f"{results.scenario}: schedulers compared", pack.seal(document)


def _incomplete(results):
    """Sentences about tables that hold other numbers of rows than summary.json says: a file that was cut at the end of a line."""
    lines = []
    for name, of in (("flows", "flows"), ("groups", "EchelonFlows")):
        if not (results.path / f"{name}.csv").exists():
            continue
        table = getattr(results, name)
        counts = table["count"] if name == "flows" else table.run * 0 + 1
        found = counts.groupby(table.run).sum()
        for run, label in enumerate(results.labels):
            here, said = int(found.get(run, 0)), results.runs[run][name]["count"]
            if here != said:
                lines.append(f"{name}.csv holds {here:,} {of} of {label}, summary.json counts {said:,}: what follows is incomplete.")
    return lines


def _scenario(path):
    """The scenario as it ran; empty when the file is not there."""
    if not path.exists():
        return {}
    scenario = read_json(path, SCENARIO_SCHEMA, "schema")
    check_scenario(path, scenario)
    return scenario


def _split(results):
    """Mean iteration and its parts: rows of [run, job, iterations, compute, transmission, waiting, delay]."""
    rows = []
    for run, summary in enumerate(results.runs):
        for number, job in enumerate(summary["jobs"]):
            parts = job["critical_path"]
            rows.append(
                [
                    run, number, len(job["iteration_times_s"]),
                    *(parts[name] for name in ("compute_s", "transmission_s", "waiting_s", "delay_s")),
                ]
            )
    return rows


def _provenance(results, manifest, scenario):
    """Pairs of (what, value)."""
    program = manifest.get("program", {})
    run = results.runs[0]
    jobs = scenario.get("jobs", [])
    pairs = [
        ("Scenario", results.scenario),
        ("Described as", scenario.get("description", "")),
        ("Run id", results.run_id),
        ("Input", manifest.get("input", "")),
        ("Command", shlex.join(map(str, manifest.get("command", [])))),
        ("Program", " ".join(str(v) for v in ("echelon", program.get("version", ""))).strip()),
        ("Commit", program.get("commit", "")),
        ("Compiler", program.get("compiler", "")),
        ("ns-3", program.get("ns3", "")),
        ("Fabric", run.get("fabric", "")),
        ("Seed", run.get("seed", "")),
        ("Jobs", "; ".join(f"{job.get('name')}, {job.get('iterations')} iteration{'' if job.get('iterations') == 1 else 's'}" for job in jobs)),
        ("Schedulers", ", ".join(results.labels)),
    ]
    return [[what, str(value)] for what, value in pairs if str(value)]
