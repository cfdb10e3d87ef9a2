#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws the fan-in over time of an all-to-all, case by case.

    build/release/bin/ns3-all-to-all shifts --series fan-in.csv
    studies/shifted-all-to-all/figure.py fan-in.csv studies/shifted-all-to-all/figures/fan-in.png

A point is the largest number of transmissions that are under way to one receiver at that time.
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import matplotlib.ticker
import pandas


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("series", help="CSV of ns3-all-to-all shifts --series")
    parser.add_argument("picture", help="PNG or SVG to write")
    arguments = parser.parse_args()
    series = pandas.read_csv(arguments.series)
    figure, axes = plt.subplots(figsize=(8, 3.6), constrained_layout=True)
    for case, rows in series.groupby("case", sort=False):
        axes.step(1e3 * rows["seconds"], rows["fan_in"], where="post", linewidth=1.2, label=case)
    axes.set_xlabel("time, ms")
    axes.set_ylabel("senders at the busiest receiver")
    axes.set_xscale("log")
    axes.set_yscale("log", base=2)
    axes.set_ylim(bottom=0.9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize="small")
    figure.savefig(arguments.picture, dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    main()
