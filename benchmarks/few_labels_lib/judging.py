"""A model's doubt on the held-out cases of a set: see benchmarks/doubt.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from few_labels_lib.doubt import average_precision, distance, entropy, spearman
from few_labels_lib.scores import AT_ONCE, WHOLE, chances_of
from few_labels_lib.sets import SETS
from semigda.data.cases import read_cases
from semigda.data.labels import read_classes
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.inference.doubt import DoubtFinder, certainty, counted
from semigda.models.package import load_network
from semigda.training.validate import overlap


def judge(name: str, folder: Path, title: str | None = None) -> dict[str, Any]:
    """Figures of the package in ``folder`` on the ``val`` cases of a set."""
    network, card = load_network(folder)
    classes, one = len(card.labels), SETS[name]
    preprocessing = Preprocessing.from_dict(card.preprocessing)
    chances = chances_of(network, classes)
    signals: dict[str, list[np.ndarray]] = {"before": [], "entropy": [], "doubt": []}
    wrong, found = [], []
    losses, doubts = [], {"before": [], "doubt": []}
    for case in read_cases(one.write_cases(folder / "doubt-val.json", "val")):
        volume = read_volume(case.image)
        prepared = prepare(volume, preprocessing)
        crop = prepared.grid.crop
        truth = crop(prepared.label_planes(read_classes(case.label, volume, case.classes)))
        parts: dict[str, list[torch.Tensor]] = {}
        for start in range(0, prepared.count, AT_ONCE):
            some = prepared.slices(start, min(start + AT_ONCE, prepared.count))
            for use, maps in chances(some).items():
                parts.setdefault(use, []).append(crop(maps))
        maps = {use: torch.cat(part) for use, part in parts.items()}
        labels, chance, counts = _doubt(maps[WHOLE])
        signals["before"].append(_flat(_before(maps)))
        signals["entropy"].append(_flat(entropy(maps[WHOLE])))
        signals["doubt"].append(_flat(chance))
        wrong.append((labels != truth).numpy().ravel())
        size, true, common = overlap(labels, truth, classes).double()[:, 1:]
        dice = 2 * common / (size + true)  # 0 / 0 is NaN
        there = size + true > 0
        losses.append(1 - float(dice[there].mean()) if there.any() else 0.0)
        sure = certainty(counts)[1:]
        doubts["doubt"].append(1 - float(sure[there].mean()) if there.any() else 0.0)
        doubts["before"].append(1 - float(_agreement(maps)[there].mean()) if there.any() else 0.0)
        group = str(one.split["group_of_case"][case.name])
        found += [
            [group, k + 1, round(float(sure[k]), 4), round(float(dice[k]), 4)]
            + [int(true[k]), int(size[k]), True]
            for k in range(classes)
            if size[k]
        ]
    errors = np.concatenate(wrong)
    names = {group: number for number, group in enumerate(sorted({row[0] for row in found}))}
    return {
        "set": name,
        "model": title or card.name,
        "branches": len(network.branches),
        "cases": len(losses),
        "dice": round(1 - float(np.mean(losses)), 4),
        "error_rate": round(float(errors.mean()), 6),
        "auprc": {
            signal: round(average_precision(np.concatenate(values), errors), 4)
            for signal, values in signals.items()
        },
        "rank": {key: round(spearman(value, losses) or 0.0, 3) for key, value in doubts.items()},
        "found": [[names[row[0]], *row[1:]] for row in found],
    }


def _doubt(maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Labels, chance of an error, and counts of the classes of all slices."""
    finder = DoubtFinder()
    pushed = [finder.push(maps), finder.finish()]
    chance = torch.cat([part for _, part in pushed])
    return maps.argmax(1).to(torch.uint8), chance, counted(maps, chance).sum(0)


def _before(maps: dict[str, torch.Tensor]) -> torch.Tensor:
    """The review map of earlier versions."""
    branches = [maps[use] for use in maps if use != WHOLE]
    if len(branches) == 2:
        return distance(*branches)
    return (2 - 2 * maps[WHOLE].amax(1)).clamp(max=1)


def _agreement(maps: dict[str, torch.Tensor]) -> torch.Tensor:
    """The agreement of earlier versions, of each class: Dice of the branches' own masks, or of what
    one is sure of and what it thinks possible."""
    branches = [maps[use] for use in maps if use != WHOLE]
    classes = maps[WHOLE].shape[1]
    if len(branches) == 2:
        one, two = (branch.argmax(1).to(torch.uint8) for branch in branches)
        first, second, common = overlap(one, two, classes - 1).double()
        return (2 * common / (first + second).clamp_min(1))[1:]
    sure, possible = ((maps[WHOLE] > limit).sum((0, 2, 3)).double() for limit in (0.75, 0.25))
    return (2 * sure / (sure + possible).clamp_min(1))[1:]


def _flat(signal: torch.Tensor) -> np.ndarray:
    return signal.numpy().astype(np.float32).ravel()
