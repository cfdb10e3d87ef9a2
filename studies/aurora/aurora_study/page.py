# SPDX-License-Identifier: GPL-2.0-only
"""The text of studies/aurora/README.md. Every figure is computed, or of aurora_study/paper.py."""

from aurora_study import paper
from aurora_study.data import PARTS, SETTINGS, TRAFFIC, losses, part, skews, speedups, utilisations
from aurora_study.figures import ORDERS, SCHEMES
from aurora_study.tables import (
    layer_table,
    loss_table,
    paper_mean,
    planning_table,
    ratio,
    reported,
    scaling_table,
    sjf_against_random,
    skew_table,
    speedup_table,
    table,
    utilisation_table,
)

EXCLUSIVE = {
    "homogeneous": [
        ("sjf", "hol-shared", "SJF", paper.SJF),
        ("sjf", "hol-single", "SJF", paper.SJF),
        ("sjf", "skipping", "SJF", paper.SJF),
        ("random", "hol-shared", "RCS", paper.RCS),
        ("random", "hol-single", "RCS", paper.RCS),
        ("random", "skipping", "RCS", paper.RCS),
        ("spread-out", "hol-shared", "spread-out", None),
        ("spread-out", "hol-single", "spread-out", None),
        ("unordered", "max-min", "no order", None),
        ("aurora-alg1", "exclusive", "aurora-alg1", None),
        ("greedy-max-weight", "exclusive", "greedy-max-weight", None),
    ],
    "heterogeneous": [
        ("random", "fluid", "RGA", paper.RGA),
        ("random", "one-sender", "RGA", paper.RGA),
        ("random", "hol-shared", "RGA in random order, to Aurora with one sender", paper.RGA),
        ("optimal", "fluid", "the optimal placement", None),
    ],
}
COLOCATED = {
    "homogeneous": [
        ("lina", "fluid", "Lina in Aurora's order", paper.LINA_HOMOGENEOUS),
        ("lina", "hol-shared", "Lina in random order", paper.LINA_HOMOGENEOUS),
        ("random", "fluid", "REC", None),
        ("search", "fluid", "our search", None),
        ("exclusive", "fluid", "one model after the other", None),
    ],
    "heterogeneous": [
        ("lina", "fluid", "Lina in Aurora's order", paper.LINA_HETEROGENEOUS),
        ("lina", "one-sender", "Lina in Aurora's order", paper.LINA_HETEROGENEOUS),
        ("lina", "hol-shared", "Lina in random order, to Aurora fluid", paper.LINA_HETEROGENEOUS),
        ("lina", "split-fluid", "Lina in Aurora's order, one model on the slow half", paper.LINA_HETEROGENEOUS),
        ("lina", "split-hol-shared", "Lina in random order, one model on the slow half", paper.LINA_HETEROGENEOUS),
        ("random", "fluid", "RGA + REC", None),
        ("random", "one-sender", "RGA + REC", None),
        ("search", "fluid", "our search", None),
        ("search", "one-sender", "our search", None),
        ("exclusive", "fluid", "one model after the other", None),
    ],
}
BEST_SKEWS = 6


class Facts:
    """The figures that the text quotes."""

    def __init__(self, data):
        self.data = data
        self.speedups = speedups(data)
        self.utilisations = utilisations(data)
        self.losses = losses(data)
        self.target, self.skews = skews(data)
        self.seeds = part(data, part="orders", traffic="limoe").seed.nunique()

    def ratio(self, setting, contender, model, traffic="limoe"):
        return part(self.speedups, setting=setting, contender=contender, model=model, traffic=traffic).ratio

    def mean(self, *key, **named):
        return f"{self.ratio(*key, **named).mean():.2f}"

    def gain(self, setting, contender, traffic="limoe"):
        return part(self.utilisations, setting=setting, contender=contender, traffic=traffic).gain

    def loss(self, scheme, mixed=75, traffic="limoe"):
        return part(self.losses, contender=scheme, mixed=mixed, traffic=traffic).loss


def verdict(values, span):
    """Our ratios beside a range of the paper's."""
    if span[0] <= values.mean() <= span[1]:
        return "yes"
    if values.max() >= span[0] and values.min() <= span[1]:
        return "in part: mean " + ("below" if values.mean() < span[0] else "above")
    return "no: " + ("below" if values.max() < span[0] else "above")


def verdict_table(facts):
    claims = [
        ("over SJF", SETTINGS[0], [("sjf", "max-min"), ("sjf", "hol-single"), ("sjf", "hol-shared")], paper.SJF),
        ("over RCS", SETTINGS[0], [("random", "max-min"), ("random", "hol-single"), ("random", "hol-shared")], paper.RCS),
        ("over RGA", SETTINGS[1], [("random", "fluid"), ("random", "one-sender"), ("random", "hol-shared")], paper.RGA),
        ("over Lina", SETTINGS[2], [("lina", "fluid"), ("lina", "hol-shared")], paper.LINA_HOMOGENEOUS),
        ("over Lina", SETTINGS[3], [("lina", "fluid"), ("lina", "hol-shared"), ("lina", "split-hol-shared")], paper.LINA_HETEROGENEOUS),
    ]
    names = {
        "max-min": "all share max-min fairly",
        "hol-single": "head of line, receivers serve one",
        "hol-shared": "head of line, receivers share",
        "fluid": "ideal, fluid",
        "one-sender": "ideal, one sender",
        "split-hol-shared": "the same, one model on the slow half",
    }
    rows = []
    for text, setting, models, span in claims:
        for contender, model in models:
            # Sharing knows no order: SJF and RCS are the same there.
            values = facts.ratio(setting, "unordered" if model == "max-min" else contender, model)
            rows.append([f"{text}, {setting}", reported(span), names[model], ratio(values), verdict(values, span)])
    for contender, span in (("lina, ordered", paper.UTILISATION_LINA), ("lina, unordered", paper.UTILISATION_LINA), ("exclusive", paper.UTILISATION_EXCLUSIVE)):
        values = facts.gain(SETTINGS[2], contender)
        rows.append([f"GPU utilisation over {contender.split(',')[0].replace('lina', 'Lina')}", reported(span), contender, ratio(values), verdict(values, span)])
    return table(["Aurora's gain", "paper", "how the other contends", "LIMoE-like here", "within"], rows)


def summary(facts):
    exclusive, placed, pairs, both = SETTINGS
    shared = sjf_against_random(facts.data, "hol-shared")
    single = sjf_against_random(facts.data, "hol-single")
    best = facts.skews.iloc[0]
    rga_alike = facts.skews[facts.skews["case"].str.endswith("/0")].RGA.max()
    plans, placements = (
        [max(facts.loss(scheme, m, t).max() for m in PARTS) for t in ("limoe", "routing-64")]
        for scheme in ("exclusive-homogeneous-aurora", "exclusive-heterogeneous-fluid")
    )
    return f"""1. **The order pays only where senders block each other.** Against queues with head-of-line blocking `aurora` gains {facts.mean(exclusive, "sjf", "hol-shared")}× over SJF and {facts.mean(exclusive, "random", "hol-shared")}× over a random order when
   receivers share their port, and {facts.mean(exclusive, "sjf", "hol-single")}× and {facts.mean(exclusive, "random", "hol-single")}× when they serve one sender at a time. The paper's means, {paper_mean("sjf", "aurora"):.2f}× and {paper_mean("rcs", "aurora"):.2f}×, lie between the two.
2. **Under ideal max-min sharing of all flows the gain is gone**: {facts.mean(exclusive, "unordered", "max-min")}×, as also when senders skip busy receivers ({facts.mean(exclusive, "sjf", "skipping")}×). The paper must assume blocking.
3. **SJF is mostly worse than random**, in the paper in all six layers; here, means over seeds, in {shared[2]} of {shared[3]} with receivers that share and {single[2]} of {single[3]} with receivers that serve one; layer by layer in {shared[0]} and {single[0]} of {shared[1]}.
   All senders turn to the cold experts first, together, and leave the hot expert's port idle, which has the most to receive. Without blocking both are alike.
4. **Placement (RGA)**: {facts.mean(placed, "random", "fluid")}× fluid and {facts.mean(placed, "random", "one-sender")}× with one sender per receiver; the paper's mean is {paper_mean("rga", "aurora_heterogeneous"):.2f}×. Under no skew do we get there while all GPUs send alike ({rga_alike:.2f}× at most); with hot experts that also *send* more we do.
5. **One set of assumptions gives all four of the paper's exclusive ratios** to within {best.distance:.0f} %: {MODELS_TEXT[best.contention]}, {READINGS_TEXT[best.reading]} reading, {skew_text(best)}.
6. **Lina**: the paper's homogeneous range needs Lina's all-to-alls unordered ({facts.mean(pairs, "lina", "hol-shared")}×; in Aurora's own order {facts.mean(pairs, "lina", "fluid")}×). The heterogeneous range, {reported(paper.LINA_HETEROGENEOUS)}×, is reached in part: {facts.mean(both, "lina", "hol-shared")}× when both models get
   every kind of GPU, {facts.mean(both, "lina", "split-hol-shared")}× when one gets the slow half, {max(facts.ratio(both, "lina", "split-hol-shared", t).max() for t in TRAFFIC):.2f}× at most on any traffic.
7. **Our search** for colocation on heterogeneous GPUs takes {100 * (1 - facts.ratio(both, "search", "fluid").mean()):.1f} % off the paper's heuristic on average, {100 * (1 - facts.ratio(both, "search", "fluid").min()):.1f} % at most.
8. **GPU utilisation**, homogeneous: {facts.gain(pairs, "exclusive").mean():.2f}× exclusive (paper {reported(paper.UTILISATION_EXCLUSIVE)}) and {facts.gain(pairs, "lina, unordered").mean():.2f}× unordered Lina ({reported(paper.UTILISATION_LINA)}).
9. **Imprecise traffic**: a stale plan of `aurora` loses at most {plans[0]:.1f} % on homogeneous GPUs ({plans[1]:.1f} % on the trace on 64; paper: {paper.FORECAST_LOSS} %), a stale placement on heterogeneous ones up to {placements[0]:.0f} % ({placements[1]:.0f} %).
10. **Real traces**: over SJF {facts.mean(exclusive, "sjf", "hol-shared", traffic="routing-64")}× (64 GPUs) and {facts.mean(exclusive, "sjf", "hol-shared", traffic="routing-8")}× (8 GPUs, near-balanced), over RGA {facts.mean(placed, "random", "fluid", traffic="routing-64")}× and {facts.mean(placed, "random", "fluid", traffic="routing-8")}× fluid: skew makes placement matter, balance makes order matter.
"""


MODELS_TEXT = {
    "hol-shared": "head-of-line blocking with receivers that share",
    "hol-single": "head-of-line blocking with receivers that serve one sender",
}
READINGS_TEXT = {"fluid": "the fluid", "one-sender": "the one-sender"}


def skew_text(row):
    popularity, pairs, correlation = row["case"].split("/")
    return f"popularity lognormal with σ {popularity}, {pairs} per pair" + (", and experts that send as much as they receive" if correlation == "1" else "")


def page(data, planning):
    facts = Facts(data)
    exclusive, placed, pairs, both = SETTINGS
    routed = part(data, part="orders", traffic="routing-64")
    return f"""# Aurora, beside its paper

Written by `studies/aurora/run.py`; every figure is computed from [aurora.csv](data/aurora.csv), planning times from
[aurora-planning-time.csv](data/aurora-planning-time.csv); the paper's values are those of `aurora_study/paper.py`. Aurora: Li et al., arXiv 2410.17043.
Algorithms: [all-to-all orders](../../docs/algorithms/all-to-all.md), [placement and colocation](../../docs/algorithms/expert-placement.md).

![Time over Aurora's in the four settings, beside the paper's ranges](figures/speedups.png)

*Bars: mean over layers and draws of the time of one layer (of both models when colocated) over Aurora's. Thin lines: least to most. Brackets: what the paper reports.*

## In ten lines

{summary(facts)}
## What reproduces

{verdict_table(facts)}
"Within" says whether our mean lies in the paper's range, and "in part" that only some layers do. SJF and RCS are ranges over the six layers of the paper's figures.

## What is run

- **LIMoE-like** layers: 8 experts on 8 GPUs, {facts.seeds} seeds. The paper's traffic matrices are not public; ours have its port loads, its share of communication and its
  compute times, and an assumed skew: popularity lognormal with σ 0.5, each GPU's tokens off it by σ 0.4, GPUs that start with equally many tokens (`experts/traffic-generator.h`).
- **Real routing**: DeepSeek-V2-Lite on legal text, layers 1, 5, 13, 26, 64 experts, top 6 (deepseek-ai/ESFT), {len(routed[routed.contender == "aurora"])} layers of 8,327 tokens. *Assumed*, as the trace has no GPUs: tokens in equal runs over
  the GPUs in the trace's order (130 tokens per GPU on 64 GPUs, 1,041 on 8), experts likewise (1 and 8 per GPU), hidden size 2,048 in bf16, no deduplication, feed-forward at 100 TFLOP/s.
- **GPUs**: homogeneous 100 Gb/s; heterogeneous 100, 80, 50, 40 Gb/s in equal numbers with compute speeds in proportion (the paper does not state speeds).
- **Time** of a layer: gate, dispatch, feed-forward, combine, aggregation; all-to-alls start when the last GPU has computed, as a collective call does. Colocated: start conditions of the paper's
  Table 2, by events. Colocated times are lower bounds where two all-to-alls overlap ([why](../../docs/algorithms/expert-placement.md)).
- **Contention** of what has no plan. *Head of line, receivers share*: a sender sends its list one by one, a receiver's port is shared max-min fairly by all that send to it. *Head of line,
  receivers serve one*: the receiver takes one sender at a time, first come first served; the others wait, and with them all that is behind. *Busy receivers are skipped*: a sender goes on to the
  first of its list whose receiver is free; it needs a scheduler that sees all ports. *Max-min*: all pairs at once.
- **Readings** for unequal ports: *one sender per receiver* (an entry lasts bytes / min of both rates) and *fluid* (rates add up at a receiver).

## Exclusive, homogeneous

{speedup_table(facts.speedups, exclusive, EXCLUSIVE["homogeneous"])}
Values are the time over that of `aurora`: mean (least–most).

The next table gives milliseconds of the paper's six layers; ours are means over seeds.

{layer_table(data)}
- `aurora` is at the bound in every run. The others lose by blocking: if senders skip busy receivers, even SJF is within {100 * (facts.ratio(exclusive, "sjf", "skipping").max() - 1):.0f} %.
- Skew bounds the gain. With one port far above the rest nearly any order keeps it busy; the trace on 8 GPUs, where 8 experts per GPU even the load out, shows the largest gains.
- In step, senders of `spread-out` never meet at a receiver, so it only loses by falling out of step. Receivers that serve one sender bring it back in line
  ({facts.mean(exclusive, "spread-out", "hol-single")}×), receivers that share let collisions persist ({facts.mean(exclusive, "spread-out", "hol-shared")}×).

## Exclusive, heterogeneous

{speedup_table(facts.speedups, placed, EXCLUSIVE["heterogeneous"])}
- The paper's range is met by the fluid reading, in part; with one sender per receiver a slow receiver holds up fast senders under any placement, so placement matters less. A column divided by the receiver's own rate
  fits the paper better.
- GPUs that start with equally many tokens send equally much, whatever expert they hold: then the slowest GPU's sending is the bottleneck and no placement helps. That is why our LIMoE-like layers stay below
  the paper, and the balanced trace on 8 GPUs far below. Theorem 5.1 treats an expert as one load, which fits experts whose sending goes with their popularity.
- For the same reason Theorem 5.1's placement is not always the best here: the optimum is {100 * (1 - facts.ratio(placed, "optimal", "fluid").min()):.1f} % faster at most.

## Which assumptions give the paper's ratios

Layers of 8 experts with d_ij ∝ p_j (or p_i p_j: hot experts send more) times a lognormal factor per pair, communication 82 % of the layer, {facts.seeds} seeds each; 18 skews × 2 contention models × 2 readings, the {BEST_SKEWS} nearest to the
paper's four means. "Off by": geometric mean distance of the four. Lina: two such layers, in random order, head of line, receivers share; both models on every kind of GPU.

{skew_table(facts.target, facts.skews, BEST_SKEWS)}
{correlated(facts)}

## Colocated, homogeneous

{speedup_table(facts.speedups, pairs, COLOCATED["homogeneous"])}
Values are the time until both models are done with a layer, over Aurora's pairing. Lina puts two experts of one model on a GPU, with half of the GPUs per model.

- In Aurora's order, Lina is hardly slower: both move the same bytes over as many ports. Its pairs are balanced inside one model, Aurora's across two, and Aurora overlaps one model's computation with the other's
  communication, of which there is little to hide here (82 % of a layer is communication).
- The paper's range is met when Lina's all-to-alls run in no order, with receivers that share. What the paper's Lina does on the wire is not stated.
- Bottleneck pairing equals our search everywhere: the search finds nothing better.

## Colocated, heterogeneous

{speedup_table(facts.speedups, both, COLOCATED["heterogeneous"])}
- Both models get every kind of GPU, unless said otherwise. Then the paper's range is met on the trace with 64 GPUs only; on LIMoE-like layers the gains stay below, and no skew of the table above brings the mean
  beyond {facts.skews.lina_heterogeneous.max():.2f}×. With one model on the slow half the gain comes near the paper's. Which GPUs its Lina gets is not stated.
- The random baseline is now and then *better* than the paper's heuristic
  ({(facts.ratio(both, "random", "fluid") < 1).mean() * 100:.0f} % of draws, {facts.ratio(both, "random", "fluid").min():.2f}× at best), the search never worse.
- Searching over pairs and GPUs together (at most 16 GPUs here) gains what the decoupled heuristic leaves: a pair that is right for equal GPUs can be wrong for unequal ones.

## GPU utilisation

![GPU utilisation by contender](figures/utilisation.png)

{utilisation_table(facts.utilisations)}
The table gives the utilisation, and Aurora's over it. A model alone leaves its GPUs idle while it communicates; two models fill some of that. The utilisation of Lina
counts each model's half until that model is done, so the shorter does not wait for the longer: with layers of unequal skew, as in the trace on 64 GPUs, ordered Lina uses its GPUs better than Aurora.

## Imprecise traffic

![Time lost when decisions are made on a forecast](figures/forecasts.png)

Decisions are made on a layer's own traffic, and run with a part of it replaced by the mean of the model's other layers. Each pair's actual bytes go where its planned bytes would have gone, in the same stages; pairs without a plan
follow at the end (`src/plan-adaptation.h`). The table gives the percentage lost against deciding on the traffic itself, as mean (most):

{loss_table(facts.losses, SCHEMES)}
- The paper reports at most {paper.FORECAST_LOSS} %. LIMoE-like layers are drawn independently of each other, a hard case; the layers of the trace are real, and their hot experts differ too.
- Even with 75 % foreign traffic a stale `aurora` plan is {part(facts.losses, contender="exclusive-homogeneous-aurora", mixed=75, traffic="limoe").to_unordered.mean():.2f}× faster than random order that blocks.
- Few stages are robust: each stage waits for its longest piece. Orders of whole entries (`greedy-max-weight`) notice a wrong forecast least.
- What a wrong forecast spoils is the *placement* on heterogeneous GPUs: a hot expert on a slow one.
- Losses below zero: the heuristic decides no better with exact than with stale knowledge.

## Scaling

![Makespan over bound, stages and planning time by GPUs](figures/scaling.png)

Pairs are lognormal with σ 1, so there is no hot port and the order matters. The table gives the makespan over the bound, and the stages. The orders of senders (`spread-out`, `random`, `sjf`) contend head of line, and receivers share.

{scaling_table(data, "lognormal", ORDERS)}
With one hot expert (Zipf 1.2) its port is busy in nearly any order:

{scaling_table(data, "zipf", ORDERS)}
The planning time is for one core and lognormal pairs. It is *measured*, as the fastest of three, so it is not reproducible to the digit:

{planning_table(planning, "lognormal", ORDERS)}
## Beyond the big switch

Aurora assumes a switch that does not block. What its plans, `fast`, `spread-out` and max-min sharing take on leaf-spines of 1:1 to 1:8, beside our order `rack-aware` and the lower bound there:
[all-to-alls on leaf-spines](../all-to-all-leaf-spine/README.md), with the [bound and its proof](../../docs/algorithms/all-to-all-leaf-spine.md).
"""


def correlated(facts):
    """What the table of skews says."""
    means = facts.skews.assign(correlated=facts.skews["case"].str.endswith("/1"))
    by = means.groupby(["correlated", "reading"]).distance.min()
    return (
        f"Nearest with hot experts that send more: {by[True, 'fluid']:.1f} % off (fluid) and {by[True, 'one-sender']:.1f} % (one sender); with GPUs that send alike {by[False, 'fluid']:.1f} % and "
        f"{by[False, 'one-sender']:.1f} %. The readings differ most in RGA: with one sender per receiver it reaches {means[means.reading == 'one-sender'].RGA.max():.2f}× at most, the paper's mean is {facts.target['RGA']:.2f}×."
    )
