# SPDX-License-Identifier: GPL-2.0-only
"""Makes the comparison table, which has one row for each run and marks the best value of each column.

    print(render(rows(results)))

Reads summary.json alone, so it is quick however large the run was.
"""

import dataclasses
import math

from echelon_analysis.units import decimals, time_scale
from echelon_common.text import shown

# With more jobs than this, one column holds the mean over the jobs.
MAX_JOB_COLUMNS = 3
# Values closer than this are equally good: schedulers often reach the same decision by different sums.
TIE = 1e-9


@dataclasses.dataclass(frozen=True)
class Column:
    """A figure of every run. better: -1 lower is better, +1 higher, 0 neither."""

    key: str
    title: str
    kind: str  # 'time', 'ratio', 'share'
    better: int
    values: tuple

    def best(self):
        """Indices of the best runs; none when all are alike."""
        if self.better == 0 or len(self.values) < 2:
            return set()
        target = min(self.values) if self.better < 0 else max(self.values)
        best = {i for i, v in enumerate(self.values) if math.isclose(v, target, rel_tol=TIE, abs_tol=1e-12)}
        return best if len(best) < len(self.values) else set()


def columns(results):
    """The columns of the table, in order."""
    runs = results.runs

    def column(key, title, kind, better, value):
        return Column(key, title, kind, better, tuple(value(run) for run in runs))

    def iteration(name):
        def value(run):
            times = next(j["iteration_times_s"] for j in run["jobs"] if j["name"] == name)
            return sum(times) / len(times) if times else 0.0

        return value

    names = results.job_names
    reference = runs[results.reference_run]["makespan_s"]
    found = [column("makespan_s", "makespan", "time", -1, lambda r: r["makespan_s"])]
    if len(names) <= MAX_JOB_COLUMNS:
        for name in names:
            found.append(
                column(f"iteration_mean_s/{name}", f"iteration {name}", "time", -1, iteration(name))
            )
    else:
        found.append(
            column(
                "iteration_mean_s",
                f"iteration, {len(names)} jobs",
                "time",
                -1,
                lambda r: sum(iteration(n)(r) for n in names) / len(names),
            )
        )
    found += [
        column(
            "speedup",
            "speed-up",
            "ratio",
            1,
            lambda r: reference / r["makespan_s"] if r["makespan_s"] > 0 else 1.0,
        ),
        column("tardiness_sum_s", "Σ tardiness", "time", -1, lambda r: r["groups"]["tardiness_sum_s"]),
        column("cct_mean_s", "mean CCT", "time", -1, lambda r: r["groups"]["cct_mean_s"]),
        column("fct_p99_s", "p99 FCT", "time", -1, lambda r: r["flows"]["fct_p99_s"]),
        column("utilisation_max", "max link", "share", 0, lambda r: r["links"]["utilisation_max"]),
    ]
    return found


def as_document(results):
    """The table for programs: exact values, seconds, the best runs by label."""
    found = columns(results)
    return {
        "schema": "echelon/table/1",
        "scenario": results.scenario,
        "run_id": results.run_id,
        "reference": results.labels[results.reference_run],
        "rows": [
            {"scheduler": label, **{c.key: c.values[i] for c in found}}
            for i, label in enumerate(results.labels)
        ],
        "best": {c.key: [results.labels[i] for i in sorted(c.best())] for c in found},
    }


def _cells(column):
    if column.kind == "time":
        scale = time_scale(column.values)
        shown = [v * scale.factor for v in column.values]
        title = f"{column.title} [{scale.unit}]"
    elif column.kind == "share":
        shown = [100.0 * v for v in column.values]
        return f"{column.title} [%]", [f"{v:.1f}" for v in shown]
    else:
        shown = column.values
        return column.title, [f"{v:.3f}×" for v in shown]
    places = decimals(shown)
    return title, [f"{v:.{places}f}" for v in shown]


def render(results):
    """The table as text, `*` after the best value of a column."""
    found = columns(results)
    labels = [shown(label) for label in results.labels]
    grid = [["scheduler", *labels]]
    for column in found:
        title, cells = _cells(column)
        title = shown(title)
        best = column.best()
        grid.append([title + " "] + [c + ("*" if i in best else " ") for i, c in enumerate(cells)])
    widths = [max(len(cell) for cell in column) for column in grid]
    lines = []
    for row in range(len(results.labels) + 1):
        cells = [grid[0][row].ljust(widths[0])]
        cells += [column[row].rjust(width) for column, width in zip(grid[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(len(line) for line in lines))
    reference = labels[results.reference_run]
    lines.append(f"* best of the column; speed-up: makespan of {reference} / makespan")
    return "\n".join(lines)
