# SPDX-License-Identifier: GPL-2.0-only
"""Pictures of plans: what a row holds, which orders and senders are shown, and what is refused."""

import json
import pathlib
import tempfile
import unittest

import pandas as pd

from echelon_analysis.cli import main
from echelon_analysis.errors import AnalysisError, UsageError
from echelon_analysis.schedule import choose_orders, choose_senders, draw_schedule, load_plan, sender_bars


def transmission(stage, source, destination, start, end):
    return {"stage": stage, "source": source, "destination": destination, "bytes": 1, "start_s": start, "end_s": end}


def document(gpus=3, orders=("aurora", "sjf")):
    transmissions = [transmission(0, 0, 1, 0.0, 1.0), transmission(1, 0, 2, 1.0, 3.0), transmission(1, 1, 0, 0.0, 2.5)]
    return {
        "schema": "echelon/plan/1",
        "gpus": gpus,
        "bound_s": 3.0,
        "orders": [{"order": name, "makespan_s": 3.0, "stages": 2, "transmissions": transmissions} for name in orders],
    }


class ScheduleTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def write(self, content):
        path = self.folder / "plan.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def plan(self, **options):
        return load_plan(self.write(document(**options)))

    def test_bars_of_a_sender(self):
        table = pd.DataFrame(
            [
                transmission(0, 0, 1, 0.0, 1.0),
                transmission(1, 0, 1, 1.0, 2.0),  # goes on to the same receiver: one bar
                transmission(1, 0, 2, 0.5, 1.5),  # meanwhile to another: a lane of its own
                transmission(2, 0, 1, 3.0, 4.0),  # later: another bar
            ]
        )
        bars = sender_bars(table)
        self.assertEqual(bars.destination.tolist(), [1, 2, 1])
        self.assertEqual(bars.start_s.tolist(), [0.0, 0.5, 3.0])
        self.assertEqual(bars.end_s.tolist(), [2.0, 1.5, 4.0])
        self.assertEqual(bars.lane.tolist(), [0, 1, 0])

    def test_figure(self):
        plan = self.plan()
        paths, notes = draw_schedule(plan, self.folder / "out")
        self.assertEqual([path.name for path in paths], ["out.png", "out.svg"])
        self.assertEqual(notes, [])
        first = [path.read_bytes() for path in paths]
        draw_schedule(plan, self.folder / "out")
        self.assertEqual(first, [path.read_bytes() for path in paths])
        self.assertGreater(len(first[1]), 5000)

    def test_choices(self):
        plan = self.plan(orders=("a", "b", "c", "d", "e"))
        self.assertEqual([order.name for order in choose_orders(plan)], ["a", "b", "c", "d"])
        self.assertEqual([order.name for order in choose_orders(plan, ["e", "a"])], ["e", "a"])
        with self.assertRaises(UsageError):
            choose_orders(plan, ["f"])
        many = self.plan(gpus=50)
        senders = choose_senders(many, many.orders)
        self.assertEqual(len(senders), 32)
        self.assertEqual(senders[:2], [0, 1])
        _, notes = draw_schedule(many, self.folder / "many.png")
        self.assertEqual(notes, ["shown are the 32 of 50 senders that send longest"])

    def test_nothing_to_draw(self):
        content = document(gpus=1)
        content["bound_s"] = 0
        for order in content["orders"]:
            order.update(makespan_s=0, stages=0, transmissions=[])
        draw_schedule(load_plan(self.write(content)), self.folder / "empty.png")
        self.assertTrue((self.folder / "empty.png").exists())

    def test_bad_input(self):
        figures = document()
        del figures["orders"][0]["transmissions"]
        rank = document(gpus=2)
        for content, part in (
            ("{", "not JSON"),
            ({"schema": "echelon/summary/1"}, "schema is 'echelon/summary/1'"),
            ({"schema": "echelon/plan/1", "gpus": 2, "bound_s": 1}, "no whole plan"),
            ({**document(), "orders": []}, "no orders"),
            (figures, "no transmissions of order 'aurora'"),
            (rank, "rank outside 0 to 1"),
            ({**document(), "bound_s": "soon"}, "no whole plan"),
        ):
            with self.subTest(part), self.assertRaises(AnalysisError) as caught:
                load_plan(self.write(content))
            self.assertIn(part, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))

    def test_command(self):
        path = self.write(document())
        self.assertEqual(main(["schedule", str(path), "-o", str(self.folder / "x"), "--order", "sjf"]), 0)
        self.assertTrue((self.folder / "x.svg").exists())
        self.assertEqual(main(["schedule", str(path), "-o", str(self.folder / "y"), "--order", "sfj"]), 64)
        self.assertEqual(main(["schedule", str(self.folder / "none.json"), "-o", str(self.folder / "y")]), 65)
        self.assertFalse((self.folder / "y.png").exists())


if __name__ == "__main__":
    unittest.main()
