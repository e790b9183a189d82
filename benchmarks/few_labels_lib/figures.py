"""From runs to figures: means, spread over seeds, paired differences."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

RESAMPLES = 5000


class Budget(NamedTuple):
    """Of a run: CPU seconds that were planned, or else optimiser steps; the other one is 0."""

    cpu: int
    steps: int

    @classmethod
    def of(cls, run: dict) -> Budget:
        if run.get("planned"):
            return cls(run["planned"]["cpu"], 0)
        return cls(0, run["budget"])

    def __str__(self) -> str:
        return f"{self.cpu} CPU seconds" if self.cpu else f"{self.steps} steps"


@dataclass(frozen=True)
class Group:
    """Runs of one method on one set with one budget, for several seeds.

    Attributes:
        runs: by seed, as ``table.read_runs`` gives them.
    """

    set_name: str
    method: str
    budget: Budget
    runs: Mapping[int, dict]

    @property
    def first(self) -> dict:
        return next(iter(self.runs.values()))

    @property
    def steps(self) -> str:
        """Optimiser steps: the same for all seeds, or from the fewest to the most."""
        counts = {run["budget"] for run in self.runs.values()}
        return " to ".join(map(str, sorted({min(counts), max(counts)})))

    def seed_means(self, measure: str) -> list[float]:
        """Mean over the cases, a number a seed that has any."""
        scores = [case_scores(run, measure).values() for run in self.runs.values()]
        return [statistics.fmean(values) for values in scores if values]

    def mean(self, measure: str) -> float | None:
        values = self.seed_means(measure)
        return statistics.fmean(values) if values else None

    def branch_means(self) -> dict[str, float]:
        """Mean Dice of each branch alone; empty for a U-Net."""
        result = {}
        for branch in self.first["branches"]:
            values = [v for run in self.runs.values() for v in run["branches"][branch].values()]
            result[branch] = statistics.fmean(value for value in values if value is not None)
        return result

    def case_means(self, measure: str) -> dict[str, float]:
        """Mean over the seeds, by case."""
        return _means(case_scores(run, measure) for run in self.runs.values())

    def seconds(self, kind: str) -> float:
        """CPU or wall seconds of training, the autoencoder's among them, mean over the seeds."""
        return statistics.fmean(
            sum(run["seconds"].get(part, {}).get(kind, 0.0) for part in ("pretrain", "train"))
            for run in self.runs.values()
        )


@dataclass(frozen=True)
class Difference:
    """Of two methods over the same seeds and cases, with a 95 % interval."""

    mean: float
    low: float
    high: float
    seeds: int


def grouped(runs: Iterable[dict]) -> list[Group]:
    """Runs by set, method and budget; of two with the same seed the later one counts."""
    found: dict[tuple, dict[int, dict]] = {}
    for run in runs:
        found.setdefault((run["set"], run["method"], Budget.of(run)), {})[run["seed"]] = run
    return [Group(*key, dict(sorted(runs.items()))) for key, runs in sorted(found.items())]


def case_scores(run: dict, measure: str) -> dict[str, float]:
    """Mean over the classes by case, of what is defined: a missed class has Dice 0, no HD95."""
    values: dict[str, list[float]] = {}
    for row in run["rows"]:
        if row[measure] is not None:
            values.setdefault(row["case"], []).append(row[measure])
    return {case: statistics.fmean(numbers) for case, numbers in values.items()}


def class_means(group: Group) -> dict[str, float]:
    """Mean Dice of each class over cases and seeds."""
    values: dict[str, list[float]] = {}
    for run in group.runs.values():
        for row in run["rows"]:
            if row["dice"] is not None:
                values.setdefault(row["name"], []).append(row["dice"])
    return {name: statistics.fmean(numbers) for name, numbers in values.items()}


def difference(group: Group, baseline: Group, measure: str = "dice") -> Difference | None:
    """``group`` minus ``baseline`` over the seeds and cases that both have.

    The interval is a bootstrap over *patients* (the split's groups): cases of one patient are
    drawn together. It says how far the difference depends on the cases; the seeds' spread is not
    in it.
    """
    seeds = [seed for seed in group.runs if seed in baseline.runs]
    if not seeds:
        return None
    ours, theirs = (
        _means(case_scores(side.runs[seed], measure) for seed in seeds)
        for side in (group, baseline)
    )
    patients = {row["case"]: row["group"] for row in group.first["rows"]}
    by_patient: dict[str, list[float]] = {}
    for case in ours.keys() & theirs.keys():
        by_patient.setdefault(patients[case] or case, []).append(ours[case] - theirs[case])
    if not by_patient:
        return None
    mean, low, high = bootstrap(by_patient)
    return Difference(mean, low, high, len(seeds))


def bootstrap(by_patient: Mapping[str, list[float]], seed: int = 0) -> tuple[float, float, float]:
    """Mean over all cases, and the 2.5th and 97.5th percentile of resampled patients' means."""
    names = sorted(by_patient)
    sums = np.array([sum(by_patient[name]) for name in names])
    counts = np.array([len(by_patient[name]) for name in names])
    draws = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(sums.sum() / counts.sum()), float(low), float(high)


def _means(scores: Iterable[dict[str, float]]) -> dict[str, float]:
    gathered: dict[str, list[float]] = {}
    for one in scores:
        for case, value in one.items():
            gathered.setdefault(case, []).append(value)
    return {case: statistics.fmean(values) for case, values in gathered.items()}
