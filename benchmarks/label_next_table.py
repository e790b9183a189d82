"""The table of ``label_next.py``: means, differences by seed, and how sure they are."""

from __future__ import annotations

import json
import random
import statistics
from pathlib import Path

DRAWS = 10000


def write_table(folder: Path) -> str:
    """Write ``label_next.md`` beside the folder of results; returns its text."""
    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    found = {(r["set"], r["seed"], r["arm"]): r for r in results}
    sets = sorted({r["set"] for r in results}, reverse=True)
    lines = [
        "# Five more labels: proposed by the ranking, or drawn at random",
        "",
        "Made by `benchmarks/label_next.py`. Mean Dice of the test cases, both branches, averaged "
        "weights of the last step. Nothing was chosen on the test cases.",
    ]
    for name in sets:
        lines += ["", f"## {name}", "", *_table(name, found)]
    text = "\n".join(lines) + "\n"
    folder.with_suffix(".md").write_text(text)
    return text


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
        told = ", ".join(f"{_spearman(r['pool_disagreement'], r['pool_dice']):.2f}" for r in starts)
        lines.append(f"- Spearman of disagreement and Dice in the pool, by seed: {told}")
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
