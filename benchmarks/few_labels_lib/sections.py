"""Sections of the page that its parts have in common."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tables import as_table

from few_labels_lib.figures import Budget, Group, class_means, difference
from few_labels_lib.markdown import number, signed, spread
from few_labels_lib.recipes import METHODS, recipe
from few_labels_lib.sets import SETS, DataSet

FEW_CASES = 10  # so few are shown one by one
UNLABELED_GAINS = {
    "unet-mean-teacher": "unet",
    "unet-copy-paste": "unet",
    "semigda": "semigda-supervised",
    "unet-features-mean-teacher": "unet-features",
    "unet-features-copy-paste": "unet-features",
    "unet-features-unimatch": "unet-features",
    "semigda.features": "semigda-supervised.features",
    "semigda.one-branch": "semigda-supervised.one-branch",
}
Table = Mapping[tuple[str, str, Budget], Group]  # by set, method and budget


def overview(table: Table, headline: Mapping[str, Budget], methods: Sequence[str]) -> str:
    """Mean Dice of each method on each set, at its budget, over the seeds that all of them have."""
    groups = {
        name: of_same_seeds(table, name, budget, methods) for name, budget in headline.items()
    }
    rows = []
    for method in methods:
        own = [groups[name].get(method) for name in headline]
        if not any(own):
            continue
        means = [group.mean("dice") if group else None for group in own]
        whole = statistics.fmean(means) if None not in means else None
        rows.append([recipe(method).title, *map(number, means), number(whole)])
    return as_table(["method", *headline, "mean"], rows) + gains(table, headline)


def of_same_seeds(
    table: Table, name: str, budget: Budget, methods: Iterable[str] = METHODS
) -> dict[str, Group]:
    """A set's groups by method, of the seeds that all of them have, if there are any."""
    found = {m: table[name, m, budget] for m in methods if (name, m, budget) in table}
    seeds = set.intersection(*(set(group.runs) for group in found.values())) if found else None
    if not seeds:
        return found
    return {
        method: replace(group, runs={seed: group.runs[seed] for seed in sorted(seeds)})
        for method, group in found.items()
    }


def gains(table: Table, headline: Mapping[str, Budget]) -> str:
    """What unlabelled images give each network, over the seeds that both of its methods have."""
    rows = []
    for method, alone in UNLABELED_GAINS.items():
        pairs = [
            [table.get((name, m, budget)) for m in (method, alone)]
            for name, budget in headline.items()
        ]
        if any(None not in pair for pair in pairs):
            cells = [signed(difference(*pair)) if None not in pair else "-" for pair in pairs]
            rows.append([recipe(method).title, *cells])
    if not rows:
        return ""
    text = (
        "\nDice points gained from unlabelled images, against the same network, labelled only.\n\n"
    )
    return text + as_table(["method", *headline], rows)


def set_section(
    table: Table, name: str, budget: Budget, methods: Iterable[str], baseline: str
) -> str:
    """All figures of one set at one budget, with a heading; empty if no method has any."""
    methods = [m for m in methods if (name, m, budget) in table]
    if not methods:
        return ""
    one: DataSet | None = SETS.get(name)
    spaced = one is not None and one.real_spacing
    reference = table.get((name, baseline, budget))
    heads = ["method", "seeds", "Dice", "IoU"] + (["HD95 mm", "ASSD mm"] if spaced else [])
    heads += ["difference", *(["steps"] if budget.cpu else []), "slices", "TFLOP", "CPU s"]
    rows = []
    for method in methods:
        group: Group = table[name, method, budget]
        row = [recipe(method).title, " ".join(map(str, group.runs)), spread(group, "dice")]
        row.append(number(group.mean("iou")))
        if spaced:
            row += [number(group.mean("hd95"), 2), number(group.mean("assd"), 2)]
        same = reference is None or method == baseline
        row.append("" if same else signed(difference(group, reference)))
        spent = group.first["spent"]
        row += [group.steps] if budget.cpu else []
        row += [f"{spent['gradient_slices']}", f"{spent['tflop']:.0f}"]
        rows.append([*row, f"{group.seconds('cpu'):.0f}"])
    groups = [table[name, method, budget] for method in methods]
    text = f"## {name}, {budget}\n\n" + as_table(heads, rows)
    return text + _branches(groups) + _classes(groups) + _cases(groups)


def _branches(groups: Sequence[Group]) -> str:
    lines = []
    for group in groups:
        parts = [f"{branch} {number(dice)}" for branch, dice in group.branch_means().items()]
        if parts:
            lines.append(f"{recipe(group.method).title}: {', '.join(parts)}.")
    return "\nDice of one branch alone. " + " ".join(lines) + "\n" if lines else ""


def _classes(groups: Sequence[Group]) -> str:
    names = list(class_means(groups[0]))
    if len(names) < 2:
        return ""
    rows = [[recipe(g.method).title, *map(number, class_means(g).values())] for g in groups]
    return "\n" + as_table(["Dice by class", *names], rows)


def _cases(groups: Sequence[Group]) -> str:
    cases = sorted(groups[0].case_means("dice"))
    if len(cases) > FEW_CASES:
        return ""
    rows = []
    for group in groups:
        means = group.case_means("dice")
        rows.append([recipe(group.method).title, *(number(means.get(case)) for case in cases)])
    return "\n" + as_table(["Dice by case", *cases], rows)
