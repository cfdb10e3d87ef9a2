# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of any run, checked on its result files without knowing how they came about.

    check_results(scenario, folder)          # raises Violation

Bounds rest on the scenario and on elementary physics alone: bytes over rates, and delays. Nothing is taken from the emulator but what it wrote.
"""

import csv
import json
import math
import re
from collections import defaultdict
from fractions import Fraction

# Times are whole picoseconds: a flow's end is rounded once for each change of its rate, and each segment's transmission.
ROUNDING_PS = 1000
RELATIVE = 1e-9

UNITS = {
    "bps": 1, "Kbps": 10**3, "Mbps": 10**6, "Gbps": 10**9, "Tbps": 10**12,
    "ps": 1, "ns": 10**3, "us": 10**6, "ms": 10**9, "s": 10**12,
    "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
TEXTS = {"scheduler", "job", "name", "devices", "shape", "kind", "blocking_job", "blocking_name"}
TABLES = ("flows", "groups", "jobs", "computes", "links", "link_series", "critical_path", "waits")


class Violation(Exception):
    """A property that does not hold. `kind` says which, so that a smaller input can be told to show the same."""

    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


def require(holds, kind, text):
    if not holds:
        raise Violation(kind, text)


def quantity(value):
    """bit/s, picoseconds or bytes."""
    if not isinstance(value, str):
        return value
    number, unit = re.fullmatch(r"\s*([0-9.eE+-]+?)\s*([A-Za-z]+)\s*", value).groups()
    return Fraction(number) * UNITS[unit]


def picoseconds(text):
    """A time of a CSV file: seconds with exactly 12 decimals."""
    whole, _, decimals = text.lstrip("-").partition(".")
    require(len(decimals) == 12, "format", f"'{text}' has not 12 decimals")
    return (-1 if text.startswith("-") else 1) * int(whole + decimals)


def table(folder, name):
    with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row in rows:
        for column in TEXTS & row.keys():
            # An apostrophe keeps spreadsheets from reading a name as a formula.
            row[column] = re.sub(r"^'(?='*[=+\-@\t\r])", "", row[column])
    return rows


def by_run(rows):
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["run"]].append(row)
    return grouped


def _no_constant(text):
    raise Violation("not finite", f"{text} in a JSON file")


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)


class Network:
    """Rates and delays between two GPUs, from the scenario's topology."""

    def __init__(self, topology):
        self.gpus = topology.get("gpus_per_host", 1)
        self.leaf_spine = topology["kind"] == "leaf-spine"
        self.hosts_per_leaf = topology.get("hosts_per_leaf", 1)
        self.hosts = topology["leaves"] * self.hosts_per_leaf if self.leaf_spine else topology["hosts"]
        link = topology["host_link"]
        self.rates = [quantity(rate) for rate in link.get("rates", [link.get("rate")] * self.hosts)]
        self.link_delay = quantity(link.get("delay", "0s"))
        uplink = topology.get("uplink", {})
        self.uplink_rate = quantity(uplink.get("rate", f"{10**9}Tbps"))
        self.uplink_delay = quantity(uplink.get("delay", "0s"))

    def host(self, device):
        return int(device) // self.gpus

    def leaf(self, host):
        return host // self.hosts_per_leaf if self.leaf_spine else 0

    def path(self, source, destination):
        """(bit/s of the slowest link, ps of propagation) between two hosts."""
        rate, delay = min(self.rates[source], self.rates[destination]), 2 * self.link_delay
        if self.leaf(source) != self.leaf(destination):
            rate, delay = min(rate, self.uplink_rate), delay + 2 * self.uplink_delay
        return rate, delay


def on_the_wire(flow, fabric):
    """(bytes, headers included; segments) of a row of flows.csv. A bundle is cut into segments as a whole; what is fluid has none."""
    payload = int(flow["bytes"]) * int(flow["count"])
    packet = fabric["kind"] == "packet"
    segment, header = quantity(fabric.get("segment", 4096)), quantity(fabric.get("header", 82 if packet else 0))
    if packet:
        segments = math.ceil(Fraction(payload) / segment)
        return payload + segments * header, segments
    return payload * (1 + Fraction(header) / segment), 0


def check_results(scenario, folder):
    """All of it, on the folder of one run of the scenario."""
    summary = read_json(folder / "summary.json")
    read_json(folder / "timeline.json")
    tables = {name: table(folder, name) for name in TABLES}
    for name, rows in tables.items():
        check_finite(name, rows)
    network, fabric = Network(scenario["topology"]), scenario.get("fabric", {"kind": "fluid"})
    runs = {name: by_run(rows) for name, rows in tables.items()}
    for index, run in enumerate(summary["runs"]):
        of_run = {name: rows[str(index)] for name, rows in runs.items()}
        check_flows(of_run["flows"], network, fabric)
        check_links(of_run, run, network, fabric)
        check_series(of_run, fabric, summary["engine"][index]["drops"])
        check_jobs(of_run["jobs"], scenario, network)
        check_computes(of_run["computes"], of_run["jobs"])
    check_bytes(summary, scenario, runs)
    return summary


def check_finite(name, rows):
    for row in rows:
        for column, text in row.items():
            if column not in TEXTS:
                require(text is not None and re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", text), "not finite", f"{name}.csv, {column}: {text!r}")


def check_flows(flows, network, fabric):
    """No flow is faster than its bytes over the slowest link of its path, and the path's delay."""
    for flow in flows:
        source, destination = network.host(flow["source"]), network.host(flow["destination"])
        require(source != destination, "flow inside a host", str(flow))
        rate, delay = network.path(source, destination)
        size, segments = on_the_wire(flow, fabric)
        least = size * 8 * 10**12 / Fraction(rate) + delay
        took = picoseconds(flow["finish_s"]) - picoseconds(flow["start_s"])
        require(took >= least * (1 - Fraction(RELATIVE)) - ROUNDING_PS - segments, "faster than light", f"{float(least)} ps at least, {took}: {flow}")


def check_computes(computes, jobs):
    """Computations lie within their iterations, and a stream of a GPU does one at a time."""
    spans = {(row["job"], row["iteration"]): (picoseconds(row["start_s"]), picoseconds(row["end_s"])) for row in jobs}
    busy_until = {}
    # One without duration comes before one that starts when it ends.
    in_time = sorted((picoseconds(row["start_s"]), picoseconds(row["end_s"]), place) for place, row in enumerate(computes))
    for start, end, place in in_time:
        row = computes[place]
        first, last = spans[row["job"], row["iteration"]]
        require(first <= start <= end <= last, "computation outside its iteration", str(row))
        for devices in row["devices"].split(" "):
            lowest, _, highest = devices.partition("-")
            for device in range(int(lowest), int(highest or lowest) + 1):
                stream = device, row["stream"]
                require(busy_until.get(stream, 0) <= start, "two computations at once", str(row))
                busy_until[stream] = end


def segment_rounding(rate, fabric):
    """The part of a segment's transmission that rounding it to a whole picosecond may be."""
    return 1e-12 * rate / float(quantity(fabric.get("segment", 4096)) * 8) if fabric["kind"] == "packet" else 0


def check_links(of_run, run, network, fabric):
    """Bytes that leave and reach a host are those of its flows; no link carried more than its rate allows."""
    leave, reach = defaultdict(int), defaultdict(int)
    for flow in of_run["flows"]:
        carried = int(flow["bytes"]) * int(flow["count"])
        leave[network.host(flow["source"])] += carried
        reach[network.host(flow["destination"])] += carried
    out, into, most = defaultdict(int), defaultdict(int), 1
    for link in of_run["links"]:
        source, _, destination = link["name"].partition("->")
        if source.startswith("host"):
            out[int(re.match(r"host(\d+)", source)[1])] += int(link["bytes"])
        if destination.startswith("host"):
            into[int(re.match(r"host(\d+)", destination)[1])] += int(link["bytes"])
        most = max(most, 1 + segment_rounding(float(link["rate_bps"]), fabric))
        require(float(link["utilisation"]) <= most, "over capacity", f"links.csv: {link}")
    for host in range(network.hosts):
        for flows, links in ((leave, out), (reach, into)):
            allowed = network.gpus + RELATIVE * flows[host]
            require(abs(flows[host] - links[host]) <= allowed, "bytes", f"host {host}: flows {flows[host]}, links {links[host]}")
    total = sum(leave.values())
    require(abs(run["flows"]["bytes"] - total) <= RELATIVE * total, "bytes", f"summary {run['flows']['bytes']}, flows.csv {total}")
    require(run["links"]["utilisation_max"] <= most, "over capacity", f"summary: {run['links']}")


def check_series(of_run, fabric, drops):
    """Each link's load over time stays within its rate, and adds up to what it carried, and to what was lost and sent again."""
    carried, links = defaultdict(float), {link["link"]: link for link in of_run["links"]}
    for row in of_run["link_series"]:
        rate, most, duration_s = float(row["rate_bps"]), float(links[row["link"]]["rate_bps"]), float(row["duration_s"])
        # A bin and each segment's transmission are whole picoseconds.
        rounding = 1e-12 / duration_s + segment_rounding(most, fabric)
        require(0 <= rate <= most * (1 + RELATIVE + rounding), "over capacity", f"link_series.csv: {row}")
        carried[row["link"]] += rate * duration_s / 8
    for number, link in links.items():
        whole = int(link["bytes"])
        # Bins and events are rounded to the picosecond.
        allowed = 1 + 1e-6 * whole + float(link["rate_bps"]) * 128e-12
        wrong = whole - carried[number] if drops else abs(whole - carried[number])
        require(wrong <= allowed, "series", f"link {number}: {carried[number]} in link_series.csv, {whole} in links.csv")


def exact_iterations(job):
    """Whether the job's computations take the time of the profile, or longer."""
    return "compute_noise" not in job


def check_jobs(jobs, scenario, network):
    """No iteration takes less than its computation and its delays.

    Inside a host the ideal time lets all flows of an EchelonFlow that start together end together. They need not, so it is a bound only for hosts of one GPU.
    """
    described = {job["name"]: job for job in scenario["jobs"]}
    for row in jobs:
        job = described.get(row["job"]) or described.get(row["job"].rpartition("-")[0])
        require(job is not None, "job", f"jobs.csv: {row}")
        times = {key: picoseconds(row[key]) for key in ("start_s", "end_s", "time_s", "arrival_s", "ideal_s")}
        require(times["time_s"] == times["end_s"] - times["start_s"] >= 0, "times", str(row))
        require(times["start_s"] >= times["arrival_s"] >= 0, "times", str(row))
        if exact_iterations(job) and network.gpus == 1 and job["workload"]["kind"] != "tasks":
            # Where computations of a task graph queue for a stream, a faster network may order them worse.
            require(times["time_s"] >= times["ideal_s"] - ROUNDING_PS, "faster than ideal", str(row))
        if job["workload"]["kind"] == "tasks":
            least = longest_chain(job)
            require(times["time_s"] >= least, "faster than ideal", f"{least} ps at least: {row}")


def longest_chain(job):
    """Picoseconds that the dependencies of a task graph take on a network that takes no time, with computers for everybody."""
    ends = {}
    for task in job["workload"]["tasks"]:
        start = max((ends[before] for before in task.get("after", ())), default=0)
        counts = task["kind"] == "delay" or (task["kind"] == "compute" and exact_iterations(job))
        ends[task["id"]] = start + (int(quantity(task["duration"])) if counts else 0)
    return max(ends.values())


def copies(job):
    """How many jobs a description stands for."""
    arrivals = job.get("arrivals", {})
    return arrivals.get("count", len(arrivals.get("times", [0])))


def declared_bytes(job):
    """Bytes of one iteration of a job, those inside hosts included; None where the workload's formula is not simple."""
    workload, options = job["workload"], job.get("parallelism", {})
    if workload["kind"] in ("flows", "tasks"):
        transfers = workload.get("flows") or [task for task in workload["tasks"] if task["kind"] == "flow"]
        return sum(int(quantity(t["bytes"])) * t.get("count", 1) for t in transfers)
    if workload["kind"] == "coflows":
        return sum(_shuffle_bytes(coflow) for coflow in workload["coflows"])
    if workload["kind"] == "collective":
        ranks = workload["ranks"]
        rounds = {"all-reduce": 2, "send-recv": 1 / (ranks - 1)}.get(workload["operation"], 1)
        return round(rounds * (ranks - 1) * int(quantity(workload["bytes"])))
    if isinstance(workload.get("layers"), list):
        weights = sum(layer["parameters"] for layer in workload["layers"]) * options.get("value_bytes", 2)
        ranks = options.get("dp", options.get("workers"))
        return {"data-parallel": 2 * (ranks - 1), "fsdp": 3 * (ranks - 1), "parameter-server": 2 * ranks}[options["kind"]] * weights
    return None


def _shuffle_bytes(coflow):
    """A reducer's bytes come in equal parts from the mappers, a byte more from the first ones; the part of its own place stays there."""
    total = 0
    for place, size in coflow["reducers"]:
        size, mappers = int(quantity(size)), coflow["mappers"]
        total += size
        if place in mappers:
            total -= size // len(mappers) + (mappers.index(place) < size % len(mappers))
    return total


def leaves_no_host(row, flows):
    return row["group"] not in flows


def check_bytes(summary, scenario, runs):
    """Every scheduler moves the same bytes; those of a job whose EchelonFlows all leave their host are what it declares."""
    totals = {run["flows"]["bytes"] for run in summary["runs"]}
    require(len(totals) == 1, "bytes", f"they differ between the schedulers: {totals}")
    if scenario["topology"].get("gpus_per_host", 1) > 1:
        return
    for index in range(len(summary["runs"])):
        sent = defaultdict(int)
        for row in runs["groups"][str(index)]:
            sent[row["job"]] += int(row["bytes"])
        for job in scenario["jobs"]:
            expected = declared_bytes(job)
            if expected is None:
                continue
            expected *= copies(job) * job.get("iterations", 1)
            moved = sum(size for name, size in sent.items() if _belongs(name, job))
            require(moved == expected, "bytes", f"job {job['name']!r} declares {expected}, groups.csv has {moved}")


def _belongs(name, job):
    return re.fullmatch(re.escape(job["name"]) + (r"-\d+" if "arrivals" in job else ""), name) is not None
