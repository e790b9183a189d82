"""The page of results, written from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from few_labels_lib.figures import Budget, Group, difference
from few_labels_lib.markdown import as_table, number, signed, spread
from few_labels_lib.page_seconds import at_cpu_seconds
from few_labels_lib.page_starts import starts
from few_labels_lib.recipes import BESIDE, METHODS, OWN, QUESTIONS, recipe
from few_labels_lib.sections import UNLABELED_GAINS, Table, of_same_seeds, overview, set_section
from few_labels_lib.sets import SETS

INTRODUCTION = """# Accuracy with few labels

Made by `python benchmarks/few_labels.py --table` from `benchmarks/results/few_labels.json`: a line
for each run, with its cost, versions and every case's figures. Without `--table` the command trains
what is not in `artifacts/few_labels` yet. Pages of their own: [some slices instead of whole
cases](fewer-slices.md), [the first look](first-minute.md), [what to label next](label-next.md),
[results of other programs](machine-labels-study.md), [doubt](doubt.md).

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


def page(groups: Sequence[Group], baseline: str, times: Sequence[dict] = ()) -> str:
    """The whole page; ``times`` as :func:`times.write_times` keeps them."""
    table = {(g.set_name, g.method, g.budget): g for g in groups}
    parts = [INTRODUCTION.format(baseline=recipe(baseline).title), _devices(groups)]
    parts += [*at_cpu_seconds(table, _sets(groups), times), starts(table, _sets(groups))]
    parts += _at_steps([group for group in groups if not group.budget.cpu], table, baseline)
    parts += [_own(groups), _ablation(table, groups)]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _at_steps(groups: Sequence[Group], table: Table, baseline: str) -> Iterator[str]:
    """The study of networks that begin with random weights."""
    headline = {name: _headline(groups, name) for name in _sets(groups)}
    headline = {name: budget for name, budget in headline.items() if budget is not None}
    if headline:
        seeds = {name: _seeds(of_same_seeds(table, name, headline[name])) for name in headline}
        budgets = ", ".join(f"{n} {headline[n].steps} (seeds {seeds[n]})" for n in headline)
        text = f"## All sets\n\nMean Dice. Optimiser steps: {budgets}.\n\n"
        yield text + overview(table, headline, list(METHODS))
    for name in _sets(groups):
        for budget in sorted({g.budget for g in groups if g.set_name == name}, reverse=True):
            yield set_section(table, name, budget, (*METHODS, *BESIDE), baseline)


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
            f"- {run['device']} ({run['processor']}), {run['threads']} thread(s); "
            + ", ".join(f"{name} {version}" for name, version in run["versions"].items())
            for run in runs
        }
    )
    dates = sorted(run["finished"][:10] for run in runs)
    return f"{len(runs)} runs, {dates[0]} to {dates[-1]}, on\n\n" + "\n".join(lines) + "\n"


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
        "## At the default budget\n\nThe same recipe with the default number of steps and of "
        "slices a step, on larger slices, though smaller than those of the preset 'standard' "
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
