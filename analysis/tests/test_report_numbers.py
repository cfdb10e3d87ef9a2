# SPDX-License-Identifier: GPL-2.0-only
"""The HTML report's numbers against the files they come from, and what it says where it leaves something out."""

import json
import pathlib
import sqlite3
import tempfile
import unittest
from unittest import mock

import synthetic
import synthetic_sweep
from test_report import numbers, unseal

from echelon_analysis.html import gantt_part, sweep_document, tables_part, why_part, write_html
from echelon_analysis.html.compare_part import headline
from echelon_analysis.load import open_results


def by_rank(values, percent):
    """Nearest rank, by its definition in whole numbers."""
    ordered = sorted(values)
    return ordered[max(1, -(-percent * len(ordered) // 100)) - 1]


class Numbers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def read(self, path):
        """(document, columns) of the report of a folder."""
        return unseal(write_html(path, self.folder / "report.html").read_text(encoding="utf-8"))

    def change(self, path, edit):
        """Apply `edit` to summary.json."""
        summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
        edit(summary)
        (path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


class ResultsNumbersTest(Numbers):
    def test_quantiles_are_those_of_the_whole_sample(self):
        # 503 flows take (7 k mod 503)² µs, all different, those of k divisible by 3 twice over; a line of each shows ten of them at most.
        run = synthetic.Run("fair", groups=[("train", 0, "dp", "coflow", 1.0, 0, 0, 0)], jobs=[("train", 0, 0.0, 1.0)])
        run.flows = [(0, k, 0, 1, 1000, 1 + (k % 3 == 0), 0.0, (1 + (7 * k) % 503) ** 2 * 1e-6, 0.0) for k in range(503)]
        run.compute = [(0, "train", 0, "F", 0.0, 1.0)]
        path = synthetic.write(self.folder / "r", "squares", [run])
        with mock.patch.object(tables_part, "POINTS", 5):
            document, _ = self.read(path)
        results = open_results(path)
        percents = document["cdf"]["percents"]
        self.assertEqual(percents, [10, 25, 50, 75, 90, 99, 100])
        for curve in document["cdf"]["curves"]:
            if curve["metric"] != "flow completion time" or curve["job"]:
                continue
            flows = results.flows[results.flows.run == curve["run"]]
            sample = [row.finish_s - row.start_s for row in flows.itertuples() for _ in range(row.count)]
            self.assertEqual(curve["n"], len(sample))
            self.assertLess(curve["x"]["n"], len(set(sample)))
            self.assertEqual(curve["quantiles"], [by_rank(sample, percent) for percent in percents])

    def test_mean_loads_are_those_of_the_links(self):
        # Rows of link_series.csv cover the last quarter alone; links.csv has the load of the whole run.
        path = synthetic.pipeline(self.folder / "r")
        document, _ = self.read(path)
        links = open_results(path).links
        for run, entry in enumerate(document["links"]["runs"]):
            own = links[links.run == run].set_index("name").utilisation
            self.assertEqual(dict(zip(document["links"]["links"], entry["mean"])), {n: own[n] for n in document["links"]["links"]})

    def test_small_differences_are_not_none(self):
        path = synthetic.figure2(self.folder / "r")

        def edit(summary):
            for run, span in zip(summary["runs"], (8.0, 8.002, 7.999)):
                run["makespan_s"] = span

        self.change(path, edit)
        # (8 - 7.999) / 8 = 0.0125 %.
        self.assertIn("echelon finishes the job first, after 7.999 s: less than 0.05 % sooner than fair (8.000 s).", headline(open_results(path))[0])

        def equal(summary):
            for run, span in zip(summary["runs"], (8.0, 8.002, 8.0)):
                run["makespan_s"] = span

        self.change(path, equal)
        self.assertIn("sebf, the last, takes less than 0.05 % longer.", headline(open_results(path))[0])

    def test_rounding_is_no_difference(self):
        path = synthetic.figure2(self.folder / "r")

        def edit(summary):
            for run, span in zip(summary["runs"], (8.0, 8.0 * (1 + 1e-12), 8.0)):
                run["makespan_s"] = span

        self.change(path, edit)
        self.assertEqual(headline(open_results(path))[0], "Every scheduler finishes the job after 8.000 s.")

    def test_a_file_cut_at_the_end_of_a_line_is_told(self):
        path = synthetic.figure2(self.folder / "r")
        self.assertEqual(self.read(path)[0]["warnings"], [])
        lines = (path / "flows.csv").read_text(encoding="utf-8").splitlines()
        # The last of the nine flows is the third of echelon.
        (path / "flows.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
        self.assertEqual(
            self.read(path)[0]["warnings"], ["flows.csv holds 2 flows of echelon, summary.json counts 3: what follows is incomplete."]
        )
        header = (path / "groups.csv").read_text(encoding="utf-8").splitlines()[:2]
        (path / "groups.csv").write_text("\n".join(header) + "\n", encoding="utf-8")
        text = " ".join(self.read(path)[0]["warnings"])
        self.assertIn("groups.csv holds 0 EchelonFlows of sebf, summary.json counts 1", text)

    def test_a_full_log_of_rates_is_told(self):
        path = synthetic.figure2(self.folder / "r")
        self.assertNotIn("log of rates", " ".join(self.read(path)[0]["why"]["notes"]))

        def edit(summary):
            summary["engine"][1]["rate_log_full"] = True

        self.change(path, edit)
        self.assertIn("Under sebf the log of rates was full", " ".join(self.read(path)[0]["why"]["notes"]))

    def test_kinds_of_blockers_are_those_of_the_figures(self):
        path = synthetic.figure2(self.folder / "r")
        with open(path / "waits.csv", "a", encoding="utf-8") as file:
            # A name that starts with a number and one whose number is glued to the word.
            file.write("0,fair,train,0,2,0,train,0,0,F3,0.5\n0,fair,train,0,2,0,,-1,-1,,0.5\n")
        document, columns = self.read(path)
        kinds, names = document["why"]["waits"]["blocking_kind"], document["why"]["waits"]["blocking_name"]
        found = {
            (names["words"][n], kinds["words"][k])
            for n, k in zip(map(int, numbers(columns, names)), map(int, numbers(columns, kinds)))
        }
        self.assertEqual(found, {("pp forward 0->1", "pp forward"), ("F3", "F"), ("", "")})


class LimitsTest(Numbers):
    def test_short_waits_are_summed_by_the_job_waited_for(self):
        path = synthetic.figure2(self.folder / "r")
        with open(path / "waits.csv", "a", encoding="utf-8") as file:
            # Twelve waits under fair: for the job's own flows, another's, and nobody's; the longest is the fourth of another's.
            for k in range(4):
                file.write(f"0,fair,train,0,2,0,train,0,0,own {k},{0.001 * (k + 1)}\n")
                file.write(f"0,fair,train,0,2,0,other,0,1,theirs {k},{0.010 * (k + 1)}\n")
                file.write(f"0,fair,train,0,2,0,,-1,-1,,{0.0001 * (k + 1)}\n")
        results = open_results(path)
        with mock.patch.object(why_part, "MAX_WAITS", 8):
            document, columns = self.read(path)
        waits = document["why"]["waits"]
        rows = list(zip(*(map(int, numbers(columns, waits[name])) for name in ("run", "blocking_group", "blocking_job")), numbers(columns, waits["seconds"])))
        found = {}
        for run, group, job, seconds in rows:
            if run == 0:
                name = waits["blocking_job"]["words"][job]
                found[name] = found.get(name, 0.0) + seconds
        own = results.waits[results.waits.run == 0]
        wanted = own.groupby("blocking_job").seconds.sum().to_dict()
        self.assertEqual(set(found), set(wanted))
        for name, seconds in wanted.items():
            self.assertAlmostEqual(found[name], seconds, delta=len(rows) * document["tick"], msg=name)
        summed = {waits["blocking_job"]["words"][job] for _, group, job, _ in rows if group == why_part.SUMMED}
        self.assertEqual(summed, {"train", "other", ""})
        # Four of fifteen rows stay.
        self.assertIn(f"{len(results.waits) - 4} in all", " ".join(document["why"]["notes"]))

    def test_few_steps_leave_the_middle_iteration(self):
        path = synthetic.pipeline(self.folder / "r")
        with mock.patch.object(why_part, "MAX_STEPS", 6):
            document, columns = self.read(path)
        self.assertEqual(set(numbers(columns, document["why"]["steps"]["iteration"])), {1})
        self.assertIn("the middle iteration of each job", document["why"]["notes"][0])

    def test_few_groups_leave_the_latest(self):
        path = synthetic.pipeline(self.folder / "r")
        with mock.patch.object(tables_part, "MAX_GROUPS", 5):
            document, columns = self.read(path)
        late = numbers(columns, document["groups"]["tardiness"])
        wanted = sorted(open_results(path).groups.tardiness_s, reverse=True)[:5]
        for found, value in zip(sorted(late, reverse=True), wanted):
            self.assertAlmostEqual(found, value, delta=document["tick"])

    def test_few_bars_leave_the_middle_iterations(self):
        path = synthetic.pipeline(self.folder / "r")
        whole, _ = self.read(path)
        count = sum(part["gpu"]["n"] for job in whole["gantt"]["jobs"] for run in job["runs"] for part in (run["compute"], run["flows"]))
        with mock.patch.object(gantt_part, "MAX_BARS", count // 2):
            document, _ = self.read(path)
        self.assertEqual([job["iterations"] for job in document["gantt"]["jobs"] if job["job"] == "llm"], [[1]])
        self.assertIn("iterations", document["gantt"]["notes"][0])

    def test_no_room_for_any_iteration_costs_the_timeline_alone(self):
        path = synthetic.figure2(self.folder / "r")
        with mock.patch.object(gantt_part, "MAX_BARS", 2):
            document, _ = self.read(path)
        self.assertIn("more than the 2 bars", document["gantt"]["missing"])
        self.assertNotIn("missing", document["why"])


class SweepNumbersTest(Numbers):
    def keep(self, condition):
        """The synthetic sweep with those points and runs alone that fulfil conditions of SQL: (points, runs)."""
        path = synthetic_sweep.write(self.folder / "sweep")
        database = sqlite3.connect(path / "results.sqlite")
        points, runs = condition
        database.execute(f"DELETE FROM points WHERE NOT ({points})")
        for table in ("runs", "jobs"):
            database.execute(f"DELETE FROM {table} WHERE point NOT IN (SELECT point FROM points) OR NOT ({runs})")
        database.commit()
        database.close()
        return path

    def test_times_are_rounded_to_the_tick_and_others_to_twelve_digits(self):
        path = synthetic_sweep.write(self.folder / "sweep")
        database = sqlite3.connect(path / "results.sqlite")
        database.execute("UPDATE runs SET makespan_s = makespan_s + 0.000000123")
        database.commit()
        document, columns = self.read(path)
        metrics = {metric["key"]: metric for metric in document["runs"]["metrics"]}
        rows = database.execute("SELECT makespan_s FROM runs ORDER BY rowid").fetchall()
        database.close()
        for found, (wanted,) in zip(numbers(columns, metrics["makespan_s"]["values"]), rows):
            self.assertAlmostEqual(found, wanted, delta=0.51 * document["tick"])
        self.assertTrue(metrics["speedup"]["geometric"])
        found = sorted(set(round(value, 11) for value in numbers(columns, metrics["speedup"]["values"])))
        self.assertEqual(found, [1.0, 1.1, 1.2, 1.3])

    def test_one_point(self):
        # Seed 1, packed: echelon's iterations are 1.1 times as fast, 100 (1 - 1 / 1.1) = 9.1 % shorter.
        document, _ = self.read(self.keep(("oversubscription = 2 AND placement = 'packed' AND seed = 1", "1")))
        self.assertEqual(
            document["headline"],
            ["At the only point, iterations are 9.1 % shorter under echelon than under fair, and none is faster.", "echelon: speed-up of 1.100×."],
        )
        self.assertIn(["Seed", "1"], document["provenance"])
        self.assertTrue(all(len(axis["values"]) == 1 for axis in document["axes"]))

    def test_one_scheduler(self):
        document, _ = self.read(self.keep(("1", "scheduler = 'fair'")))
        self.assertEqual(document["headline"], ["18 points under fair."])
        self.assertNotIn("speedup", [metric["key"] for metric in document["runs"]["metrics"]])
        self.assertEqual(document["runs"]["metrics"][0]["key"], "makespan_s")
        self.assertIn(["Seeds", "1, 2, 3"], document["provenance"])

    def test_one_point_and_scheduler(self):
        document, _ = self.read(self.keep(("oversubscription = 2 AND placement = 'packed' AND seed = 1", "scheduler = 'fair'")))
        self.assertEqual(document["headline"], ["1 point under fair."])
        self.assertEqual(document["runs"]["metrics"][0]["key"], "makespan_s")

    def test_points_without_the_reference_have_no_speedup(self):
        # The six points of oversubscription 2 did not run fair; they are in the page with their makespans.
        document, columns = self.read(self.keep(("1", "scheduler != 'fair' OR point > '0000000000000005'")))
        self.assertIn("Over 12 points, iterations are", document["headline"][0])
        self.assertEqual(document["headline"][-1], "Speed-ups leave out 6 of 18 points, which have no run of 'fair'.")
        speedup, makespan = document["runs"]["metrics"][:2]
        points = numbers(columns, document["runs"]["point"])
        self.assertEqual([points[i] for i in speedup["values"]["holes"]], list(range(6)))
        self.assertEqual((makespan["key"], makespan["values"]["holes"]), ("makespan_s", []))

    def test_spread_points_gain_nothing(self):
        document, _ = self.read(self.keep(("placement = 'spread'", "1")))
        self.assertIn("Over 9 points, iterations are as long under echelon as under fair", document["headline"][0])


if __name__ == "__main__":
    unittest.main()
