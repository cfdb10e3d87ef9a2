#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fails when an include points upwards.

    tools/check-includes.py

Rules, on the folders of the core, of the command line and the ns-3 modules:
- a folder of the core or of the command line includes itself and those folders of its own root
  that its line in core/CMakeLists.txt or apps/echelon/CMakeLists.txt names, and no folder
  includes one that includes it;
- the core includes neither ns-3 nor JSON nor the command line;
- packet-network does not include flow-scheduling, and neither includes the command line;
- no files of the core, of the command line or of a module include each other in a circle;
- no source, script or test outside the studies names a study; only the build adds their folder.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ROOT / "ns3-modules"
CORE = ROOT / "core"
APP = ROOT / "apps" / "echelon"
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
FOREIGN_TO_CORE = ("ns3/", "nlohmann/", "CLI/", "gtest/", "gmock/", "benchmark/")


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cc"))


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def lower_folders(root, call):
    """Folder -> the folders it may include, from the root's CMakeLists.txt."""
    text = (root / "CMakeLists.txt").read_text()
    text = re.sub(r"#.*", "", text)
    calls = re.findall(rf"^{call}\(([^)]*)\)", text, re.MULTILINE)
    return {words[0]: set(words[1:]) for words in (call.split() for call in calls)}


def circles(root, stem_of):
    """Files that include each other in a loop; a header and its source count as one file, its stem."""
    arrows = {}
    for path in sources(root):
        stem = stem_of(str(path.relative_to(root)))
        targets = (stem_of(name) for _, name in includes(path))
        arrows.setdefault(stem, set()).update(t for t in targets if t != stem)
    errors = []
    done = set()

    def visit(stem, trail):
        if stem in trail:
            errors.append("circle of files: " + " -> ".join(trail[trail.index(stem) :] + [stem]))
            return
        if stem in done:
            return
        for target in sorted(arrows.get(stem, ())):
            visit(target, trail + [stem])
        done.add(stem)

    for stem in sorted(arrows):
        visit(stem, [])
    return errors


def names_of_studies():
    """Lines outside studies/ that include, import or name something in it."""
    studies = ROOT / "studies"
    packages = {path.parent.name for path in studies.rglob("__init__.py")}
    headers = {path.name for path in studies.rglob("*.h")}
    imported = re.compile(r"^\s*(?:import|from)\s+(%s)\b" % "|".join(sorted(packages)))
    command = ["git", "ls-files", "*.cc", "*.h", "*.py", "*.sh", "*.cmake", "*CMakeLists.txt", "*.json"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    this = pathlib.Path(__file__).resolve()
    for path in (ROOT / name for name in listed):
        if path.is_relative_to(studies) or path == this or "invalid" in path.parts or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            include = INCLUDE.match(line)
            named = "studies/" in line or '"studies"' in line or imported.match(line)
            if named or (include and include.group(1) in headers):
                yield f"{path.relative_to(ROOT)}:{number}: names a study: {line.strip()}"


def layers(root, call, foreign=()):
    """The arrows between the folders of a root, as its CMakeLists.txt declares them."""
    errors = []
    allowed = lower_folders(root, call)
    for folder, lower in allowed.items():
        for other in lower:
            if folder in allowed[other] or other == folder:
                errors.append(f"{root.name}: {folder} and {other} may include each other")
    for path in sources(root):
        folder = path.relative_to(root).parts[0]
        if folder not in allowed:
            errors.append(f"{path.relative_to(ROOT)}: {folder} is not in {root.name}/CMakeLists.txt")
            continue
        for number, name in includes(path):
            where = f"{path.relative_to(ROOT)}:{number}"
            first = name.split("/")[0]
            if name.startswith(foreign):
                errors.append(f"{where}: {root.name} includes {name}")
            elif first in allowed and first != folder and first not in allowed[folder]:
                errors.append(f"{where}: {folder} is not above {first}, but includes {name}")
            elif "/" not in name and (path.parent / name).exists():
                errors.append(f"{where}: write {folder}/{name}, from the root of {root.name}")
    return errors + circles(root, lambda name: str(pathlib.PurePath(name).with_suffix("")))


def check():
    errors = layers(CORE, "echelon_core_folder", FOREIGN_TO_CORE)
    errors += layers(APP, "echelon_app_folder")
    files = len(sources(CORE)) + len(sources(APP))
    errors += names_of_studies()

    upper = {p.name for p in sources(MODULES / "flow-scheduling") if p.suffix == ".h"}
    app = {p.name for p in APP.rglob("*.h")}
    for module in ("packet-network", "flow-scheduling"):
        # Its headers are included by name alone, or as "ns3/name.h".
        errors += circles(MODULES / module, lambda name: pathlib.PurePath(name).stem)
        for path in sources(MODULES / module):
            files += 1
            for number, name in includes(path):
                where = f"{path.relative_to(ROOT)}:{number}"
                base = name.split("/")[-1]
                if module == "packet-network" and name.startswith("ns3/") and base in upper:
                    errors.append(f"{where}: packet-network includes {name} of flow-scheduling")
                if name in app or "apps/" in name:
                    errors.append(f"{where}: a module includes {name} of the command line")
    return files, errors


def main():
    files, errors = check()
    for error in errors:
        print(f"check-includes: {error}", file=sys.stderr)
    if errors:
        return 1
    print(f"check-includes: {files} files include downwards only")
    return 0


if __name__ == "__main__":
    sys.exit(main())
