# SPDX-License-Identifier: GPL-2.0-only
"""Compares the schedulers in the page's first sentences and its first table.

    headline(results)    # ["least-slack finishes first: 11.55 s, 7.1 % sooner than fair (12.43 s).", …]
"""

import math

from echelon_analysis.table import TIE, columns
from echelon_analysis.units import format_time

# Of more jobs than this, the headline says only how the mean does.
MAX_HEADLINE_JOBS = 4


def listing(words):
    """'a', 'a and b', 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _best(values):
    low = min(values)
    return [i for i, v in enumerate(values) if math.isclose(v, low, rel_tol=TIE, abs_tol=1e-12)]


def _change(value, reference, words=("shorter", "longer")):
    """'7.1 % shorter'; how `value` differs from `reference`."""
    if reference <= 0 or math.isclose(value, reference, rel_tol=TIE, abs_tol=1e-12):
        return "the same"
    percent = 100.0 * (1.0 - value / reference)
    size = f"{abs(percent):.1f} %" if abs(percent) >= 0.05 else "less than 0.05 %"
    return f"{size} {words[0] if percent > 0 else words[1]}"


def _sentence(subject, values, labels, reference, verb):
    """One sentence about who is best at what."""
    best = _best(values)
    base = values[reference]
    if len(best) == len(values):
        return f"{subject} {verb} {format_time(values[0])} under every scheduler."
    names = listing(labels[i] for i in best)
    worst = max(range(len(values)), key=lambda i: (values[i], -i))
    text = f"{subject} {verb} shortest under {names}: {format_time(values[best[0]])}"
    if reference in best:
        gap = _change(values[worst], base)
        return f"{text}; the longest, under {labels[worst]}, is {gap}."
    return f"{text}, {_change(values[best[0]], base)} than under {labels[reference]} ({format_time(base)})."


def headline(results):
    """What is fastest, and by how much; the first line answers the question, the others go job by job."""
    labels = results.labels
    reference = results.reference_run
    makespans = [run["makespan_s"] for run in results.runs]
    jobs = results.job_names
    if len(labels) == 1:
        work = {1: "The job is", 2: "Both jobs are"}.get(len(jobs), f"All {len(jobs)} jobs are")
        return [f"{work} done after {format_time(makespans[0])} under {labels[0]}, the only scheduler of this run."]
    best = _best(makespans)
    work = {1: "the job", 2: "both jobs"}.get(len(jobs), f"all {len(jobs)} jobs")
    if len(best) == len(labels):
        lines = [f"Every scheduler finishes {work} after {format_time(makespans[0])}."]
    else:
        names = listing(labels[i] for i in best)
        verb = "finishes" if len(best) == 1 else "finish"
        text = f"{names} {verb} {work} first, after {format_time(makespans[best[0]])}"
        if reference in best:
            worst = max(range(len(makespans)), key=lambda i: (makespans[i], -i))
            text += f"; {labels[worst]}, the last, takes {_change(makespans[worst], makespans[reference])}."
        else:
            change = _change(makespans[best[0]], makespans[reference], ("sooner", "later"))
            text += f": {change} than {labels[reference]} ({format_time(makespans[reference])})."
        lines = [text]
    for name in jobs if len(jobs) <= MAX_HEADLINE_JOBS else []:
        means = []
        for run in results.runs:
            times = next(job["iteration_times_s"] for job in run["jobs"] if job["name"] == name)
            means.append(sum(times) / len(times) if times else 0.0)
        lines.append(_sentence(f"An iteration of {name}", means, labels, reference, "is"))
    return lines


def comparison(results):
    """The columns of `echelon-analysis table`, for the page."""
    return {
        "reference": results.labels[results.reference_run],
        "columns": [
            {
                "title": column.title,
                "kind": column.kind,
                "better": column.better,
                "values": list(column.values),
                "best": sorted(column.best()),
            }
            for column in columns(results)
        ],
    }
