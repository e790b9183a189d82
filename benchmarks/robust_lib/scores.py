"""Dice of cases through the whole inference, changed or not."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from few_labels_lib.sets import DataSet

from robust_lib.changes import Change
from semigda.data.labels import read_classes
from semigda.data.volumes import Volume, read_volume
from semigda.inference.segment import segment_volume
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard


@dataclass(frozen=True)
class Judged:
    """A case in memory; ``truth``: classes uint8 (z, y, x)."""

    volume: Volume
    truth: np.ndarray
    group: str


def read_val(one: DataSet) -> list[Judged]:
    """The ``val`` cases of a set."""
    cases = []
    for name in one.split["val"]:
        volume = read_volume(one.file("images", name))
        volume.array = np.array(volume.array)
        truth = read_classes(one.file("labels", name), volume, None)
        cases.append(Judged(volume, truth, str(one.split["group_of_case"][name])))
    return cases


def labels_of_cases(network, card: ModelCard, cases: Sequence[Judged]) -> list[np.ndarray]:
    """What the model finds in each case as it is, uint8 (z, y, x)."""
    return [_labels(network, card, case.volume) for case in cases]


def dice_of_cases(network, card: ModelCard, cases: Sequence[Judged], change: Change) -> list[float]:
    """Each changed case's Dice, the mean over the classes that it has."""
    found = []
    for case in cases:
        volume, truth = change.apply(case.volume, case.truth)
        found.append(dice(truth, _labels(network, card, volume), len(card.labels)))
    return found


def coarse_truth(
    plain: Sequence[np.ndarray], classes: int, cases: Sequence[Judged], change: Change
) -> list[float]:
    """Dice of the labels found in the unchanged image, when both they and the truth are changed."""
    found = []
    for case, labels in zip(cases, plain, strict=True):
        _, truth = change.apply(case.volume, case.truth)
        _, guess = change.apply(case.volume, labels)
        found.append(dice(truth, guess, classes))
    return found


def _labels(network, card: ModelCard, volume: Volume) -> np.ndarray:
    return segment_volume(network, card, volume, SegmentOptions(review=False)).labels


def dice(truth: np.ndarray, guess: np.ndarray, classes: int) -> float:
    """The mean over the classes that the truth has."""
    values = []
    for value in range(1, classes + 1):
        one, two = truth == value, guess == value
        if one.any():
            values.append(2 * float((one & two).sum()) / float(one.sum() + two.sum()))
    return statistics.fmean(values)
