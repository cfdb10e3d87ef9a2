#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs every validation and writes docs/validation.md: each claim with its command and the figures of this run.

    tools/validation-page.py               needs the release build with benchmarks (cmake --preset release)
    tools/validation-page.py published     only that section, or those, of SECTIONS; the others stay as they are

Nothing on the page is typed in: text stands here, figures come from the runs. Takes some minutes.
"""

import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "release" / "bin"
os.environ["ECHELON_BIN"] = str(BIN / "echelon")
os.environ["ECHELON_SOURCE_DIR"] = str(ROOT)
sys.path.insert(0, str(ROOT / "tests" / "cross"))

import figure_2_test  # noqa: E402
import packet_against_fluid_test  # noqa: E402
import pairs_in_phase_test as pairs  # noqa: E402
import queue_windows_test as windows  # noqa: E402
import published_iterations_test as published  # noqa: E402
import ring_all_reduce_test  # noqa: E402
from _runs import summary  # noqa: E402


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def figure_2_section():
    rows = []
    for fabric in ("fluid", "packet"):
        for scheduler, (finishes, done) in figure_2_test.results(fabric).items():
            shown = ", ".join(f"{t:.9g}" for t in finishes)
            error = figure_2_test.worst_error(scheduler, finishes, done)
            rows.append([scheduler, fabric, shown, f"{done:.9g}", f"{error:.1e}"])
    return (
        "## Figure 2 of the EchelonFlow paper\n\n"
        "In Pan et al., HotNets 2022, fair gives 4.5, 6.5, 7 and 8.5, Coflow gives 7, 7, 7 and 10, and EchelonFlow gives 5, 6, 7 and 8. The rates over time are compared in\n"
        "`tests/unit/emulation/figure2-test.cc`. The packet fabric runs without headers here, as the paper's link carries payload only.\n\n"
        "`echelon run scenarios/paper/echelonflow-fig2.json`, with `--set '/fabric={\"kind\": \"packet\", \"header\": \"0B\"}'` for packets and with `echelon-paper`, the literal reading of\n"
        "the paper's rank, added by `--set '/schedulers=[…]'`. There is one EchelonFlow here, so the two agree.\n\n"
        + table(["scheduler", "fabric", "flows finish, s", "computation done, s", "worst relative error"], rows)
    )


def ring_section():
    rows = []
    for ranks in ring_all_reduce_test.RANKS:
        cells = [str(ranks)]
        for granularity in ("flow", "step"):
            size = ring_all_reduce_test.SIZES[-1]
            scenario = ring_all_reduce_test.scenario(ranks, size, granularity)
            fluid = summary(scenario)["runs"][0]["makespan_s"]
            packet = summary(scenario, "--fabric", "packet")["runs"][0]["makespan_s"]
            exact = ring_all_reduce_test.closed_form(ranks, size)
            expected = ring_all_reduce_test.closed_form_packet(ranks, size, granularity)
            cells += [f"{exact * 1e3:.6f}", f"{abs(fluid / exact - 1):.1e}", f"{abs(packet / expected - 1):.1e}"]
        rows.append(cells)
    header = ["ranks", "flow: T, ms", "fluid error", "packet error", "step: T, ms", "fluid error", "packet error"]
    return (
        "## Ring all-reduce against its closed form\n\n"
        f"{ring_all_reduce_test.SIZES[-1]} bytes on a non-blocking switch, with 100 Gb/s and 500 ns a link, take T = 2 (n − 1) (S/n · 8/B + 2 d). The packet fabric is compared with the form that has\n"
        "headers and store-and-forward in it. It is derived in `tests/cross/ring_all_reduce_test.py`, which also runs other sizes.\n\n" + table(header, rows)
    )


def packet_section():
    rows = []
    for path in sorted((ROOT / "scenarios" / "smoke").glob("*.json")):
        differences = packet_against_fluid_test.relative_differences(path)
        scheduler = max(differences, key=lambda name: abs(differences[name]))
        rows.append([path.stem, str(len(differences)), f"{100 * differences[scheduler]:+.3f} %", scheduler])
    return (
        "## Packet fabric against fluid fabric\n\n"
        "The table compares the makespans of every smoke scenario under every scheduler that it names, on both fabrics with the same header overhead. `tests/cross/packet_against_fluid_test.py` holds\n"
        "all of them to 2 %. The rest is due to segments: each is stored and forwarded on each hop, which adds one segment's transmission time per hop to each\n"
        "flow *on the critical path*; so the difference grows with the number of dependent transfers and shrinks with their size. It is largest where a\n"
        "collective is cut into the smallest dependent pieces (`all-reduce-ring-chunk`). No scenario is exempt.\n\n"
        + table(["scenario", "schedulers", "largest difference", "under"], rows)
        + phase_part()
        + window_part()
    )


def phase_part():
    fluid, packet = (pairs.exchanges(fabric) for fabric in pairs.FABRICS)
    rows = []
    for segments in (0, 2, 4, pairs.SEGMENTS):
        offset = segments * pairs.SEGMENT_S
        ends = pairs.difference(offset)
        rows.append([f"{offset * 1e6:.2f}", f"{ends[0] * 1e3:.3f}", f"{ends[1] * 1e3:.3f}", f"{100 * (ends[1] / ends[0] - 1):+.1f} %"])
    first = ", ".join(f"{seconds * 1e6:.2f}" for seconds in packet[:4])
    return (
        "\n**Competitors in phase.** If two jobs send over one link again and again at the very same instants, packets may end a tenth earlier under `fair`. In `scenarios/robustness/pairs-in-phase.json`\n"
        f"two jobs exchange {pairs.SEGMENTS} segments each over one uplink, which transmits a segment in {pairs.SEGMENT_S * 1e6:.4f} us. As a fluid both exchanges end at the same instant, so the next ones meet again, and every one\n"
        f"of {len(fluid)} takes {fluid[0] * 1e6:.2f} us, to the picosecond. In packets, segments alternate, so one of the two ends a segment earlier and starts its next exchange earlier. The first exchanges take\n"
        f"{first} us, until they hardly meet. Neither is wrong: being in phase for ever is a coincidence that exact sharing keeps, and whole segments do not. With the second\n"
        "job a little later the fabrics agree, up to the store-and-forward of the many short exchanges (`tests/cross/pairs_in_phase_test.py`). Schedulers that serve one flow after the other\n"
        "separate such jobs by themselves. If you compare with `fair` on such a scenario, let the jobs arrive at different times.\n\n"
        + table(["second job later by, us", "fluid, ms", "packet, ms", "difference"], rows)
    )


def window_part():
    rows = []
    for path in windows.smoke_scenarios():
        found = [windows.differences(path, window) for window in ("0B", windows.LARGE)]
        largest = [max(differences.items(), key=lambda item: abs(item[1])) for differences in found]
        if max(abs(value) for _, value in largest) > 0.01:
            rows.append([path.stem, *[f"{100 * value:+.1f} % ({scheduler})" for scheduler, value in largest]])
    return (
        "\n**Queues and windows.** Under `\"enforcement\": \"queues\"` with the default window the smoke scenarios keep the same 2 % (`tests/cross/queue_windows_test.py`). With a window of "
        f"{windows.LARGE}, which\nis none at all, flows pile up in the switches, and a scheduler's order is lost. The table has the scenarios with a difference of more than 1 % in either case, each with the largest of all schedulers:\n\n"
        + table(["scenario", "default window", f"{windows.LARGE}"], rows)
    )


def published_section():
    utilisation = published.fitted_utilisation()
    rows = []
    for model, (seconds, mfu) in published.PUBLISHED.items():
        computed = published.seconds(model, utilisation)
        gpus = published.gpus(model)
        own = published.flops(model) / (gpus * published.PEAK * computed)
        rows.append(
            [
                model.upper(),
                str(gpus),
                f"{seconds:.2f}",
                f"{computed:.2f}",
                "fitted" if model == published.FITTED else f"{100 * (computed / seconds - 1):+.1f} %",
                f"{100 * mfu:.1f} %",
                f"{100 * own:.1f} %",
                f"{published.utilisation_that_fits(model, utilisation):.3f}",
            ]
        )
    return (
        "## Published iteration times of GPT models\n\n"
        "Korthikanti et al., \"Reducing Activation Recomputation in Large Transformer Models\" (MLSys 2023, arXiv 2205.05198), Tables 3 and 5, has GPT models on\n"
        "A100 in hosts of eight, with tensor parallelism of 8, sequence parallelism, pipelines between hosts, and no data parallelism. The scenarios in\n"
        f"`scenarios/published/` take one utilisation of the GPUs' peak, {utilisation:.4f}, which is fitted on the smallest model. Nothing else is fitted, so the rest are predictions. The published\n"
        "figures were read in a transcription of the tables and not in the paper itself; its seconds and MFU (model FLOPs utilisation) agree by the paper's equation 7\n"
        "to better than 0.4 %, which `tests/cross/published_iterations_test.py` checks. Link rates and delays are those of DGX A100 (8 interfaces of 200 Gb/s, 2.4 Tb/s of scale-up network a GPU, at line rate) and assumed.\n\n"
        + table(["model", "GPUs", "published, s", "Echelon, s", "error", "MFU published", "MFU Echelon", "utilisation that fits"], rows)
        + "\nThe errors have a reason: larger matrices use more of a GPU than small ones, and one utilisation for all cannot show this, so errors grow towards large models. The\n"
        "fitted utilisation also includes what is not modelled: normalisations, activation functions, the recomputed part of attention, the optimiser, and fixed costs of kernels and collectives.\n"
    )


def benchmark_section(title, text, program, *arguments):
    done = subprocess.run([str(BIN / program), *arguments], capture_output=True, text=True, check=False)
    output = "\n".join(line for line in done.stdout.splitlines() if "xbt_cfg" not in line)
    return f"## {title}\n\n{text}\n\n`build/release/bin/{' '.join([program, *arguments])}`\n\n```\n{output}\n```\n"


def introduction():
    version = subprocess.run([str(BIN / "echelon"), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return (
        "# Validation\n\nEach number that Echelon prints rests on one of these checks. `tools/validation-page.py` runs them all and writes this page; the tests hold the same\n"
        f"comparisons to their bounds on every commit. Figures of this page: {version}, {platform.machine()}.\n"
    )


def max_min_section():
    return (
        "## Max-min fairness\n\n`tests/property/max-min-test.cc` has 1,000 random instances on big switches and leaf-spines. An independent routine finds for every flow a full link on which\n"
        "no flow has more, and finds no link over capacity. `tests/property/incremental-decisions-test.cc` compares every scheduler's incremental decisions with a naive simulation that decides\n"
        "on all flows at every event.\n"
    )


def plans_section():
    return (
        "## Plans of all-to-alls\n\nIn `tests/property/transmission-orders-test.cc` an independent checker finds that every order's plan sends every byte once and that every stage is a matching;\n"
        "`aurora` ends at the bound, to the picosecond, on 10,000 matrices of 2 to 32 ranks. `tests/property/transmission-orders-optimum-test.cc` shows that the bound is the optimum, by trying\n"
        "every set of pairs in every slot. `tests/property/expert-placement-test.cc` compares placements and pairings with all permutations.\n"
    )


def planned_section():
    return benchmark_section(
        "Planned all-to-alls on the packet fabric",
        "The traffic is skewed, with 16, 32 and 64 GPUs that send 64 MB each over links of 100 Gb/s and 500 ns. The columns give the completion over the least that any schedule of payload can take (`over_bound`), most senders at one receiver, and the largest queue at a receiver's port in segments.",
        "ns3-all-to-all",
        "aurora",
    )


def simgrid_section():
    return benchmark_section(
        "Fluid fabric against SimGrid",
        "The same skewed all-to-all runs on the same paths through SimGrid's flow model. CPU seconds vary with the machine's load; both run in one process.",
        "simgrid-fluid",
    )


def speed_section():
    return benchmark_section(
        "Speed of the packet fabric",
        "The benchmark runs an all-to-all of 1 MB per pair on one core, and stock ns-3 TCP (MSS 8900) in the same run. A packet-hop is one segment sent over one link.",
        "ns3-packet-fabric",
    )


SECTIONS = {
    "introduction": introduction,
    "figure-2": figure_2_section,
    "ring": ring_section,
    "max-min": max_min_section,
    "packet": packet_section,
    "published": published_section,
    "plans": plans_section,
    "planned": planned_section,
    "simgrid": simgrid_section,
    "speed": speed_section,
}


def main():
    target = ROOT / "docs" / "validation.md"
    chosen = sys.argv[1:] or list(SECTIONS)
    # A section begins with its heading, and lasts to the next one.
    present = re.split(r"^(?=## )", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if len(present) != len(SECTIONS):
        chosen = list(SECTIONS)
        present = [""] * len(SECTIONS)
    for i, name in enumerate(SECTIONS):
        if name in chosen:
            present[i] = SECTIONS[name]()
    target.write_text("\n".join(section.rstrip("\n") + "\n" for section in present), encoding="utf-8")
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
