"""The pages of results, written from the figures: a summary, and every set by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tables import as_table

from few_labels_lib.figures import Budget, Group, difference
from few_labels_lib.markdown import number, signed, spread
from few_labels_lib.page_seconds import ahead_in_words, at_cpu_seconds, each_at_cpu_seconds
from few_labels_lib.page_starts import starts
from few_labels_lib.recipes import BESIDE, METHODS, OWN, QUESTIONS, recipe
from few_labels_lib.sections import UNLABELED_GAINS, Table, of_same_seeds, overview, set_section
from few_labels_lib.sets import SETS

INTRODUCTION = """# Accuracy with few labels

How well SemiGDA and U-Nets segment after learning from the same few labels, in the same CPU time or
the same number of steps.

{lead}Made by `python benchmarks/few_labels.py --table` from
`benchmarks/results/few_labels.json`. Every set by itself, with IoU, surface distances, cost and
intervals: [all figures](../benchmarks/results/few_labels.md). Studies of their own: [what a
project's training reaches](presets.md), [fewer slices](fewer-slices.md), [the first
look](first-minute.md), [what to label next](label-next.md), [results of other
programs](machine-labels-study.md), [uncertainty](doubt.md).

- **Data**: each set has a fixed split. `labeled` and `unlabeled` cases train, `val` cases are
  scored, whole and on the images' own grid, as by `semigda evaluate`. No checkpoint or branch is
  selected on `val`: the running average of the weights at the end of the run is scored.
- **Optimistic for SemiGDA**: its recipe was developed on these `val` cases, most of it with seed 0
  ([what was tried](ablation.md)). The U-Nets use the same findings about steps, batches, losses and
  pasting; their architecture was not tuned.
- **The same for all**: sampling, augmentation, slice size, optimiser (AdamW, one cycle), losses,
  pseudo-label schedule, share of labelled slices, and what is pasted.
- **Dice** is the mean over classes, then cases, then seeds; a missed structure counts 0.
  **Differences** are Dice points over the same seeds and cases, with a 95 % bootstrap interval over
  patients, which leaves out the variation between seeds.
"""

DETAILS = """# Accuracy with few labels: all figures

Made by `python benchmarks/few_labels.py --table`; summary and definitions:
[docs/results.md](../../docs/results.md). Without `--table` the command trains what is not in
`artifacts/few_labels` yet.

- **Budget**: optimiser steps of *all stages together*, and slices with a gradient; before the first
  pseudo labels all of them are labelled. TFLOP are counted, forward and backward; CPU seconds are
  those of the training process. In brackets after a Dice: the standard deviation over seeds.
- **HD95 and ASSD** are means over the cases in which the structure was found, for sets with real
  spacing.
- **Difference**: against "{baseline}" in sections by steps, against the U-Net with bidirectional
  copy-paste in sections by CPU seconds.
"""


RANDOM = """## From random weights, in the same number of steps

The U-Net is MONAI's `BasicUNet` with GroupNorm and half its width at full resolution: 1.95 M
parameters and 1.6 GFLOP for 128 x 128 pixels; compact SemiGDA has 1.99 M and 1.1. At MONAI's own
width ("full width" in [all figures](../benchmarks/results/few_labels.md#polyp-1600-steps)) it is
well ahead of every method on polyps, in one run, labelled only: there the narrow U-Net is a weak
baseline.

"""


def page(groups: Sequence[Group]) -> str:
    """The summary: every set in a column."""
    table, sets = _table(groups), _sets(groups)
    parts = [INTRODUCTION.format(lead=ahead_in_words(table, sets)), *at_cpu_seconds(table, sets)]
    parts += [starts(table, sets), _at_steps(groups, table), _own(groups), _devices(groups)]
    return _joined(parts)


def details(groups: Sequence[Group], baseline: str, times: Sequence[dict] = ()) -> str:
    """Every set by itself; ``times`` as :func:`times.write_times` keeps them."""
    table, sets = _table(groups), _sets(groups)
    parts = [DETAILS.format(baseline=recipe(baseline).title)]
    parts += each_at_cpu_seconds(table, sets, times)
    for name in sets:
        budgets = {g.budget for g in groups if g.set_name == name and not g.budget.cpu}
        for budget in sorted(budgets, reverse=True):
            parts.append(set_section(table, name, budget, (*METHODS, *BESIDE), baseline))
    return _joined([*parts, _ablation(table, groups)])


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _table(groups: Sequence[Group]) -> Table:
    return {(g.set_name, g.method, g.budget): g for g in groups}


def _at_steps(groups: Sequence[Group], table: Table) -> str:
    """The study of networks that begin with random weights."""
    groups = [group for group in groups if not group.budget.cpu]
    headline = {name: _headline(groups, name) for name in _sets(groups)}
    headline = {name: budget for name, budget in headline.items() if budget is not None}
    if not headline:
        return ""
    seeds = {name: _seeds(of_same_seeds(table, name, headline[name])) for name in headline}
    budgets = ", ".join(f"{n} {headline[n].steps} (seeds {seeds[n]})" for n in headline)
    text = f"{RANDOM}Mean Dice. Optimiser steps: {budgets}.\n\n"
    return text + overview(table, headline, list(METHODS))


def _seeds(found: Mapping[str, Group]) -> str:
    return " ".join(map(str, next(iter(found.values())).runs))


def _sets(groups: Iterable[Group]) -> list[str]:
    present = {group.set_name for group in groups}
    return [name for name in SETS if name in present] + sorted(present - set(SETS))


def _headline(groups: Sequence[Group], name: str) -> Budget | None:
    """The largest of the budgets at which most methods were run."""
    methods: dict[Budget, int] = {}
    for group in groups:
        if group.set_name == name and group.method in METHODS:
            methods[group.budget] = methods.get(group.budget, 0) + 1
    return max(methods, key=lambda budget: (methods[budget], budget), default=None)


def _devices(groups: Sequence[Group]) -> str:
    runs = [run for group in groups for run in group.runs.values()]
    lines = sorted(
        {
            f"- {run['device']} ({run['processor']}), "
            f"{run['threads']} thread{'' if run['threads'] == 1 else 's'}; "
            + ", ".join(f"{name} {version}" for name, version in run["versions"].items())
            for run in runs
        }
    )
    dates = sorted(run["finished"][:10] for run in runs)
    text = f"## Runs\n\n{len(runs)} runs, {dates[0]} to {dates[-1]}, on\n\n"
    return text + "\n".join(lines) + "\n"


def _own(groups: Sequence[Group]) -> str:
    """What the methods reach with the steps that a training has by default."""
    owned = {(g.set_name, g.method): g for g in groups if g.method.endswith(f".{OWN}")}
    rows = []
    for (name, full), group in owned.items():
        method = full.partition(".")[0]
        alone = owned.get((name, f"{UNLABELED_GAINS.get(method)}.{OWN}"))
        spent, size = group.first["spent"], group.first["size"]
        row = [name, recipe(method).title, " ".join(map(str, group.runs))]
        row += [f"{size[0]} x {size[1]}", spread(group, "dice"), number(group.mean("iou"))]
        row.append(signed(difference(group, alone)) if alone else "")
        row += [f"{spent['optimizer_steps']}", f"{spent['gradient_slices']}"]
        rows.append([*row, f"{spent['tflop']:.0f}", f"{group.seconds('cpu'):.0f}"])
    if not rows:
        return ""
    heads = ["set", "method", "seeds", "pixels", "Dice", "IoU", "gain", "steps", "slices"]
    heads += ["TFLOP", "CPU s"]
    text = (
        "## From random weights, with more steps on larger slices\n\n4,400 steps of 16 slices "
        f"(`--methods semigda.{OWN}`). Each method spends what its network costs: compare the "
        "TFLOP. Gain: Dice points against the same network, labelled only.\n\n"
    )
    return text + as_table(heads, rows)


def _ablation(table: Table, groups: Sequence[Group]) -> str:
    names = [name for name in _sets(groups)]
    found: dict[str, dict[str, str]] = {}
    for group in groups:
        method, _, variant = group.method.partition(".")
        whole = table.get((group.set_name, method, group.budget))
        if variant and variant != OWN and whole:
            runs = f"{len(group.runs)} x {group.budget.steps or group.budget}"
            cell = f"{signed(difference(group, whole))} ({runs})"
            cells = found.setdefault(group.method, {})
            cells[group.set_name] = f"{cells.get(group.set_name, '')} {cell}".strip()
    if not found:
        return ""
    rows = []
    for method in sorted(found):
        base, _, variant = method.partition(".")
        asks = QUESTIONS[variant]
        rows.append([recipe(base).title, asks, *(found[method].get(n, "") for n in names)])
    text = (
        "## One change at a time\n\nDice points against the same method without the change, with "
        "a 95 % interval over patients (seeds x steps). All stages together always take the same "
        "number of steps.\n\n"
    )
    return text + as_table(["method", "change", *names], rows)
