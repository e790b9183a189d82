"""The page of results, written from the figures."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace

from few_labels_lib.figures import Difference, Group, class_means, difference
from few_labels_lib.recipes import BESIDE, METHODS, OWN, QUESTIONS, recipe
from few_labels_lib.sets import SETS, DataSet

FEW_CASES = 10  # so few are shown one by one
UNLABELED_GAINS = {
    "unet-mean-teacher": "unet",
    "unet-copy-paste": "unet",
    "semigda": "semigda-supervised",
}

INTRODUCTION = """# Accuracy with few labels

Made by `python benchmarks/few_labels.py --table` from `benchmarks/results/few_labels.json`: a line
for each run, with its cost, versions and every case's figures. Without `--table` the command trains
what is not in `artifacts/few_labels` yet.

- **Data**: each set has a fixed split. `labeled` and `unlabeled` cases train, `val` cases are
  scored. Nothing is chosen on `val`, neither checkpoint nor branch: every method is scored with the
  running average of its weights at the end of the run, SemiGDA by the mean of both branches.
- **Read with care**: SemiGDA's recipe was chosen on these very cases, most of it at seed 0, some of
  heart_la and polyp at every seed ([ablation](ablation.md)). The U-Nets share what was learned
  about steps, batches, losses and pasting; their structure is MONAI's and was not tuned.
- **The same for all**: sampler, augmentation, working size, optimiser (AdamW, one cycle), losses,
  the schedule of pseudo labels, the share of labelled slices, what is pasted, and the scoring:
  whole cases on the images' own grid, exactly as `semigda evaluate`.
- **Budget**: optimiser steps of *all stages together* (SemiGDA's autoencoder and alignment count),
  and slices with a gradient; before the first pseudo labels all of them are labelled. TFLOP are
  counted, forward and backward; CPU seconds are those of the training process.
- **U-Net**: layer for layer MONAI's `BasicUNet`, with GroupNorm, but with 16 channels at full
  resolution instead of MONAI's 32; its deeper levels have MONAI's widths. It has 1.95 M parameters
  and takes 1.6 GFLOP for 128 x 128 pixels; compact SemiGDA has 1.99 M and takes 1.1. "Full width"
  is MONAI's default: 1.98 M and 2.5 GFLOP, run for the seeds that its rows name. On polyps the
  width at full resolution matters most: one seed, labelled only, is well ahead of every other
  method at 1600 steps, SemiGDA included, so there the narrow U-Net is a weak baseline.
- **Dice** is the mean over classes, then cases, then seeds; a missed structure counts 0. HD95 and
  ASSD are means over the cases in which it was found, for sets with real spacing. In brackets: the
  standard deviation over seeds. **Difference**: Dice points against "{baseline}", over the same
  seeds and cases, with a 95 % bootstrap interval over patients, which leaves out the spread over
  seeds.
"""


def page(groups: Sequence[Group], baseline: str) -> str:
    """The whole page."""
    table = {(g.set_name, g.method, g.budget): g for g in groups}
    headline = {name: budget for name in _sets(groups) if (budget := _headline(groups, name))}
    parts = [INTRODUCTION.format(baseline=recipe(baseline).title), _devices(groups)]
    parts.append(_overview(table, headline))
    for name in _sets(groups):
        for budget in sorted({g.budget for g in groups if g.set_name == name}, reverse=True):
            parts.append(_set_section(table, name, budget, baseline))
    parts.append(_own(groups))
    ablation = _ablation(table, groups)
    if ablation:
        parts.append(ablation)
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _sets(groups: Iterable[Group]) -> list[str]:
    present = {group.set_name for group in groups}
    return [name for name in SETS if name in present] + sorted(present - set(SETS))


def _headline(groups: Sequence[Group], name: str) -> int:
    """The largest of the budgets at which most methods were run."""
    methods: dict[int, int] = {}
    for group in groups:
        if group.set_name == name and group.method in METHODS:
            methods[group.budget] = methods.get(group.budget, 0) + 1
    return max(methods, key=lambda budget: (methods[budget], budget), default=0)


def _devices(groups: Sequence[Group]) -> str:
    runs = [run for group in groups for run in group.runs.values()]
    lines = sorted(
        {
            f"- {run['device']} ({run['processor']}), {run['threads']} thread(s); "
            + ", ".join(f"{name} {version}" for name, version in run["versions"].items())
            for run in runs
        }
    )
    dates = sorted(run["finished"][:10] for run in runs)
    return f"{len(runs)} runs, {dates[0]} to {dates[-1]}, on\n\n" + "\n".join(lines) + "\n"


def _overview(table: dict, headline: dict[str, int]) -> str:
    groups = {name: of_same_seeds(table, name, budget) for name, budget in headline.items()}
    rows = []
    for method in METHODS:
        own = [groups[name].get(method) for name in headline]
        if not any(own):
            continue
        means = [group.mean("dice") if group else None for group in own]
        whole = statistics.fmean(means) if None not in means else None
        rows.append([recipe(method).title, *map(_number, means), _number(whole)])
    budgets = ", ".join(
        f"{name} {headline[name]} (seeds {' '.join(map(str, next(iter(found.values())).runs))})"
        for name, found in groups.items()
    )
    text = f"## All sets\n\nMean Dice. Optimiser steps: {budgets}.\n\n"
    return text + _table(["method", *headline, "mean"], rows) + _gains(table, headline)


def of_same_seeds(table: dict, name: str, budget: int) -> dict[str, Group]:
    """A set's groups by method, of the seeds that all of them have, if there are any."""
    found = {m: table[name, m, budget] for m in METHODS if (name, m, budget) in table}
    seeds = set.intersection(*(set(group.runs) for group in found.values()))
    if not seeds:
        return found
    return {
        method: replace(group, runs={seed: group.runs[seed] for seed in sorted(seeds)})
        for method, group in found.items()
    }


def _gains(table: dict, headline: dict[str, int]) -> str:
    """What unlabelled images give each network, over the seeds that both of its methods have."""
    rows = []
    for method, alone in UNLABELED_GAINS.items():
        pairs = [
            [table.get((name, m, budget)) for m in (method, alone)]
            for name, budget in headline.items()
        ]
        if any(None not in pair for pair in pairs):
            cells = [_signed(difference(*pair)) if None not in pair else "-" for pair in pairs]
            rows.append([recipe(method).title, *cells])
    if not rows:
        return ""
    text = (
        "\nDice points gained from unlabelled images, against the same network, labelled only.\n\n"
    )
    return text + _table(["method", *headline], rows)


def _set_section(table: dict, name: str, budget: int, baseline: str) -> str:
    methods = [m for m in (*METHODS, *BESIDE) if (name, m, budget) in table]
    if not methods:
        return ""
    one: DataSet | None = SETS.get(name)
    spaced = one is not None and one.real_spacing
    reference = table.get((name, baseline, budget))
    heads = ["method", "seeds", "Dice", "IoU"] + (["HD95 mm", "ASSD mm"] if spaced else [])
    heads += ["difference", "slices", "TFLOP", "CPU s"]
    rows = []
    for method in methods:
        group: Group = table[name, method, budget]
        row = [recipe(method).title, " ".join(map(str, group.runs)), _spread(group, "dice")]
        row.append(_number(group.mean("iou")))
        if spaced:
            row += [_number(group.mean("hd95"), 2), _number(group.mean("assd"), 2)]
        same = reference is None or method == baseline
        row.append("" if same else _signed(difference(group, reference)))
        spent = group.first["spent"]
        row += [f"{spent['gradient_slices']}", f"{spent['tflop']:.0f}"]
        rows.append([*row, f"{group.seconds('cpu'):.0f}"])
    groups = [table[name, method, budget] for method in methods]
    text = f"## {name}, {budget} steps\n\n" + _table(heads, rows)
    return text + _branches(groups) + _classes(groups) + _cases(groups)


def _branches(groups: Sequence[Group]) -> str:
    lines = []
    for group in groups:
        parts = [f"{branch} {_number(dice)}" for branch, dice in group.branch_means().items()]
        if parts:
            lines.append(f"{recipe(group.method).title}: {', '.join(parts)}.")
    return "\nDice of one branch alone. " + " ".join(lines) + "\n" if lines else ""


def _classes(groups: Sequence[Group]) -> str:
    names = list(class_means(groups[0]))
    if len(names) < 2:
        return ""
    rows = [[recipe(g.method).title, *map(_number, class_means(g).values())] for g in groups]
    return "\n" + _table(["Dice by class", *names], rows)


def _cases(groups: Sequence[Group]) -> str:
    cases = sorted(groups[0].case_means("dice"))
    if len(cases) > FEW_CASES:
        return ""
    rows = []
    for group in groups:
        means = group.case_means("dice")
        rows.append([recipe(group.method).title, *(_number(means.get(case)) for case in cases)])
    return "\n" + _table(["Dice by case", *cases], rows)


def _own(groups: Sequence[Group]) -> str:
    """What the methods reach with the steps that a training has by default."""
    owned = {(g.set_name, g.method): g for g in groups if g.method.endswith(f".{OWN}")}
    rows = []
    for (name, full), group in owned.items():
        method = full.partition(".")[0]
        alone = owned.get((name, f"{UNLABELED_GAINS.get(method)}.{OWN}"))
        spent, size = group.first["spent"], group.first["size"]
        row = [name, recipe(method).title, " ".join(map(str, group.runs))]
        row += [f"{size[0]} x {size[1]}", _spread(group, "dice"), _number(group.mean("iou"))]
        row.append(_signed(difference(group, alone)) if alone else "")
        row += [f"{spent['optimizer_steps']}", f"{spent['gradient_slices']}"]
        rows.append([*row, f"{spent['tflop']:.0f}", f"{group.seconds('cpu'):.0f}"])
    if not rows:
        return ""
    heads = ["set", "method", "seeds", "pixels", "Dice", "IoU", "gain", "steps", "slices"]
    heads += ["TFLOP", "CPU s"]
    text = (
        "## At the default budget\n\nThe same recipe with the default number of steps and of "
        "slices a step, on larger slices, though smaller than those of the preset 'standard' "
        f"(`--methods semigda.{OWN}`). Each method spends what its network costs: compare the "
        "TFLOP. Gain: Dice points against the same network, labelled only.\n\n"
    )
    return text + _table(heads, rows)


def _ablation(table: dict, groups: Sequence[Group]) -> str:
    names = [name for name in _sets(groups)]
    found: dict[str, dict[str, str]] = {}
    for group in groups:
        method, _, variant = group.method.partition(".")
        whole = table.get((group.set_name, method, group.budget))
        if variant and variant != OWN and whole:
            cell = f"{_signed(difference(group, whole))} ({len(group.runs)} x {group.budget})"
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
    return text + _table(["method", "change", *names], rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _spread(group: Group, measure: str) -> str:
    values = group.seed_means(measure)
    if len(values) < 2:
        return _number(group.mean(measure))
    return f"{statistics.fmean(values):.3f} ({statistics.stdev(values):.3f})"


def _signed(value: Difference | None) -> str:
    """In Dice points (hundredths)."""
    if value is None:
        return "-"
    mean, low, high = (100 * number for number in (value.mean, value.low, value.high))
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]"
