"""One way to score every method: whole cases, on the images' own grid, as ``semigda evaluate``."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from semigda.data.cases import Case
from semigda.data.labels import read_classes
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import Volume, read_volume
from semigda.evaluation.evaluate import compare
from semigda.inference.results import Results
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda_core.models.card import Label

AT_ONCE = 16  # slices
WHOLE = "whole"  # what is scored: a U-Net, or the mean of SemiGDA's branches
KEPT = ("class", "name", "status", "dice", "iou", "hd95", "assd")

# A case and its image -> {use: labels uint8 (z, y, x) on the image's grid}
Predict = Callable[[Case, Volume], dict[str, np.ndarray]]
# Images (B, 3, H, W) -> {use: probabilities (B, K + 1, H, W)}
Chances = Callable[[Tensor], dict[str, Tensor]]


def chances_of(network: nn.Module, num_classes: int) -> Chances:
    """Probabilities from a network for each way of using it: :data:`WHOLE` and the branches."""
    network = network.eval().to(memory_format=torch.channels_last)
    device = next(network.parameters()).device
    palette = Palette(num_classes)

    @torch.inference_mode()
    def chances(images: Tensor) -> dict[str, Tensor]:
        out = network(images.to(device, memory_format=torch.channels_last))
        if not isinstance(network, SemiGDA):
            return {WHOLE: out.softmax(1).cpu()}
        result = {branch: palette.logits(out[branch]).softmax(1).cpu() for branch in out}
        return {WHOLE: sum(result.values()) / len(result), **result}

    return chances


def segment(
    preprocessing: Preprocessing, num_classes: int, chances: Chances, case: Case, volume: Volume
) -> dict[str, np.ndarray]:
    """:data:`Predict` with a network."""
    prepared = prepare(volume, preprocessing)
    results: dict[str, Results] = {}
    for start in range(0, prepared.count, AT_ONCE):
        images = prepared.slices(start, min(start + AT_ONCE, prepared.count))
        for use, maps in chances(images).items():
            if use not in results:
                results[use] = Results(volume, prepared.grid, num_classes, False, None)
            results[use].add(prepared.grid.crop(maps))
    return {use: result.labels.array() for use, result in results.items()}


def score_network(
    network: nn.Module, preprocessing: Preprocessing, cases: Sequence[Case], labels: Sequence[Label]
) -> tuple[list[dict], dict[str, dict[str, float | None]]]:
    """:func:`score_cases` of a network."""
    chances = chances_of(network, len(labels))
    return score_cases(cases, labels, partial(segment, preprocessing, len(labels), chances))


def score_cases(
    cases: Sequence[Case], labels: Sequence[Label], predict: Predict
) -> tuple[list[dict], dict[str, dict[str, float | None]]]:
    """Figures of what is scored, and Dice of each branch alone.

    Returns:
        One row a case and class: Dice, IoU, HD95, ASSD, status; and for each branch Dice by case,
        the mean over the classes that the case has.
    """
    rows: list[dict] = []
    branches: dict[str, dict[str, float | None]] = {}
    for case in cases:
        volume = read_volume(case.image)
        truth = read_classes(case.label, volume, case.classes)
        predicted = predict(case, volume)
        whole = predicted.pop(WHOLE)
        for row in compare(truth, whole, volume.steps, labels, None):
            kept = {key: _rounded(row[key]) for key in KEPT}
            rows.append({"case": case.name, "group": case.group, **kept})
        for branch, guess in predicted.items():
            values = [_dice(truth == x.value, guess == x.value) for x in labels]
            values = [value for value in values if value is not None]
            dice = _rounded(statistics.fmean(values)) if values else None
            branches.setdefault(branch, {})[case.name] = dice
    return rows, branches


def _dice(truth: np.ndarray, guess: np.ndarray) -> float | None:
    """None if the truth is empty, as in :mod:`semigda.evaluation.metrics`."""
    if not truth.any():
        return None
    return 2 * float((truth & guess).sum()) / float(truth.sum() + guess.sum())


def _rounded(value):
    return round(value, 5) if isinstance(value, float) else value
