"""The page's part about networks with pre-trained features, at the same CPU seconds."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from tables import as_table

from few_labels_lib.bars import SHORT, verdicts
from few_labels_lib.figures import Budget, Group, difference
from few_labels_lib.markdown import number, signed, spread
from few_labels_lib.recipes import BESIDE, FAIR, METHODS, OURS, recipe
from few_labels_lib.sections import Table, of_same_seeds, overview, set_section

BASELINE = "unet-features-copy-paste"  # it pastes as SemiGDA does
INTRODUCTION = """## With general image features, in the same CPU seconds

- **Networks**: all start from the same pre-trained EfficientNet-Lite0 and see slices of the same
  size. The U-Net has the decoder of segmentation_models.pytorch's `Unet`, with its default widths
  and 5.2 M parameters.
- **Budget**: CPU seconds of a training, from reading the images to the last step, on one thread.
  The number of steps is fixed beforehand from the [seconds of a
  step](../benchmarks/results/few_labels.md#seconds-of-a-step); what a run then took varies with
  other work of the computer.
"""
NNUNET = """It plans, samples, augments, trains and predicts as it does by default, on the labelled
cases alone; only the number of steps is the budget's. It is made for graphics cards and 250,000
steps: these rows say what it does in the time of the others, not what it can do.

"""


def ahead_in_words(table: Table, sets: Sequence[str]) -> str:
    """How both methods compare at the largest budget at which both were run on all sets."""
    for budget in sorted({budget for _, _, budget in table if budget.cpu}, reverse=True):
        pairs = [
            [table.get((name, method, budget)) for method in (OURS, BASELINE)] for name in sets
        ]
        if any(None in pair for pair in pairs):
            continue
        same = [of_same_seeds(table, name, budget, (OURS, BASELINE)) for name in sets]
        ours, other = (
            number(statistics.fmean(found[method].mean("dice") for found in same))
            for method in (OURS, BASELINE)
        )
        found = [difference(*pair) for pair in pairs]
        better, worse = sum(one.low > 0 for one in found), sum(one.high < 0 for one in found)
        return (
            f"**In short**: after {budget}, both with general image features, SemiGDA has a mean\n"
            f"Dice of {ours} over {len(sets)} sets, a U-Net that learns from the same labelled and "
            f"unlabelled\nimages {other}. By the 95 % intervals SemiGDA is better on {better} of "
            f"them, worse on {worse}, and level on\n{len(sets) - better - worse}.\n\n"
        )
    return ""


def at_cpu_seconds(table: Table, sets: Sequence[str]) -> Iterator[str]:
    """Every budget in CPU seconds, all sets together; nothing if there is none."""
    budgets = sorted({budget for _, _, budget in table if budget.cpu})
    if budgets:
        yield INTRODUCTION
    for budget in budgets:
        fair = [n for n in sets if any((n, method, budget) in table for method in FAIR)]
        if fair:
            heading = "All sets" if len(fair) == len(sets) else f"{len(fair)} of {len(sets)} sets"
            yield f"## {heading}, {budget}\n\n" + _overview(table, budget, fair)
        yield _nnunet(table, budget, sets)


def each_at_cpu_seconds(table: Table, sets: Sequence[str], times: Sequence[dict]) -> Iterator[str]:
    """Every budget in CPU seconds: what was asked, and every set by itself."""
    budgets = sorted({budget for _, _, budget in table if budget.cpu})
    for budget in budgets:
        yield _bars(table, budget)
        for name in sets:
            yield set_section(table, name, budget, (*FAIR, *METHODS, *BESIDE), BASELINE)
    if budgets:
        yield _times(times, sets)


def _overview(table: Table, budget: Budget, sets: Sequence[str]) -> str:
    """Of the methods that were run on all sets, with the seeds that SemiGDA and the baseline share,
    if any: others would take seeds from them."""

    def seeds_of(name: str, method: str) -> set[int]:
        group = table.get((name, method, budget))
        return set(group.runs) if group else set()

    least = {name: seeds_of(name, OURS) & seeds_of(name, BASELINE) for name in sets}
    whole = [m for m in FAIR if all(least[n] <= (found := seeds_of(n, m)) and found for n in sets)]
    whole = whole or list(FAIR)
    seeds = {n: next(iter(of_same_seeds(table, n, budget, whole).values())).runs for n in sets}
    kind = "a short training" if budget.cpu <= SHORT else "a training by default"
    told = ", ".join(f"{name} {' '.join(map(str, seeds[name]))}" for name in sets)
    text = f"Mean Dice of {kind}. Seeds: {told}.\n\n"
    return text + overview(table, dict.fromkeys(sets, budget), whole) + _ahead(table, budget, sets)


def _ahead(table: Table, budget: Budget, sets: Sequence[str]) -> str:
    """SemiGDA against the baseline on each set."""
    pairs = [[table.get((name, method, budget)) for method in (OURS, BASELINE)] for name in sets]
    cells = [signed(difference(*pair)) if None not in pair else "-" for pair in pairs]
    if set(cells) == {"-"}:
        return ""
    text = f"\nDice points of {recipe(OURS).title}, against {recipe(BASELINE).title}.\n\n"
    return text + as_table(["", *sets], [["difference", *cells]])


def _bars(table: Table, budget: Budget) -> str:
    rows = []
    for asked, bar, value in verdicts(table, budget):
        digits = 1 if "points" in asked else 3
        reached = round(value, digits) >= bar
        rows.append([asked, number(bar, digits), number(value, digits)])
        rows[-1].append("reached" if reached else "**missed**")
    text = f"## What was asked of SemiGDA before these runs, {budget}\n\n"
    return text + as_table(["bar", "at least", "is", ""], rows) if rows else ""


def _nnunet(table: Table, budget: Budget, sets: Sequence[str]) -> str:
    """A row for each set and configuration."""
    rows = []
    for name in sets:
        ours = table.get((name, OURS, budget))
        for configuration in ("2d", "3d_fullres"):
            group: Group | None = table.get((name, f"nnunet-{configuration}", budget))
            if group is None:
                continue
            row = [name, configuration, " ".join(map(str, group.runs)), spread(group, "dice")]
            row.append(number(group.mean("iou")))
            row.append(signed(difference(ours, group)) if ours else "")
            spent = group.first["spent"]
            row += [" x ".join(map(str, group.first["size"])), group.steps]
            row.append(f"{spent['gradient_slices'] / spent['optimizer_steps']:.0f}")
            row += [f"{spent['parameters'] / 1e6:.1f} M", f"{spent['tflop']:.0f}"]
            rows.append([*row, f"{group.seconds('cpu'):.0f}"])
    if not rows:
        return ""
    heads = ["set", "configuration", "seeds", "Dice", "IoU", "SemiGDA is ahead by"]
    heads += ["patch", "steps", "patches a step", "parameters", "TFLOP", "CPU s"]
    text = f"## nnU-Net v2, {budget}\n\n"
    return text + NNUNET + as_table(heads, rows)


def _times(times: Sequence[dict], sets: Sequence[str]) -> str:
    """CPU seconds a step by method and set."""
    found = {(row["method"], row["set"]): row for row in times}
    rows = []
    for method in FAIR:
        cells = [found.get((method, name)) for name in sets]
        if any(cells):
            rows.append([recipe(method).title])
            rows[-1] += ["-" if cell is None else f"{cell['a_step']:.3f}" for cell in cells]
    if not rows:
        return ""
    text = (
        "## Seconds of a step\n\nCPU seconds on one thread, all methods in turn on one machine "
        "(`--time`), each at its fastest. UniMatch learns from each unlabelled slice three times."
        "\n\n"
    )
    return text + as_table(["method", *sets], rows)
