# SPDX-License-Identifier: GPL-2.0-only
"""This package draws tables and figures from Echelon's result folders.

    from echelon_analysis.load import open_results
    results = open_results("results/quickstart/0123456789abcdef")
    results.groups.groupby("scheduler").tardiness_s.sum()

Columns and units: docs/reference/results.md. Metrics: docs/reference/metrics.md.
"""
