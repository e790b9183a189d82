"""What was asked of SemiGDA with pre-trained features before it was trained, and what it gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from few_labels_lib.figures import Budget, Group, difference
from few_labels_lib.recipes import FEATURE_UNETS, OURS, recipe
from few_labels_lib.sections import UNLABELED_GAINS, Table

# Dice of each set: of a short training, and of one by default.
DICE = {
    "polyp": (0.79, 0.84),
    "breast_us": (0.85, 0.89),
    "skin": (0.885, 0.90),
    "heart_la": (0.885, 0.90),
    "cardiac_scd": (0.915, 0.92),
    "hippocampus": (0.85, 0.87),
}
SHORT = 900  # CPU seconds at most
# Dice points that unlabelled images give: at least so many, on these sets and on all others.
GAIN, LEAST = {"polyp": 2.0, "breast_us": 2.0}, -0.5
AHEAD = 1.0  # Dice points before the best U-Net, of the mean over all sets


def verdicts(table: Table, budget: Budget) -> Iterator[tuple[str, float, float]]:
    """What is asked, the bar, and what was reached, of each bar that can be judged."""
    ours = _means(table, OURS, budget)
    earlier = _means(table, OURS, Budget(SHORT, 0))
    for name, (short, default) in DICE.items():
        bar = default if budget.cpu > SHORT else short
        if name in ours:
            yield f"{name}: Dice", bar, ours[name]
        elif earlier.get(name, 0.0) >= bar:  # what is reached sooner is reached
            yield f"{name}: Dice, after {SHORT} CPU seconds", bar, earlier[name]
    for name in DICE:
        pair = [table.get((name, method, budget)) for method in (OURS, UNLABELED_GAINS[OURS])]
        gained = None if None in pair else difference(*pair)  # over the seeds that both have
        if gained is not None:
            bar = GAIN.get(name, LEAST)
            yield f"{name}: points from unlabelled images", bar, 100 * gained.mean
    unets = {method: _means(table, method, budget) for method in FEATURE_UNETS}
    whole = {method: _mean(found) for method, found in unets.items() if set(found) == set(DICE)}
    if whole and set(ours) == set(DICE):
        best = max(whole, key=whole.__getitem__)
        title = f"mean of all sets: points before the best U-Net ({recipe(best).title})"
        yield title, AHEAD, 100 * (_mean(ours) - whole[best])


def _means(table: Table, method: str, budget: Budget) -> dict[str, float]:
    found: dict[str, Group | None] = {name: table.get((name, method, budget)) for name in DICE}
    return {name: group.mean("dice") for name, group in found.items() if group is not None}


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)
