#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run one file of unittest tests, as ctest does.

    tools/run-unittest.py tests/cli/version_test.py

Unlike `python3 -m unittest`, a file in which no test ran is a failure. Exit code 77 says that all its tests were
skipped, for want of what they need.
"""

import importlib.util
import pathlib
import sys
import unittest

SKIPPED = 77  # as ctest's SKIP_RETURN_CODE


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    root = pathlib.Path(__file__).resolve().parent.parent
    # Tests import their neighbours, and the package of the analysis.
    sys.path[:0] = [str(path.parent), str(root / "analysis"), str(root)]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if result.wasSuccessful() and result.skipped and len(result.skipped) >= result.testsRun:
        return SKIPPED
    if result.testsRun == 0:
        print(f"{path}: no test ran", file=sys.stderr)
        return 1
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
