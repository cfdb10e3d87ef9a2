#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Iteration times of GPT models on A100 against published ones, with one utilisation for all of them.

Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models" (MLSys 2023, arXiv 2205.05198): models in Table 3, seconds of an
iteration and model FLOPs utilisation (MFU) in Table 5, column "present work". The two columns check each other by the paper's equation 7:

    FLOPs of an iteration = 72 B L s h² (1 + s / 6h + v / 12hL) = seconds × GPUs × 312e12 × MFU

Computation does not overlap communication in these jobs, so an iteration takes C / utilisation + D, and two runs give C and D. The utilisation
is fitted on the smallest model alone, which has no pipeline and no network between hosts; the others are predictions.
"""

import json
import unittest

from _runs import SOURCE, summary

FOLDER = SOURCE / "scenarios" / "published"
FITTED = "22b"
# Seconds and MFU. The paper also has one of 1T, whose iteration has more tasks than fit.
PUBLISHED = {"22b": (1.10, 0.415), "175b": (13.75, 0.514), "530b": (37.83, 0.560)}
PEAK = 312e12


def path(model):
    return FOLDER / f"megatron-{model}.json"


def seconds(model, utilisation):
    document = summary(path(model), "--files", "summary", "--set", f"/jobs/0/parallelism/utilisation={utilisation}")
    return document["runs"][0]["makespan_s"]


def fitted_utilisation():
    """That of the smallest model: from two runs, by C / utilisation + D."""
    slow, fast = 0.4, 0.8
    at_slow, at_fast = seconds(FITTED, slow), seconds(FITTED, fast)
    work = (at_slow - at_fast) / (1 / slow - 1 / fast)
    rest = at_slow - work / slow
    return work / (PUBLISHED[FITTED][0] - rest)


def utilisation_that_fits(model, utilisation):
    """By the secant through the run with `utilisation` and one with 30 % more."""
    ratio = 1.3
    first, second = seconds(model, utilisation), seconds(model, ratio * utilisation)
    work = (first - second) / (1 / utilisation - 1 / (ratio * utilisation))
    return work / (PUBLISHED[model][0] - (first - work / utilisation))


def flops(model):
    """Of an iteration, by the paper's equation 7."""
    job = json.loads(path(model).read_text(encoding="utf-8"))["jobs"][0]
    dims, parallelism = job["model"], job["parallelism"]
    batch = parallelism["microbatches"] * parallelism["micro_batch"]
    layers, hidden, sequence, vocabulary = (dims[key] for key in ("layers", "hidden", "sequence", "vocabulary"))
    rest = 1 + sequence / (6 * hidden) + vocabulary / (12 * hidden * layers)
    return 72 * batch * layers * sequence * hidden**2 * rest


def gpus(model):
    parallelism = json.loads(path(model).read_text(encoding="utf-8"))["jobs"][0]["parallelism"]
    return parallelism["tp"] * parallelism["pp"] * parallelism["dp"]


class PublishedIterationsTest(unittest.TestCase):
    def test_published_seconds_and_utilisations_agree(self):
        # The seconds of the smallest are rounded to 0.5 %, the utilisations to 0.1 %.
        for model, (published, utilisation) in PUBLISHED.items():
            with self.subTest(model):
                by_utilisation = flops(model) / (gpus(model) * PEAK * utilisation)
                self.assertLess(abs(by_utilisation / published - 1), 0.004)

    def test_one_utilisation_predicts_a_pipeline(self):
        utilisation = fitted_utilisation()
        self.assertTrue(0.3 < utilisation < 0.8, utilisation)
        self.assertAlmostEqual(seconds(FITTED, utilisation), PUBLISHED[FITTED][0], delta=1e-6)
        # Larger matrices use more of a GPU than those that the utilisation was fitted on: the prediction is too long, by
        # little more than the ratio of the published utilisations.
        error = seconds("175b", utilisation) / PUBLISHED["175b"][0] - 1
        self.assertGreater(error, 0)
        self.assertLess(error, PUBLISHED["175b"][1] / PUBLISHED[FITTED][1] - 1 + 0.02)


if __name__ == "__main__":
    unittest.main()
