# SPDX-License-Identifier: GPL-2.0-only
"""Which GPUs a Gantt chart shows, the kinds of its slices, and its lanes."""

import pathlib
import tempfile
import unittest

import numpy as np
import pandas as pd
import synthetic

from echelon_analysis import gantt
from echelon_analysis.errors import UsageError
from echelon_analysis.load import open_results
from echelon_analysis.selection import MAX_LANES, Representative, compute_kind, flow_bars, kind_of, lanes, representatives


class KindTest(unittest.TestCase):
    def test_kinds(self):
        for name, kind in (
            ("pp forward 0->1", "pp forward"),
            ("dp bucket 3 stage 0", "dp bucket"),
            ("F12", "F"),
            ("B3 s1", "B"),
            ("optimizer", "optimizer"),
            ("17", "17"),
        ):
            self.assertEqual(kind_of(name), kind)

    def test_known_kinds_of_compute(self):
        for kind, known in (("F", "forward"), ("Backward", "backward"), ("wgrad", "weight"), ("optimizer", "optimiser"), ("first", None)):
            self.assertEqual(compute_kind(kind), known)


class LanesTest(unittest.TestCase):
    def test_first_free_lane(self):
        # [0,2] lane 0; [1,3] overlaps: 1; [2,4] starts as lane 0 ends: 0; [2.5,5]: both busy: 2.
        self.assertEqual(lanes([0, 1, 2, 2.5], [2, 3, 4, 5]), [0, 1, 0, 2])


class FlowBarsTest(unittest.TestCase):
    """Flows of one GPU: (group, position, kind, name, start, finish)."""

    def flows(self, *rows):
        flows = pd.DataFrame(rows, columns=["group", "position", "kind", "name", "start_s", "finish_s"])
        return flows.assign(
            flow=np.arange(len(rows)), iteration=0, destination=1, bytes=10, count=2, ideal_finish_s=flows.finish_s - 0.5,
            critical=[k == 1 for k in range(len(rows))],
        )

    def test_each_flow_is_a_bar_while_there_are_lanes(self):
        bars = flow_bars(self.flows((0, 0, "pp", "pp 0->1", 0.0, 2.0), (0, 1, "pp", "pp 0->1", 1.0, 3.0)), max_lanes=2)
        self.assertEqual(bars[["start_s", "finish_s", "ideal_s", "lane"]].values.tolist(), [[0, 2, 1.5, 0], [1, 3, 2.5, 1]])
        self.assertEqual(bars.critical.tolist(), [False, True])

    def test_flows_of_one_position_come_together_first(self):
        """0-2 and 1-3 are one position of a coflow: with one lane they are 0-3; 4-5 stands alone."""
        bars = flow_bars(
            self.flows((0, 0, "dp", "dp 0", 0.0, 2.0), (0, 0, "dp", "dp 0", 1.0, 3.0), (1, 0, "dp", "dp 1", 4.0, 5.0)), max_lanes=1
        )
        self.assertEqual(bars[["start_s", "finish_s", "flows", "bytes"]].values.tolist(), [[0, 3, 4, 20], [4, 5, 2, 10]])
        self.assertEqual((bars.name.tolist(), bars.critical.tolist()), (["dp 0", "dp 1"], [True, False]))

    def test_then_those_of_one_kind_that_overlap(self):
        """One lane, 0-2, 1-3 and 3-4 of three groups touch: one bar from 0 to 4 named by its kind. 5-6 comes after a gap and keeps its
        name. In another iteration it would have been apart."""
        rows = [(0, 0, "dp", "dp 0", 0.0, 2.0), (1, 0, "dp", "dp 1", 1.0, 3.0), (2, 0, "dp", "dp 2", 3.0, 4.0), (3, 0, "dp", "dp 3", 5.0, 6.0)]
        bars = flow_bars(self.flows(*rows), max_lanes=1)
        self.assertEqual(bars[["name", "start_s", "finish_s", "flows", "lane"]].values.tolist(), [["dp", 0, 4, 6, 0], ["dp 3", 5, 6, 2, 0]])
        apart = flow_bars(self.flows(*rows).assign(iteration=[0, 0, 1, 1]), ["iteration"], max_lanes=1)
        self.assertEqual(apart[["iteration", "start_s", "finish_s"]].values.tolist(), [[0, 0, 3], [1, 3, 4], [1, 5, 6]])

    def test_no_flows(self):
        self.assertEqual(len(flow_bars(self.flows())), 0)


class SendersTest(unittest.TestCase):
    def test_a_job_that_computes_nowhere_shows_its_largest_senders(self):
        """GPUs 3 and 1 send most (5 and 4 bytes), then 0 and 2, equal; computing under one scheduler alone is computing."""
        flows = pd.DataFrame({"source": [0, 1, 2, 3, 3], "destination": [1, 2, 3, 0, 1], "bytes": [2, 4, 2, 3, 2]})
        empty = pd.DataFrame({"device": [], "name": [], "start_s": [], "end_s": []})
        self.assertEqual(representatives([empty, empty], flows, 3), [Representative(d, (d,)) for d in (0, 1, 3)])
        busy = pd.DataFrame({"device": [2], "name": ["F0"], "start_s": [0.0], "end_s": [1.0]})
        self.assertEqual([r.device for r in representatives([empty, busy], flows, 1)], [3], "GPU 3 sends most of those that compute nothing")
        self.assertEqual(sorted(r.device for r in representatives([empty, busy], flows, 2)), [2, 3])


class PipelineTest(unittest.TestCase):
    """4 stages × 2 replicas × 2 alike GPUs: GPU = (replica × 4 + stage) × 2 + k. The first GPU of each pair sends."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.results = open_results(synthetic.pipeline(folder / "p"))

    def panels(self):
        return [gantt.make_panel(self.results, run, "llm", 1) for run in (0, 2)]

    def chosen(self, limit):
        panels = self.panels()
        return representatives([p.compute for p in panels], panels[0].flows, limit)

    def test_one_gpu_per_stage(self):
        found = self.chosen(8)
        self.assertEqual([(r.device // 2) % 4 for r in found], [0, 1, 2, 3])
        # Stage s is GPUs 2 s and 2 s + 1 of replica 0, and 8 more in replica 1.
        self.assertEqual([r.members for r in found], [(2 * s, 2 * s + 1, 8 + 2 * s, 9 + 2 * s) for s in range(4)])
        self.assertTrue(all(r.device % 2 == 0 for r in found), "the GPU that sends stands for its pair")

    def test_rows_are_the_stages_of_one_replica(self):
        """GPUs 0, 2, 4, 6 are replica 0's stages; all stages start in turn."""
        self.assertEqual([r.device for r in self.chosen(8)], [0, 2, 4, 6])

    def test_limit(self):
        found = self.chosen(2)
        self.assertEqual(len(found), 2)
        self.assertEqual([r.alike for r in found], [4, 4], "other stages are not alike, only not shown")

    def test_defaults(self):
        self.assertEqual(gantt.choose_job(self.results), "llm", "the job on most GPUs")
        self.assertEqual(gantt.choose_schedulers(self.results, "llm"), [0, 2], "the first and the quickest other")
        self.assertEqual(gantt.choose_iteration(self.results, "llm"), 1, "the middle one of three")

    def test_times_start_with_the_iteration(self):
        for panel in self.panels():
            self.assertAlmostEqual(panel.compute.start_s.min(), 0.0, places=9)
            self.assertAlmostEqual(panel.flows.finish_s.max(), panel.iteration_time, places=9)

    def test_many_flows_fit_the_lanes(self):
        """All of a GPU's flows at once: more than the lanes hold, so bars are merged, and none is lost."""
        flows = self.panels()[0].flows
        flows = flows[flows.kind == "pp forward"].assign(source=0)
        bars = flow_bars(flows)
        self.assertLess(bars.lane.max(), MAX_LANES)
        self.assertAlmostEqual(bars.finish_s.max(), flows.finish_s.max())
        self.assertAlmostEqual(bars.start_s.min(), flows.start_s.min())
        self.assertEqual((bars.flows.sum(), bars.bytes.sum()), (flows["count"].sum(), flows.bytes.sum()))

    def test_what_is_not_there(self):
        with self.assertRaisesRegex(UsageError, "no job 'lm'.*did you mean 'llm'"):
            gantt.choose_job(self.results, "lm")
        with self.assertRaisesRegex(UsageError, "no iteration 3.*0 to 2"):
            gantt.choose_iteration(self.results, "llm", 3)


if __name__ == "__main__":
    unittest.main()
