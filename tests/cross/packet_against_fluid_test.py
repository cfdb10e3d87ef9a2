#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every smoke scenario that both fabrics carry on the packet fabric against the fluid fabric, scheduler by scheduler.

Both account for the segments' headers, so what is left is what segments are: store and forward on every hop, and rates that are met in
whole segments. Makespans agree within 2 %; docs/validation.md explains what the difference is made of. Prints the table that stands there.
"""

import unittest

from _runs import both_fabrics, smoke_scenarios


def relative_differences(path):
    """{scheduler: packet makespan / fluid makespan - 1}"""
    fluid, packet = both_fabrics(path)
    return {
        ours["scheduler"]: theirs["makespan_s"] / ours["makespan_s"] - 1
        for ours, theirs in zip(fluid["runs"], packet["runs"])
    }


class PacketAgainstFluid(unittest.TestCase):
    def check(self, path, bound):
        differences = relative_differences(path)
        for scheduler, difference in differences.items():
            with self.subTest(scenario=path.stem, scheduler=scheduler):
                self.assertLessEqual(abs(difference), bound)
        worst = max(differences.values(), key=abs)
        print(f"| {path.stem} | {len(differences)} | {100 * worst:+.3f} % |", flush=True)

    def test_smoke_scenarios(self):
        paths = smoke_scenarios()
        self.assertGreaterEqual(len(paths), 10)
        for path in paths:
            self.check(path, 0.02)


if __name__ == "__main__":
    unittest.main()
