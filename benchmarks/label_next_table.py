"""The table of ``label_next.py``: means, differences by seed, and how sure they are."""

from __future__ import annotations

import json
import random
import statistics
from pathlib import Path

from few_labels_lib.rows import read_rows, write_rows

DRAWS = 10000


# What the table keeps of a training.
KEPT = ("set", "seed", "arm", "test", "pool", "mean", "cases", "pool_disagreement", "pool_dice")


def write_table(table: Path, folder: Path) -> str:
    """Add the trainings in ``folder`` to ``table`` and write its page beside it.

    Returns:
        The page.
    """
    fresh = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    found = {(r["set"], r["seed"], r["arm"]): r for r in [*read_rows(table), *fresh]}
    found = {key: found[key] for key in sorted(found)}
    write_rows(table, ({k: run[k] for k in KEPT if k in run} for run in found.values()))
    text = page(found)
    table.with_suffix(".md").write_text(text, encoding="utf-8")
    return text


def page(found: dict) -> str:
    """The page; ``found`` by set, seed and arm."""
    lines = [
        "# Five more labels: proposed by the ranking, or drawn at random",
        "",
        "Made by `python benchmarks/label_next.py --table`. Mean Dice of the test cases, by both "
        "branches with the averaged weights of the last step; nothing was chosen on them.",
    ]
    for name in sorted({which for which, _, _ in found}, reverse=True):
        lines += ["", f"## {name}", "", *_table(name, found)]
    return "\n".join(lines) + "\n"


def _table(name: str, found: dict) -> list[str]:
    seeds = sorted({seed for which, seed, _ in found if which == name})
    known = ("start", "random", "proposed", "disagreement", "novelty", "coverage", "typical")
    arms = [a for a in known if any((name, seed, a) in found for seed in seeds)]
    some = next(r for (which, _, _), r in found.items() if which == name)
    lines = [
        f"{some['pool']} cases in the pool, {some['test']} test cases.",
        "",
        "| seed | " + " | ".join(arms) + " | proposed - random |",
        "|" + "---|" * (len(arms) + 2),
    ]
    for seed in seeds:
        row = {arm: found[name, seed, arm]["mean"] for arm in arms if (name, seed, arm) in found}
        cells = [f"{row[arm]:.3f}" if arm in row else "-" for arm in arms]
        both = "proposed" in row and "random" in row
        gain = f"{row['proposed'] - row['random']:+.3f}" if both else "-"
        lines.append(f"| {seed} | " + " | ".join(cells) + f" | {gain} |")
    lines.append("")
    for arm in arms[2:]:
        pairs = [
            (found[name, seed, arm], found[name, seed, "random"])
            for seed in seeds
            if (name, seed, arm) in found and (name, seed, "random") in found
        ]
        if pairs:
            lines.append(f"- {_difference(arm, pairs)}")
    starts = [found[name, seed, "start"] for seed in seeds if (name, seed, "start") in found]
    if starts:
        listed = ", ".join(
            f"{_spearman(r['pool_disagreement'], r['pool_dice']):.2f}" for r in starts
        )
        lines.append(f"- Spearman of disagreement and Dice in the pool, by seed: {listed}")
    return lines


def _difference(arm: str, pairs: list[tuple[dict, dict]]) -> str:
    """Bootstrap over seeds, and within each over test cases (the same ones in both arms)."""
    by_seed = [_case_differences(one, other) for one, other in pairs]
    rng = random.Random(0)
    draws = []
    for _ in range(DRAWS):
        means = []
        for cases in rng.choices(by_seed, k=len(by_seed)):
            means.append(statistics.fmean(rng.choices(cases, k=len(cases))))
        draws.append(statistics.fmean(means))
    draws.sort()
    low, high = draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS) - 1]
    mean = statistics.fmean(statistics.fmean(cases) for cases in by_seed)
    better = sum(one["mean"] > other["mean"] for one, other in pairs)
    return (
        f"{arm} - random: {mean:+.4f} (95 % bootstrap over seeds and test cases {low:+.4f} to "
        f"{high:+.4f}); better in {better} of {len(pairs)} seeds"
    )


def _case_differences(one: dict, other: dict) -> list[float]:
    """Difference of each test case, its classes' mean."""
    columns = [
        [a - b for a, b in zip(one["cases"][key], other["cases"][key], strict=True)]
        for key in one["cases"]
    ]
    return [statistics.fmean(row) for row in zip(*columns, strict=True)]


def _spearman(one: list[float], other: list[float]) -> float:
    return statistics.correlation(_ranks(one), _ranks(other))


def _ranks(values: list[float]) -> list[float]:
    """Ties get the mean of their ranks."""
    ordered = sorted(values)
    return [ordered.index(v) + (ordered.count(v) - 1) / 2 for v in values]
