# SPDX-License-Identifier: GPL-2.0-only
"""Runs of the built command line for the cross checks: a scenario (a dict) in, its summary out."""

import json
import os
import pathlib
import subprocess
import tempfile

ECHELON = os.environ["ECHELON_BIN"]
SOURCE = pathlib.Path(os.environ["ECHELON_SOURCE_DIR"])

# What the packet fabric adds to every segment by default (RoCEv2), for the fluid fabric to account for it too.
PACKET_HEADER = "82B"


def smoke_scenarios():
    """The smoke scenarios that both fabrics carry: links change, and flows are split, on the fluid fabric only."""
    paths = sorted(pathlib.Path(SOURCE, "scenarios", "smoke").glob("*.json"))

    def is_for_both(scenario):
        return "events" not in scenario and scenario.get("routing", "ecmp") == "ecmp"

    return [path for path in paths if is_for_both(json.loads(path.read_text()))]


def summary(scenario, *options):
    """The summary of one run. `scenario` is a path, or a dict that names no other files."""
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(scenario, dict):
            path = pathlib.Path(folder) / "scenario.json"
            path.write_text(json.dumps(scenario))
        else:
            path = scenario
        command = [ECHELON, "run", str(path), "--json", "--out", folder, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def both_fabrics(scenario, *options):
    """(fluid, packet) summaries of one scenario, the fluid one with the packet fabric's header overhead."""
    fluid = summary(scenario, "--set", f"/fabric={{\"kind\": \"fluid\", \"header\": \"{PACKET_HEADER}\"}}", *options)
    packet = summary(scenario, "--set", "/fabric={\"kind\": \"packet\"}", *options)
    return fluid, packet
