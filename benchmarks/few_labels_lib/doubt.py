"""How well a signal of doubt finds wrong voxels and ranks bad cases.

Signals of one model, each with two passes through one branch at most:

- ``branches``: total variation distance of SemiGDA's two branches, the product's review map;
- ``entropy <branch>``: softmax entropy of one branch, or of the mean of both;
- ``mirrored <branch>``: test-time augmentation at equal cost, the distance of one branch's
  probabilities on the image and on its mirror image, mirrored back.

All are measured on the same labels, the model's own, on the working grid.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from few_labels_lib.runs import load_run
from few_labels_lib.scores import AT_ONCE, WHOLE, Chances, chances_of
from few_labels_lib.sets import DataSet
from semigda.data.cases import Case, read_cases
from semigda.data.labels import read_classes
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.training.validate import class_dice, overlap


def judge_signals(one: DataSet, run: dict, folder: Path) -> dict:
    """Of a finished run in ``folder``.

    Returns:
        ``error_rate``: share of wrong voxels, what a signal without information has as AUPRC;
        ``dice``: by case on the working grid; ``signals``: ``{name: {"auprc", "spearman",
        "cases": {case: mean signal a voxel of the prediction}}}``. ``spearman`` is the rank
        correlation with 1 - Dice: 1 is perfect, None if all cases are equal.
    """
    classes = len(run["settings"]["labels"])
    preprocessing = Preprocessing.from_dict(run["settings"]["preprocessing"])
    chances = chances_of(load_run(folder, run), classes)
    wrong: list[np.ndarray] = []
    voxels: dict[str, list[np.ndarray]] = {}
    doubts: dict[str, dict[str, float]] = {}
    dice: dict[str, float] = {}
    for case in read_cases(one.write_cases(folder / "val.json", "val")):
        labels, truth, signals = _case(case, preprocessing, chances)
        dice[case.name] = float(np.nanmean(class_dice(overlap(labels, truth, classes))))
        wrong.append((labels != truth).numpy().ravel())
        size = max(1, int((labels > 0).sum()))
        for name, signal in signals.items():
            voxels.setdefault(name, []).append(signal.half().numpy().ravel())
            doubts.setdefault(name, {})[case.name] = round(float(signal.sum()) / size, 5)
    errors = np.concatenate(wrong)
    loss = [1 - value for value in dice.values()]
    found = {}
    for name in voxels:
        correlation = spearman(list(doubts[name].values()), loss)
        found[name] = {
            "auprc": round(average_precision(np.concatenate(voxels[name]), errors), 5),
            "spearman": correlation and round(correlation, 4),
            "cases": doubts[name],
        }
    return {
        "error_rate": round(float(errors.mean()), 6),
        "dice": {case: round(value, 5) for case, value in dice.items()},
        "signals": found,
    }


def _case(
    case: Case, preprocessing: Preprocessing, chances: Chances
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Predicted and true labels (n, h, w) uint8, and the signals (n, h, w), without padding."""
    volume = read_volume(case.image)
    prepared = prepare(volume, preprocessing)
    crop = prepared.grid.crop
    truth = crop(prepared.label_planes(read_classes(case.label, volume, case.classes)))
    labels, parts = [], {}
    for start in range(0, prepared.count, AT_ONCE):
        images = prepared.slices(start, min(start + AT_ONCE, prepared.count))
        maps = chances(images)
        mirrored = {use: p.flip(-1) for use, p in chances(images.flip(-1)).items()}
        labels.append(crop(maps[WHOLE].argmax(1)).to(torch.uint8))
        for name, signal in _signals(maps, mirrored).items():
            parts.setdefault(name, []).append(crop(signal))
    return torch.cat(labels), truth, {name: torch.cat(p) for name, p in parts.items()}


def _signals(maps: dict[str, Tensor], mirrored: dict[str, Tensor]) -> dict[str, Tensor]:
    branches = [use for use in maps if use != WHOLE]
    signals = {f"entropy {use}": entropy(p) for use, p in maps.items()}
    signals |= {f"mirrored {use}": distance(maps[use], mirrored[use]) for use in branches or maps}
    if len(branches) > 1:
        signals["branches"] = distance(*(maps[use] for use in branches))
    return signals


def entropy(probabilities: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H, W), 0 to log C."""
    return -(probabilities * probabilities.clamp(min=1e-12).log()).sum(1)


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Total variation distance of two probabilities (B, C, H, W): (B, H, W), 0 to 1."""
    return (one - other).abs().sum(1) / 2


def average_precision(signal: np.ndarray, wrong: np.ndarray) -> float:
    """Area under precision over recall of finding ``wrong`` by the largest ``signal`` first.

    Equal signals are taken together; 0 if nothing is wrong.
    """
    total = int(wrong.sum())
    if not total:
        return 0.0
    order = np.argsort(-signal.astype(np.float32), kind="stable")
    ranked = signal[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # of each equal value
    hits = np.cumsum(wrong[order])[last]
    precision = hits / (last + 1)
    return float((np.diff(hits, prepend=0) * precision).sum() / total)


def spearman(one: list[float], other: list[float]) -> float | None:
    """Rank correlation, ties sharing their mean rank; None if either has no order."""
    ranks = [_ranks(np.asarray(values)) for values in (one, other)]
    if any(np.ptp(r) == 0 for r in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[where]
