# SPDX-License-Identifier: GPL-2.0-only
"""What the paper reports: Li et al., arXiv 2410.17043, Section 8. All values of the paper that the page shows are here.

The inference times are read off the paper's bar charts; the ranges are those of its text.
"""

LAYER_COLUMNS = ("aurora", "sjf", "rcs", "aurora_heterogeneous", "rga")

# Milliseconds; exclusive homogeneous: Aurora, SJF, RCS; exclusive heterogeneous: Aurora, RGA.
LAYERS = {
    "B/32 COCO L5": (432.7, 538.2, 521.5, 547.6, 993.8),
    "B/32 COCO L7": (409.0, 514.5, 495.2, 530.9, 938.7),
    "B/16 COCO L5": (616.5, 797.2, 753.8, 852.2, 1163.3),
    "B/16 COCO L7": (610.9, 759.1, 743.7, 852.4, 1406.0),
    "B/32 ImageNet L11": (326.3, 448.7, 424.3, 516.1, 764.0),
    "B/16 ImageNet L5": (595.7, 744.6, 694.0, 859.7, 1373.9),
}

# Speedups of Aurora, least and most.
RGA = (1.36, 1.81)
LINA_HOMOGENEOUS = (1.25, 2.38)
LINA_HETEROGENEOUS = (1.91, 3.54)

# GPU utilisation of Aurora over that of the other.
UTILISATION_LINA = (1.28, 1.50)
UTILISATION_EXCLUSIVE = (1.57, 1.72)

# Largest increase of the inference time by imprecise traffic, percent.
FORECAST_LOSS = 15.8


def layer(name):
    """The times of a layer by column."""
    return dict(zip(LAYER_COLUMNS, LAYERS[name]))


def ratios(over, base):
    """Of two columns, layer by layer."""
    return [layer(name)[over] / layer(name)[base] for name in LAYERS]


def span(values):
    return min(values), max(values)


SJF = span(ratios("sjf", "aurora"))
RCS = span(ratios("rcs", "aurora"))
