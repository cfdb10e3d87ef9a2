# SPDX-License-Identifier: GPL-2.0-only
"""Knows the emulator: where it is, what it was built from, and what it says of scenarios.

    program = find_program()                        # --program, $ECHELON_BIN, the source tree's release build, $PATH
    program.build                                   # '0.1.0 1d421cf…' and, for a dirty build, a hash of its files
    answers = program.check("a.json", [["/seed=2"], []])        # one process, one answer for each list
"""

import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

from echelon_sweep.errors import SweepError, UsageError
from echelon_sweep.paths import utf8_path

LISTS_PER_PROCESS = 500
TREE = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass(frozen=True)
class Program:
    path: str  # absolute
    version: str  # the line of --version

    @functools.cached_property
    def build(self):
        """What results depend on: version, commit, compiler, ns-3; of a build from changed sources also its bytes."""
        text = self.version.removeprefix("echelon ")
        if "-dirty" in text or "commit unknown" in text:
            text += f" {self._hash_of_files()}"
        return text

    def _hash_of_files(self):
        """Of the program and of the shared libraries built with it: a dirty commit does not tell builds apart."""
        files = [self.path]
        try:
            listed = subprocess.run(["ldd", self.path], capture_output=True, text=True, check=False).stdout
        except OSError:
            listed = ""
        for found in re.findall(r"=> (/\S+)", listed):
            if not found.startswith(("/lib", "/usr")):
                files.append(found)
        digest = hashlib.sha256()
        for file in sorted(files[1:]) + files[:1]:
            with open(file, "rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        return digest.hexdigest()[:16]

    def check(self, scenario, lists):
        """One answer per list of "/pointer=VALUE": {"inputs", "seed"} or {"error"}. A list may be empty.

        One process; long lists are shared out over the cores.
        """
        parts = max(1, min(len(os.sched_getaffinity(0)), len(lists) // LISTS_PER_PROCESS))
        bounds = [len(lists) * part // parts for part in range(parts + 1)]
        with concurrent.futures.ThreadPoolExecutor(parts) as pool:
            answers = pool.map(lambda ends: self._check(scenario, lists[slice(*ends)]), zip(bounds, bounds[1:]))
            return [answer for part in answers for answer in part]

    def _check(self, scenario, lists):
        text = "".join(json.dumps(assignments) + "\n" for assignments in lists)
        path = f"./{scenario}" if str(scenario).startswith("-") else str(scenario)  # no option
        done = subprocess.run(
            [self.path, "check", path, "--overrides", "-"], input=text, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
        try:
            answers = [json.loads(line) for line in done.stdout.split("\n") if line]
        except ValueError:
            answers = []
        if done.returncode not in (0, 65) or len(answers) != len(lists):
            reason = done.stderr.strip().split("\n")[-1] or f"exit code {done.returncode}"
            raise SweepError(self.path, "", f"cannot check scenarios: {reason}", "is it the emulator, and of this version?")
        return answers


def find_program(option=None):
    """The emulator that an option names, or the usual one. UsageError when there is none."""
    candidates = [option or os.environ.get("ECHELON_BIN")]
    if not candidates[0]:
        candidates = [str(TREE / "build" / "release" / "bin" / "echelon"), shutil.which("echelon")]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            path = utf8_path(os.path.abspath(candidate))
            break
    else:
        named = f"{candidates[0]} is no program" if option or os.environ.get("ECHELON_BIN") else "there is no emulator"
        raise UsageError(named, "give --program or $ECHELON_BIN, or build it: cmake --build --preset release")
    try:
        done = subprocess.run([path, "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{path}: does not start: {error}") from None
    version = done.stdout.strip()
    if done.returncode != 0 or not version.startswith("echelon "):
        raise UsageError(f"{path}: is not the emulator", "its --version does not say so")
    return Program(path, version)
