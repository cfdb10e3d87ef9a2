#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every input format of the command line, mutated: the program works, or says in one line what is wrong and writes nothing.

The valid files in the tree are changed in bytes, fields and structure (_mutations.py). Whatever comes out, `echelon` ends in seconds and in bounded
memory with exit code 0, 64 or 65. With 65 it prints one line, `file: /pointer: what is wrong (hint)`, and leaves no file behind. A scenario that is still
right is run, and interrupted when it goes on for long, which is its right: then it must leave nothing either.

By hand: tests/property/mutated_inputs_test.py --seconds 600 --seed 7, with ECHELON_BIN=build/release/bin/echelon.
"""

import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import tempfile
import unittest
from collections import Counter

import _generated
from _mutations import NUMBERS, TEXTS, mutate
from _refusal import BAD_INPUT, DONE, FAILED_EXPECTATION, USAGE, Done, Fault, check_ending, check_refusal, require, tree
from _shrink import places

ROOT = pathlib.Path(__file__).parents[2]
BINARY = os.environ.get("ECHELON_BIN", str(ROOT / "build" / "dev" / "bin" / "echelon"))
SANITIZED = bool(os.environ.get("ECHELON_SANITIZE"))
INTERRUPTED = 75
# Bad input is refused at once. The machine may be busy, and sanitizers are slow.
LONGEST_SECONDS = 60 if SANITIZED else 20
MEMORY_BYTES = 4 * 2**30
# A run that takes longer is interrupted.
RUN_SECONDS = 3


def limit_memory():
    """Sanitizers map terabytes, of which they use little."""
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def echelon(arguments, folder, stdin=b"", seconds=LONGEST_SECONDS, interrupts=False):
    """Run the program. After the time it is killed; or interrupted, if it may take its time."""
    command = [BINARY, *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit_memory,
    )  # fmt: skip
    try:
        out, err = process.communicate(stdin, timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT if interrupts else signal.SIGKILL)
        try:
            out, err = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Done(None, out, err)
        if not interrupts:
            return Done(None, out, err)
    return Done(process.returncode, out, err)


class Format:
    """A kind of input: valid examples, and the command that reads one. A case is a seed of `random`."""

    name = ""
    pattern = ""  # of examples, from the root of the tree
    most_bytes = 60_000

    def __init__(self):
        found = sorted(path for path in ROOT.glob(self.pattern) if path.is_file() and path.suffix in (".json", ".csv", ".txt"))
        self.examples = [path for path in found if path.stat().st_size <= self.most_bytes and path.name != "expected.json"]

    def check(self, draw):
        """Make an input and read it; raises Fault. Returns the exit code, and remembers the input in self.made."""
        self.made = b""
        with tempfile.TemporaryDirectory() as folder:
            self.folder = pathlib.Path(folder)
            return self.read(draw)

    def read(self, draw):
        raise NotImplementedError

    def mutated(self, draw, name, among=None):
        """A mutated example, as a file of the folder; returns its bytes."""
        self.made = mutate(draw, draw.choice(among or self.examples).read_bytes())
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.made)
        return self.made

    def judge(self, arguments, names, documents, codes=(DONE, USAGE, BAD_INPUT), **options):
        """Run, and check all that must hold whatever the input was. names: what a refusal may begin with."""
        before = tree(self.folder)
        done = echelon(arguments, self.folder, **options)
        said = check_ending(done, codes)
        if done.code == USAGE:
            require(said.count("\n") == 1, f"not one line: {said[:1500]!r}")
        if done.code == BAD_INPUT:
            check_refusal(said, names, documents)
        if done.code not in (DONE, FAILED_EXPECTATION):
            require(done.out == b"", f"exit code {done.code}, but it prints {done.out[:300]!r}")
            require(tree(self.folder) == before, f"exit code {done.code}, but it leaves {sorted(map(str, tree(self.folder).keys() - before.keys()))}")
        return done


class ScenarioFormat(Format):
    """Checked, and run if it is right. The files that it names lie where it expects them."""

    name = "scenario"
    pattern = "scenarios/*/*.json"
    file = "scenarios/case/scenario.json"

    def __init__(self):
        super().__init__()
        # Specifications of sweeps lie among them.
        self.examples = [path for path in self.examples if b'"echelon/sweep/' not in path.read_bytes()]

    def read(self, draw):
        document = self.mutated(draw, self.file)
        return self.check_and_run(document)

    def check_and_run(self, document, names=(), documents=()):
        for neighbour in ("topologies", "workloads", "scenarios/paper"):
            (self.folder / neighbour).parent.mkdir(parents=True, exist_ok=True)
            if not (self.folder / neighbour).exists():
                (self.folder / neighbour).symlink_to(ROOT / neighbour)
        names, documents = [self.file, *names], {self.file: document, **dict(documents)}
        done = self.judge(["check", self.file], names, documents)
        if done.code != DONE:
            return done.code
        codes = (DONE, FAILED_EXPECTATION, BAD_INPUT, INTERRUPTED)
        run = ["run", self.file, "--out", "results", "--files", "summary", "--quiet"]
        return self.judge(run, names, documents, codes, seconds=RUN_SECONDS, interrupts=True).code


class NamedFormat(ScenarioFormat):
    """A file that a scenario names."""

    part = ""

    def scenario(self, draw):
        raise NotImplementedError

    def read(self, draw):
        content = self.mutated(draw, f"scenarios/case/{self.part}")
        scenario = {"schema": "echelon/scenario/1", "name": "case", "schedulers": ["fair", "echelon"], **self.scenario(draw)}
        (self.folder / self.file).write_text(json.dumps(scenario))
        named = f"scenarios/case/{self.part}"
        return self.check_and_run(json.dumps(scenario).encode(), [named], {named: content})


class TopologyFormat(NamedFormat):
    name = "topology"
    pattern = "topologies/*.json"
    part = "topology.json"

    def scenario(self, draw):
        collective = {"kind": "collective", "operation": draw.choice(["all-reduce", "all-to-all"]), "ranks": 4, "bytes": "1MB"}
        return {"topology": self.part, "jobs": [{"name": "a", "workload": collective, "placement": draw.choice(["packed", "spread"])}]}


class ModelFormat(NamedFormat):
    name = "model"
    pattern = "workloads/*.json"
    part = "model.json"

    def scenario(self, draw):
        topology = {"kind": "big-switch", "hosts": 2, "gpus_per_host": 4, "host_link": {"rate": "100Gbps"}, "scale_up": {"rate": "1Tbps"}}
        parallelism = draw.choice([{"kind": "fsdp", "dp": 8}, {"kind": "data-parallel", "dp": 4}, {"kind": "transformer", "tp": 4, "pp": 2}])
        return {"topology": topology, "jobs": [{"name": "a", "workload": self.part, "parallelism": parallelism}]}


class OverrideFormat(Format):
    """--set, --overrides and --scheduler of a scenario that is right."""

    name = "override"
    pattern = "scenarios/smoke/*.json"

    def override(self, draw, document):
        path = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in draw.choice(places(document)))
        path = draw.choice([path, path, path, path + "/0", path + "/-", path[:-1], path + draw.choice(TEXTS), "", draw.choice(TEXTS)])
        value = draw.choice([str(draw.choice(NUMBERS)), draw.choice(TEXTS), json.dumps(draw.choice(TEXTS)), "null", "{}", "[]", "[[", '{"a":1,"a":2}', "[" * 5000])
        return draw.choice([f"{path}={value}"] * 9 + [path])

    def read(self, draw):
        example = draw.choice(self.examples)
        changes = [self.override(draw, json.loads(example.read_bytes())) for _ in range(draw.choice([1, 1, 2, 3]))]
        if draw.random() < 0.4:
            lines = [json.dumps(changes), draw.choice(["", "x", "[1]", "{}", '["/seed=2"]'])]
            self.made = mutate(draw, "\n".join(lines).encode("utf-8", errors="surrogatepass"))
            # Each line has its answer; the exit code says whether there is an error among them.
            done = echelon(["check", str(example), "--overrides", "-"], self.folder, stdin=self.made)
            check_ending(done, (DONE, USAGE, BAD_INPUT))
            for line in done.out.decode().splitlines():
                require({"line"} < json.loads(line).keys(), f"a line of the answer: {line[:300]}")
            return done.code
        arguments = [text.encode("utf-8", errors="surrogatepass").replace(b"\x00", b"\xff") for text in changes]
        self.made = b"\n".join([str(example).encode(), *arguments])
        options = [option for argument in arguments for option in (b"--set", argument)]
        named = [str(path) for folder in ("topologies", "workloads") for path in (ROOT / folder).iterdir()]
        return self.judge(["check", str(example), *options], [str(example), "--set", *named], {}).code


class TrafficFormat(Format):
    """Matrices and routing traces of `echelon plan`, and its options."""

    name = "traffic"
    pattern = "traffic/*"
    OPTIONS = (
        [], ["--json"], ["--combine"], ["--gap", "0.1"], ["--order", "aurora"], ["--order", "sjf", "--order", "random"], ["--bandwidth", "8x100Gbps,8x40Gbps"],
        ["--topology", str(ROOT / "topologies" / "leaf-spine-16.json")], ["--gpus", "4", "--experts", "8", "--top-k", "2", "--hidden", "1024"], ["--deduplicate"],
    )  # fmt: skip

    def read(self, draw):
        example = draw.choice(self.examples)
        name = f"traffic{example.suffix}"
        content = self.mutated(draw, name, [example])
        options = list(draw.choice(self.OPTIONS))
        if example.suffix == ".txt" and draw.random() < 0.9:
            options = [*self.OPTIONS[8], *draw.choice([[], ["--token-placement", "samples"], ["--deduplicate"]])]
        arguments = ["plan", name, *options, *draw.choice([[], ["--out", "plan.json"]])]
        return self.judge(arguments, [name], {name: content}).code


class PlanOptionFormat(Format):
    """Options of `echelon plan` that are almost right."""

    name = "plan options"
    pattern = "traffic/moe-8.csv"

    def read(self, draw):
        number = lambda: draw.choice([str(draw.choice(NUMBERS)), draw.choice(TEXTS), "1", "8", "16", "0.5"])  # noqa: E731
        rate = lambda: draw.choice(["100Gbps", "4x25Gbps", "8x100Gbps,8x40Gbps", "0x1Gbps", "99999999x1Gbps", ",", *TEXTS])  # noqa: E731
        generator = draw.choice(["balanced", "uniform", "zipf", "lognormal", "sparse", "permutation", "one-hot", "limoe-b32", "limoe-b16", number()])
        parameter = draw.choice(["bytes", "exponent", "noise", "sigma", "density", "hot", "layer", "x", ""])
        choices = [
            lambda: ["--generate", generator], lambda: ["--gpus", number()], lambda: ["--parameter", f"{parameter}={number()}"], lambda: ["--seed", number()],
            lambda: ["--gap", number()], lambda: ["--bandwidth", rate()], lambda: ["--order", draw.choice(["aurora", "fast", "rack-aware", "sjf", number()])],
            lambda: ["--top-k", number()], lambda: ["--experts", number()], lambda: ["--hidden", number()], lambda: ["--element-bytes", number()],
            lambda: ["--topology", number()], lambda: ["--token-placement", number()], lambda: ["--combine"], lambda: ["--json"], lambda: ["--out", number()],
        ]  # fmt: skip
        options = draw.choice([["--generate", generator], [str(self.examples[0])], []])
        for choice in draw.sample(choices, draw.randint(1, 4)):
            options = options + choice()
        arguments = [option.encode("utf-8", errors="surrogatepass").replace(b"\x00", b"\xff") for option in options]
        self.made = b"\n".join(arguments)
        names = ["--generate", "--parameter", "--bandwidth", "--topology", "--gpus", "--gap", "--order", *(text for text in options)]
        return self.judge(["plan", *arguments], names, {}).code


class CoflowTraceFormat(Format):
    name = "coflow trace"
    pattern = "tests/data/*.txt"

    def read(self, draw):
        content = self.mutated(draw, "trace.txt")
        options = draw.choice([[], ["--first", "2"], ["--megabyte", "1MiB"]])
        return self.judge(["convert", "coflow-benchmark", "trace.txt", "-o", "out.json", *options], ["trace.txt"], {"trace.txt": content}).code


FORMATS = (ScenarioFormat, ScenarioFormat, TopologyFormat, ModelFormat, OverrideFormat, TrafficFormat, PlanOptionFormat, CoflowTraceFormat)


def hunt(seconds, seed, first=0):
    """Paragraphs about what fails."""
    formats, counts, failures = [kind() for kind in FORMATS], Counter(), []
    for number in _generated.cases(seconds, first, failures):
        kind = formats[number % len(formats)]
        try:
            counts[kind.name, kind.check(random.Random(f"{seed}/{number}"))] += 1
        except Fault as fault:
            counts[kind.name, "failed"] += 1
            path = _generated.keep(f"{kind.name}-{seed}-{number}", kind.made)
            failures.append(f"seed {seed}, case {number}: {kind.name}: {fault}\n    {path}")
    _generated.tell(seed, counts)
    return failures


class MutatedInputs(unittest.TestCase):
    def test_each_format_is_read_or_refused(self):
        failures = hunt(_generated.seconds_from_environment(), seed="1")
        self.assertFalse(failures, "\n" + "\n".join(failures))


if __name__ == "__main__":
    _generated.main(__doc__, hunt, _generated.again_by_name(hunt))
