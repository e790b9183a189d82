"""docs/fewer-slices.md, from the stored runs."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from few_labels_lib.sets import SETS
from tables import as_table

from slices_lib.chart import chart
from slices_lib.drawing import ARMS, SHARE, SPREAD, WHOLE_CASES

DRAWS = 4000
ENOUGH, POINTS = 0.97, 2.0  # the aims: share of the Dice of all slices, Dice points

HEAD = """# Fewer slices: what they are worth

- **Draw a few slices of every case at hand first**, and more slices of the same cases after that.
- A tenth of the slices keeps about 97 % of the Dice, in a short training as in a longer one. Where
  a case has few slices, draw more: of the left ventricle a tenth is only one.
- Slices of many patients beat as many slices of one patient, because hearts differ more than the
  slices of one heart do. (Five whole hippocampi are nearly as good as all 22.)

[Label slices, not whole volumes](slice-labels.md) says how to draw them.

## How it was measured

Made by `python benchmarks/slice_labels.py --page` from `benchmarks/results/slice_labels.json`;
with `--seeds 0 1 2` it makes the runs.

*Slices drawn* hold the structure; the empty ones before and after it are marked as finished, too.
Every model is scored on the whole held-out cases of the set. All other training images, and the
slices that are not drawn, are unlabelled in every row.

- **all**: all slices of the labelled cases.
- **tenth**: {share:.0f} % of the slices of each of these cases, evenly spaced over the structure.
- **whole**: all slices of a few cases, drawn by the seed.
- **spread**: as many slices as *whole*, evenly spaced in up to {spread} times as many cases.

The recipe is that of *SemiGDA with features, one branch* in [results](results.md), on smaller
slices and with {steps} steps. Dice is the mean over a case's classes, then over cases and seeds.
"""
PICTURE = """![Dice over the number of slices drawn, a chart for each set](fewer-slices.svg)

*From few slices to all (logarithmic): of a few cases, or of each case.*
"""


def page(runs: Sequence[dict[str, Any]]) -> str:
    """The whole page."""
    runs, longer = _by_steps(runs)
    parts = [HEAD.format(share=100 * SHARE, spread=SPREAD, steps=runs[0]["steps"]), PICTURE]
    for name in WHOLE_CASES:
        own = [run for run in runs if run["set"] == name]
        if own:
            parts.append(_section(name, own))
    if longer:
        parts.append(_longer(longer))
    parts.append(_end(runs))
    return "\n".join(parts)


def picture(runs: Sequence[dict[str, Any]]) -> str:
    """The page's chart, an SVG."""
    runs, _ = _by_steps(runs)
    found = {}
    for name in WHOLE_CASES:
        arms = {arm: [r for r in runs if (r["set"], r["arm"]) == (name, arm)] for arm in ARMS}
        points = {arm: (_slices(own), _mean(own)) for arm, own in arms.items() if own}
        if points:
            found[SETS[name].card["title"]] = points
    return chart(found)


def _by_steps(runs: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The study's runs, of the fewest steps, and longer ones."""
    fewest = min(run["steps"] for run in runs)
    study = [run for run in runs if run["steps"] == fewest]
    return study, [run for run in runs if run["steps"] > fewest]


def _section(name: str, runs: Sequence[dict[str, Any]]) -> str:
    by_arm = {arm: [run for run in runs if run["arm"] == arm] for arm in ARMS}
    cases = len(runs[0]["dice"])
    lines = [
        [
            arm,
            _range(run["cases"] for run in own),
            _range(run["slices"] for run in own),
            ", ".join(str(run["seed"]) for run in own),
            f"{_mean(own):.3f}",
            ", ".join(f"{_mean([run]):.3f}" for run in own),
        ]
        for arm, own in sorted(by_arm.items(), key=lambda item: -_slices(item[1]))
        if own
    ]
    heads = ["labels", "cases", "slices drawn", "seeds", "Dice", "by seed"]
    told = [f"## {SETS[name].card['title']} (`{name}`)\n", f"{cases} held-out cases.\n"]
    told.append(as_table(heads, lines))
    told += [f"- {line}" for line in _verdicts(by_arm)]
    return "\n".join(told) + "\n"


def _longer(runs: Sequence[dict[str, Any]]) -> str:
    """Whether a tenth is as much worth in a longer training."""
    lines, verdicts = [], []
    for name in WHOLE_CASES:
        arms = {arm: [r for r in runs if (r["set"], r["arm"]) == (name, arm)] for arm in ARMS}
        for arm, own in arms.items():
            if own:
                seeds = ", ".join(str(run["seed"]) for run in own)
                by_seed = ", ".join(f"{_mean([run]):.3f}" for run in own)
                lines.append([name, arm, seeds, f"{_mean(own):.3f}", by_seed])
        verdicts += [f"- {name}: {line}" for line in _verdicts(arms)]
    table = as_table(["set", "labels", "seeds", "Dice", "by seed"], lines)
    told = f"## In a training of {runs[0]['steps']:,} steps\n\n{table}\n"
    return told + "\n".join(verdicts) + "\n"


def _verdicts(by_arm: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = []
    pairs = _paired(by_arm["tenth"], by_arm["all"])
    if pairs:
        share, low, high = _interval(pairs, lambda a, b: 100 * a / b)
        reached = "reached" if share >= 100 * ENOUGH else "missed"
        lines.append(
            f"*tenth* has {share:.2f} % [{low:.1f}, {high:.1f}] of the Dice of *all*. "
            f"The aim of {100 * ENOUGH:.0f} % is {reached}."
        )
    pairs = _paired(by_arm["spread"], by_arm["whole"])
    if pairs:
        gain, low, high = _interval(pairs, lambda a, b: 100 * (a - b))
        reached = "reached" if gain >= POINTS else "missed"
        wide = by_arm["spread"][0]["cases"] / by_arm["whole"][0]["cases"]
        fewer = "" if wide >= SPREAD else ": the set has no more"
        lines.append(
            f"*spread* is {gain:+.1f} Dice points [{low:+.1f}, {high:+.1f}] from *whole* with the "
            f"same number of slices, in {wide:.0f} times as many cases{fewer}. "
            f"The aim of {POINTS:+.0f} is {reached}."
        )
    return lines


def _end(runs: Sequence[dict[str, Any]]) -> str:
    seeds = {name: {r["seed"] for r in runs if r["set"] == name} for name in WHOLE_CASES}
    told = ", ".join(f"{len(found)} of {name}" for name, found in seeds.items())
    return f"""## How to read this

Intervals are of a bootstrap over seeds and held-out cases, paired; with so few they say little
about other data. Seeds: {told}. *spread* and *whole* of
one seed draw from the same cases. That *spread* needs more patients, each of whom somebody has to
open, is not in the figures.
"""


def _range(values) -> str:
    found = sorted(set(values))
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def _slices(runs: Sequence[dict[str, Any]]) -> float:
    return statistics.fmean(run["slices"] for run in runs) if runs else 0.0


def _mean(runs: Sequence[dict[str, Any]]) -> float:
    return statistics.fmean(statistics.fmean(run["dice"].values()) for run in runs)


Pairs = list[list[tuple[float, float]]]  # of each seed, of each case


def _paired(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> Pairs:
    others = {run["seed"]: run["dice"] for run in theirs}
    return [
        [(dice, others[run["seed"]][case]) for case, dice in run["dice"].items()]
        for run in ours
        if run["seed"] in others
    ]


def _interval(pairs: Pairs, measure: Callable[[float, float], float]) -> tuple[float, float, float]:
    """Of the means, and its 95 % bootstrap over seeds and, in each, over cases."""

    def value(drawn: Pairs) -> float:
        flat = [pair for seed in drawn for pair in seed]
        return measure(*(statistics.fmean(side) for side in zip(*flat, strict=True)))

    rng = random.Random(0)
    values = sorted(
        value([rng.choices(seed, k=len(seed)) for seed in rng.choices(pairs, k=len(pairs))])
        for _ in range(DRAWS)
    )
    cut = round(0.025 * DRAWS)
    return value(pairs), values[cut], values[-1 - cut]
